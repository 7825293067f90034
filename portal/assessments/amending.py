"""Changing single answers after submitting: asked for by the program, opened by staff, sent as a new frozen copy.

The cycle stays at its step. Only the opened practices can be changed, by the same save protocol; all others stay as they
were submitted. Whatever ends a round without sending puts the submitted answers back as a version of their own, so that
outside a round the stored answers always equal the newest copy; what was typed and not sent stays in the history.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change
from portal.evidence.sealing import give_back, seal
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import OutOfOrder, Problem, Refused
from rules.answers import Answer

from . import letters
from .amendinput import clean, code_problems, due_problems, in_order, text_problems
from .amendments import closed_to_changes, mark_of, open_practices, overtaken, under_way
from .judging import judge
from .models import Amendment, AmendmentState, AnswerVersion, Submission
from .queries import frozen_answers, stored_answers, submission_of
from .services import freeze

S = AmendmentState
AMENDED = "amended"


def ask(cycle_id: int, codes: Sequence[str], reason: str, by_id: int, base_url: str) -> Amendment:
    """Ask staff to open practices for changes. Raises Refused with every problem, or OutOfOrder."""
    with unit_of_work():
        cycle = _changeable(cycle_id)
        reason = clean(reason)
        named = in_order(cycle, codes)
        known = under_way(cycle)
        if known and (known.state, known.asked_by_id, known.asked_codes, known.reason) == (
            S.ASKED,
            by_id,
            named,
            reason,
        ):
            return known  # the button was pressed twice
        problems = code_problems(cycle, codes, "Tick at least one practice you want to change.")
        problems += text_problems("reason", reason, "Say why you want to change this, for example what was wrong.")
        if problems:
            raise Refused(problems)
        if known is not None:
            raise OutOfOrder(
                "A request of your program waits already. Withdraw it first if you want to ask for something else."
                if known.state is S.ASKED
                else f"Practices are open for changes already: {', '.join(known.codes)}. Send those first, or ask your "
                "partnership to open more."
            )
        made = Amendment(
            cycle_id=cycle.id, state=S.ASKED, asked_at=clock.now(), asked_by_id=by_id, asked_codes=named, reason=reason
        )
        db.session.add(made)
        db.session.flush()
        audit.record("changes asked for", person_id=by_id, cycle_id=cycle.id, practices=named)
        letters.tell_asked(made, base_url)
    return made


def reopen(
    cycle_id: int, amendment_id: int | None, codes: Sequence[str], note: str, due_on: date | None, by_id: int,
    base_url: str,
) -> Amendment:  # fmt: skip
    """Open practices for changes: those asked for, some of them, or on staff's own initiative; again to open more.

    `amendment_id` names the round the sender's page showed, None for none. Raises Refused or OutOfOrder.
    """
    with unit_of_work():
        cycle = _changeable(cycle_id)
        known, note = under_way(cycle), clean(note)
        is_open = known is not None and known.state is S.OPEN  # then the form may only give more time
        problems = code_problems(cycle, codes, "" if is_open else "Tick at least one practice to open.")
        problems += due_problems(cycle, due_on)
        own_wish = known is None or known.asked_at is None
        wanted = "Say to the program what it should look at." if own_wish else ""
        problems += text_problems("note", note, wanted)
        kept = known.codes if known else []
        named = in_order(cycle, [*codes, *kept])
        named += [code for code in kept if code not in named]  # not asked any more by rules chosen meanwhile
        if known and known.state is S.OPEN and (known.codes, known.note, known.due_on) == (named, note, due_on):
            return known  # pressed twice
        if problems:
            raise Refused(problems)
        if (known.id if known else None) != amendment_id:
            raise OutOfOrder(overtaken(known))
        if known is None:
            known = Amendment(cycle_id=cycle.id, state=S.OPEN, codes=[])
            db.session.add(known)
        known.state, known.codes, known.note, known.due_on = S.OPEN, named, note, due_on
        known.answered_at, known.answered_by_id = clock.now(), by_id
        cycle.reopened = named
        db.session.flush()
        audit.record("practices opened for changes", person_id=by_id, cycle_id=cycle.id, practices=named)
        letters.tell_reopened(known, base_url)
    return known


def decline(cycle_id: int, amendment_id: int, reason: str, by_id: int, base_url: str) -> Amendment:
    """Decline a request with a reason for the program. Raises Refused or OutOfOrder."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        round_, reason = _round(cycle, amendment_id), clean(reason)
        if round_.state is S.DECLINED and round_.answered_by_id == by_id:
            return round_
        _only(round_, S.ASKED)
        if problems := text_problems("decline_reason", reason, "Say to the program why its answers stay as they are."):
            raise Refused(problems)
        round_.state, round_.note = S.DECLINED, reason
        round_.answered_at, round_.answered_by_id = clock.now(), by_id
        audit.record("changes declined", person_id=by_id, cycle_id=cycle.id, practices=round_.asked_codes)
        letters.tell_declined(round_, base_url)
    return round_


def withdraw(cycle_id: int, amendment_id: int, by_id: int, base_url: str) -> Amendment:
    """Take a request back that staff have not answered. Raises OutOfOrder."""
    return _end(cycle_id, amendment_id, S.ASKED, S.WITHDRAWN, "", by_id, base_url)


def leave(cycle_id: int, amendment_id: int, by_id: int, base_url: str) -> Amendment:
    """Leave all open answers as they were submitted. Raises OutOfOrder."""
    return _end(cycle_id, amendment_id, S.OPEN, S.WITHDRAWN, "", by_id, base_url)


def close(cycle_id: int, amendment_id: int, reason: str, by_id: int, base_url: str) -> Amendment:
    """Close an open round without changes, with a reason for the program. Raises Refused or OutOfOrder."""
    return _end(cycle_id, amendment_id, S.OPEN, S.CLOSED, reason, by_id, base_url)


def _end(
    cycle_id: int, amendment_id: int, at: AmendmentState, to: AmendmentState, reason: str, by_id: int, base_url: str
) -> Amendment:
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        round_, reason = _round(cycle, amendment_id), clean(reason)
        if (round_.state, round_.ended_by_id, bool(round_.codes)) == (to, by_id, at is S.OPEN):
            return round_  # pressed twice
        _only(round_, at)
        if to is S.CLOSED and (
            problems := text_problems("close_reason", reason, "Say to the program why you close it.")
        ):
            raise Refused(problems)
        _put_back(cycle, round_, by_id)
        round_.state, round_.end_note = to, reason
        round_.ended_at, round_.ended_by_id, cycle.reopened = clock.now(), by_id, []
        audit.record(f"changes {to.value}", person_id=by_id, cycle_id=cycle.id, practices=round_.codes)
        if to is S.CLOSED:
            letters.tell_closed(round_, base_url)
        else:
            letters.tell_withdrawn(round_, base_url)
    return round_


def send(cycle_id: int, amendment_id: int, by_id: int, base_url: str, seen: str = "") -> Amendment:
    """Freeze a new copy with the changed answers and tell everybody, then let the rules judge it.

    `seen` is the mark (amendments.mark_of) of what the sender's page showed. Raises OutOfOrder, or Refused with what is
    missing. The copies before stay as they are.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        round_ = _round(cycle, amendment_id)
        if round_.state is S.SENT:
            return round_
        _only(round_, S.OPEN)
        before, practices = submission_of(cycle), open_practices(cycle)
        if seen and seen != mark_of(practices):
            raise OutOfOrder(
                "A colleague changed an answer after this page was loaded. Nothing was sent; look at it below, then send."
            )
        changed = [one.practice.code for one in practices if one.changes]
        problems = [
            Problem(one.practice.code, f"{one.practice.code}: {p.sentence}") for one in practices for p in one.problems
        ]
        if problems or before is None or not changed:
            raise Refused(
                problems
                or [Problem("open", "Nothing is different from what you submitted, so there is nothing to send.")]
            )
        stored = stored_answers(cycle.id)
        answers = frozen_answers(before) | {code: Answer.from_dict(stored[code].content) for code in changed}
        _put_back(cycle, round_, by_id, but=changed)
        seal(cycle.id)
        content, digest = freeze(cycle, answers)
        copy = Submission(
            cycle_id=cycle.id, number=before.number + 1, submitted_at=clock.now(), submitted_by_id=by_id,
            content=content, content_hash=digest,
        )  # fmt: skip
        db.session.add(copy)
        db.session.flush()
        round_.state, round_.submission_id = S.SENT, copy.id
        round_.ended_at, round_.ended_by_id, cycle.reopened = copy.submitted_at, by_id, []
        audit.record(
            "changes sent",
            person_id=by_id,
            cycle_id=cycle.id,
            practices=changed,
            number=copy.number,
            content_hash=digest,
        )
        letters.tell_amended(round_, len(changed), digest, base_url)
    judge(cycle_id, AMENDED)
    return round_


def _put_back(cycle: Cycle, round_: Amendment, by_id: int, but: Sequence[str] = ()) -> None:
    """Store the submitted answers again, as a version of their own, over what was typed and not sent; files and links too."""
    give_back(cycle.id, [code for code in round_.codes if code not in but], by_id)
    copy, rows = submission_of(cycle), stored_answers(cycle.id)
    frozen = frozen_answers(copy) if copy else {}
    for code in round_.codes:
        row, content = rows.get(code), frozen.get(code, Answer(code)).as_dict()
        if row is None or code in but or row.content == content:
            continue
        row.version, row.save_id, row.saved_at = row.version + 1, secrets.token_urlsafe(12), clock.now()
        row.saved_by_id, row.content = by_id, content
        db.session.add(
            AnswerVersion(
                cycle_id=cycle.id, practice_code=code, version=row.version, save_id=row.save_id, saved_at=row.saved_at,
                saved_by_id=by_id, content=content,
            )
        )  # fmt: skip


def _changeable(cycle_id: int) -> Cycle:
    cycle = load_for_change(cycle_id)
    if why := closed_to_changes(cycle):
        raise OutOfOrder(f"{why} Nothing was changed.")
    return cycle


def _round(cycle: Cycle, amendment_id: int) -> Amendment:
    mine = select(Amendment).where(Amendment.id == amendment_id, Amendment.cycle_id == cycle.id)
    found = db.session.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise OutOfOrder("There is no such request here. Nothing was changed.")
    return found


def _only(round_: Amendment, state: AmendmentState) -> None:
    if round_.state is not state:
        raise OutOfOrder(overtaken(round_))
