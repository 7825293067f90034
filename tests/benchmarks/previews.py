"""How long a preview of rules takes over a thousand assessments: reading, judging twice, comparing."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import insert

from portal import create_app
from portal.assessments.models import Submission
from portal.cycles.models import Cycle, CycleState
from portal.foundation.database import unit_of_work
from portal.foundation.judging import evaluator
from portal.foundation.migrate import upgrade
from portal.partnerships.models import Partnership
from portal.partnerships.services import adopt
from portal.programs.models import Program
from portal.rulebooks.dryrun import dry_run
from rules.answers import Answer, Status
from rules.rulebook import PluginChoice, Rulebook

from .figures import Figure

HOW_MANY = 1000
MADE = datetime(2026, 10, 1, tzinfo=UTC)
NOTES = "What we do here, in a few words that a small program would write. " * 3


def preview_figures() -> list[Figure]:
    """Measure one preview of another list over a thousand submitted assessments."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"DATA_FOLDER": Path(folder), "SECRET_KEY": "k" * 40, "INSECURE": True,
                          "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/preview.sqlite3"})  # fmt: skip
        with app.app_context():
            upgrade()
            national, other = (evaluator().describe(names) for names in ([], [PluginChoice("northlake")]))
            partnership_id = _fill(national)
            start = time.perf_counter()
            result = dry_run(partnership_id, other, lambda done, total: None)
            took = time.perf_counter() - start
            if result["total"] != HOW_MANY:
                raise RuntimeError(f"{result['total']} assessments were judged")
    return [Figure(f"preview of rules over {HOW_MANY:,} assessments", took, 10, "s")]


def _fill(rules: Rulebook) -> int:
    with unit_of_work() as session:
        partnership = Partnership(key="many", name="Many", created_at=MADE)
        session.add(partnership)
        session.flush()
        adopt(partnership, rules, None)
        record, numbers = rules.record(), range(1, HOW_MANY + 1)
        facts = {"partnership_id": partnership.id, "founded": date(2015, 5, 1), "model": "one-to-one", "settings": [],
                 "youth_min_age": 8, "youth_max_age": 14, "created_at": MADE}  # fmt: skip
        session.execute(insert(Program), [{**facts, "id": at, "name": f"Program {at}"} for at in numbers])
        session.execute(insert(Cycle), [
            {"id": at, "program_id": at, "rulebook": record, "created_at": MADE, "access_on": date(2026, 8, 1),
             "submitted_on": date(2026, 9, 1), "state": CycleState.SUBMITTED} for at in numbers
        ])  # fmt: skip
        session.execute(insert(Submission), [
            {"cycle_id": at, "submitted_at": MADE, "content": _answers(rules, at), "content_hash": ""} for at in numbers
        ])  # fmt: skip
        return partnership.id


def _answers(rules: Rulebook, seed: int) -> str:
    answers = {}
    for at, practice in enumerate(rules.catalogue.practices):
        there = (at + seed) % 7 > 0
        status = Status.IN_PRACTICE if there else Status.NOT_IN_PRACTICE
        answer = Answer(practice.code, status, 1 + (at + seed) % 5 if there else None, notes=NOTES if at % 3 else "")
        answers[practice.code] = answer.as_dict()
    return json.dumps({"rulebook": {"edition": rules.catalogue.edition}, "answers": answers})
