"""Revision 0015: what was issued is issue 1 word for word, what was not is none; rows get keys of their own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.foundation import migrate
from portal.foundation.database import db
from tests.migrations.standing import Standing, revision_before
from tests.migrations.tables import fill, rows, tables

AFTER = "0015_plan_issues"
BEFORE = revision_before(AFTER)

pytestmark = pytest.mark.walk


def test_issued_plans_get_their_first_issue(standing: Standing) -> None:
    standing.at(BEFORE)
    fill()
    with db.engine.begin() as connection:
        cycle, plan = (tables()[name] for name in ("cycle", "plan"))
        connection.execute(cycle.insert().values(dict(rows("cycle")[0]) | {"id": 2, "number": 2}))
        draft = dict(rows("plan")[0]) | {"id": 2, "cycle_id": 2, "issued_at": None, "issued_content": ""}
        connection.execute(plan.insert().values(draft))
        before = connection.execute(sa.select(plan).where(plan.c.id == 1)).mappings().one()
    migrate.upgrade(AFTER)
    (issue,) = rows("plan_issue")
    assert issue == {
        "id": 1, "plan_id": 1, "number": 1, "reason": "",
        **{name: before[name] for name in ("issued_at", "issued_by_id", "issued_content", "issued_hash")},
    }  # fmt: skip
    assert [(rows(name)[0]["key"]) for name in ("priority", "plan_action")] == ["p1", "a1"]
    assert rows("plan_action")[0]["resource"] == ""
    migrate.downgrade(BEFORE)
    assert rows("plan")[0] == dict(before)
