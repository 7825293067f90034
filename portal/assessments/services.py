"""Recording answers and submitting. One function per use case; nothing typed is ever dropped.

The save protocol is written down in README.md beside this file; version 0 means "nobody has answered yet".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.cycles.services import advance
from portal.evidence.queries import record_of
from portal.evidence.sealing import seal
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, StaleVersion
from portal.foundation.versions import SaveKey, Shelf, Verdict, changed, keep, save_key
from portal.programs.queries import facts_of
from portal.teamwork.sharing import open_again
from rules.answers import Answer, missing, parse_answer

from . import letters
from .judging import judge
from .models import AnswerVersion, StoredAnswer, Submission
from .queries import (
    content_at,
    gaps_in,
    stored_answers,
)

ANSWERS = Shelf(StoredAnswer, AnswerVersion)
KEPT = "Your text is not part of it, but it is kept in “Earlier versions”."


class AnswersFrozen(OutOfOrder):
    """The assessment was submitted; its answers no longer change, and the text is kept all the same."""


class NotComplete(DomainError):
    """Submitting was tried while answers are missing."""


class AnswerChanged(StaleVersion):
    """Somebody stored a newer answer; both texts are kept."""

    def __init__(self, code: str, stored: StoredAnswer, typed: Answer) -> None:
        super().__init__(f"Somebody else saved {code} while you were typing. Both texts are kept.")
        self.code, self.stored, self.typed = code, stored, typed
        self.stored_answer = Answer.from_dict(stored.content)


@dataclass(frozen=True, slots=True)
class Saved:
    """What the page needs to know after a save."""

    code: str
    version: int
    saved_at: datetime
    answer: Answer


def record_answer(
    cycle_id: int,
    code: str,
    raw: Mapping[str, object],
    version: object,
    save_id: object,
    by_id: int,
    unanswered: object = "",
) -> Saved:
    """Store one answer; `unanswered` are the ids of the sender's saves whose reply never came, with dots between.

    Raises UnknownPractice, AnswerRefused, SaveNotReadable, AnswersFrozen or AnswerChanged.
    """
    key = save_key(version, save_id, unanswered)
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        outcome = _record(cycle, code, raw, key, by_id)
    if isinstance(outcome, (AnswerChanged, AnswersFrozen)):
        raise outcome  # after the commit, so that the refused text is in the history
    return outcome


def record_section(
    cycle_id: int,
    saves: Mapping[str, tuple[Mapping[str, object], object, object]],
    by_id: int,
    aside: Collection[str] = (),
) -> list[AnswerChanged]:
    """Store every changed answer of a section sent as one form; return the conflicts, all others being stored.

    Texts of the codes in `aside` go to the history alone: their sender chose the other one. Raises as record_answer does.
    """
    conflicts, frozen = [], None
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        catalogue, tags = rulebook_of(cycle).catalogue, facts_of(cycle.program).tags

        def read(code: str, raw: Mapping[str, object]) -> Mapping[str, object]:
            return parse_answer(catalogue.practice(code), tags, raw).as_dict()

        for code, raw, key, seen in changed(saves, read, partial(content_at, cycle.id)):
            outcome = _record(cycle, code, raw, key, by_id, seen, aside=code in aside)
            if isinstance(outcome, AnswerChanged) and code not in aside:
                conflicts.append(outcome)
            elif isinstance(outcome, AnswersFrozen):
                frozen = outcome
    if frozen is not None:
        raise frozen
    return conflicts


def _record(
    cycle: Cycle,
    code: str,
    raw: Mapping[str, object],
    key: SaveKey,
    by_id: int,
    seen: Mapping[str, object] | None = None,
    aside: bool = False,
) -> Saved | AnswerChanged | AnswersFrozen:
    practice = rulebook_of(cycle).catalogue.practice(code)
    typed = parse_answer(practice, facts_of(cycle.program).tags, raw)
    frozen = not cycle.is_open(code)
    place = {"cycle_id": cycle.id, "practice_code": code}
    kept = keep(ANSWERS, place, typed.as_dict(), key, by_id, seen=seen, aside=aside, closed=frozen)
    row = kept.row
    if row is None or kept.verdict is Verdict.REFUSE:
        return AnswersFrozen(frozen_sentence(cycle, code)) if frozen or row is None else AnswerChanged(code, row, typed)
    if kept.verdict is Verdict.STORE:
        if missing(practice, typed):
            open_again(cycle.id, practice.section, by_id)
        audit.record("answer saved", person_id=by_id, cycle_id=cycle.id, practice=code, version=row.version)
    return Saved(code, row.version, row.saved_at, typed)


def frozen_sentence(cycle: Cycle, code: str) -> str:
    """Say why an answer does not change, and which ones do."""
    if not cycle.reopened:
        return f"This assessment was submitted, so its answers no longer change. {KEPT}"
    return f"{code} was submitted and is not open for changes; open now: {', '.join(sorted(cycle.reopened))}. {KEPT}"


def freeze(cycle: Cycle, answers: Mapping[str, Answer]) -> tuple[str, str]:
    """Return the canonical JSON of all answers, with what is attached to them, and its SHA-256."""
    attached = record_of(cycle.id)
    content = json.dumps(
        {"rulebook": cycle.rulebook, "answers": {code: answers[code].as_dict() for code in sorted(answers)}}
        | ({"evidence": attached} if attached else {}),
        sort_keys=True, ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
    return content, hashlib.sha256(content.encode()).hexdigest()


def submit(cycle_id: int, by_id: int, base_url: str) -> Submission:
    """Freeze the answers and tell everybody, then let the rules judge. Raises OutOfOrder or NotComplete.

    The rules come after the commit: whatever they do, what was submitted stays submitted, and the worker asks them again.
    """
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        rulebook, today = rulebook_of(cycle), local_today(cycle)
        answers = {code: Answer.from_dict(row.content) for code, row in stored_answers(cycle.id).items()}
        gaps = gaps_in(rulebook.catalogue, answers) if cycle.state is CycleState.IN_PROGRESS else ()
        if gaps:
            needy = "1 practice still needs" if len(gaps) == 1 else f"{len(gaps)} practices still need"
            raise NotComplete(f"{needy} an answer. Everything you typed is kept.")
        advance(cycle, CycleState.SUBMITTED, today)
        seal(cycle.id)
        content, digest = freeze(cycle, answers)
        submission = Submission(
            cycle_id=cycle.id, number=1, submitted_at=clock.now(), submitted_by_id=by_id, content=content,
            content_hash=digest,
        )  # fmt: skip
        db.session.add(submission)
        audit.record("assessment submitted", person_id=by_id, cycle_id=cycle.id, content_hash=digest)
        letters.tell_submitted(cycle, digest, base_url)
    judge(cycle_id, "submitted")
    return submission
