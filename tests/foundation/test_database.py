"""Transactions: a request holds the lock for writing only while it writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.foundation.database import db, unit_of_work
from portal.foundation.settings import Setting


def put(app: Flask, key: str) -> str:
    """Store a value as another request would."""
    with app.app_context(), unit_of_work() as session:
        session.add(Setting(key=key, value="stored"))
    return key


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_that_has_only_read_so_far_keeps_nobody_from_writing(app: Flask, method: str) -> None:
    with app.test_request_context("/", method=method), ThreadPoolExecutor(1) as beside:
        app.preprocess_request()
        assert list(db.session.scalars(select(Setting.key))) == []
        assert beside.submit(put, app, "theirs").result(timeout=5) == "theirs"
        with unit_of_work() as session:  # and its own write sees what came in between
            assert list(session.scalars(select(Setting.key))) == ["theirs"]
            session.add(Setting(key="ours", value="stored"))
    db.session.rollback()
    assert sorted(db.session.scalars(select(Setting.key))) == ["ours", "theirs"]


def test_unit_of_work_inside_another_keeps_its_changes(app: Flask) -> None:
    with unit_of_work() as session:
        session.add(Setting(key="outer", value="stored"))
        with unit_of_work() as inner:
            inner.add(Setting(key="inner", value="stored"))
    assert sorted(db.session.scalars(select(Setting.key))) == ["inner", "outer"]


def test_error_of_the_database_brings_no_stored_text_into_the_log(app: Flask) -> None:
    put(app, "told in confidence")
    with pytest.raises(IntegrityError) as raised:
        put(app, "told in confidence")
    assert "UNIQUE constraint failed" in str(raised.value)
    assert "in confidence" not in str(raised.value)
