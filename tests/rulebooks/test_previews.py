"""A preview judges everything twice, writes nothing but its row, and says what would move and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.assessments.models import StoredAnswer
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.cycles.services import grant_access
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import Base, db, unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.models import RulesList
from portal.partnerships.queries import adopted, current_rulebook
from portal.recognition.queries import reviewed_assessment_of
from portal.reviews import services as reviews
from portal.rulebooks import dryrun, running, services
from portal.rulebooks.material import cycle_ids_of, pieces_of
from portal.rulebooks.models import PreviewState, RulesPreview
from rules.outcomes import outcome_of
from rules.rulebook import PluginChoice
from tests.factories import make_partnership, make_person, make_program, sign_in, submitted_cycle

from .conftest import Lake, work
from .plugins import HANGS, MARK, QUOTES, RAISES, STRICT, write
from .test_drafts import draft, press
from .test_rules_page import path, take, text_of


def asked(desk: FlaskClient, lake: Lake, **typed: str) -> RulesPreview:
    """Preview the draft and do what the worker does for it; the plugin itself is not examined on top."""
    reply = press(desk, lake, "preview", **typed)
    assert reply.status_code == 303, text_of(reply)  # type: ignore[attr-defined]
    running.run_preview(newest().id)
    return newest()


def newest() -> RulesPreview:
    db.session.rollback()
    return db.session.scalars(select(RulesPreview).order_by(RulesPreview.id.desc())).first()  # type: ignore[return-value]


def page_of(desk: FlaskClient, lake: Lake, preview: RulesPreview) -> str:
    return text_of(desk.get(f"{path(lake)}/previews/{preview.id}"))


def dump(without: str = "") -> dict[str, list[Any]]:
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name != without]
    return {table.name: [tuple(map(str, row)) for row in db.session.execute(table.select())] for table in tables}


def moved(preview: RulesPreview) -> dict[int, tuple[object, ...]]:
    return {row["cycle"]: (row["kind"], row["before"]["tier"], row["after"]["tier"]) for row in preview.result["rows"]}


def test_assessments_read_together_equal_those_read_one_by_one(lake: Lake) -> None:
    cycle, by_id = lake.submitted, lake.admin.id
    item = {"rating": "", "finding": "", "finding_text": "", "private_note": "", "na_accepted": "yes"}
    with unit_of_work():
        cycle.state = "submitted"
    reviews.record_review_item(cycle.id, "B.2.6", item, "0", "item-save-1", by_id)
    program = lake.recognized.program
    again = grant_access(program, by_id, base_url="http://localhost")
    with unit_of_work() as session:
        session.add(StoredAnswer(
            cycle_id=again.id, practice_code="B.2.5", version=1, save_id="x" * 8, saved_at=lake.admin.created_at,
            content={"code": "B.2.5", "status": "in_practice", "rating": 2, "na_reason": "", "notes": "n",
                     "sub_items": [], "own_minimum": ""},
        ))  # fmt: skip
    ids = cycle_ids_of(lake.partnership.id)
    assert len(ids) == 4
    pieces = pieces_of(ids)
    assert [one.cycle_id for one in pieces] == ids
    for piece in pieces:
        assert piece.assessment == reviewed_assessment_of(db.session.get_one(Cycle, piece.cycle_id))
    assert sum(one.assessment.previous is not None for one in pieces) == 1
    assert [one.awarded for one in pieces] == ["", "", "Expert Partner", ""]


def test_preview_names_what_moves_and_which_rule_moves_it(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "strict", STRICT)
    press(desk, lake, "add:strict")
    preview = asked(desk, lake)
    assert (preview.state, preview.done, preview.total) == (PreviewState.DONE, 3, 3)
    assert moved(preview) == {
        lake.submitted.id: ("moves", "", ""),
        lake.recognized.id: ("moves", "Expert Partner", "Lake Partner"),
    }
    page = page_of(desk, lake, preview)
    assert "Judged twice: 3 assessments of your programs" in page
    assert "Would move 2 Cannot be judged 0 Same result, other reasons 0 Nothing differs 0 Not submitted yet 1" in page
    assert "Stays as awarded: Expert Partner. Today it would be Lake Partner." in page
    assert "115 of 116 → would be 114 of 115" in page
    assert "Drops E.1.1: Not asked here." in page
    assert "References: not asked for → not met . Rule “lake-references” of strict 1.0.0: B.2.5 is rated None." in page


@pytest.mark.parametrize("least", ["1", "5"])
def test_nothing_is_told_of_an_unsubmitted_assessment_whatever_the_settings_ask(
    lake: Lake, desk: FlaskClient, folder: Path, least: str
) -> None:
    write(folder, "strict", STRICT.replace('("submitted", "lake-references")', '("lake-references",)'))
    press(desk, lake, "add:strict")
    preview = asked(desk, lake, **{"strict-least": least, "strict-practice": "B.2.4"})
    assert [row["cycle"] for row in preview.result["rows"]] == [lake.submitted.id, lake.recognized.id]
    assert preview.result["private"] == 1
    assert "B.2.4" in json.dumps(preview.result["rows"])  # where it was possible
    assert lake.going.program.name not in page_of(desk, lake, preview)


def test_failure_over_unsubmitted_answers_is_named_without_quoting_them(
    lake: Lake, desk: FlaskClient, folder: Path
) -> None:
    write(folder, "quotes", QUOTES)
    press(desk, lake, "add:quotes")
    rows = {row["cycle"]: row for row in asked(desk, lake).result["rows"]}
    assert "a note on B.2.4" in json.dumps(rows[lake.submitted.id])  # where it was possible
    private = rows[lake.going.id]
    assert private["after"]["sentence"] == "quotes 1.0.0 could not judge. What happened is not shown before submitting."
    assert "a note on" not in json.dumps(private)
    assert private["before"] == private["after"]


def test_preview_of_the_same_rules_is_made_by_the_worker_and_says_nothing_moves(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "preview")
    work()
    preview = newest()
    page = page_of(desk, lake, preview)
    assert preview.result["rows"] == []
    assert "No result moves." in page
    assert "These rules are in force already." in page


def test_running_a_preview_writes_its_own_row_alone(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "strict", STRICT)
    press(desk, lake, "add:strict")
    press(desk, lake, "preview")
    preview_id = newest().id
    before = dump(without="rules_preview")
    running.run_preview(preview_id)
    assert newest().state is PreviewState.DONE
    assert dump(without="rules_preview") == before


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param(HANGS, "did not answer within 2 seconds", marks=pytest.mark.walk, id="hangs"),
        pytest.param(RAISES, "ZeroDivisionError", id="raises"),
    ],
)
def test_plugin_that_cannot_judge_is_named_and_the_rest_counts(
    lake: Lake, desk: FlaskClient, folder: Path, body: str, what: str
) -> None:
    write(folder, "bad", body)
    press(desk, lake, "add:bad")
    preview = asked(desk, lake)
    assert preview.state is PreviewState.DONE
    assert {row["kind"] for row in preview.result["rows"]} == {"undetermined"}
    page = page_of(desk, lake, preview)
    assert "Cannot be judged 3" in page
    assert "Today it would be undetermined." in page
    assert "could not be judged. No program could be recognized by it until that is mended." in page
    assert "bad" in page
    assert what in page


def test_rules_whose_plugin_is_gone_keep_the_stored_scorecard(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    file = write(folder, "marker", MARK)
    take(lake, PluginChoice("marker"))
    program = make_program(lake.partnership, "Dogwood")
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    file.unlink()
    press(desk, lake, "remove:marker")
    preview = asked(desk, lake)
    row = next(row for row in preview.result["rows"] if row["cycle"] == cycle.id)
    assert (row["before"]["safety_gaps"], row["after"]["safety_gaps"]) == (1, 0)
    assert [(one["what"], one["was"], one["plugin"]) for one in row["moves"]] == [
        ("Safety of B.2.5", "a gap", "marker")
    ]


def test_preview_adopt_and_count_again_move_the_same(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "strict", STRICT)
    press(desk, lake, "add:strict")
    preview = asked(desk, lake, **{"strict-least": "4"})
    reply = desk.post(f"{path(lake)}/previews/{preview.id}/adopt", data={"note": "The board asked for it."})
    assert reply.status_code == 303
    stored = adopted(lake.partnership)
    assert stored is not None
    assert (stored.number, stored.note, stored.adopted_by_id) == (2, "The board asked for it.", lake.admin.id)
    assert stored.record == preview.record
    settings = {"practice": "B.2.5", "least": 4, "firm": False, "word": "soft"}
    assert stored.choices == [{"name": "strict", "settings": settings}]
    assert stored.set_by == {
        "policy": {"review_title": "strict", "visit_weeks": "strict"}, "texts": {"welcome": "strict"}, "tiers": "strict",
    }  # fmt: skip
    again: dict[int, tuple[object, ...]] = {}
    for cycle in (lake.submitted, lake.recognized):
        assessment = reviewed_assessment_of(cycle)
        old, new = (outcome_of(assessment, rules) for rules in (rulebook_of(cycle), current_rulebook(lake.partnership)))
        same = (old.outcome, old.tier, old.in_practice, old.applicable, old.safety_gaps) == (
            new.outcome, new.tier, new.in_practice, new.applicable, new.safety_gaps)  # fmt: skip
        again[cycle.id] = ("reasons" if same else "moves", old.tier, new.tier)
    assert again == moved(preview)
    deeds = select(AuditEntry.deed, AuditEntry.person_id).where(AuditEntry.partnership_id == lake.partnership.id)
    assert ("rules adopted", lake.admin.id) in [tuple(row) for row in db.session.execute(deeds)]
    assert draft(lake) == []
    assert rulebook_of(lake.submitted).choices == ()
    page = page_of(desk, lake, preview)
    assert "This list was adopted as list 2" in page
    assert desk.post(f"{path(lake)}/previews/{preview.id}/adopt").status_code == 409


def test_new_cycle_begins_with_the_adopted_rules_in_every_worker(
    lake: Lake, desk: FlaskClient, folder: Path, app: Flask
) -> None:
    write(folder, "strict", STRICT)
    press(desk, lake, "add:strict")
    desk.post(f"{path(lake)}/previews/{asked(desk, lake).id}/adopt")
    program = make_program(lake.partnership, "Elm")
    cycle = grant_access(program, lake.admin.id, base_url="http://localhost")
    assert [one.name for one in rulebook_of(cycle).tiers] == ["Lake Partner"]
    assert "E.1.1" not in rulebook_of(cycle).catalogue


def test_second_administrator_is_told_and_nothing_is_overwritten(app: Flask, lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    mine = asked(desk, lake).id
    other = app.test_client()
    sign_in(other, make_person(Role.PARTNERSHIP_ADMINISTRATOR, lake.partnership, name="Bo Lake"))
    press(other, lake, "add:northlake")
    theirs = asked(other, lake).id
    assert other.post(f"{path(lake)}/previews/{theirs}/adopt").status_code == 303
    reply = desk.post(f"{path(lake)}/previews/{mine}/adopt", data={"note": "kept words"})
    assert reply.status_code == 409
    assert "Bo Lake adopted list 2 since you looked. Nothing was overwritten" in text_of(reply)
    assert "kept words" in reply.text
    assert [one.number for one in db.session.scalars(select(RulesList).order_by(RulesList.id))] == [1, 2]
    assert draft(lake) == [("north_carolina", {})]
    assert "List 2 was adopted after you began." in text_of(desk.get(f"{path(lake)}/change"))


def test_note_that_is_too_long_is_kept_and_said(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    preview = asked(desk, lake)
    reply = desk.post(f"{path(lake)}/previews/{preview.id}/adopt", data={"note": "n" * 501})
    assert reply.status_code == 422
    assert "Please use at most 500 characters; these are 501." in text_of(reply)
    assert "n" * 501 in reply.text


def test_plugin_changed_after_its_preview_is_not_adopted(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "marker", MARK)
    press(desk, lake, "add:marker")
    preview = asked(desk, lake)
    write(folder, "marker", MARK + "\n# other\n")
    reply = desk.post(f"{path(lake)}/previews/{preview.id}/adopt")
    assert reply.status_code == 409
    assert "was changed since this preview" in text_of(reply)
    assert adopted(lake.partnership).number == 1  # type: ignore[union-attr]


def test_empty_list_is_the_national_rules_alone(lake: Lake, desk: FlaskClient, folder: Path) -> None:
    write(folder, "marker", MARK)
    take(lake, PluginChoice("marker"))
    press(desk, lake, "remove:marker")
    preview = asked(desk, lake)
    assert desk.post(f"{path(lake)}/previews/{preview.id}/adopt").status_code == 303
    assert [one.name for one in current_rulebook(lake.partnership).plugins] == ["national"]


def test_old_preview_says_its_age_when_answers_came_since(lake: Lake, desk: FlaskClient, clock: Any) -> None:
    press(desk, lake, "add:north_carolina")
    preview = asked(desk, lake)
    assert "Answers were saved since then" not in page_of(desk, lake, preview)
    clock.go(hours=1)
    with unit_of_work() as session:
        answer = session.scalars(select(StoredAnswer).where(StoredAnswer.cycle_id == lake.going.id)).first()
        assert answer is not None
        answer.saved_at = clock()
    page = page_of(desk, lake, preview)
    assert "This preview is from 14:02. Answers were saved since then, so a new preview may differ." in page
    assert desk.post(f"{path(lake)}/previews/{preview.id}/adopt").status_code == 303


def test_stopped_preview_ends_and_is_not_adopted(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    press(desk, lake, "preview")
    preview = newest()
    waiting = desk.get(f"{path(lake)}/previews/{preview.id}")
    assert "waiting for its turn" in waiting.text
    assert desk.post(f"{path(lake)}/previews/{preview.id}/cancel").status_code == 303
    running.run_preview(preview.id)
    assert (newest().state, newest().result) == (PreviewState.CANCELLED, {})
    assert desk.post(f"{path(lake)}/previews/{preview.id}/adopt").status_code == 409
    with pytest.raises(dryrun.Stopped):
        running._tick(preview.id, 1, 3)


def test_asking_again_stops_the_preview_of_before(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "preview")
    first = newest().id
    press(desk, lake, "preview")
    assert db.session.get_one(RulesPreview, first).state is PreviewState.CANCELLED
    assert newest().state is PreviewState.WAITING


def test_progress_is_a_fragment_until_it_is_done(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "preview")
    preview_id, ask = newest().id, {"HX-Request": "true"}
    running._tick(preview_id, 1, 3)
    where = f"{path(lake)}/previews/{preview_id}"
    part = desk.get(where, headers=ask)
    assert "1 of 3 assessments judged" in part.text
    assert "<html" not in part.text
    running.run_preview(preview_id)
    done = desk.get(where, headers=ask)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, where)


def test_dry_run_that_takes_too_long_is_stopped(lake: Lake, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dryrun, "LONGEST", -1.0)
    press(desk, lake, "add:north_carolina")
    preview = asked(desk, lake)
    assert preview.state is PreviewState.FAILED
    assert "It took too long" in page_of(desk, lake, preview)


def test_preview_is_hidden_from_another_partnership(app: Flask, lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "preview")
    there = make_partnership()
    other = app.test_client()
    sign_in(other, make_person(Role.PARTNERSHIP_ADMINISTRATOR, there))
    for where in (path(lake), f"/partnerships/{there.id}/rules"):
        assert other.get(f"{where}/previews/{newest().id}").status_code == 404
        assert other.post(f"{where}/previews/{newest().id}/adopt").status_code == 404
        assert other.post(f"{where}/previews/{newest().id}/cancel").status_code == 404


def test_list_of_one_partnership_never_calls_the_plugin_of_another(app: Flask, lake: Lake, folder: Path) -> None:
    write(folder, "ours", MARK)
    take(lake, PluginChoice("ours"))
    there = make_partnership()
    write(folder, "theirs", MARK)  # registered later
    rules = evaluator().describe([PluginChoice("theirs")])
    with unit_of_work():
        services.adopt(there, rules, None)
    seen = {}
    for partnership in (lake.partnership, there):
        program = make_program(partnership)
        cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
        seen[partnership.id] = [one.trace.sentence for one in outcome_of(
            reviewed_assessment_of(cycle), rulebook_of(cycle)).reasons if "was here" in one.trace.sentence]  # fmt: skip
    assert seen == {lake.partnership.id: ["OURS was here."], there.id: ["THEIRS was here."]}


def test_only_the_newest_previews_are_kept(lake: Lake, desk: FlaskClient) -> None:
    press(desk, lake, "add:north_carolina")
    for _ in range(services.KEPT + 2):
        press(desk, lake, "preview")
        services.cancel_preview(newest().id)
    assert len(db.session.scalars(select(RulesPreview.id)).all()) == services.KEPT


def test_queries_of_a_dry_run_do_not_grow_with_the_programs(lake: Lake, count_queries: Any) -> None:
    ids = cycle_ids_of(lake.partnership.id)
    few = count_queries(lambda: pieces_of(ids))
    db.session.rollback()
    program = make_program(lake.partnership)
    submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    ids = cycle_ids_of(lake.partnership.id)
    assert len(ids) == 4
    db.session.rollback()
    assert count_queries(lambda: pieces_of(ids)) == few == 7


def test_preview_tells_values_and_tiers_that_differ_though_no_result_moves(lake: Lake, desk: FlaskClient) -> None:
    assert "What else would be different" not in page_of(desk, lake, asked(desk, lake))
    press(desk, lake, "add:minnesota")
    page = page_of(desk, lake, asked(desk, lake))
    assert "MENTOR Minnesota" in page
    assert "Longest plan 24 months 12 months" in page
    assert "Needed before access nothing more" in page
    assert "The tiers of this list" in page


def test_preview_of_another_edition_says_that_answers_do_not_count_for_it(
    lake: Lake, desk: FlaskClient, folder: Path
) -> None:
    (folder / "fifth.toml").write_text(
        'edition = "eepm5"\n[plugin]\nrules_api = [1, 1]\nversion = "1.0.0"\ntitle = "Fifth"\nsource = "Made up."\n',
        "utf-8",
    )
    press(desk, lake, "add:fifth")
    page = page_of(desk, lake, asked(desk, lake))
    assert "come from another edition than those in force: Elements of Effective Practice for Mentoring, 5th" in page
