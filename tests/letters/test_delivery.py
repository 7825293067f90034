"""Mail over a real mail server: both forms, who answers replies, what is tried again and what is given up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation import mail, outbox
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message, To
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, sign_in
from tests.letters.conftest import Postbox

FIELDS = {"program": "Harbor <Light>", "partnership": "Riverbend", "link": "http://localhost/statement/secret"}


def post(partnership_id: int | None, email: str = "lee@example.org", key: str = "statement:1") -> None:
    with unit_of_work():
        outbox.write("statement", key, To("Lee Dorn", email), FIELDS, partnership_id)


def newest() -> Message:
    db.session.rollback()
    return db.session.scalars(select(Message).order_by(Message.id.desc())).first()  # type: ignore[return-value]


def test_letter_arrives_as_text_and_page_in_the_language_of_the_partnership(app: Flask, mailing: Postbox) -> None:
    partnership = make_partnership("river")
    with unit_of_work():
        partnership.language, partnership.contact_name, partnership.contact_email = (
            "es",
            "Dana Whit",
            "dana@example.org",
        )
    post(partnership.id)
    assert mail.deliver_due() == 1
    got = mailing.mails[0]
    assert got["Subject"] == "Firme, por favor: Declaración de exactitud de Harbor <Light>"
    assert (got["To"], got["Reply-To"]) == ("Lee Dorn <lee@example.org>", "Dana Whit <dana@example.org>")
    assert (got.get_content_type(), got["Content-Language"], got["List-Unsubscribe"]) == (
        "multipart/alternative",
        "es",
        None,
    )
    text, page = got.get_body(("plain",)).get_content().replace("\r", ""), got.get_body(("html",)).get_content()
    assert text.startswith("Hola, Lee Dorn:\n\nRiverbend le pide a usted")
    assert "Harbor &lt;Light&gt;" in page
    assert '<a href="http://localhost/statement/secret">' in page
    assert ["<style" in page, "style=" in page, "<img" in page] == [False, False, False]


def test_person_reads_mail_in_the_language_they_chose(app: Flask, mailing: Postbox) -> None:
    person = make_person(Role.REVIEWER, make_partnership())
    client = app.test_client()
    sign_in(client, person)
    assert client.post("/account/mail", data={"language": "xx", "reminders": "yes"}).status_code == 422
    assert client.post("/account/mail", data={"language": "es", "reminders": "yes"}).status_code == 303
    with unit_of_work():
        outbox.write("password-changed", "one", person, {"link": "http://localhost/x"})
    mail.deliver_due()
    assert mailing.mails[0]["Subject"] == "Se cambió su contraseña del portal NQMS"


def test_refused_address_is_given_up_at_once_and_can_be_sent_again(app: Flask, mailing: Postbox) -> None:
    partnership = make_partnership()
    admin, other = make_person(Role.PARTNERSHIP_ADMINISTRATOR, partnership), make_partnership()
    mailing.refused["lee@example.org"] = "550 no such person"
    post(partnership.id)
    assert mail.deliver_due() == 0
    message = newest()
    assert (message.next_try_at, message.error) == (
        None, "The mail server refused the address: 550 no such person",
    )  # fmt: skip
    client = app.test_client()
    sign_in(client, admin)
    page = client.get(f"/partnerships/{partnership.id}/mail?show=not_sent").text
    assert ["550 no such person" in page, "Send again" in page, "secret" in page] == [True, True, False]
    assert client.post(f"/partnerships/{other.id}/mail/{message.id}/again").status_code == 404
    mailing.refused.clear()
    for _ in range(2):
        assert client.post(f"/partnerships/{partnership.id}/mail/{message.id}/again").status_code == 303
    assert (mail.deliver_due(), mail.deliver_due(), len(mailing.mails)) == (1, 0, 1)
    assert client.post(f"/partnerships/{partnership.id}/mail/{message.id}/again").status_code == 409


def test_mail_that_is_put_off_is_tried_again_as_the_same_mail(
    app: Flask, mailing: Postbox, clock: StandingClock
) -> None:
    mailing.refused["lee@example.org"] = "450 try later"
    post(None)
    assert (mail.deliver_due(), mail.deliver_due()) == (0, 0)
    assert "450 try later" in newest().error
    mailing.refused.clear()
    clock.go(minutes=3)
    assert mail.deliver_due() == 1
    assert mailing.mails[0]["Message-ID"].startswith("<nqms-")


@pytest.mark.walk
def test_worker_killed_after_the_server_took_the_mail_sends_the_same_mail_again(app: Flask, postbox: Postbox) -> None:
    post(None)
    with unit_of_work() as session:  # due by the worker's own clock, which is the machine's
        session.scalars(select(Message)).one().next_try_at = StandingClock().moment.replace(year=2020)
    where = {"NQMS_DATA": str(Path(app.config["DATA_FOLDER"])), "NQMS_INSECURE": "yes", "NQMS_SMTP_HOST": "127.0.0.1"}
    settings = {**os.environ, **where, "NQMS_SMTP_PORT": str(postbox.port), "NQMS_SMTP_STARTTLS": "no"}
    worker = subprocess.Popen([sys.executable, "-m", "portal.cli", "worker", "--once"], env=settings)
    postbox.on_mail = lambda: worker.send_signal(signal.SIGKILL)  # taken, and the worker never hears of it
    assert worker.wait(timeout=120) == -signal.SIGKILL
    assert (newest().sent_at, newest().tries) == (None, 1)
    postbox.on_mail = lambda: None
    with unit_of_work() as session:  # some minutes later
        session.scalars(select(Message)).one().next_try_at = StandingClock().moment.replace(year=2020)
    command = [sys.executable, "-m", "portal.cli", "worker", "--once"]
    assert subprocess.run(command, env=settings, timeout=120, check=True).returncode == 0
    assert newest().sent_at is not None
    assert len({one["Message-ID"] for one in postbox.mails}) == 1
    assert len(postbox.mails) == 2
