"""One database session a request, and transactions that say beforehand whether they will write.

SQLite under several workers loses updates or answers "database is locked" with the driver's own defaults,
so the driver is in manual mode and BEGIN is chosen by intent. On PostgreSQL the same code uses plain transactions.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, String, TypeDecorator, event
from sqlalchemy.orm import DeclarativeBase, Session

write_intent: ContextVar[bool] = ContextVar("write_intent", default=False)


class Base(DeclarativeBase):
    """Parent of every table; the naming convention lets batch migrations find constraints again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class UtcDateTime(TypeDecorator[datetime]):
    """Stores aware datetimes as UTC and gives them back aware, also on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A stored time needs its time zone.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[Any]):
    """Stores a StrEnum as its plain word, so that a new word needs no migration of a database type."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[enum.StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        """Refuse a word that is not in the list."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the enum member."""
        return None if value is None else self.words(value)


def tune(engine: Engine) -> None:
    """Set SQLite up for several processes; leave every other database alone."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # stop the driver issuing its own BEGIN
        # FULL keeps an acknowledged answer through a power loss; NORMAL would not.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            dbapi.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write_intent.get() else "BEGIN")


def init_database(app: Flask) -> None:
    """Bind the session to the app."""
    db.init_app(app)
    with app.app_context():
        tune(db.engine)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Run one use case: commit at the end, undo everything when it raises.

    What was read before is let go first, so that the write begins with the lock it needs and holds it no longer than it
    has to: everybody else can save while this request loads, asks the rules, or renders.
    """
    if not write_intent.get():  # inside another unit of work its changes must stay
        db.session.rollback()
    token = write_intent.set(True)
    try:
        yield db.session()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        write_intent.reset(token)


@contextmanager
def reading() -> Iterator[Session]:
    """Read without taking the write lock, and end the read before anything slow or writing follows."""
    token = write_intent.set(False)
    db.session.rollback()
    try:
        yield db.session()
    finally:
        db.session.rollback()
        write_intent.reset(token)
