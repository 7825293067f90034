"""Revision 0012: a Statement of before gets a code to be found by, and is known to be signed by a link; its hash stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.foundation import migrate
from portal.foundation.codes import read_code
from portal.foundation.database import db
from tests.migrations.standing import Standing, revision_before
from tests.migrations.tables import fill, rows, tables

AFTER = "0012_reviewers_and_statements"
BEFORE = revision_before(AFTER)

pytestmark = pytest.mark.walk


def test_statements_of_before_get_codes_of_their_own(standing: Standing) -> None:
    standing.at(BEFORE)
    fill()
    with db.engine.begin() as connection:
        statement = tables()["statement"]
        before = dict(connection.execute(sa.select(statement)).mappings().one())
        connection.execute(statement.insert().values(before | {"id": 2, "token_hash": "other", "signed_at": None}))
    migrate.upgrade(AFTER)
    signed, waiting = sorted(rows("statement"), key=lambda one: one["id"])
    assert [one["how"] for one in (signed, waiting)] == ["link", None]
    codes = [one["code"] for one in (signed, waiting)]
    assert [read_code(code) for code in codes] == codes
    assert codes[0] != codes[1]
    assert {name: signed[name] for name in before} == before
    migrate.downgrade(BEFORE)
    assert dict(rows("statement")[0]) == before
