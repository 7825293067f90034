"""The reviewer's side of a practice: the save protocol, the form without scripts, and who may see it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.cycles.models import Cycle, CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.versions import SaveNotReadable
from portal.programs.models import Program
from portal.reviews import services
from portal.reviews.models import FindingKind, Review, ReviewItem, ReviewItemVersion
from rules.catalogue import UnknownPractice
from tests.factories import make_cycle, make_partnership, make_person, sign_in

from .cast import NA, REASON

CODE = "B.2.3"
SECRET = "only for us: the director is leaving"


def raw(rating: str = "2", **more: str) -> dict[str, str]:
    return {"rating": rating, "finding": "", "finding_text": "", "private_note": "", "na_accepted": "", **more}


def fields(version: int, save_id: str, code: str = CODE, **parts: str) -> dict[str, str]:
    return {f"{code}-version": str(version), f"{code}-save_id": save_id} | {f"{code}-{k}": v for k, v in parts.items()}


def texts() -> list[tuple[str, bool]]:
    """Return every text that arrived for the program, and whether it was refused."""
    rows = db.session.scalars(select(ReviewItemVersion).order_by(ReviewItemVersion.id))
    return [(row.content["finding_text"], row.refused) for row in rows]


def section_form(client: FlaskClient, cycle: Cycle, key: str = "s-2", **changed: str) -> dict[str, str]:
    """Return what a browser without scripts sends when only these fields were changed."""
    from portal.cycles.queries import rulebook_of

    form: dict[str, str] = {}
    stored = {row.practice_code: row.version for row in db.session.scalars(select(ReviewItem))}
    for practice in rulebook_of(cycle).catalogue.section(key).practices:
        form |= fields(
            stored.get(practice.code, 0), f"section-{practice.code.replace('.', '-')}", practice.code, **raw("")
        )
    return form | changed


def test_first_save_is_version_one_and_makes_its_sender_the_reviewer(cycle: Cycle, reviewer: Person) -> None:
    saved = services.record_review_item(cycle.id, CODE, raw(finding="strength"), "0", "item-save-1", reviewer.id)
    assert saved.version == 1
    assert db.session.scalars(select(Review)).one().reviewer_id == reviewer.id
    assert db.session.scalars(select(ReviewItem)).one().finding is FindingKind.STRENGTH


def test_second_reviewer_does_not_take_the_review_over(cycle: Cycle, reviewer: Person) -> None:
    colleague = make_person(Role.REVIEWER, cycle.program.partnership)
    services.record_review_item(cycle.id, CODE, raw(), "0", "item-save-1", reviewer.id)
    services.record_review_item(cycle.id, "B.2.4", raw(), "0", "item-save-2", colleague.id)
    assert db.session.scalars(select(Review)).one().reviewer_id == reviewer.id


def test_same_save_id_again_gets_the_same_reply_and_stores_nothing_twice(cycle: Cycle, reviewer: Person) -> None:
    first = services.record_review_item(cycle.id, CODE, raw(), "0", "item-save-1", reviewer.id)
    again = services.record_review_item(cycle.id, CODE, raw(), "0", "item-save-1", reviewer.id)
    assert again == first
    assert db.session.scalar(select(func.count(ReviewItemVersion.id))) == 1


def test_stale_version_is_refused_each_time_and_its_text_kept_once(cycle: Cycle, reviewer: Person) -> None:
    services.record_review_item(cycle.id, CODE, raw(finding_text="theirs"), "0", "item-save-1", reviewer.id)
    for _ in range(2):  # sent again because the first reply was lost
        with pytest.raises(services.ItemChanged) as conflict:
            services.record_review_item(cycle.id, CODE, raw(finding_text="mine"), "0", "item-save-2", reviewer.id)
    assert conflict.value.stored.content["finding_text"] == "theirs"
    assert texts() == [("theirs", False), ("mine", True)]


def test_same_item_by_another_way_is_kept_once(cycle: Cycle, reviewer: Person) -> None:
    services.record_review_item(cycle.id, CODE, raw(private_note="said"), "0", "save-0001", reviewer.id)
    again = services.record_review_item(cycle.id, CODE, raw(private_note="said"), "0", "save-0002", reviewer.id)
    assert (again.version, texts()) == (1, [("", False)])


@pytest.mark.parametrize(
    ("part", "value"),
    [("rating", "9"), ("rating", "2.5"), ("finding", "weak"), ("na_accepted", "maybe"),
     ("finding_text", "x" * 10_001), ("private_note", "nul \x00")],
)  # fmt: skip
def test_unreadable_item_is_refused_at_its_field_and_nothing_stored(
    cycle: Cycle, reviewer: Person, part: str, value: str
) -> None:
    with pytest.raises(Refused) as refusal:
        services.record_review_item(cycle.id, CODE, raw(**{part: value}), "0", "item-save-1", reviewer.id)
    assert [problem.field for problem in refusal.value.problems] == [part]
    assert db.session.scalar(select(func.count(Review.id))) == 0


def test_item_with_two_mistakes_names_both(cycle: Cycle, reviewer: Person) -> None:
    with pytest.raises(Refused) as refusal:
        services.record_review_item(cycle.id, CODE, raw("9", finding="weak"), "0", "item-save-1", reviewer.id)
    assert [problem.field for problem in refusal.value.problems] == ["rating", "finding"]


def test_unknown_practice_and_missing_save_id_store_nothing(cycle: Cycle, reviewer: Person) -> None:
    with pytest.raises(UnknownPractice):
        services.record_review_item(cycle.id, "B.9.9", raw(), "0", "item-save-1", reviewer.id)
    with pytest.raises(SaveNotReadable):
        services.record_review_item(cycle.id, CODE, raw(), "0", "", reviewer.id)
    assert db.session.scalar(select(func.count(Review.id))) == 0


def test_version_that_never_was_is_refused(cycle: Cycle, reviewer: Person) -> None:
    with pytest.raises(SaveNotReadable):
        services.record_review_item(cycle.id, CODE, raw(), "7", "item-save-1", reviewer.id)
    assert texts() == []


def test_review_before_submitting_is_refused(program: Program, reviewer: Person, staff: FlaskClient) -> None:
    early = make_cycle(program, number=2)
    with pytest.raises(OutOfOrder) as refusal:
        services.record_review_item(early.id, CODE, raw(), "0", "item-save-1", reviewer.id)
    assert "has not submitted" in refusal.value.sentence
    assert staff.get(f"/cycles/{early.id}/review").status_code == 403


def test_item_after_the_plan_is_issued_is_refused_and_the_typed_section_kept(cycle: Cycle, staff: FlaskClient) -> None:
    form = section_form(staff, cycle, **{f"{CODE}-finding_text": "Typed too late."})
    with unit_of_work():
        cycle.state = CycleState.PLAN_ISSUED
    late = staff.post(f"/cycles/{cycle.id}/review/sections/s-2", data=form)
    assert late.status_code == 422
    assert "The plan was issued, so the review no longer changes." in late.text
    assert "Typed too late." in late.text
    assert texts() == [("Typed too late.", True)]


def test_opening_the_pages_begins_no_review(cycle: Cycle, staff: FlaskClient) -> None:
    for page in ("review", "review/sections/s-2"):
        assert staff.get(f"/cycles/{cycle.id}/{page}").status_code == 200
    assert db.session.scalar(select(func.count(Review.id))) == 0


def test_section_sent_without_scripts_stores_only_what_changed(cycle: Cycle, staff: FlaskClient) -> None:
    form = section_form(staff, cycle, **{f"{CODE}-rating": "3", "B.2.4-private_note": SECRET})
    assert staff.post(f"/cycles/{cycle.id}/review/sections/s-2", data=form).status_code == 303
    stored = {row.practice_code: row.content for row in db.session.scalars(select(ReviewItem))}
    assert {code: (one["rating"], one["private_note"]) for code, one in stored.items()} == {
        CODE: (3, ""), "B.2.4": (None, SECRET),
    }  # fmt: skip


def test_section_sent_without_scripts_is_stored_and_goes_on_to_the_next_one(cycle: Cycle, staff: FlaskClient) -> None:
    form = section_form(staff, cycle, **{f"{CODE}-finding_text": "Typed just now."}) | {"then": "next"}
    reply = staff.post(f"/cycles/{cycle.id}/review/sections/s-2", data=form)
    assert (reply.status_code, reply.location) == (303, f"/cycles/{cycle.id}/review/sections/s-3")
    assert texts() == [("Typed just now.", False)]


def test_section_sent_while_its_own_save_is_on_its_way_is_no_conflict(
    cycle: Cycle, reviewer: Person, staff: FlaskClient
) -> None:
    form = section_form(staff, cycle, **{f"{CODE}-finding_text": "Typed and pressed at once."})
    services.record_review_item(cycle.id, CODE, raw("", finding_text="Typed and"), "0", "item-save-1", reviewer.id)
    assert staff.post(f"/cycles/{cycle.id}/review/sections/s-2", data=form).status_code == 303
    assert texts() == [("Typed and", False), ("Typed and pressed at once.", False)]


def test_section_with_one_mistake_stores_nothing_and_keeps_everything(cycle: Cycle, staff: FlaskClient) -> None:
    form = section_form(staff, cycle, **{f"{CODE}-rating": "9", "B.2.4-finding_text": "Ask the state office."})
    reply = staff.post(f"/cycles/{cycle.id}/review/sections/s-2", data=form)
    assert reply.status_code == 422
    assert f'href="#{CODE}-rating"' in reply.text
    assert "Ask the state office." in reply.text
    assert texts() == []


def test_stale_section_shows_both_texts_stores_the_rest_and_a_second_press_decides(
    cycle: Cycle, reviewer: Person, staff: FlaskClient
) -> None:
    mine = {f"{CODE}-finding_text": "mine", "B.2.4-finding_text": "no quarrel"}
    form = section_form(staff, cycle, **mine)
    services.record_review_item(cycle.id, CODE, raw("", finding_text="theirs"), "0", "item-save-1", reviewer.id)
    where = f"/cycles/{cycle.id}/review/sections/s-2"
    reply = staff.post(where, data=form)
    assert reply.status_code == 409
    assert [text in reply.text for text in ("theirs", "mine", "Rosa Reyes")] == [True, True, True]
    assert texts() == [("theirs", False), ("mine", True), ("no quarrel", False)]
    again = section_form(staff, cycle, **mine)
    again |= {name: value + "-2" for name, value in again.items() if name.endswith("save_id")}
    assert staff.post(where, data=again).status_code == 303
    stored = {row.practice_code: row.content["finding_text"] for row in db.session.scalars(select(ReviewItem))}
    assert stored == {CODE: "mine", "B.2.4": "no quarrel"}


def test_stale_fragment_shows_the_other_text_beside_the_field(
    cycle: Cycle, reviewer: Person, staff: FlaskClient
) -> None:
    services.record_review_item(cycle.id, CODE, raw(finding_text="theirs"), "0", "item-save-1", reviewer.id)
    reply = staff.post(
        f"/cycles/{cycle.id}/review/items/{CODE}",
        data=fields(0, "item-save-2", **raw(finding_text="mine")), headers={"HX-Request": "true"},
    )  # fmt: skip
    assert reply.status_code == 409
    assert ["theirs" in reply.text, "Keep mine" in reply.text] == [True, True]


def test_answer_that_does_not_apply_can_be_accepted_or_not(cycle: Cycle, reviewer: Person, staff: FlaskClient) -> None:
    page = staff.get(f"/cycles/{cycle.id}/review/sections/s-2")
    assert page.text.count("Do you accept “not applicable”?") == 1
    assert REASON in page.text
    services.record_review_item(cycle.id, NA, raw("", na_accepted="no"), "0", "item-save-1", reviewer.id)
    assert db.session.scalars(select(ReviewItem)).one().content["na_accepted"] is False


def test_private_note_is_marked_and_reaches_nobody_of_the_program(
    cycle: Cycle, reviewer: Person, staff: FlaskClient, app: Flask
) -> None:
    services.record_review_item(
        cycle.id, CODE, raw(finding="improve", finding_text="Ask twice.", private_note=SECRET), "0", "item-save-1",
        reviewer.id,
    )  # fmt: skip
    page = staff.get(f"/cycles/{cycle.id}/review/sections/s-2").text
    assert [SECRET in page, "Only your partnership sees this." in page] == [True, True]
    with unit_of_work():
        cycle.state, cycle.plan_issued_on = CycleState.PLAN_ISSUED, cycle.submitted_on
    for role in (Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR):
        theirs = app.test_client()
        sign_in(theirs, make_person(role, cycle.program))
        for path in ("review", "review/sections/s-2"):
            assert theirs.get(f"/cycles/{cycle.id}/{path}").status_code == 403
        for path in (
            f"/programs/{cycle.program_id}", f"/cycles/{cycle.id}/answers", f"/cycles/{cycle.id}/scorecard",
            f"/cycles/{cycle.id}/receipt", f"/cycles/{cycle.id}/sections/s-2", f"/cycles/{cycle.id}/summary",
            f"/cycles/{cycle.id}/answers/{CODE}/history",
        ):  # fmt: skip
            reply = theirs.get(path)
            assert (path, reply.status_code, SECRET in reply.text) == (path, 200, False)


def test_other_partnership_and_strangers_find_nothing(cycle: Cycle, app: Flask) -> None:
    for person in (make_person(Role.REVIEWER, make_partnership("elsewhere")), make_person()):
        other = app.test_client()
        sign_in(other, person)
        at = f"/cycles/{cycle.id}/review"
        replies = [
            other.get(at), other.get(f"{at}/sections/s-2"), other.post(f"{at}/sections/s-2"),
            other.post(f"{at}/items/{CODE}", data=fields(0, "item-save-1", **raw())), other.post(f"{at}/contact"),
            other.post(f"{at}/visit"), other.get(f"/partnerships/{cycle.program.partnership_id}/queue"),
        ]  # fmt: skip
        assert [reply.status_code for reply in replies] == [404] * 7
    assert texts() == []


def test_contributor_is_told_that_a_review_is_for_the_partnership(cycle: Cycle, client: FlaskClient) -> None:
    sign_in(client, make_person(Role.CONTRIBUTOR, cycle.program))
    reply = client.post(f"/cycles/{cycle.id}/review/items/{CODE}", data=fields(0, "item-save-1", **raw()))
    assert (reply.status_code, texts()) == (403, [])


@pytest.mark.parametrize(
    ("choice", "becomes"),
    [("mine", "mine"), ("theirs", "theirs"), ("both", "theirs\n\n* * *\n\nmine")],
)
def test_choice_between_two_texts_without_scripts_is_stored_and_no_text_is_lost(
    cycle: Cycle, reviewer: Person, staff: FlaskClient, choice: str, becomes: str
) -> None:
    services.record_review_item(cycle.id, CODE, raw("3", finding_text="theirs"), "0", "item-save-1", reviewer.id)
    where = f"/cycles/{cycle.id}/review/sections/s-2"
    data = fields(0, "item-save-2", **raw("", finding_text="mine"))
    page = staff.post(where, data=data)
    assert (page.status_code, page.text.count("Which one shall stay?")) == (409, 1)
    again = fields(1, "item-save-3", **raw("", finding_text="mine"), keep=choice)
    assert staff.post(where, data=again).status_code == 303
    assert db.session.scalars(select(ReviewItem)).one().content["finding_text"] == becomes
    assert {"mine", "theirs", becomes} == {text for text, _ in texts()}
