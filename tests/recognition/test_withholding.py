"""Withholding a recognition: a reason the program reads, nothing twice, and taken back by a later decision."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from portal.cycles.models import CycleState
from portal.desk.duties import duties_of
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from portal.foundation.outbox import Message
from portal.recognition.queries import award_of

from .conftest import Signed

WHY = "Two mentors of <b>this</b> year were never checked."


def post(cast: Signed, where: str, person: object, **typed: str) -> tuple[int, str]:
    reply = cast.browser(person).post(f"{cast.at}/recognition/{where}", data=typed)  # type: ignore[arg-type]
    db.session.rollback()
    return reply.status_code, " ".join(reply.text.split())


def test_administrator_withholds_with_a_reason_that_both_sides_read(signed: Callable) -> None:
    cast = signed()
    assert [one.kind for one in duties_of(cast.partnership) if one.kind == "recognition"] == ["recognition"]
    assert post(cast, "override", cast.reviewer, tier="-", reason=WHY)[0] == 403
    status, page = post(cast, "override", cast.manager, tier="-", reason=" ")
    assert [status, "Say why, so that others" in page, 'value="-" checked' in page] == [422, True, True]
    assert [post(cast, "override", cast.manager, tier="-", reason=WHY)[0] for _ in range(2)] == [303, 303]
    count = func.count
    assert db.session.scalar(select(count(AuditEntry.id)).where(AuditEntry.deed == "recognition withheld")) == 1
    assert db.session.scalar(select(count(Message.id)).where(Message.key.startswith("withheld:"))) == 1
    assert (award_of(cast.cycle), cast.cycle.state) == (None, CycleState.SIGNED)
    escaped = "Two mentors of &lt;b&gt;this&lt;/b&gt; year were never checked."
    for person, where in ((cast.reviewer, f"{cast.at}/recognition"), (cast.admin, f"/programs/{cast.program.id}/recognition")):  # fmt: skip
        assert (where, escaped in cast.page(person, where)) == (where, True)
    assert "There is no recognition for now." in cast.page(cast.admin, f"/programs/{cast.program.id}")
    assert [one.kind for one in duties_of(cast.partnership) if one.kind == "recognition"] == []


def test_later_decision_takes_it_back_and_only_from_a_page_that_showed_it(signed: Callable) -> None:
    cast = signed()
    assert post(cast, "override", cast.manager, tier="-", reason=WHY)[0] == 303
    number = db.session.scalar(select(AuditEntry.id).where(AuditEntry.deed == "recognition withheld"))
    status, page = post(cast, "confirm", cast.reviewer, read="yes", withheld=str(number))
    assert [status, "Only a partnership administrator can award it now." in page, "Confirm:" in page] == [
        422,
        True,
        False,
    ]
    status, page = post(cast, "confirm", cast.manager, read="yes")
    assert [status, "after your page was loaded" in page, award_of(cast.cycle)] == [422, True, None]
    again = [post(cast, "confirm", cast.manager, read="yes", withheld=str(number))[0] for _ in range(2)]
    assert (again, award_of(cast.cycle).tier_name) == ([303, 303], "Expert Partner")
    assert "There is no" not in cast.page(cast.admin, f"/programs/{cast.program.id}/recognition")
    status, page = post(cast, "override", cast.manager, tier="-", reason=WHY)
    assert [status, "until it is confirmed" in page] == [422, True]


def test_confirming_needs_the_tick_and_open_safety_gaps_are_named_above_it(signed: Callable) -> None:
    cast = signed(not_in_practice=("B.2.4",))
    page = cast.page(cast.reviewer, f"{cast.at}/recognition")
    assert (
        page.index("1 safety gap is open.") < page.index("I have read the conditions above") < page.index("Confirm: ")
    )
    assert "B.2.4" in page[page.index("1 safety gap is open.") : page.index("I have read the conditions above")]
    status, page = post(cast, "confirm", cast.reviewer)
    assert [status, "Tick that you have read the conditions above." in page, award_of(cast.cycle)] == [422, True, None]
    assert post(cast, "confirm", cast.reviewer, read="yes")[0] == 303
