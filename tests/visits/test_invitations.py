"""Invitations as they arrive: sent by a real client to a real mail server, and read back by a calendar library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from flask import Flask
from icalendar import Calendar, Event

from portal.foundation.access import Role
from portal.foundation.database import unit_of_work
from portal.foundation.mail import deliver_due
from tests.factories import make_person, make_program
from tests.smtp import mail_server

from .cast import ALSO, IN_TIME, Cast


def calendar_in(mail: EmailMessage) -> tuple[str, Event]:
    """Return the method and the entry of a mail's calendar part."""
    (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    made = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == made["METHOD"]
    (entry,) = made.walk("VEVENT")
    return str(made["METHOD"]), entry


def test_one_visit_keeps_its_uid_and_its_sequence_grows_until_it_is_cancelled(make_app: Callable[..., Flask]) -> None:
    with mail_server() as box:
        app = make_app(
            SMTP_HOST="127.0.0.1", SMTP_PORT=box.port, SMTP_STARTTLS=False, MAIL_FROM="NQMS <nqms@example.org>"
        )
        with app.app_context():
            cast = Cast(app)
            deliver_due()
            box.clear()
            cast.planned(IN_TIME)
            cast.post(cast.ours, "date", starts_at=ALSO, reason="The director is ill")
            only_ana = {"minutes": "120", "place": "Room 4; left, then up", "program": f"Ana Núñez, {cast.admin.email}",
                        "partnership": "Rosa Reyes", "materials": "The private binder"}  # fmt: skip
            cast.post(cast.ours, "details", **only_ana)
            cast.post(cast.ours, "cancel", cancel_reason="The director is ill")
            assert deliver_due() == len(box) == 7
            assert deliver_due() == 0
            base, ana, rosa = app.config["BASE_URL"], cast.admin.email, cast.reviewer.email
            address = f"{base}{cast.at}"
    read = [(mail["To"].addresses[0].addr_spec, *calendar_in(mail)) for mail in box]
    assert [(to, method, int(entry["SEQUENCE"]), str(entry["STATUS"])) for to, method, entry in read] == [
        (ana, "REQUEST", 0, "CONFIRMED"), (rosa, "REQUEST", 0, "CONFIRMED"),
        (ana, "REQUEST", 1, "CONFIRMED"), (rosa, "REQUEST", 1, "CONFIRMED"),
        (ana, "REQUEST", 2, "CONFIRMED"), (rosa, "CANCEL", 2, "CANCELLED"),
        (ana, "CANCEL", 3, "CANCELLED"),
    ]  # fmt: skip
    entries = [entry for _, _, entry in read]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    times = [(entry.decoded("dtstart"), entry.decoded("dtend")) for entry in (entries[0], entries[2], entries[4])]
    first, moved = datetime(2026, 11, 2, 15, tzinfo=UTC), datetime(2026, 11, 5, 19, 30, tzinfo=UTC)
    assert times == [
        (first, first + timedelta(minutes=150)),
        (moved, moved + timedelta(minutes=150)),
        (moved, moved + timedelta(minutes=120)),
    ]
    assert {(str(entry["ORGANIZER"]), str(entry["SUMMARY"]), str(entry["URL"])) for entry in entries} == {
        ("mailto:nqms@example.org", "Onsite review: Jóvenes Unidos", address)
    }
    assert [str(entry["ATTENDEE"]) for entry in entries] == [f"mailto:{to}" for to, _, _ in read]
    assert str(entries[4]["LOCATION"]) == "Room 4; left, then up"
    assert "Thursday, November 5, 2026, 14:30 to 16:30 (EST)" in box[4].get_body(("plain",)).get_content()
    assert box[4]["Subject"] == "Changed: Jóvenes Unidos, onsite review on November 5, 2026"
    plain = [" ".join(mail.get_body(("plain",)).get_content().split()) for mail in box]
    assert ["What changed, and why, is on the page" in text for text in plain] == [False] * 2 + [True] * 3 + [False] * 2
    assert ["See why, and what is planned now" in text for text in plain] == [False] * 5 + [True] * 2
    everything = "".join(part.get_content() for mail in box for part in mail.walk() if not part.is_multipart())
    assert [one for one in ("ill", "binder") if f" {one}" in everything] == []


def test_calendar_file_on_the_page_says_the_same_and_only_while_it_is_planned(cast: Cast) -> None:
    where = f"{cast.at}/visit.ics"
    assert cast.theirs.get(where).status_code == 404
    cast.planned(IN_TIME)
    reply = cast.theirs.get(where)
    (entry,) = Calendar.from_ical(reply.data).walk("VEVENT")
    assert (reply.mimetype, entry.decoded("dtstart")) == ("text/calendar", datetime(2026, 11, 2, 15, tzinfo=UTC))
    cast.post(cast.ours, "cancel", cancel_reason="Snow")
    assert cast.theirs.get(where).status_code == 404


def test_somebody_taken_off_gets_no_more_of_a_visit_and_guests_still_do(cast: Cast) -> None:
    bo = make_person(Role.CONTRIBUTOR, cast.program, "Bo Lund")
    peer = make_person(Role.PROGRAM_ADMINISTRATOR, make_program(cast.program.partnership), "Kim Vo")
    people = f"Ana Núñez, {cast.admin.email}\nBo Lund, {bo.email}\nKim Vo, {peer.email}\nGuest, guest@example.org"
    cast.post(cast.ours, "details", minutes="120", place="", program=people, partnership="", materials="")
    cast.planned()
    everybody = {cast.admin.email, bo.email, peer.email, "guest@example.org"}
    assert {one.to_email for one in cast.mails("visit-invitation")} == everybody
    away = f"/programs/{cast.program.id}/people/{bo.id}/take-off"
    assert cast.theirs.post(away, data={"sure": "yes"}).status_code == 303
    assert {one.to_email for one in cast.mails("visit-invitation") if not one.waits} == {bo.email}
    cast.post(cast.ours, "date", starts_at=ALSO, reason="Snow")
    cast.post(cast.ours, "cancel", cancel_reason="More snow")
    after = [one.to_email for one in cast.mails("visit-invitation")][len(everybody) :]
    assert (len(after), set(after)) == (6, everybody - {bo.email})


def test_control_sign_in_a_programs_name_stays_out_of_the_calendar(cast: Cast) -> None:
    with unit_of_work():
        cast.program.name = "Jóvenes\x07 Unidos"
    cast.planned()
    file = cast.theirs.get(f"{cast.at}/visit.ics").get_data(as_text=True)
    mailed = "".join(one.calendar for one in cast.mails("visit-invitation"))
    assert ["Jóvenes Unidos" in one for one in (file, mailed)] == [True, True]
    assert ["\x07" in one for one in (file, mailed)] == [False, False]
