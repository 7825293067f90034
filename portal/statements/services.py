"""What staff do with a Statement beside sending its link: print it, enter what was signed on paper, take it back, find it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.accounts import tries
from portal.accounts.signing import Signature, pressed_again, same_name
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, local_today
from portal.evidence.cleaning import drop
from portal.evidence.kinds import JPEG, PDF, PNG
from portal.evidence.taking import take
from portal.foundation import audit, clock
from portal.foundation.addresses import looks_like_name
from portal.foundation.codes import read_code
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder, Problem, Refused
from portal.foundation.uploads import Arriving
from portal.plans.covering import covered_now
from portal.plans.models import SignedHow, Statement
from portal.plans.queries import may_be_signed, open_statement
from portal.plans.services.statements import check_seen, keep_signature, new_statement
from rules.wording import say_date

from .models import SignedPaper
from .queries import signed_by_code

PAPER_KINDS = (PDF, JPEG, PNG)
OTHER_KIND = "The signed paper must be a PDF or a picture (JPEG or PNG)."
MISSING = {
    "name": "Enter the name on the paper, in at most 200 characters.",
    "title": "Enter the title on the paper, in at most 200 characters.",
}
LIMIT = tries.Limit("statement code:", timedelta(minutes=15), 30, 30)  # codes that nothing is behind


class TooMany(DomainError):
    """Too many codes that do not exist came from one place."""

    def __init__(self) -> None:
        super().__init__("Too many codes were tried from here. Please wait a quarter of an hour, then try again.")


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What staff read from a signed paper."""

    name: str
    title: str
    on: date | None


def prepare_paper(cycle_id: int, name: str, by_id: int, seen: str = "") -> Statement:
    """Make a Statement to be printed for this leader; a link that waits ends. Raises OutOfOrder or Refused.

    One that waits for the same leader over the same content is given back as it is: the link it was sent by goes on
    working, and whichever is signed first counts.
    """
    name = " ".join(name.split())
    if not looks_like_name(name):
        raise Refused([Problem("paper_name", "Enter the key leader's name, in at most 200 characters.")])
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        _check_open(cycle)
        old, now = open_statement(cycle), covered_now(cycle)
        if not now.whole:
            raise OutOfOrder("The rules are still counting the newest answers. Please try again in a few minutes.")
        if old is not None and (old.leader_name, old.content_hash) == (name, now.hash):
            return old
        check_seen(old, seen)
        if old is not None:
            old.withdrawn_at = clock.now()
        made, _ = new_statement(cycle, name, "", by_id)
        audit.record("statement printed", person_id=by_id, cycle_id=cycle.id, statement=made.id)
    return made


def _check_open(cycle: Cycle) -> None:
    if not may_be_signed(cycle):
        raise OutOfOrder("The Statement can be signed after the plan is issued, and once. Nothing was changed.")
    if cycle.reopened:
        raise OutOfOrder(
            f"Answers are open for changes: {', '.join(sorted(cycle.reopened))}. The Statement can be signed once they are "
            "sent or closed. Nothing was changed."
        )


def withdraw(cycle_id: int, statement_id: int, by_id: int) -> None:
    """Take back what waits to be signed; its link and its paper no longer count. Does nothing to a signed one."""
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        found = open_statement(cycle)
        if found is not None and found.id == statement_id:
            found.withdrawn_at = clock.now()
            audit.record("statement withdrawn", person_id=by_id, cycle_id=cycle.id, statement=found.id)


def record_paper(
    cycle_id: int, statement_id: int, read: OnPaper, file: Arriving | None, file_name: str, by_id: int, base_url: str
) -> Statement:
    """Store a Statement that was signed on paper, with its scan. Raises Refused, FileRefused, StorageDown or OutOfOrder.

    The file is looked at, cleaned and stored before the transaction begins; its row is written last.
    """
    signature = Signature(" ".join(read.name.split()), " ".join(read.title.split()), confirmed=True)
    problems = [Problem(one.field, MISSING[one.field]) for one in signature.problems()]
    problems += [] if read.on else [Problem("signed_on", "Enter the day on the paper, like 2026-10-05.")]
    problems += [] if file else [Problem("file", "Choose the scan or a photo of the paper.")]
    if problems or file is None:
        raise Refused(problems)
    taken = take(file, file_name, only=PAPER_KINDS, otherwise=OTHER_KIND)
    scan = SignedPaper(
        statement_id=statement_id, file_name=taken.name, media_type=taken.media_type, size=taken.size,
        sha256=taken.sha256, storage_key=taken.key, added_at=clock.now(), added_by_id=by_id,
    )  # fmt: skip
    try:
        found, stored = _record(cycle_id, statement_id, signature, read.on, scan, by_id, base_url)
    except DomainError:  # only then is it sure that no row names the file
        drop(taken.key)
        raise
    if not stored:
        drop(taken.key)
    return found


def _record(
    cycle_id: int,
    statement_id: int,
    signature: Signature,
    on: date | None,
    scan: SignedPaper,
    by_id: int,
    base_url: str,
) -> tuple[Statement, bool]:
    with unit_of_work() as session:
        cycle = load_for_change(cycle_id)
        db.session.expire_all()
        found = session.get_one(Statement, statement_id)
        if found.how is SignedHow.PAPER and pressed_again(found, signature):
            return found, False
        if found.withdrawn_at is not None:
            raise OutOfOrder(
                "This paper was taken back or replaced, so it no longer counts. Nothing was stored. Print the newest "
                "Statement and have that signed."
            )
        _check_open(cycle)
        if found.signed_at is not None:  # by rules that want it signed again, the cycle is open for a new one
            raise OutOfOrder(
                "This Statement is signed already, and stays as it is. Nothing was stored. Make a new page to print and "
                "have that signed."
            )
        if covered_now(cycle).hash != found.content_hash:
            raise OutOfOrder(
                "The answers, the basis of the tier or the plan changed after this paper was printed, so it does not say "
                "what it would cover. Nothing was stored. Print the Statement again and have that signed."
            )
        problems = []
        if not same_name(signature.name, found.leader_name):
            said = (
                f"This paper was made for {found.leader_name}. If somebody else signed, make a page to print in that name "
                "and have it signed."
            )
            problems.append(Problem("name", said))
        made_on = clock.day_at(found.sent_at, cycle.program.partnership.time_zone)  # its text did not exist before
        if on and not made_on <= on <= local_today(cycle):
            said = f"This paper was made on {say_date(made_on)}. The day has to be that day or later, and not in the future."
            problems.append(Problem("signed_on", said))
        if problems or on is None:
            raise Refused(problems)
        found.recorded_by_id = by_id
        keep_signature(cycle, found, signature, SignedHow.PAPER, on, base_url)
        session.add(scan)
        audit.record(
            "statement signed", person_id=by_id, cycle_id=cycle.id, content_hash=found.content_hash, how="paper",
            sha256=scan.sha256,
        )  # fmt: skip
    return found, True


def look_up(typed: str, address: str) -> Statement | None:
    """Return the signed Statement behind a code; None when there is none. Raises Refused for a slip of the pen, or TooMany.

    Codes that nothing is behind are counted by network address.
    """
    code = read_code(typed)
    if code is None:
        raise Refused(
            [
                Problem(
                    "code",
                    "This is no code of a Statement. It has nine letters and digits, such as ABC-DEF-GHJ. It never has the "
                    "digits 0 or 1, or the letters I, L, O, U or Z. Please compare it sign by sign.",
                )
            ]
        )
    if tries.reached(LIMIT, code, address):
        raise TooMany
    found = signed_by_code(code)
    if found is None:
        with unit_of_work():
            tries.note(LIMIT, code, address)
    return found
