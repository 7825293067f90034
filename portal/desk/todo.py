"""What the mail of the day names of a partnership's duties: what is late or due within a week, to whoever has to do it."""

from __future__ import annotations

from collections.abc import Iterator

from portal.foundation import clock
from portal.foundation.database import db
from portal.letters.daily import Todo
from portal.partnerships.models import Partnership

from .duties import duties_of


def todo_of(partnership_id: int, person_id: int) -> Iterator[Todo]:
    """Return this person's duties of the coming week, and those that nobody has yet; never what an answer or a result says."""
    partnership = db.session.get_one(Partnership, partnership_id)
    today = clock.local_day(partnership.time_zone)
    for duty in duties_of(partnership):
        mine = duty.owner is None or duty.owner.id == person_id or person_id in duty.team
        if mine and duty.due is not None and duty.this_week(today):
            yield Todo(duty.program, duty.kind_words, duty.due)
