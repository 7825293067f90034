"""What a recognition adds to the duties of its cycle: its end as it stands, and an appeal that waits for an answer."""

from __future__ import annotations

from datetime import timedelta

from rules.duties import Due

from .appeals import open_appeal
from .models import Award, Standing
from .terms import policy_of


def of_closed(award: Award | None) -> tuple[Due, ...]:
    """Return what a closed cycle still has: the end of its recognition, while no newer one followed, and an open appeal."""
    return with_award((), award)


def with_award(dues: tuple[Due, ...], award: Award | None) -> tuple[Due, ...]:
    """Return a cycle's duties with those of its recognition; what has ended ends no more, what was followed is not renewed."""
    if award is None:
        return dues
    followed = award.standing is Standing.FOLLOWED
    kept = [due for due in dues if due.kind != "expiry" and not (followed and due.kind == "renewal_invitation")]
    if award.standing is Standing.HELD:
        kept.append(Due("expiry", "Recognition ends", award.last_day))
    if award.appeal_open and (made := open_appeal(award)) is not None:
        until = made.on + timedelta(days=policy_of(award).appeal_days)
        kept.append(Due("appeal", "Answer to the appeal", made.on, until))  # it waits from the day it was made
    return tuple(sorted(kept, key=lambda due: (due.on, due.until or due.on, due.kind)))
