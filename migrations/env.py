"""Runs migrations whole or not at all, on SQLite and PostgreSQL.

On SQLite a table is changed by copying it, and with foreign keys on, dropping the old copy would delete the child rows.
So they are off during the run, set on the raw connection before any transaction, and checked before the commit.
"""

from alembic import context

from portal.foundation.database import Base, db, write_intent


def run() -> None:
    token = write_intent.set(True)
    try:
        with db.engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            raw = connection.connection.dbapi_connection
            if sqlite:
                raw.execute("PRAGMA foreign_keys=OFF")
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=sqlite,
                transactional_ddl=True,  # Alembic assumes False for SQLite and would leave half a migration behind
                compare_type=True,
            )
            try:
                with context.begin_transaction():
                    context.run_migrations()
                    if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                        raise RuntimeError("The migration would leave rows that point nowhere; nothing was changed.")
            finally:
                if sqlite:
                    if connection.in_transaction():
                        connection.rollback()
                    raw.execute("PRAGMA foreign_keys=ON")
    finally:
        write_intent.reset(token)


run()
