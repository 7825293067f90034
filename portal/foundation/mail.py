"""Sends what waits in the outbox: by SMTP where one is configured, else to the log."""

from __future__ import annotations

import hashlib
import logging
import re
import smtplib
import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import select

from . import clock, letterpaper
from .database import reading, unit_of_work
from .outbox import Message, To, postroom, stop_link

log = logging.getLogger("portal.mail")

GIVE_UP_AFTER = 12  # tries; with doubling waits that is about three days


def compose(message: Message, sender: str, base_url: str, reply_to: To | None = None, stop: str = "") -> EmailMessage:
    """Build the mail as plain text and simple HTML; header text is one line, so nobody can add headers of their own."""
    mail = EmailMessage()
    mail["To"] = _address(message.to_name, message.to_email)
    mail["From"] = sender
    if reply_to is not None:
        mail["Reply-To"] = _address(reply_to.name, reply_to.email)
    mail["Subject"] = message.subject
    # the same at every try, so that a mail that went out twice can be told from two mails
    cause = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<nqms-{cause}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    mail["Date"] = message.created_at
    mail["Auto-Submitted"] = "auto-generated"
    if stop:
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    mail.add_alternative(letterpaper.page(message.subject, message.text, message.language, base_url), subtype="html")
    mail["Content-Language"] = message.language
    if message.calendar:  # calendars read the method in the part's type before they look inside
        method = re.search(r"^METHOD:(\w+)", message.calendar, re.MULTILINE)
        parameters = {"method": method[1]} if method else {}
        mail.add_alternative(message.calendar, subtype="calendar", params=parameters)
    return mail


def _address(name: str, email: str) -> Address:
    user, _, host = email.rpartition("@")
    return Address(" ".join(name.split()), user, host)


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
        reply_to = postroom().contact(message.partnership_id) if message.partnership_id is not None else None
        known = postroom().known(message.to_email, message.partnership_id) if message.reminds else None
        session.flush()
        session.expunge(message)
    final = False
    try:
        stop = stop_link(known.person_id) if known is not None and known.person_id else ""
        sender, base_url = current_app.config["MAIL_FROM"], current_app.config["BASE_URL"]
        error, final = _send(compose(message, sender, base_url, reply_to, stop))
    except Exception as raised:  # one mail that cannot be written must not stop the others, nor the worker
        log.exception("mail %s could not be written", message_id)
        error = f"{type(raised).__name__}: {raised}"
    with unit_of_work() as session:
        message = session.get_one(Message, message_id)
        message.error = error[:500]
        if not error:
            message.sent_at, message.next_try_at = clock.now(), None
        elif final:
            message.next_try_at = None
    return not error


def _send(mail: EmailMessage) -> tuple[str, bool]:
    """Return why sending did not work, or nothing, and whether trying again is of no use."""
    host = current_app.config["SMTP_HOST"]
    if not host:
        log.info("mail to %s: %s", mail["To"], mail["Subject"])
        return "", False
    try:
        with smtplib.SMTP(host, current_app.config["SMTP_PORT"], timeout=20) as server:
            if current_app.config["SMTP_STARTTLS"]:
                server.starttls(context=ssl.create_default_context())
            if current_app.config["SMTP_USER"]:
                server.login(current_app.config["SMTP_USER"], current_app.config["SMTP_PASSWORD"])
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refused:
        log.warning("mail %s refused for its address", mail["Message-ID"])
        answers = list(refused.recipients.values())
        said = "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in answers)
        return f"The mail server refused the address: {said}", all(code >= 500 for code, _ in answers)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail %s not sent: %s", mail["Message-ID"], type(error).__name__)
        return f"{type(error).__name__}: {error}", False
    return "", False
