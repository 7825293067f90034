"""Changing a partnership's wording and its language, and sending a mail again."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from portal.foundation import audit, clock
from portal.foundation.addresses import looks_like_address, looks_like_name
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.foundation.languages import LANGUAGES
from portal.foundation.outbox import Message
from portal.foundation.wording import NotUsable, Wording, check, kinds
from portal.partnerships.models import Partnership

from .models import LetterWording
from .queries import newest_wording


class WordingChanged(DomainError):
    """A colleague stored another wording since the page was loaded."""


def problems_of(kind: str, wording: Wording) -> list[Problem]:
    """Return what keeps a wording from being used, in sentences that name the line."""
    try:
        check(kinds()[kind], wording)
    except NotUsable as refusal:
        field = "subject" if "subject" in refusal.sentence.partition(":")[0].lower() else "body"
        return [Problem(field, refusal.sentence)]
    return []


def save(partnership_id: int, kind: str, language: str, wording: Wording, seen: int, by_id: int) -> None:
    """Store a new version of a wording, which counts from the next mail on. Raises Refused or WordingChanged."""
    if problems := problems_of(kind, wording):
        raise Refused(problems)
    _store(partnership_id, kind, language, wording, seen, by_id)


def use_usual(partnership_id: int, kind: str, language: str, seen: int, by_id: int) -> None:
    """Use the portal's own wording again; earlier versions stay readable. Raises WordingChanged."""
    _store(partnership_id, kind, language, None, seen, by_id)


def _store(partnership_id: int, kind: str, language: str, wording: Wording | None, seen: int, by_id: int) -> None:
    subject, body = (wording.subject, wording.body) if wording is not None else ("", "")
    try:
        with unit_of_work():
            newest = newest_wording(partnership_id, kind, language)
            now = (newest.subject, newest.body, newest.usual) if newest is not None else ("", "", True)
            if now == (subject, body, wording is None):
                return  # pressed twice, or nothing changed
            if (newest.number if newest is not None else 0) != seen:
                raise WordingChanged("A colleague stored another wording meanwhile. Yours is still on the page.")
            made = LetterWording(
                partnership_id=partnership_id, kind=kind, language=language, number=seen + 1, usual=wording is None,
                subject=subject, body=body, saved_at=clock.now(), saved_by_id=by_id,
            )  # fmt: skip
            db.session.add(made)
            audit.record(
                "wording changed" if wording is not None else "usual wording", person_id=by_id,
                partnership_id=partnership_id, kind=kind, language=language, number=made.number,
            )  # fmt: skip
    except IntegrityError:  # both pressed at the same moment
        raise WordingChanged("A colleague stored another wording meanwhile. Yours is still on the page.") from None


def set_mail(partnership_id: int, language: str, name: str, email: str, by_id: int) -> None:
    """Set the language for people who chose none, and who answers replies. Raises Refused with every problem."""
    name, email = " ".join(name.split()), email.strip()
    problems = []
    if language not in LANGUAGES:
        problems.append(Problem("language", "Choose one of the languages."))
    if name and not looks_like_name(name):
        problems.append(Problem("contact_name", "Enter a name of at most 200 characters, or leave it empty."))
    if email and not looks_like_address(email):
        problems.append(Problem("contact_email", "Enter an e-mail address like name@example.org, or leave it empty."))
    if problems:
        raise Refused(problems)
    with unit_of_work() as session:
        partnership = session.get_one(Partnership, partnership_id)
        partnership.language, partnership.contact_name, partnership.contact_email = language, name, email
        audit.record("mail settings changed", person_id=by_id, partnership_id=partnership_id, language=language)


def send_again(partnership_id: int, message_id: int, by_id: int) -> None:
    """Let the worker try a mail once more that it had given up. Raises OutOfOrder; pressed twice, it is tried once."""
    with unit_of_work() as session:
        message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
        if message is None or message.partnership_id != partnership_id:
            raise OutOfOrder("There is no such mail at your partnership. Nothing was sent.")
        if message.next_try_at is not None:
            return
        if message.sent_at is not None or message.gathered_into_id is not None or not message.error:
            raise OutOfOrder("This mail was not given up, so it is not sent again.")
        message.tries, message.next_try_at = 0, clock.now()
        audit.record("mail sent again", person_id=by_id, partnership_id=partnership_id, message=message.id)
