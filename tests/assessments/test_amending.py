"""Changing single answers after submitting: asked, opened, sent as a new copy; everything else stands still."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.assessments import amending, queries, services
from portal.assessments.amendments import copies_of, copies_shown, under_way
from portal.assessments.judging import judge_again
from portal.assessments.models import Amendment, AmendmentState, AnswerVersion, Judgement, Submission
from portal.assessments.services import AnswersFrozen
from portal.cycles.models import CycleState
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Refused
from portal.foundation.outbox import Message
from rules.answers import Answer
from tests.factories import raw_answer

from .amendments import DUE, URL, Cast, make_cast

CODE, OTHER = "B.2.3", "B.2.5"


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(make_cast)


def deeds(cast: Cast) -> list[str]:
    mine = select(AuditEntry.deed).where(AuditEntry.cycle_id == cast.cycle.id, AuditEntry.deed.contains("change"))
    return list(db.session.scalars(mine.order_by(AuditEntry.id)))


def test_request_waits_and_tells_staff_without_its_reason(cast: Cast) -> None:
    asked = cast.ask(OTHER, CODE)
    assert (asked.state, asked.asked_codes, asked.reason) == (
        AmendmentState.ASKED,
        [CODE, OTHER],
        "We mixed up two forms.",
    )
    assert cast.mails("amend-asked") == [("Rosa Reyes", "Asks to change answers: Harbor Light")]
    text = db.session.scalars(select(Message.text).where(Message.key.like("amend-asked:%"))).one()
    assert "practices B.2.3, B.2.5" in text
    assert f"{URL}/cycles/{cast.cycle.id}/changes\n" in text
    assert "mixed up" not in text
    assert cast.ask(OTHER, CODE).id == asked.id  # pressed twice
    assert len(cast.mails("amend-asked")) == 1
    with pytest.raises(AnswersFrozen):
        cast.type(CODE, notes="Nobody opened this yet.")


def test_only_opened_practices_can_be_changed(cast: Cast) -> None:
    cast.open(CODE, asked=cast.ask(CODE, OTHER))
    assert cast.type(CODE, notes="Three checks.").version == 2
    with pytest.raises(AnswersFrozen) as refusal:
        cast.type(OTHER, notes="Not this one.")
    assert (
        refusal.value.sentence == "B.2.5 was submitted and is not open for changes; open now: B.2.3. "
        "Your text is not part of it, but it is kept in “Earlier versions”."
    )
    assert (cast.stored(CODE).content["notes"], cast.stored(OTHER).content["notes"]) == ("Three checks.", "")
    # until it is sent, everything that reads answers reads the copy
    assert queries.answers_of(cast.cycle)[CODE].notes == ""
    assert cast.mails("amend-open") == [
        ("Ada Admin", "Please look at your answers by October 15, 2026: Harbor Light"),
        ("Cora Contributor", "Please look at your answers by October 15, 2026: Harbor Light"),
    ]


def test_whole_section_sent_by_a_made_up_form_changes_only_what_is_open(cast: Cast) -> None:
    cast.open(CODE)
    client = cast.client(cast.contributor)
    form = {}
    for code in (CODE, OTHER):
        form |= {f"{code}-status": "in_practice", f"{code}-rating": "5", f"{code}-version": "1",
                 f"{code}-save_id": f"made-up-{code.replace('.', '-')}", f"{code}-notes": "Typed at length."}  # fmt: skip
    reply = client.post(cast.at("sections/s-2"), data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert (reply.status_code, "B.2.5 was submitted and is not open" in reply.text) == (409, True)
    assert "Typed at length." in reply.text
    assert [cast.stored(code).version for code in (CODE, OTHER)] == [2, 1]
    assert [row.refused for row in queries.versions_of(cast.cycle.id, OTHER)] == [True]
    form = {name: text for name, text in form.items() if name.startswith(CODE)}
    reply = client.post(cast.at("sections/s-2"), data=form)
    assert (reply.status_code, reply.location) == (303, cast.at("changes"))
    assert [cast.stored(code).version for code in (CODE, OTHER)] == [2, 1]


def test_sending_freezes_a_new_copy_and_keeps_the_first(cast: Cast, clock) -> None:
    first = queries.submission_of(cast.cycle)
    before = (first.content, first.content_hash, first.submitted_at)
    card = queries.scorecard_of(cast.cycle)
    clock.go(days=1)
    round_ = cast.open(CODE, OTHER)
    cast.type(CODE, status="not_in_practice", rating="", notes="It was never written down.")
    sent = cast.send(round_)
    assert cast.send(round_).id == sent.id  # pressed twice
    db.session.refresh(cast.cycle)
    assert (cast.cycle.state, cast.cycle.reopened, cast.cycle.submitted_on) == (
        CycleState.SUBMITTED,
        [],
        date(2026, 10, 1),
    )
    copies = copies_of(cast.cycle)
    assert [copy.number for copy in copies] == [1, 2]
    assert (copies[0].content, copies[0].content_hash, copies[0].submitted_at) == before
    assert copies[1].content_hash != copies[0].content_hash
    old, new = (json.loads(copy.content)["answers"] for copy in copies)
    assert {code for code in new if new[code] != old[code]} == {CODE}
    assert queries.submission_of(cast.cycle).id == copies[1].id == sent.submission_id
    assert queries.scorecard_of(cast.cycle).core.in_practice == card.core.in_practice - 1
    judged = db.session.scalars(select(Judgement).order_by(Judgement.id)).all()
    assert [(one.cause, one.submission_id) for one in judged] == [
        ("submitted", copies[0].id),
        ("amended", copies[1].id),
    ]
    page = cast.client(cast.reviewer).get(cast.at("judgements")).text
    assert "B.2.3 counts as not in practice; before, as in practice." in page
    assert [one.practice.code for one in copies_shown(cast.cycle)[0].amended] == [CODE]
    assert cast.mails("amended") == [("Ada Admin", "We have your changes: Harbor Light")]
    assert cast.mails("amended-staff") == [("Rosa Reyes", "Changed answers to look at: Harbor Light")]
    assert deeds(cast) == ["practices opened for changes", "changes sent"]
    with pytest.raises(AnswersFrozen):
        cast.type(CODE, "typed-save-2", notes="Too late.")


def test_notes_alone_are_judged_again_under_their_own_copy(cast: Cast) -> None:
    cast.amend(CODE, notes="The same, said better.")
    assert [row.cause for row in db.session.scalars(select(Judgement).order_by(Judgement.id))] == [
        "submitted",
        "amended",
    ]
    assert judge_again() == 0
    with unit_of_work() as session:  # a server that ended before the rules had answered
        session.delete(queries.judgement_of(cast.cycle))
    assert judge_again() == 1
    assert queries.judgement_of(cast.cycle).submission_id == queries.submission_of(cast.cycle).id


def test_results_of_a_copy_nobody_judged_yet_are_not_those_of_the_copy_before(cast: Cast) -> None:
    before = queries.scorecard_of(cast.cycle).core.in_practice
    cast.amend(CODE, status="not_in_practice", rating="")
    with unit_of_work() as session:
        session.delete(queries.judgement_of(cast.cycle))
    assert queries.scorecard_of(cast.cycle).core.in_practice == before - 1


def test_sending_without_a_change_or_with_a_gap_is_refused(cast: Cast) -> None:
    round_ = cast.open(CODE)
    with pytest.raises(Refused) as refusal:
        cast.send(round_)
    assert "Nothing is different" in refusal.value.problems[0].sentence
    cast.type(CODE, rating="")
    with pytest.raises(Refused) as refusal:
        cast.send(round_)
    assert [(one.field, one.sentence) for one in refusal.value.problems] == [
        (CODE, "B.2.3: Choose a rating from 1 to 5.")
    ]
    assert db.session.scalar(select(func.count(Submission.id))) == 1


@pytest.mark.parametrize("how", ["leave", "close"])
def test_ending_without_sending_puts_the_submitted_answer_back_and_keeps_what_was_typed(cast: Cast, how: str) -> None:
    round_ = cast.open(CODE)
    cast.type(CODE, notes="Three pages of thought.")
    for _ in range(2):
        if how == "leave":
            amending.leave(cast.cycle.id, round_.id, cast.administrator.id, URL)
        else:
            amending.close(cast.cycle.id, round_.id, "We talked on the phone.", cast.reviewer.id, URL)
    db.session.refresh(cast.cycle)
    assert (cast.cycle.reopened, under_way(cast.cycle)) == ([], None)
    assert cast.stored(CODE).content == queries.answers_of(cast.cycle)[CODE].as_dict()
    kept = [row.content["notes"] for row in queries.versions_of(cast.cycle.id, CODE)]
    assert sorted(kept) == ["", "Three pages of thought."]
    assert db.session.scalar(select(func.count(Submission.id))) == 1
    told = {"leave": ("amend-withdrawn", "Rosa Reyes"), "close": ("amend-closed", "Ada Admin")}[how]
    assert [name for name, _ in cast.mails(told[0])] == [told[1]]


def test_declining_tells_the_asker_and_leaves_everything(cast: Cast) -> None:
    asked = cast.ask(CODE)
    with pytest.raises(Refused):
        amending.decline(cast.cycle.id, asked.id, "  ", cast.reviewer.id, URL)
    for _ in range(2):
        declined = amending.decline(cast.cycle.id, asked.id, "We saw the form.", cast.reviewer.id, URL)
    assert (declined.state, declined.note) == (AmendmentState.DECLINED, "We saw the form.")
    assert [name for name, _ in cast.mails("amend-declined")] == ["Ada Admin", "Cora Contributor"]
    assert cast.ask(CODE).id != asked.id  # may be asked again


def test_staff_open_more_while_a_round_is_open(cast: Cast) -> None:
    round_ = cast.open(CODE)
    cast.type(CODE, notes="In between.")
    more = amending.reopen(cast.cycle.id, round_.id, [OTHER], "And this one.", DUE, cast.reviewer.id, URL)
    db.session.refresh(cast.cycle)
    assert (more.id, more.codes, cast.cycle.reopened) == (round_.id, [CODE, OTHER], [CODE, OTHER])
    assert cast.stored(CODE).content["notes"] == "In between."
    with pytest.raises(OutOfOrder) as refusal:
        cast.ask("B.3.1")
    assert "open for changes already: B.2.3, B.2.5" in refusal.value.sentence


def test_steps_out_of_order_are_refused_and_change_nothing(cast: Cast) -> None:
    who, here = cast.administrator.id, cast.cycle.id
    asked = cast.ask(CODE)
    amending.withdraw(here, asked.id, who, URL)
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    steps = (
        lambda: cast.send(asked),  # nothing was opened
        lambda: amending.leave(here, asked.id, who, URL),
        lambda: amending.close(here, asked.id, "So.", cast.reviewer.id, URL),
        lambda: amending.decline(here, asked.id, "So.", cast.reviewer.id, URL),
        lambda: amending.reopen(here, asked.id, [CODE], "", DUE, cast.reviewer.id, URL),  # withdrawn meanwhile
        lambda: amending.send(here, 999_999, who, URL),
    )
    for step in steps:
        with pytest.raises((OutOfOrder, Refused)) as refusal:
            step()
        assert refusal.value.sentence
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before
    assert [row.state for row in db.session.scalars(select(Amendment))] == [AmendmentState.WITHDRAWN]


def test_answers_of_a_closed_cycle_are_closed_to_changes(cast: Cast) -> None:
    with unit_of_work():
        cast.cycle.state, cast.cycle.closed_on = CycleState.CLOSED, date(2026, 10, 1)
    for step in (lambda: cast.ask(CODE), lambda: cast.open(CODE)):
        with pytest.raises(OutOfOrder) as refusal:
            step()
        assert refusal.value.sentence.startswith("This cycle is closed.")


def test_answer_to_an_earlier_cycle_is_its_newest_copy(cast: Cast) -> None:
    from portal.rulebooks.material import pieces_of
    from tests.factories import answer_all, make_cycle

    cast.amend(CODE, notes="Newest words.")
    later = make_cycle(cast.program, number=2)
    answer_all(later, cast.administrator)
    assert queries.previous_of(later).answers[CODE].notes == "Newest words."
    pieces = pieces_of([cast.cycle.id, later.id])
    assert pieces[0].assessment.answers[CODE].notes == "Newest words."
    assert pieces[1].assessment.previous.answers[CODE].notes == "Newest words."
    services.submit(later.id, cast.administrator.id, URL)
    from portal.recognition.comparing import comparison_of

    assert comparison_of(later).old.id == cast.cycle.id


def test_second_amendment_builds_on_the_first(cast: Cast) -> None:
    cast.amend(CODE, notes="First change.")
    cast.amend(OTHER, notes="Second change.")
    answers = queries.answers_of(cast.cycle)
    assert (answers[CODE].notes, answers[OTHER].notes) == ("First change.", "Second change.")
    assert [copy.number for copy in copies_of(cast.cycle)] == [1, 2, 3]
    assert Answer.from_dict(cast.stored(CODE).content) == answers[CODE]


def test_practice_nobody_answered_can_be_opened_and_answered(cast: Cast) -> None:
    with unit_of_work() as session:  # as after a move to rules that ask one practice more
        session.delete(cast.stored(CODE))
        session.execute(AnswerVersion.__table__.delete().where(AnswerVersion.practice_code == CODE))
        copy = queries.submission_of(cast.cycle)
        plain = json.loads(copy.content)
        del plain["answers"][CODE]
        copy.content = json.dumps(plain)
    round_ = cast.open(CODE)
    services.record_answer(cast.cycle.id, CODE, raw_answer(), "0", "first-save-1", cast.contributor.id)
    cast.send(round_)
    assert queries.answers_of(cast.cycle)[CODE].rating == 4
