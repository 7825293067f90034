"""A plugin that breaks is named on every page, keeps the recognition off, and is judged again once it is mended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from portal.assessments.judging import judge_again
from portal.assessments.models import Judgement
from portal.foundation.database import db
from portal.recognition.models import Award
from tests.dropins import RAISES, WORKS, drop_in

NAMED = (
    "Undetermined: Lakeside rules, version 1.0.0, could not judge safety gaps and notes: "
    "RuntimeError: the list of counties is empty."
)  # fmt: skip


def test_rule_that_raises_is_named_to_everybody_and_keeps_the_recognition_off(folder: Path, signed: Callable) -> None:
    drop_in(folder, "lakeside", RAISES)
    cast = signed(("lakeside",))
    for person, where in (
        (cast.admin, f"{cast.at}/scorecard"), (cast.reviewer, f"{cast.at}/scorecard"),
        (cast.reviewer, f"{cast.at}/review"), (cast.reviewer, f"{cast.at}/recognition"),
    ):  # fmt: skip
        assert (where, NAMED in cast.page(person, where)) == (where, True)
    assert "your partnership sees this too" in cast.page(cast.admin, f"{cast.at}/scorecard")
    assert f'href="{cast.at}/rules"' in cast.page(cast.manager, f"{cast.at}/recognition")
    assert f'href="{cast.at}/rules"' not in cast.page(cast.reviewer, f"{cast.at}/recognition")
    refused = cast.browser(cast.reviewer).post(f"{cast.at}/recognition/confirm", data={"read": "yes"})
    assert (refused.status_code, "No tier can be decided now" in refused.text) == (422, True)
    assert db.session.scalars(select(Award)).all() == []


def test_mended_plugin_makes_the_judgement_whole_and_the_recognition_possible(folder: Path, signed: Callable) -> None:
    drop_in(folder, "lakeside", RAISES)
    cast = signed(("lakeside",))
    assert judge_again() == 0  # still broken
    drop_in(folder, "lakeside", WORKS, version="1.0.1")
    assert judge_again() == 1
    judged = db.session.scalars(select(Judgement).order_by(Judgement.id)).all()
    assert [one.undetermined for one in judged] == [True, False]
    page = cast.page(cast.admin, f"{cast.at}/scorecard")
    assert [NAMED in page, "B.2.4 fits your county." in page] == [False, True]
    history = cast.page(cast.admin, f"{cast.at}/judgements")
    assert "Judged again by Lakeside rules: safety gaps and notes." in history
    assert cast.browser(cast.reviewer).post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 303


def test_drop_in_changed_without_a_new_number_is_not_taken_for_the_same(folder: Path, signed: Callable) -> None:
    drop_in(folder, "lakeside", RAISES)
    cast = signed(("lakeside",))
    drop_in(folder, "lakeside", WORKS)
    assert judge_again() == 0
    said = "Lakeside rules, version 1.0.0, was changed since these rules were chosen."
    assert said in cast.page(cast.reviewer, f"{cast.at}/review")


def test_plugin_that_is_gone_is_told_to_staff_with_the_way_out(folder: Path, signed: Callable) -> None:
    path = drop_in(folder, "lakeside", WORKS)
    cast = signed(("lakeside",))
    path.unlink()
    said = "Lakeside rules, version 1.0.0, is no longer on this machine."
    program = f"/programs/{cast.program.id}"
    for person in (cast.reviewer, cast.manager):
        for where in (f"{cast.at}/review", f"{cast.at}/recognition", program):
            assert (where, said in cast.page(person, where)) == (where, True)
    assert "move this cycle to the rules in force now" in cast.page(cast.manager, f"{cast.at}/review")
    assert said not in cast.page(cast.admin, program)


def test_reason_names_who_says_so_and_links_what_it_rests_on(signed: Callable) -> None:
    cast = signed(not_in_practice=("B.2.4",))
    page = cast.page(cast.admin, f"{cast.at}/scorecard")
    assert "Who says so: National rules, version 1.0.0, rule “safety-gap”." in page
    assert f'<a href="{cast.at}/answers#B.2.4">B.2.4 ' in page
    assert "Who says so: The portal&#39;s own count, version 1, rule “share-total”." in page
    assert "all 12 practices of Recruitment</a></li>" in page
    assert "It rests on:</p> <ul><li>the day of submitting</li></ul>" in page
