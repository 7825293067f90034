"""Sends what waits in the outbox: by SMTP where one is configured, else to the log."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import select

from . import clock
from .database import reading, unit_of_work
from .outbox import Message

log = logging.getLogger("portal.mail")

GIVE_UP_AFTER = 12  # tries; with doubling waits that is about three days


def compose(message: Message, sender: str) -> EmailMessage:
    """Build the mail: plain text, and a calendar entry where there is one; header text is one line, so nobody can add headers of their own."""
    mail = EmailMessage()
    user, _, host = message.to_email.rpartition("@")
    mail["To"] = Address(" ".join(message.to_name.split()), user, host)
    mail["From"] = sender
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<nqms-{message.id}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    if message.calendar:  # calendars read the method in the part's type before they look inside
        method = re.search(r"^METHOD:(\w+)", message.calendar, re.MULTILINE)
        parameters = {"method": method[1]} if method else {}
        mail.add_alternative(message.calendar, subtype="calendar", params=parameters)
    return mail


def deliver_due(limit: int = 20) -> int:
    """Send what is due and return how many left. No database lock is held while a mail server is asked."""
    with reading() as session:
        due = select(Message.id).where(Message.next_try_at <= clock.now()).order_by(Message.id).limit(limit)
        waiting = list(session.scalars(due))
    return sum(_deliver(message_id) for message_id in waiting)


def _deliver(message_id: int) -> bool:
    with unit_of_work() as session:  # claim: a second worker sees the later time and leaves the mail alone
        message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
        if message is None or message.next_try_at is None or message.next_try_at > clock.now():
            return False
        message.tries += 1
        wait = timedelta(minutes=min(2**message.tries, 720))
        message.next_try_at = clock.now() + wait if message.tries < GIVE_UP_AFTER else None
        session.flush()
        session.expunge(message)
    try:
        error = _send(compose(message, current_app.config["MAIL_FROM"]))
    except Exception as raised:  # one mail that cannot be written must not stop the others, nor the worker
        log.exception("mail %s could not be written", message_id)
        error = f"{type(raised).__name__}: {raised}"
    with unit_of_work() as session:
        message = session.get_one(Message, message_id)
        message.error = error[:500]
        if not error:
            message.sent_at, message.next_try_at = clock.now(), None
    return not error


def _send(mail: EmailMessage) -> str:
    """Return why sending did not work, or nothing."""
    host = current_app.config["SMTP_HOST"]
    if not host:
        log.info("mail to %s: %s", mail["To"], mail["Subject"])
        return ""
    try:
        with smtplib.SMTP(host, current_app.config["SMTP_PORT"], timeout=20) as server:
            if current_app.config["SMTP_STARTTLS"]:
                server.starttls(context=ssl.create_default_context())
            if current_app.config["SMTP_USER"]:
                server.login(current_app.config["SMTP_USER"], current_app.config["SMTP_PASSWORD"])
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail %s not sent: %s", mail["Message-ID"], type(error).__name__)
        return f"{type(error).__name__}: {error}"
    return ""
