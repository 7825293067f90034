"""Revision 0003: lists of plugins, memoranda and scorecards stored before it are all there after it, and back again."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from portal.foundation import migrate
from portal.foundation.database import db
from tests.migrations.standing import Standing, revision_before
from tests.migrations.tables import fill, tables

AFTER = "0003_rules_as_adopted"
BEFORE = revision_before(AFTER)

pytestmark = pytest.mark.walk


def card(**practice: Any) -> str:
    trace = {"plugin": "rules", "version": "1", "rule": "x", "practices": [], "sentence": "So."}
    share = {"key": "x", "trace": trace}
    return json.dumps({
        "practices": [{"code": "B.2.4", "status": "not_applicable", "trace": trace, **practice}],
        "sections": [share], "areas": [share], "core": share, "enhancements": share, "benchmarks": share, "total": share,
        "findings": [], "safety_gaps": [], "undetermined": [],
    })  # fmt: skip


def put(table: str, **values: Any) -> None:
    with db.engine.begin() as connection:
        connection.execute(tables()[table].update().values(values))


def one(table: str) -> Any:
    with db.engine.begin() as connection:
        return connection.execute(sa.select(tables()[table])).mappings().one()


def test_lists_memoranda_and_scorecards_survive_up_and_down(standing: Standing) -> None:
    standing.at(BEFORE)
    fill()
    put("partnership_plugin", name="northlake", settings={"least": 3}, position=0)
    put("program", mou_signed_on=date(2026, 8, 10))
    put("submission", scorecard=card(applies=True))

    migrate.upgrade(AFTER)
    rules = one("rules_list")
    assert (rules["number"], rules["choices"], rules["record"]) == (
        1,
        [{"name": "northlake", "settings": {"least": 3}}],
        {},
    )
    assert one("program")["gates_passed"] == {"mou": "2026-08-10"}
    practice = json.loads(one("judgement")["scorecard"])["practices"][0]
    assert (practice["counts_as"], "applies" in practice) == ("not_in_practice", False)

    migrate.downgrade(BEFORE)
    plugin = one("partnership_plugin")
    assert (plugin["name"], plugin["settings"], plugin["position"]) == ("northlake", {"least": 3}, 0)
    assert one("program")["mou_signed_on"] == date(2026, 8, 10)
    practice = json.loads(one("submission")["scorecard"])["practices"][0]
    assert (practice["applies"], "counts_as" in practice) == (True, False)
