"""Visits of the demo: dates that wait for Maple Street's answer, and a visit that is planned at Lakeshore."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal.accounts.models import Membership, Person
from portal.cycles.models import Cycle, CycleState
from portal.cycles.queries import rulebook_of
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.reviews.models import Review, ReviewItem, ReviewItemVersion
from portal.visits.models import Visit, VisitDeed, VisitEvent, VisitNote, VisitNoteVersion, VisitState
from portal.visits.notes import FREE
from portal.visits.times import usual_minutes

from .answers import Sheet
from .clock import at
from .cycles import DemoCycle, add_cycle
from .reviewdata import BETTER, GOOD, content_of

ADMINISTRATOR = "Ines Carvalho"
LAKESHORE = {
    "name": "Lakeshore Reading Pairs (fictional)",
    "host": "Lakeshore Public Library (fictional)",
    "place": "Lakeshore",
    "description": (
        "Adults read with one child each, every Tuesday for an hour, in the children's room of the library, with staff "
        "in the room. Screening: application, interview, two references, state and national checks. Training: three hours."
    ),
    "founded": date(2016, 9, 1),
    "model": "one-to-one",
    "settings": ["site"],
    "youth_min_age": 7,
    "youth_max_age": 11,
    "matches": 28,
    "mentors": 31,
    "staff": "1 librarian at half time",
    "key_leader_name": "Edith Okafor",
    "key_leader_title": "Library director",
}
SHEET = Sheet(
    usual=(4, 4, 3, 5, 4),
    absent=frozenset({"B.5.4", "B.6.3", "B.6.8", "E.3.4", "V.6"}),
    notes={"B.6.3": "We say goodbye in the last session before summer. Nothing is written.", "B.5.1": "We see every pair each Tuesday."},
    ratings={"B.5.1": 5, "B.2.5": 4},
)  # fmt: skip
CYCLE = DemoCycle(
    "lakeshore", "lakeshore", 1, CycleState.CONTACTED, date(2026, 7, 6), SHEET, (ADMINISTRATOR,),
    date(2026, 9, 8), date(2026, 9, 15),
)  # fmt: skip
ITEMS = (
    ("B.2.5", 4, GOOD, "References are called, not only written to.", "", None),
    ("B.5.1", 2, BETTER, "Seeing a pair is not the same as asking both of them.", "Ask for the log of contacts.", None),
    ("B.3.1", 4, None, "", "", None),
    ("M.A.4", 3, None, "", "The manual is of 2018.", None),
)


def add_visits(
    partnerships: dict[str, Partnership], cycles: dict[str, Cycle], people: dict[str, Person], moment: datetime
) -> None:
    """Add both visits, and the program of the second, to the running transaction."""
    _propose(cycles["maple"], people)
    program = Program(
        partnership_id=partnerships["riverbend"].id, registered=True, capacity_confirmed=True, fictional=True,
        key_leader_email="edith.okafor@example.org", created_at=moment, **LAKESHORE,
    )  # fmt: skip
    db.session.add(program)
    db.session.flush()
    librarian = Person(
        name=ADMINISTRATOR, email="ines.carvalho@example.org", password_hash="", fictional=True, created_at=moment,
        demo_note="Librarian, program administrator at Lakeshore, which is visited soon",
        memberships=[Membership(role=Role.PROGRAM_ADMINISTRATOR, program_id=program.id)],
    )  # fmt: skip
    db.session.add(librarian)
    db.session.flush()
    everybody = people | {ADMINISTRATOR: librarian}
    _plan(add_cycle(CYCLE, program, everybody), everybody)


def _visit(cycle: Cycle, state: VisitState, guests: list[tuple[str, Person]], **more: object) -> Visit:
    policy = rulebook_of(cycle).policy
    made = Visit(
        cycle_id=cycle.id, uid=f"visit-demo-{cycle.id}@nqms-portal", state=state, version=1, sequence=0,
        minutes=usual_minutes(policy), asked="", materials=list(policy.visit_materials),
        attendees=[{"side": side, "name": one.name, "email": one.email} for side, one in guests],
        **({"place": "", "proposals": [], "invited": []} | more),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _event(visit: Visit, deed: VisitDeed, day: date, by: Person, version: int, **more: object) -> None:
    db.session.add(
        VisitEvent(
            visit_id=visit.id, at=at(day, 11), by_id=by.id, deed=deed, version=version, save_id=f"demo-visit-{version}",
            **({"reason": "", "detail": {}} | more),
        )
    )  # fmt: skip


def _propose(cycle: Cycle, people: dict[str, Person]) -> None:
    ruben = people["Ruben Ortega"]
    times = [
        at(date(2026, 10, 21), 9).astimezone(UTC).isoformat(),
        at(date(2026, 10, 28), 13, 30).astimezone(UTC).isoformat(),
    ]
    if db.session.query(Review).filter_by(cycle_id=cycle.id).first() is None:
        db.session.add(
            Review(
                cycle_id=cycle.id, reviewer_id=ruben.id, contact_how="", visit_place="", attendees="", visit_notes=""
            )
        )
    guests = [("program", people["Lena Brandt"]), ("partnership", ruben)]
    visit = _visit(
        cycle, VisitState.PROPOSED, guests, place="Maple Street Elementary, the counselor's office", proposals=times
    )
    _event(visit, VisitDeed.PROPOSED, date(2026, 9, 30), ruben, 1, detail={"times": times})


def _plan(cycle: Cycle, people: dict[str, Person]) -> None:
    dana, librarian = people["Dana Whitlock"], people[ADMINISTRATOR]
    review = Review(
        cycle_id=cycle.id, reviewer_id=dana.id, contact_how="Phone", visit_place="", attendees="", visit_notes=""
    )
    db.session.add(review)
    db.session.flush()
    for index, item in enumerate(ITEMS):
        saved = {
            "review_id": review.id, "practice_code": item[0], "version": 1, "save_id": f"demo-lakeshore-{index}",
            "saved_at": at(date(2026, 9, 24), 14, index), "saved_by_id": dana.id, "content": content_of(item),
        }  # fmt: skip
        db.session.add_all([ReviewItem(**saved, finding=item[2]), ReviewItemVersion(**saved)])
    first, now = (at(date(2026, 10, day), 15).astimezone(UTC) for day in (6, 13))
    guests = [("program", librarian), ("partnership", dana), ("partnership", people["Ruben Ortega"])]
    visit = _visit(
        cycle, VisitState.PLANNED, guests, place="Lakeshore Public Library, children's room", starts_at=now,
        invited=[{"name": one.name, "email": one.email} for _, one in guests],
    )  # fmt: skip
    visit.version, visit.sequence = 3, 1
    times = [first.isoformat(), now.isoformat()]
    _event(visit, VisitDeed.PROPOSED, date(2026, 9, 15), dana, 1, detail={"times": times})
    _event(visit, VisitDeed.PICKED, date(2026, 9, 16), librarian, 2, after=first)
    _event(
        visit,
        VisitDeed.MOVED,
        date(2026, 9, 28),
        dana,
        3,
        before=first,
        after=now,
        reason="The children's room is painted that week.",
    )
    note = {
        "visit_id": visit.id, "person_id": dana.id, "part": FREE, "version": 1, "save_id": "demo-visit-note",
        "saved_at": at(date(2026, 9, 28), 11, 30), "saved_by_id": dana.id,
        "content": {"note": "Ask how the library chose Tuesdays. Bring the guide on endings."},
    }  # fmt: skip
    db.session.add_all([VisitNote(**note), VisitNoteVersion(**note)])
