"""A round of changes during which the cycle moves to rules that no longer ask one of its practices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from portal.accounts.models import Person
from portal.assessments import amending, queries
from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.services import adopt
from portal.recognition import moving
from rules.rulebook import PluginChoice
from tests.dropins import drop_in
from tests.factories import make_person

from .amendments import DUE, URL, make_cast

CODE, GONE = "B.2.3", "E.1.1"
DROPS = '''
@hookimpl
def nqms_practices():
    """Leave one practice out."""
    return [{"change": "drop", "practices": ("E.1.1",), "sentence": "Nobody here does this."}]
'''


def test_practice_no_longer_asked_stays_in_its_round_and_is_put_back(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    drop_in(folder, "dropping", DROPS)
    app = make_app(RULES_FOLDER=str(folder))
    with app.app_context():
        cast = make_cast(app)
        manager: Person = make_person(Role.PARTNERSHIP_ADMINISTRATOR, cast.program.partnership)
        round_ = cast.open(CODE, GONE)
        cast.type(GONE, "typed-save-1", notes="Typed before the rules changed.")
        cast.type(CODE, "typed-save-2", notes="Still asked.")
        rulebook = evaluator().describe([PluginChoice("dropping")])
        with unit_of_work():
            adopt(cast.program.partnership, rulebook, manager.id)
        moving.move(cast.cycle.id, moving.preview(cast.cycle).mark, "New rules.", manager.id)

        more = amending.reopen(cast.cycle.id, round_.id, ["B.2.6"], "One more.", DUE, cast.reviewer.id, URL)
        assert more.codes == [CODE, "B.2.6", GONE]
        for person in (cast.administrator, cast.reviewer):
            assert cast.client(person).get(cast.at("changes")).status_code == 200
        cast.send(more)

        answers = queries.answers_of(cast.cycle)
        assert (answers[CODE].notes, answers[GONE].notes) == ("Still asked.", "")
        assert cast.stored(GONE).content == answers[GONE].as_dict()
        kept = [row.content["notes"] for row in queries.versions_of(cast.cycle.id, GONE)]
        assert sorted(kept) == ["", "Typed before the rules changed."]
