"""Filling the demo: once, all or nothing, everything fictional, every answer acceptable to the rules."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments.models import AnswerVersion, StoredAnswer
from portal.assessments.queries import answers_of, gaps_in, submission_of
from portal.assessments.services import freeze
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.demo.clock import OFFSET_KEY, REFERENCE_DAY, ZONE, demo_clock, offset_at
from portal.demo.seed import seed
from portal.desk.duties import duties_of
from portal.evidence.models import Evidence
from portal.foundation.database import Base, db
from portal.foundation.settings import Setting
from portal.foundation.storage import storage
from portal.partnerships.models import Partnership
from portal.programs.models import Program
from portal.programs.queries import facts_of
from portal.requests.queries import open_matters
from portal.teamwork.queries import team_of
from rules.answers import parse_answer

from .conftest import newest_cycle, person_named


def row_counts() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_seed_again_changes_nothing(demo: Flask) -> None:
    before = row_counts()

    seed()

    assert row_counts() == before
    assert (before["partnership"], before["program"], before["cycle"]) == (2, 8, 9)


def test_everything_in_the_demo_is_marked_fictional(demo: Flask) -> None:
    people = db.session.scalars(select(Person)).all()
    places = [*db.session.scalars(select(Partnership)), *db.session.scalars(select(Program))]

    assert all(one.fictional and one.demo_note and one.email.endswith("@example.org") for one in people)
    assert {one.password_hash for one in people} == {""}
    assert all(one.fictional and one.name.endswith("(fictional)") for one in places)


def test_every_answer_of_the_demo_is_one_the_rules_accept(demo: Flask) -> None:
    for cycle in db.session.scalars(select(Cycle)):
        tags, catalogue = facts_of(cycle.program).tags, rulebook_of(cycle).catalogue
        answers = answers_of(cycle)

        assert all(parse_answer(catalogue.practice(code), tags, one.as_dict()) == one for code, one in answers.items())
        assert (cycle.submitted_on is None) == bool(gaps_in(catalogue, answers))


def test_every_stored_answer_has_its_history_and_every_submission_its_hash(demo: Flask) -> None:
    stored = db.session.scalar(select(func.sum(StoredAnswer.version)))
    assert db.session.scalar(select(func.count()).select_from(AnswerVersion)) == stored

    for cycle in db.session.scalars(select(Cycle).where(Cycle.submitted_on.is_not(None))):
        submission = submission_of(cycle)
        assert submission is not None
        assert (submission.content, submission.content_hash) == freeze(cycle, answers_of(cycle))
        assert json.loads(submission.content)["rulebook"] == cycle.rulebook


def test_every_file_of_the_demo_is_there_and_is_a_pdf_people_can_read(demo: Flask) -> None:
    files = db.session.scalars(select(Evidence).where(Evidence.storage_key.is_not(None))).all()
    texts = []
    for piece in files:
        data = b"".join(storage().open(piece.storage_key or ""))
        assert (len(data), hashlib.sha256(data).hexdigest()) == (piece.size, piece.sha256)
        texts.append(PdfReader(io.BytesIO(data)).pages[0].extract_text())
    assert {text.splitlines()[0] for text in texts} == {
        "Circle of Elders (fictional)", "Maple Street Lunch Buddies (fictional)",
    }  # fmt: skip


def test_steps_of_every_cycle_follow_each_other(demo: Flask) -> None:
    for cycle in db.session.scalars(select(Cycle)):
        steps = (
            cycle.access_on,
            cycle.submitted_on,
            cycle.contacted_on,
            cycle.visited_on,
            cycle.plan_issued_on,
            cycle.statement_signed_on,
            cycle.awarded_on,
            cycle.closed_on,
        )
        taken = [day for day in steps if day is not None]
        assert taken == sorted(taken)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 (the zone is added below)
def test_demo_day_is_the_reference_day_at_the_same_local_time(naive: datetime) -> None:
    real = naive.replace(tzinfo=UTC)
    shown = (real + offset_at(real)).astimezone(ZONE)

    assert (shown.date(), shown.time()) == (REFERENCE_DAY, real.astimezone(ZONE).time())


def test_demo_clock_runs_on_from_the_stored_offset(demo: Flask) -> None:
    db.session.get_one(Setting, OFFSET_KEY).value = "-86400"
    db.session.commit()

    shown = demo_clock(demo)()

    assert abs(shown - (datetime.now(UTC) - timedelta(days=1))) < timedelta(seconds=5)


def test_demo_clock_shows_real_time_before_the_demo_is_filled(make_app: Callable[..., Flask]) -> None:
    assert abs(demo_clock(make_app())() - datetime.now(UTC)) < timedelta(seconds=5)


def test_people_of_the_program_in_progress_work_together(demo: Flask) -> None:
    cycle, winona, josiah = newest_cycle("Circle"), person_named("Winona Redfeather-Clark"), person_named("Josiah Bell")
    of_winona, of_josiah = team_of(cycle.id, winona.id), team_of(cycle.id, josiah.id)

    assert of_winona.given_words("s-4") == "you and Josiah Bell"
    assert (of_winona.talks, of_winona.flags, of_josiah.flags) == ({"B.4.1": 2}, {"B.4.3"}, frozenset())


def test_one_matter_of_each_kind_waits_in_the_demo(demo: Flask) -> None:
    waiting = {key: open_matters(at) for key, at in db.session.execute(select(Partnership.key, Partnership.id))}
    assert {
        key: tuple(map(len, (one.registrations, one.access, one.advice, one.notices))) for key, one in waiting.items()
    } == {"riverbend": (1, 0, 1, 1), "northlake": (0, 1, 0, 0)}
    assert all(one.name.endswith("(fictional)") for one in waiting["riverbend"].registrations)


def test_desk_of_the_demo_shows_many_kinds_of_duties_and_one_statement_that_waits(demo: Flask) -> None:
    riverbend = db.session.scalars(select(Partnership).where(Partnership.key == "riverbend")).one()
    duties = duties_of(riverbend)
    statements = [one for one in duties if one.kind == "statement"]

    assert {one.kind for one in duties} >= {
        "registration", "advice", "notice", "amendment", "contact", "visit", "results", "statement", "check_in",
        "mini_review", "renewal_invitation", "expiry",
    }  # fmt: skip
    assert [(one.program, one.when_words, one.owner_name, len(one.team)) for one in statements] == [
        ("Ferry Road Mentors (fictional)", "7 days late", "Ruben Ortega", 2)
    ]
