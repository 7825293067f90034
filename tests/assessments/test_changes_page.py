"""The page of changes after submitting, the receipt, and what everybody reads on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from portal.assessments.models import Amendment, AmendmentState
from portal.cycles.models import CycleState
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from tests.factories import make_person

from .amendments import Cast, make_cast, words

CODE, OTHER = "B.2.3", "B.2.5"


@pytest.fixture
def cast(staged: Callable[..., Cast]) -> Cast:
    return staged(make_cast)


def newest() -> Amendment:
    db.session.rollback()
    return db.session.scalars(select(Amendment).order_by(Amendment.id.desc()).limit(1)).one()


def test_receipt_and_its_mail_say_what_happens_next_by_day(cast: Cast) -> None:
    page = words(cast.client(cast.contributor).get(cast.at("receipt")).text)
    mail = db.session.scalars(select(Message).where(Message.key.like("submitted:%"))).one().text
    for step in (
        ("Your partnership gets in touch to set up the onsite review", "by October 15, 2026"),
        ("Onsite review", "between October 29, 2026 and November 12, 2026"),
        ("Results, with your Improvement & Innovation Plan", "within 2 weeks after the onsite review"),
    ):
        assert [" ".join(step).replace("&", "&amp;") in page, ": ".join(step) in mail] == [True, True]
    assert "received it on October 1, 2026, sent by Ada Admin" in page
    assert "Told by mail Ada Admin, Rosa Reyes" in page
    assert "Told by mail: Ada Admin, Rosa Reyes" in mail
    code = re.search(r"Content code (\w{12})", page).group(1)
    assert f"Content code: {code}" in mail
    assert "In practice" not in mail


def test_receipt_keeps_the_promised_days_and_says_what_was_done(cast: Cast) -> None:
    with unit_of_work():
        cast.cycle.state, cast.cycle.contacted_on = CycleState.CONTACTED, date(2026, 10, 5)
    page = words(cast.client(cast.administrator).get(cast.at("receipt")).text)
    assert "set up the onsite review done on October 5, 2026" in page
    assert "between October 29, 2026 and November 12, 2026" in page


def test_submitted_section_says_what_one_can_still_do(cast: Cast) -> None:
    page = cast.client(cast.contributor).get(cast.at("sections/s-2")).text
    assert "Your answers stay as you sent them and no longer change." in page
    assert ["<textarea" in page, "data-save" in page] == [False, False]
    for where in ("answers", "receipt", "changes", f"changes?code={CODE}"):
        assert f'href="{cast.at(where)}"' in page
    ticked = cast.client(cast.contributor).get(cast.at(f"changes?code={CODE}")).text
    assert f'value="{CODE}" checked' in ticked


def test_whole_round_through_the_pages(cast: Cast, clock) -> None:
    program, staff = cast.client(cast.administrator), cast.client(cast.reviewer)
    asked = {"code": [CODE, OTHER], "reason": "Wrong form."}
    assert program.post(cast.at("changes/ask"), data=asked).status_code == 303
    page = staff.get(cast.at("changes")).text
    assert ["Wrong form." in page, page.count("checked") == 2] == [True, True]
    for where in (f"/programs/{cast.program.id}", cast.at("review")):
        assert "The program asks to change B.2.3, B.2.5." in staff.get(where).text
    assert "Asks to change answers" in staff.get(f"/partnerships/{cast.program.partnership_id}/queue").text
    assert "asks to change answers" in staff.get(f"/partnerships/{cast.program.partnership_id}").text
    opened = {"amendment": newest().id, "code": CODE, "note": "Only this one.", "due_on": "2026-10-09"}
    assert staff.post(cast.at("changes/reopen"), data=opened).status_code == 303
    page = program.get(cast.at("changes")).text
    assert ["until October 9, 2026" in page, "Only this one." in page] == [True, True]
    page = program.get(cast.at("sections/s-2")).text
    assert [page.count("<textarea"), f'id="{CODE}-notes"' in page, f'id="{OTHER}-notes"' in page] == [1, True, False]
    assert f'A change counts once it is sent: <a href="{cast.at("changes")}">see and send your changes</a>.' in page
    cast.type(CODE, notes="Two checks, now three.")
    page = words(program.get(cast.at("changes")).text)
    assert "added: Two" in page
    assert "Two checks" not in staff.get(cast.at("changes")).text  # not sent yet, so the program's own
    assert "Two checks" not in staff.get(cast.at("answers")).text
    reply = program.post(cast.at("changes/send"), data={"amendment": newest().id})
    assert (reply.status_code, reply.location) == (303, cast.at("receipt"))
    page = words(program.get(cast.at("receipt")).text)
    assert "Copy 2: with changes" in page
    assert "Changed: B.2.3." in page
    assert "Two checks" in staff.get(cast.at("answers")).text
    first = staff.get(cast.at("copies/1")).text
    assert ["Two checks" in first, "This is an earlier copy, kept unchanged." in first] == [False, True]
    assert staff.get(cast.at("copies/3")).status_code == 404


def test_refused_request_keeps_its_ticks_and_its_text(cast: Cast) -> None:
    client = cast.client(cast.contributor)
    reply = client.post(cast.at("changes/ask"), data={"code": [CODE, "Z.9"], "reason": "Because of that."})
    assert (reply.status_code, "There is no practice Z.9." in reply.text) == (422, True)
    assert [f'value="{CODE}" checked' in reply.text, "Because of that." in reply.text] == [True, True]
    reply = client.post(cast.at("changes/ask"), data={"reason": "x" * 2001})
    assert (reply.status_code, "Tick at least one practice" in reply.text, "x" * 2001 in reply.text) == (
        422,
        True,
        True,
    )
    assert client.post(cast.at("changes/ask"), data={"code": CODE, "reason": "nul \x00"}).status_code == 422


@pytest.mark.parametrize("due", ["", "soon", "2026-09-30", "2028-01-01"])
def test_refused_reopening_keeps_what_staff_typed(cast: Cast, due: str) -> None:
    reply = cast.client(cast.reviewer).post(
        cast.at("changes/reopen"), data={"code": CODE, "note": "Which form?", "due_on": due}
    )
    assert reply.status_code == 422
    assert [f'value="{CODE}" checked' in reply.text, "Which form?" in reply.text, f'value="{due}"' in reply.text] == [
        True
    ] * 3
    assert db.session.scalar(select(Amendment.id)) is None


def test_second_person_to_answer_a_request_is_told_and_keeps_the_text(cast: Cast) -> None:
    asked, client = cast.ask(CODE), cast.client(cast.reviewer)
    cast.open(CODE, asked=asked)
    reply = client.post(cast.at("changes/decline"), data={"amendment": asked.id, "decline_reason": "We saw the form."})
    assert reply.status_code == 422
    assert ["The practices are open for changes by now" in reply.text, newest().state] == [True, AmendmentState.OPEN]
    assert "We saw the form." in reply.text
    wild = {"amendment": "9" * 30, "decline_reason": "So."}
    assert client.post(cast.at("changes/decline"), data=wild).status_code == 422


def test_second_request_of_a_program_is_told_of_the_first_and_keeps_its_text(cast: Cast) -> None:
    cast.ask(CODE)
    data = {"code": OTHER, "reason": "Another one <b>."}
    reply = cast.client(cast.administrator).post(cast.at("changes/ask"), data=data)
    assert reply.status_code == 422
    assert ["A request of your program waits already." in reply.text, "Another one &lt;b&gt;." in reply.text] == [
        True,
        True,
    ]


def test_reader_and_contributor_see_what_is_open_but_only_administrators_send(cast: Cast) -> None:
    round_ = cast.open(CODE)
    reader = make_person(Role.READER, cast.program)
    cast.type(CODE, notes="In between.")
    for person, asks in ((reader, False), (cast.contributor, True)):
        client = cast.client(person)
        page = client.get(cast.at("changes")).text
        assert ["between." in page, "Send the changes" in page] == [True, False]
        assert client.post(cast.at("changes/send"), data={"amendment": round_.id}).status_code == 403
        assert client.post(cast.at("changes/ask")).status_code == (422 if asks else 403)
    assert newest().state is AmendmentState.OPEN


def test_typed_text_survives_a_section_closed_meanwhile(cast: Cast) -> None:
    from portal.assessments import amending

    round_, client = cast.open(CODE), cast.client(cast.contributor)
    form = {f"{CODE}-status": "in_practice", f"{CODE}-rating": "5", f"{CODE}-notes": "A long thought.",
            f"{CODE}-version": "1", f"{CODE}-save_id": "late-save-1"}  # fmt: skip
    amending.close(cast.cycle.id, round_.id, "Time is up.", cast.reviewer.id, "http://localhost")
    own = {"Sec-Fetch-Site": "same-origin"}
    late = client.post(cast.at("sections/s-2"), data=form, headers=own)
    assert (late.status_code, "A long thought." in late.text, "no longer change" in late.text) == (409, True, True)
    wrong = client.post(cast.at("sections/s-2"), data=form | {f"{CODE}-rating": "9"}, headers=own)
    assert (wrong.status_code, "A long thought." in wrong.text) == (422, True)
    typed = client.post(cast.at(f"answers/{CODE}"), data=form, headers=own | {"HX-Request": "true"})
    assert (typed.status_code, "kept in “Earlier versions”" in typed.text) == (409, True)


def test_administrator_sends_only_what_the_page_showed(cast: Cast, caplog) -> None:
    cast.open(CODE)
    cast.type(CODE, notes="First thought.")
    client = cast.client(cast.administrator)
    form = dict(re.findall(r'name="(amendment|seen)" value="(\w+)"', client.get(cast.at("changes")).text))
    cast.type(CODE, "typed-save-2", notes="Second thought.")
    reply = client.post(cast.at("changes/send"), data=form)
    assert [reply.status_code, "A colleague changed an answer" in reply.text, "Second" in reply.text] == [
        422,
        True,
        True,
    ]
    assert f"amendments.send refused for person {cast.administrator.id}: A colleague changed" in caplog.text
    form = dict(re.findall(r'name="(amendment|seen)" value="(\w+)"', reply.text))
    cast.type(CODE, "typed-save-3", notes="Second thought.")  # the same words once more change nothing
    assert [client.post(cast.at("changes/send"), data=form).status_code for _ in range(2)] == [303, 303]


def test_page_takes_as_many_queries_for_one_round_as_for_three(cast: Cast, count_queries) -> None:
    client = cast.client(cast.reviewer)
    cast.amend(CODE, notes="One.")
    client.get(cast.at("changes"))
    one = count_queries(lambda: client.get(cast.at("changes")))
    for text in ("Two.", "Three."):
        cast.amend(OTHER, notes=text)
    assert count_queries(lambda: client.get(cast.at("changes"))) == one


def test_made_up_practice_writes_no_line_of_its_own_into_the_log(cast: Cast, caplog) -> None:
    asked = {"code": "B\nERROR forged\x1b[31m", "reason": "We mixed up two forms."}
    assert cast.client(cast.contributor).post(cast.at("changes/ask"), data=asked).status_code == 422
    lines = [one.getMessage() for one in caplog.records if one.name == "portal.assessments"]
    assert lines == [
        f"amendments.ask refused for person {cast.contributor.id}: There is no practice BERROR forged[31m."
    ]
