"""What must not stop the worker: a mail nobody can write, a job whose worker died; and a kill in the middle of a document."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation import jobs, mail, outbox, pdf
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.documents import Document, DocumentState, Paper, ask
from portal.foundation.jobs import Job, JobState
from portal.foundation.outbox import Message
from portal.plans.documents import summary_snapshot
from tests.conftest import StandingClock
from tests.factories import make_partnership, make_person, make_program, submitted_cycle


@pytest.fixture
def document_id(app: Flask) -> int:
    program = make_program(make_partnership())
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    snapshot = summary_snapshot(cycle)
    with unit_of_work():
        return ask(cycle.id, "summary", Paper.LETTER, "summary.pdf", snapshot).id


def test_mail_that_cannot_be_written_is_noted_and_the_next_one_goes_out(app: Flask) -> None:
    with unit_of_work():
        outbox.post("first", to_name="Ana", to_email="a\r\nBcc: b@example.org", subject="One", text="One")
        outbox.post("second", to_name="Ana", to_email="ana@example.org", subject="Two", text="Two")
    assert mail.deliver_due() == 1
    first, second = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert (first.sent_at, second.error) == (None, "")
    assert "CR or LF" in first.error
    assert first.next_try_at is not None


def test_job_whose_worker_died_each_time_is_given_up_and_its_document_says_so(
    app: Flask, clock: StandingClock, document_id: int
) -> None:
    pdf.register()
    with unit_of_work() as session:  # as three workers leave it that are killed in the middle
        job = session.scalars(select(Job)).one()
        job.state, job.tries, job.run_after = JobState.RUNNING, jobs.MAX_TRIES, clock() + timedelta(minutes=5)
    assert jobs.run_next() is False  # the lease of the last one still runs
    clock.go(minutes=6)
    assert jobs.run_next() is True
    document = db.session.get_one(Document, document_id)
    assert (document.state, document.problem) == (DocumentState.NOT_MADE, pdf.NOT_MADE)
    assert db.session.scalars(select(Job.state)).one() is JobState.GIVEN_UP
    assert jobs.run_next() is False


def start_worker(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    variables = {**os.environ, "NQMS_DATA": str(folder), "NQMS_INSECURE": "yes"}
    return subprocess.Popen([sys.executable, "-m", "portal.cli", "worker", *options], env=variables)


def due_now() -> None:
    """Make the job due, and its document asked for today, by the worker's own clock, which is the machine's."""
    with unit_of_work() as session:
        session.scalars(select(Document)).one().asked_at = datetime.now(UTC)
        session.scalars(select(Job)).one().run_after = datetime(2020, 1, 1, tzinfo=UTC)


def states(document_id: int) -> tuple[JobState, DocumentState]:
    db.session.rollback()
    return db.session.scalars(select(Job.state)).one(), db.session.get_one(Document, document_id).state


@pytest.mark.walk
def test_document_is_made_later_when_the_worker_is_killed_in_the_middle(app: Flask, document_id: int) -> None:
    folder = Path(app.config["DATA_FOLDER"])
    due_now()
    worker, until = start_worker(folder), time.monotonic() + 120
    while states(document_id)[0] is JobState.WAITING and time.monotonic() < until:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert states(document_id) == (JobState.RUNNING, DocumentState.WAITING)
    due_now()  # five minutes later
    assert start_worker(folder, "--once").wait(timeout=120) == 0
    assert states(document_id) == (JobState.DONE, DocumentState.READY)
    content = db.session.scalars(select(Document.content)).one()
    assert content is not None
    assert content.startswith(b"%PDF")
