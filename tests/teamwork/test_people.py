"""Inviting people, changing what they do, taking them off: told exactly, mailed once, effective at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from portal.accounts import tries
from portal.accounts.models import Invitation, Membership, Person, SignInTry
from portal.assessments import services as assessments
from portal.foundation import outbox
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.letters import daily
from portal.teamwork.people import read_invitees
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, make_program, raw_answer

from .conftest import Cast


def roles(program_id: int) -> dict[str, str]:
    """Return each person's role by e-mail address."""
    db.session.rollback()
    rows = select(Person.email, Membership.role).join(Membership).where(Membership.program_id == program_id)
    return {email: role.value for email, role in db.session.execute(rows)}


def mails(email: str) -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.to_email == email).order_by(Message.id)))


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("ana@example.org", [("ana@example.org", "")]),
        ("Ana Núñez ana@example.org\nbo@example.org", [("ana@example.org", "Ana Núñez"), ("bo@example.org", "")]),
        ("a@example.org, b@example.org;c@example.org", [("a@example.org", ""), ("b@example.org", ""), ("c@example.org", "")]),
        ('"Keane, Maria" <m@example.org>; Jo <j@example.org>', [("m@example.org", "Keane, Maria"), ("j@example.org", "Jo")]),
        ("A@example.org\na@example.org", [("A@example.org", "")]),
        ("not an address\n\n", [("not an address", "")]),
        ("", []),
    ],
)  # fmt: skip
def test_pasted_addresses_are_read_as_people_write_them(pasted: str, read: list[tuple[str, str]]) -> None:
    assert [(one.email, one.name) for one in read_invitees(pasted)] == read


def test_program_administrator_invites_several_and_each_outcome_is_told(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    known = cast.bo.email
    data = {"role": "reader", "addresses": f"Kim Vo kim@example.org\nsam.ode@example.org\n{known}\nnot-an-address"}
    reply = client.post(at, data=data)
    assert reply.status_code == 422
    assert [re.sub(r"<.*?>", "", line) for line in re.findall(r"<li>(<strong>.*?)</li>", reply.text)] == [
        "kim@example.org: invited, a mail is on its way",
        "not-an-address: not an e-mail address, nothing was sent",
        f"{known}: on this program already as contributor, no mail was sent",
        "sam.ode@example.org: invited, a mail is on its way",
    ]
    assert re.search(r'<textarea id="addresses"[^>]*>\n(.*?)</textarea>', reply.text)[1] == "not-an-address"
    assert roles(cast.program.id)["kim@example.org"] == "reader"
    assert (len(mails("kim@example.org")), len(mails(known))) == (1, 0)
    assert db.session.scalars(select(Person.name).where(Person.email == "sam.ode@example.org")).one() == "Sam Ode"


def test_invitation_says_who_invites_and_what_the_role_may_do(cast: Cast) -> None:
    reply = cast.client(cast.ana).post(
        f"/programs/{cast.program.id}/people", data={"role": "reader", "addresses": "kim@example.org"}
    )
    assert reply.status_code == 303
    mail = mails("kim@example.org")[0]
    assert mail.subject == "Your invitation to the NQMS Portal: Harbor Mentors"
    assert "Ana Núñez made you a reader for Harbor Mentors" in mail.text
    assert "A reader may read and discuss, not change answers." in mail.text


def test_same_paste_twice_mails_nobody_twice(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    for _ in range(2):
        client.post(at, data={"role": "contributor", "addresses": "kim@example.org\nKIM@example.org"})
    assert len(mails("kim@example.org")) == 1
    assert "On this program already, so no mail was sent: kim@example.org." in client.get(at).text


@pytest.mark.parametrize("data", [{"addresses": "kim@example.org"}, {"addresses": "kim@example.org", "role": "reviewer"},
                                  {"addresses": "", "role": "reader"},
                                  {"addresses": " ".join(f"p{n}@example.org" for n in range(31)), "role": "reader"}])  # fmt: skip
def test_invitation_that_cannot_be_read_sends_nothing_and_keeps_the_text(cast: Cast, data: dict[str, str]) -> None:
    reply = cast.client(cast.ana).post(f"/programs/{cast.program.id}/people", data=data)
    assert (reply.status_code, db.session.scalar(select(func.count(Message.id)))) == (422, 0)
    assert data["addresses"] in reply.text


def test_partnership_administrator_invites_and_others_may_not(cast: Cast) -> None:
    at, data = f"/programs/{cast.program.id}/people", {"role": "contributor", "addresses": "kim@example.org"}
    assert [cast.client(one).post(at, data=data).status_code for one in (cast.bo, cast.ria, cast.staff)] == [
        403,
        403,
        303,
    ]
    pages = [cast.client(one).get(at).text for one in (cast.bo, cast.staff)]
    assert ["Send the invitations" in page for page in pages] == [False, True]
    assert ["kim@example.org" in page for page in pages] == [False, True]


def test_invited_person_starts_and_may_put_the_name_right(cast: Cast) -> None:
    cast.client(cast.ana).post(
        f"/programs/{cast.program.id}/people", data={"role": "contributor", "addresses": "kv82@example.org"}
    )
    link = re.search(r"http://localhost(\S+)", mails("kv82@example.org")[0].text)[1]
    client = cast.app.test_client()
    assert 'value="Kv82"' in client.get(link).text
    refused = client.post(link, data={"name": "", "new": "three calm words"})
    assert (refused.status_code, "Enter your name." in refused.text) == (422, True)
    assert client.post(link, data={"name": "Kim Vo", "new": "three calm words"}).status_code == 303
    assert client.get(f"/programs/{cast.program.id}").status_code == 200
    assert db.session.scalars(select(Person.name).where(Person.email == "kv82@example.org")).one() == "Kim Vo"


def test_role_is_changed_and_noted(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people/{cast.bo.id}"
    email = cast.bo.email
    assert client.post(f"{at}/role", data={"role": "program_administrator"}).status_code == 303
    assert client.post(f"{at}/role", data={"role": "program_administrator"}).status_code == 303
    assert roles(cast.program.id)[email] == "program_administrator"
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "role changed")).all()
    assert [(row.person_id, row.detail["changed"], row.detail["role"]) for row in rows] == [
        (cast.ana.id, cast.bo.id, "program_administrator")
    ]


def test_last_administrator_stays(cast: Cast) -> None:
    client, at = cast.client(cast.staff), f"/programs/{cast.program.id}/people/{cast.ana.id}"
    email = cast.ana.email
    replies = [client.post(f"{at}/role", data={"role": "reader"}), client.post(f"{at}/take-off", data={"sure": "yes"})]
    assert [reply.status_code for reply in replies] == [422, 422]
    assert all("only administrator. Make somebody else an administrator first." in reply.text for reply in replies)
    assert roles(cast.program.id)[email] == "program_administrator"


def test_administrator_who_never_came_is_not_the_one_who_is_left(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    client.post(at, data={"role": "program_administrator", "addresses": "kim@example.org"})
    assert client.post(f"{at}/{cast.ana.id}/role", data={"role": "reader"}).status_code == 422
    link = re.search(r"http://localhost(\S+)", mails("kim@example.org")[0].text)[1]
    cast.app.test_client().post(link, data={"name": "Kim Vo", "new": "three calm words"})
    assert client.post(f"{at}/{cast.ana.id}/role", data={"role": "reader"}).status_code == 303


def test_person_taken_off_loses_access_on_open_pages_and_answers_stay(cast: Cast) -> None:
    bo, admin = cast.client(cast.bo), cast.client(cast.ana)
    section, here = f"/cycles/{cast.cycle.id}/sections/s-2", f"/cycles/{cast.cycle.id}/sections/s-2/here"
    assessments.record_answer(cast.cycle.id, "B.2.5", raw_answer(notes="written by Bo"), "0", "save-of-bo", cast.bo.id)
    admin.post(f"/cycles/{cast.cycle.id}/who", data={"s-2-had": "", "s-2": str(cast.bo.id)})
    assert (bo.get(section).status_code, bo.post(here).status_code) == (200, 204)
    at = f"/programs/{cast.program.id}/people/{cast.bo.id}/take-off"
    refused = admin.post(at)
    assert (refused.status_code, "Tick the box to confirm that Bo Lund loses access." in refused.text) == (422, True)
    assert admin.post(at, data={"sure": "yes"}).status_code == 303
    save = {"B.2.5-version": "1", "B.2.5-save_id": "another-save", "B.2.5-notes": "too late"}
    replies = (bo.get(section), bo.post(here), bo.post(f"/cycles/{cast.cycle.id}/answers/B.2.5", data=save))
    assert [reply.status_code for reply in replies] == [404, 404, 404]
    page = admin.get(section).text
    assert ["written by Bo" in page, "Given to Bo" in page, "Bo Lund is on" in page] == [True, False, False]
    assert "Bo Lund" in admin.get(f"/cycles/{cast.cycle.id}/answers/B.2.5/history").text
    assert admin.post(at, data={"sure": "yes"}).status_code == 404  # a second press finds nobody there


def test_mail_that_waits_for_a_person_taken_off_is_not_sent(cast: Cast) -> None:
    admin, email = cast.client(cast.ana), cast.bo.email
    admin.post(f"/cycles/{cast.cycle.id}/who", data={"s-2-had": "", "s-2": str(cast.bo.id)})
    admin.post(
        f"/cycles/{cast.cycle.id}/answers/B.2.5/talk", data={"text": "@Bo and @Ria, look", "save_id": "one-save"}
    )
    admin.post(f"/programs/{cast.program.id}/people/{cast.bo.id}/take-off", data={"sure": "yes"})
    assert [one.waits for one in mails(email)] == [False, False]
    assert [one.waits for one in mails(cast.ria.email)] == [True]


FIELDS = {"program": "Any", "partnership": "Any", "link": "http://localhost/x", "topic": "Help"}


def letter(cast: Cast, kind: str, key: str, link: str, listed: bool = True) -> None:
    """Let a letter of the partnership wait for Bo."""
    fields = FIELDS | {"link": f"http://localhost{link}"}
    with unit_of_work():
        outbox.write(kind, key, cast.bo, fields, cast.partnership.id, listed=listed)


def waiting(email: str) -> list[tuple[str, bool]]:
    return [(one.key, one.waits) for one in mails(email)]


def test_all_mail_of_the_partnership_is_held_back_from_somebody_with_no_place_left(
    cast: Cast, clock: StandingClock
) -> None:  # fmt: skip
    elsewhere = make_partnership("elsewhere")
    letter(cast, "help-asked", "one", f"/programs/{cast.program.id}")
    letter(cast, "help-asked", "two", "/nowhere")
    with unit_of_work():
        outbox.write("help-asked", "three", cast.bo, FIELDS, elsewhere.id)
    assert waiting(cast.bo.email) == [("one", True), ("two", True), ("three", True)]
    take_off(cast)
    assert waiting(cast.bo.email) == [("one", False), ("two", False), ("three", True)]
    clock.go(days=2)
    daily.gather()
    assert [one.waits for one in mails(cast.bo.email) if one.key.startswith("daily:")] == [True]
    carried = {one.key: one.gathered_into_id is not None for one in mails(cast.bo.email)}
    assert [carried[key] for key in ("one", "two", "three")] == [False, False, True]


def test_mail_about_another_program_still_leaves_even_out_of_a_mail_of_the_day_held_back(
    cast: Cast, clock: StandingClock
) -> None:  # fmt: skip
    other = make_program(cast.partnership, name="Second Mentors")
    with unit_of_work() as session:
        session.add(Membership(person_id=cast.bo.id, role=Role.READER, program_id=other.id))
    letter(cast, "help-asked", "here", f"/programs/{cast.program.id}/help")
    letter(cast, "help-asked", "there", f"/programs/{other.id}/help")
    clock.go(days=2)
    daily.gather()
    digest = next(one.key for one in mails(cast.bo.email) if one.key.startswith("daily:"))
    assert waiting(cast.bo.email) == [("here", False), ("there", False), (digest, True)]
    take_off(cast)
    assert waiting(cast.bo.email) == [("here", False), ("there", True), (digest, False)]


def take_off(cast: Cast) -> None:
    at = f"/programs/{cast.program.id}/people/{cast.bo.id}/take-off"
    assert cast.client(cast.ana).post(at, data={"sure": "yes"}).status_code == 303


def test_administrator_who_leaves_goes_home(cast: Cast) -> None:
    make_person(Role.PROGRAM_ADMINISTRATOR, cast.program)
    client = cast.client(cast.ana)
    reply = client.post(f"/programs/{cast.program.id}/people/{cast.ana.id}/take-off", data={"sure": "yes"})
    assert (reply.status_code, reply.location) == (303, "/home")
    assert client.get(f"/programs/{cast.program.id}").status_code == 404


def test_open_invitation_of_a_person_taken_off_is_over(cast: Cast) -> None:
    admin, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    admin.post(at, data={"role": "contributor", "addresses": "kim@example.org"})
    link = re.search(r"http://localhost(\S+)", mails("kim@example.org")[0].text)[1]
    kim = db.session.scalars(select(Person.id).where(Person.email == "kim@example.org")).one()
    assert cast.app.test_client().get(link).status_code == 200
    admin.post(f"{at}/{kim}/take-off", data={"sure": "yes"})
    assert cast.app.test_client().get(link).status_code == 410


def test_invitation_is_sent_again_after_ten_minutes(cast: Cast, clock: StandingClock) -> None:
    admin, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    admin.post(at, data={"role": "contributor", "addresses": "kim@example.org"})
    kim = db.session.scalars(select(Person.id).where(Person.email == "kim@example.org")).one()
    soon = admin.post(f"{at}/{kim}/invite-again")
    assert (soon.status_code, "Please wait ten minutes" in soon.text) == (422, True)
    clock.go(minutes=11)
    assert admin.post(f"{at}/{kim}/invite-again").status_code == 303
    assert len(mails("kim@example.org")) == 2
    assert db.session.scalar(select(func.count(Invitation.id)).where(Invitation.person_id == kim)) == 2


def test_person_with_an_account_gets_no_second_invitation(cast: Cast) -> None:
    with unit_of_work():
        db.session.get_one(Person, cast.bo.id).password_hash = "has one"
    reply = cast.client(cast.ana).post(f"/programs/{cast.program.id}/people/{cast.bo.id}/invite-again")
    assert (reply.status_code, "has an account and can sign in" in reply.text) == (422, True)


def test_people_of_another_program_are_not_found(cast: Cast) -> None:
    other = make_person(Role.CONTRIBUTOR, make_program(cast.partnership))
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people/{other.id}"
    posts = [
        client.post(f"{at}/{deed}", data={"role": "reader", "sure": "yes"})
        for deed in ("role", "take-off", "invite-again")
    ]
    assert [reply.status_code for reply in (client.get(at), *posts)] == [404, 404, 404, 404]


@pytest.mark.parametrize(("more", "advised"), [(0, True), (1, False)])
def test_second_administrator_is_advised_while_there_is_one(cast: Cast, more: int, advised: bool) -> None:
    for _ in range(more):
        make_person(Role.PROGRAM_ADMINISTRATOR, cast.program)
    client = cast.client(cast.ana)
    pages = [client.get(f"/programs/{cast.program.id}{end}").text for end in ("", "/people")]
    assert ["We advise two" in page for page in pages] == [advised, advised]


def test_page_of_people_takes_as_many_queries_for_nine_as_for_three(
    cast: Cast, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    client.get(at)
    few = count_queries(lambda: client.get(at))
    client.post(at, data={"role": "reader", "addresses": "\n".join(f"p{n}@example.org" for n in range(6))})
    client.get(at)
    assert count_queries(lambda: client.get(at)) == few


def test_one_address_gets_five_invitations_a_day_whoever_takes_the_person_off_between(
    cast: Cast, clock: StandingClock
) -> None:
    client, at, email = cast.client(cast.ana), f"/programs/{cast.program.id}/people", "kim@example.org"
    data = {"role": "reader", "addresses": email}
    for _ in range(5):
        assert client.post(at, data=data).status_code == 303
        kim = db.session.scalars(select(Person.id).where(Person.email == email)).one()
        assert client.post(f"{at}/{kim}/take-off", data={"sure": "yes"}).status_code == 303
        clock.go(minutes=11)
    sixth = client.post(at, data=data)
    assert (sixth.status_code, len(mails(email)), email in roles(cast.program.id)) == (422, 5, False)
    assert "Please wait a day." in sixth.text
    assert re.search(r'<textarea id="addresses"[^>]*>\n(.*?)</textarea>', sixth.text)[1] == email
    clock.go(days=1)
    assert client.post(at, data=data).status_code == 303
    assert len(mails(email)) == 6


def test_program_sends_a_hundred_invitations_a_day(cast: Cast) -> None:
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    many = "\n".join(f"p{number}@example.org" for number in range(3))
    assert client.post(at, data={"role": "reader", "addresses": many}).status_code == 303
    with unit_of_work() as session:  # 96 more are counted as those three were
        counted = session.scalars(select(SignInTry.address_key)).all()
        assert (len(counted), len(set(counted))) == (3, 1)
        for number in range(96):
            tries.note(tries.INVITATION, f"more{number}@example.org", f"program {cast.program.id}")
    assert set(db.session.scalars(select(SignInTry.address_key))) == set(counted)
    assert client.post(at, data={"role": "reader", "addresses": "hundredth@example.org"}).status_code == 303
    assert client.post(at, data={"role": "reader", "addresses": "one@example.org"}).status_code == 422
    assert (len(mails("hundredth@example.org")), len(mails("one@example.org"))) == (1, 0)


def test_partnership_cannot_let_its_own_people_read_what_is_the_programs_alone(cast: Cast) -> None:
    at = f"/programs/{cast.program.id}/people"
    data = {"role": "program_administrator", "addresses": f"{cast.staff.email}\nnew@example.org"}
    staff, draft = cast.client(cast.staff), f"/cycles/{cast.cycle.id}/sections/s-2"
    assert staff.post(at, data=data).status_code == 303
    assert "Only an administrator of the program can invite people of the partnership." in staff.get(at).text
    assert (cast.staff.email in roles(cast.program.id), roles(cast.program.id)["new@example.org"]) == (
        False, "program_administrator",
    )  # fmt: skip
    assert (staff.get(draft).status_code, len(mails(cast.staff.email))) == (403, 0)
    assert cast.client(cast.ana).post(at, data=data | {"role": "reader"}).status_code == 303
    assert staff.get(draft).status_code == 200


def test_notice_about_many_people_fits_into_a_cookie(cast: Cast) -> None:
    many = "\n".join(f"{number:02}{'abcdefghij' * 6}@{'klmnopqrst' * 5}.example.org" for number in range(30))
    client, at = cast.client(cast.ana), f"/programs/{cast.program.id}/people"
    reply = client.post(at, data={"role": "reader", "addresses": many})
    assert reply.status_code == 303
    assert max(len(one) for one in reply.headers.getlist("Set-Cookie")) < 2000
    assert "and 24 more. Each of them gets a mail." in client.get(at).text
