"""Revision 0017: recognitions from before have their first row, an address, and know which one followed which."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.foundation import migrate
from portal.foundation.database import db
from tests.migrations.standing import Standing, revision_before
from tests.migrations.tables import fill, rows, tables

AFTER = "0017_recognition_history"
BEFORE = revision_before(AFTER)

pytestmark = pytest.mark.walk


def test_recognitions_from_before_begin_their_history_and_stay_as_they_were(standing: Standing) -> None:
    standing.at(BEFORE)
    fill()
    found = tables()
    with db.engine.begin() as connection:
        for name in ("cycle", "award"):
            row = dict(connection.execute(sa.select(found[name])).mappings().one())
            changed = {"number": 2} if name == "cycle" else {"cycle_id": 2}
            connection.execute(found[name].insert().values(row | changed | {"id": 2}))
    before = rows("award")

    migrate.upgrade(AFTER)
    assert [(one["standing"], one["appeal_open"], one["ending_on"]) for one in rows("award")] == [
        ("followed", False, None), ("held", False, None),
    ]  # fmt: skip
    events, listing = rows("award_event"), rows("listing")
    assert [(one["award_id"], one["kind"], one["on"], one["by_id"]) for one in events] == [
        (one["id"], "awarded", one["awarded_on"], one["confirmed_by_id"]) for one in before
    ]
    assert {one["decision"] for one in events} == {before[0]["decision"]}
    assert [(one["program_id"], len(one["address"]), one["listed"]) for one in listing] == [(1, 16, False)]

    migrate.downgrade(BEFORE)
    assert rows("award") == before
