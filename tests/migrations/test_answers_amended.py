"""Revision 0009: every copy and judgement is there after it, tied to each other; back again, the newest copy stays."""

from __future__ import annotations

import pytest

from portal.foundation import migrate
from portal.foundation.database import db
from tests.migrations.standing import Standing, revision_before
from tests.migrations.tables import fill, rows, tables

AFTER = "0009_answers_amended"
BEFORE = revision_before(AFTER)

pytestmark = pytest.mark.walk


def test_copies_are_numbered_and_the_newest_survives_the_way_back(standing: Standing) -> None:
    standing.at(BEFORE)
    fill()
    first = rows("submission")[0]

    migrate.upgrade(AFTER)
    copy = rows("submission")[0]
    assert copy == first | {"number": 1}
    assert rows("judgement")[0]["submission_id"] == copy["id"]
    assert rows("cycle")[0]["reopened"] == []
    with db.engine.begin() as connection:
        submission = tables()["submission"]
        connection.execute(submission.insert().values(copy | {"id": 2, "number": 2, "content": "newer"}))
        judgement = tables()["judgement"]
        connection.execute(judgement.update().values(submission_id=2))

    migrate.downgrade(BEFORE)
    assert [(row["id"], row["content"]) for row in rows("submission")] == [(2, "newer")]
    assert "submission_id" not in rows("judgement")[0]
