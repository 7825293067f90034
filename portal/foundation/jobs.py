"""Slow work as rows: enqueued with the data that needs it, claimed once, done by `nqms worker`."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import JSON, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import Base, UtcDateTime, Word, db, unit_of_work

log = logging.getLogger("portal.jobs")

LEASE = timedelta(minutes=5)  # a job whose worker died is taken up again after this
MAX_TRIES = 3

T = TypeVar("T")


class JobState(enum.StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    GIVEN_UP = "given_up"


class Job(Base):
    """One piece of slow work; `key` keeps the same work from being queued twice."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(Word(JobState), default=JobState.WAITING, index=True)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")


Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
_given_up: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that does jobs of this kind; it runs in the worker, outside any transaction."""

    def keep(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return keep


def when_given_up(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that tells people that a job killed its worker each time; it runs inside the transaction."""

    def keep(function: Handler) -> Handler:
        _given_up[kind] = function
        return function

    return keep


def enqueue(kind: str, key: str, **payload: Any) -> None:
    """Queue work in the running transaction; known work is queued again only after it was given up."""
    known = db.session.scalar(select(Job).where(Job.key == key))
    if known is None:
        db.session.add(Job(kind=kind, key=key, payload=payload, run_after=clock.now()))
    elif known.state in (JobState.GIVEN_UP, JobState.DONE):
        known.state, known.tries, known.run_after, known.error = JobState.WAITING, 0, clock.now(), ""


def attempt(what: str, step: Callable[..., T], *args: Any) -> T | None:
    """Do one step of the worker and return what came of it; None when it broke off, which stops no other step."""
    try:
        return step(*args)
    except Exception:
        db.session.rollback()
        log.exception("%s broke off", what)
        return None


def run_next() -> bool:
    """Claim and do one due job; return whether there was one."""
    with unit_of_work() as session:
        moment = clock.now()
        due = or_(Job.state == JobState.WAITING, Job.state == JobState.RUNNING) & (Job.run_after <= moment)
        job = session.scalar(select(Job).where(due).order_by(Job.id).limit(1).with_for_update(skip_locked=True))
        if job is None:
            return False
        if job.tries >= MAX_TRIES:  # its worker died each time: a fourth would die too, and take the portal along
            job.state, job.error = JobState.GIVEN_UP, "The worker stopped in the middle of this job, each time."
            kind, payload = job.kind, dict(job.payload)
            if kind in _given_up:
                _given_up[kind](payload)
            return True
        job.state, job.tries, job.run_after = JobState.RUNNING, job.tries + 1, moment + LEASE
        job_id, kind, payload = job.id, job.kind, dict(job.payload)
    error = ""
    try:
        _handlers[kind](payload)
    except Exception as raised:  # one bad job must not stop the worker
        log.exception("job %s (%s) did not finish", job_id, kind)
        error = f"{type(raised).__name__}: {raised}"[:500]
        db.session.rollback()
    _finish(job_id, error)
    return True


def _finish(job_id: int, error: str) -> None:
    with unit_of_work() as session:
        job = session.get_one(Job, job_id)
        job.error = error
        if not error:
            job.state = JobState.DONE
        elif job.tries >= MAX_TRIES:
            job.state = JobState.GIVEN_UP
        else:
            job.state, job.run_after = JobState.WAITING, clock.now() + timedelta(seconds=10 * 2**job.tries)
