"""The tables as the database has them, a row for each of them, and what they hold.

A table is read once for every way it has looked: its columns, constraints and indexes as the database itself says them
are asked first, and while they are the same, what was found and every statement compiled for it serve again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from graphlib import TopologicalSorter
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from portal.foundation.database import Base, db

ONE_PLACE_ONLY = {("membership", "partnership_id")}  # a membership is at a program or at a partnership, never both

# The name of each table beside every word the database has about it.
LAYOUT = {
    "sqlite": """
        SELECT tbl_name, group_concat(type || ' ' || sql, ';')
        FROM (SELECT * FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name) GROUP BY tbl_name""",
    "postgresql": """
        SELECT c.relname,
            (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
                                         pg_get_expr(adbin, adrelid)), ';' ORDER BY attnum)
             FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
             WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
            || (SELECT coalesce(string_agg(conname || ' ' || pg_get_constraintdef(oid), ';' ORDER BY conname), '')
                FROM pg_constraint WHERE conrelid = c.oid)
            || (SELECT coalesce(string_agg(pg_get_indexdef(indexrelid), ';' ORDER BY indexrelid::regclass::text), '')
                FROM pg_index WHERE indrelid = c.oid)
        FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace""",
}

_read: dict[tuple[str, str, str], sa.Table] = {}
_compared: dict[tuple[str, frozenset[tuple[str, str]]], list[Any]] = {}


def value_for(column: sa.Column[Any]) -> Any:
    """Return something that fits the column."""
    if column.foreign_keys or (column.primary_key and isinstance(column.type, sa.Integer)):
        return 1
    examples: tuple[tuple[type[Any], Any], ...] = (
        (sa.Boolean, True),
        (sa.Integer, 1),
        (sa.Float, 1.0),
        (sa.DateTime, datetime(2026, 10, 1, 14, tzinfo=UTC)),
        (sa.Date, date(2026, 10, 1)),
        (sa.JSON, {"kept": "ünd so"}),
        (sa.LargeBinary, b"%PDF"),
        (sa.String, "kept"),
    )
    return next(value for kind, value in examples if isinstance(column.type, kind))


def layout() -> dict[str, str]:
    """Return every word the database has about each table."""
    with db.engine.begin() as connection:
        said = connection.exec_driver_sql(LAYOUT[db.engine.dialect.name])
        return {name: words for name, words in said if name != "alembic_version"}


def tables() -> dict[str, sa.Table]:
    """Return the tables as the database has them now, whatever the models say; parents before children."""
    dialect = db.engine.dialect.name
    keys = {name: (dialect, name, words) for name, words in layout().items()}
    new = [name for name, key in keys.items() if key not in _read]
    if new:
        read = sa.MetaData()
        read.reflect(db.engine, only=new, resolve_fks=False)
        _read.update({keys[name]: read.tables[name] for name in new})
    found = {name: _read[key] for name, key in keys.items()}
    parents = {
        name: {key.target_fullname.split(".")[0] for key in table.foreign_keys} - {name}
        for name, table in sorted(found.items())
    }
    return {name: found[name] for name in TopologicalSorter(parents).static_order()}


def fill() -> None:
    """Put one row into every table, with a parent for every foreign key."""
    found = tables()
    with db.engine.begin() as connection:
        for name, table in found.items():
            row = {
                column.name: None if (name, column.name) in ONE_PLACE_ONLY else value_for(column)
                for column in table.columns
            }
            connection.execute(table.insert().values(row))


def content(without: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, less one column."""
    found = tables()
    with db.engine.begin() as connection:
        return {
            name: [
                {column: value for column, value in row.items() if column != without}
                for row in connection.execute(table.select()).mappings()
            ]
            for name, table in found.items()
        }


def counts() -> dict[str, int]:
    """Return how many rows each table has, each of them read."""
    return {name: len(rows) for name, rows in content().items()}


def rows(name: str) -> list[dict[str, Any]]:
    """Return every row of one table, the oldest first."""
    table = tables()[name]
    with db.engine.begin() as connection:
        return [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]


def differences() -> list[Any]:
    """Return what a new migration would have to do to make the tables equal the models."""
    key = (db.engine.dialect.name, frozenset(layout().items()))
    if key not in _compared:
        with db.engine.begin() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            _compared[key] = list(compare_metadata(context, Base.metadata))
    return _compared[key]
