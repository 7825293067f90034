"""Moving a cycle to other rules: shown before, done with a reason, undone exactly, and never after the recognition."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from portal.assessments.judging import judge_again
from portal.assessments.models import AnswerVersion, Judgement, StoredAnswer
from portal.cycles.models import Cycle, CycleMove
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from portal.recognition.moving import move
from portal.recognition.services import confirm
from tests.dropins import STRICT, drop_in
from tests.factories import answer_all, make_cycle

LOCAL = '''
@hookimpl
def nqms_practices(catalogue):
    """Ask one thing more and one thing less."""
    return [
        {"change": "drop", "practices": ["E.1.1"], "sentence": "Not asked here."},
        {"change": "add", "section": "s-2", "sentence": "Asked here.", "practice": {
            "code": "X.1", "title": "County list", "question": "Is the county list kept?",
            "statement": "The county list is kept.", "help": "A list.", "concerns": ("staff",)}},
    ]
'''


def seen(browser: FlaskClient, at: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', browser.get(f"{at}/rules").text)
    return found.group(1) if found else ""


def answers() -> tuple[object, ...]:
    rows = db.session.execute(select(StoredAnswer.id, StoredAnswer.practice_code, StoredAnswer.content)).all()
    return sorted(map(repr, rows)), db.session.scalar(select(func.count(AnswerVersion.id)))


def record(cycle: Cycle) -> str:
    db.session.refresh(cycle)
    return json.dumps(cycle.rulebook, sort_keys=True)


def test_page_shows_before_the_step_what_would_change(folder: Path, signed: Callable) -> None:
    cast = signed()
    drop_in(folder, "local", LOCAL + STRICT)
    cast.adopt("local")
    page = cast.page(cast.manager, f"{cast.at}/rules")
    assert "115 practices stay." in page
    assert ["New: 1</summary><ul><li>X.1 County list</li>" in page, "<li>E.1.1 " in page] == [True, True]
    assert "116 stored answers: all are kept. 1 of them would not be asked any more" in page
    assert "Ten years: not asked for now, would be not met" in page
    assert ["All conditions of Expert Partner are met." in page, "Ten years are asked for." in page] == [True, True]
    assert db.session.scalar(select(func.count(CycleMove.id))) == 0


def test_move_and_undo_keep_every_answer_and_restore_the_record_exactly(folder: Path, signed: Callable) -> None:
    cast = signed()
    drop_in(folder, "local", LOCAL + STRICT)
    cast.adopt("local")
    before, typed = record(cast.cycle), answers()
    browser = cast.browser(cast.manager)
    reply = browser.post(f"{cast.at}/rules", data={"seen": seen(browser, cast.at), "reason": "New <b>list</b>."})
    assert reply.status_code == 303
    assert (record(cast.cycle) != before, answers() == typed) == (True, True)
    assert [one["name"] for one in cast.cycle.rulebook["plugins"]] == ["national", "local"]
    assert "moved this cycle to other rules: New &lt;b&gt;list&lt;/b&gt;." in cast.page(
        cast.admin, f"/programs/{cast.program.id}"
    )
    assert "Gold Partner" in cast.page(cast.reviewer, f"{cast.at}/recognition")
    history = cast.page(cast.admin, f"{cast.at}/judgements")
    assert "Why it was judged: moved to other rules." in history
    assert "E.1.1 is not asked any more." in history
    assert browser.post(f"{cast.at}/rules/undo").status_code == 303
    assert (record(cast.cycle), answers()) == (before, typed)
    assert db.session.scalars(select(Judgement.cause).order_by(Judgement.id)).all() == [
        "submitted", "moved to other rules", "move undone",
    ]  # fmt: skip
    deeds = select(AuditEntry.deed, AuditEntry.person_id).where(AuditEntry.deed.contains("rules"))
    deeds = deeds.where(AuditEntry.cycle_id == cast.cycle.id)
    assert db.session.execute(deeds.order_by(AuditEntry.id)).all() == [
        ("cycle moved to other rules", cast.manager.id), ("move to other rules undone", cast.manager.id),
    ]  # fmt: skip
    assert db.session.scalar(select(func.count(Message.id)).where(Message.key.contains("moved:"))) == 2
    assert browser.post(f"{cast.at}/rules/undo").status_code == 422


def test_move_without_a_reason_or_from_an_old_page_is_refused(folder: Path, signed: Callable) -> None:
    cast = signed()
    drop_in(folder, "local", LOCAL)
    drop_in(folder, "strict", STRICT)
    cast.adopt("local")
    browser, before = cast.browser(cast.manager), record(cast.cycle)
    mark = seen(browser, cast.at)
    assert browser.post(f"{cast.at}/rules", data={"seen": mark, "reason": "  "}).status_code == 422
    long = browser.post(f"{cast.at}/rules", data={"seen": mark, "reason": "x" * 501})
    assert (long.status_code, "x" * 501 in long.text) == (422, True)
    cast.adopt("strict")
    late = browser.post(f"{cast.at}/rules", data={"seen": mark, "reason": "Because it helps."})
    assert (late.status_code, "The rules changed since this page was loaded" in late.text) == (422, True)
    assert "Because it helps." in late.text
    assert record(cast.cycle) == before


def test_recognized_cycle_never_moves(folder: Path, signed: Callable) -> None:
    cast = signed()
    drop_in(folder, "strict", STRICT)
    confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    cast.adopt("strict")
    browser, before = cast.browser(cast.manager), record(cast.cycle)
    assert "keeps the rules that decided it" in cast.page(cast.manager, f"{cast.at}/rules")
    assert browser.post(f"{cast.at}/rules", data={"seen": "x", "reason": "Because."}).status_code == 422
    assert record(cast.cycle) == before


def test_cycle_moved_before_its_recognition_cannot_be_moved_back_after(folder: Path, signed: Callable) -> None:
    cast = signed()
    drop_in(folder, "strict", STRICT.replace('"met": False', '"met": True'))
    cast.adopt("strict")
    browser = cast.browser(cast.manager)
    browser.post(f"{cast.at}/rules", data={"seen": seen(browser, cast.at), "reason": "Because."})
    award = confirm(cast.cycle.id, cast.reviewer.id, "http://localhost")
    assert (award.tier_name, browser.post(f"{cast.at}/rules/undo").status_code) == ("Gold Partner", 422)


@pytest.mark.parametrize("person", ["reviewer", "admin"])
def test_only_partnership_administrators_move(signed: Callable, person: str) -> None:
    cast = signed()
    browser = cast.browser(getattr(cast, person))
    replies = [browser.get(f"{cast.at}/rules"), browser.post(f"{cast.at}/rules"), browser.post(f"{cast.at}/rules/undo")]
    assert [one.status_code for one in replies] == [403, 403, 403]


def test_submitted_cycle_stays_with_its_edition(signed: Callable) -> None:
    cast = signed()
    cast.adopt(edition="eepm5")
    browser, before = cast.browser(cast.manager), record(cast.cycle)
    reply = browser.post(f"{cast.at}/rules", data={"seen": seen(browser, cast.at), "reason": "Newer."})
    assert (reply.status_code, "only a cycle in progress can move to another edition" in reply.text) == (422, True)
    assert record(cast.cycle) == before


def test_cycle_in_progress_moves_to_another_edition_and_back(signed: Callable) -> None:
    cast = signed()
    cycle = make_cycle(cast.program_elsewhere())
    answer_all(cycle, cast.admin, ("B.2.4",))
    at, browser, before, typed = f"/cycles/{cycle.id}", cast.browser(cast.manager), record(cycle), answers()
    cast.adopt(edition="eepm5")
    page = " ".join(browser.get(f"{at}/rules").text.split())
    assert "practices can be compared" in page
    assert "What the answers come to is not shown" in page  # drafts are the program's own
    assert browser.post(f"{at}/rules", data={"seen": seen(browser, at), "reason": "Try it."}).status_code == 303
    assert (cycle.rulebook["edition"], json.loads(record(cycle))["edition"], answers() == typed) == (
        "eepm5", "eepm5", True,
    )  # fmt: skip
    task_list = cast.browser(cast.other_admin()).get(at).text
    assert ["is a preview here" in task_list, "0 of 73 practices answered" in task_list] == [True, True]
    assert browser.post(f"{at}/rules/undo").status_code == 303
    assert (record(cycle), answers()) == (before, typed)
    assert "116 of 116 practices answered" in cast.browser(cast.other_admin()).get(at).text


def test_pages_take_as_many_queries_after_three_moves_as_after_one(
    folder: Path, signed: Callable, count_queries: Callable
) -> None:
    cast = signed()
    drop_in(folder, "local", LOCAL)
    cast.adopt("local")
    browser = cast.browser(cast.manager)
    pages = [f"{cast.at}/rules", f"{cast.at}/judgements", f"/programs/{cast.program.id}"]
    form = {"seen": seen(browser, cast.at), "reason": "Once more."}

    def there_and_back() -> list[int]:
        assert browser.post(f"{cast.at}/rules", data=form).status_code == 303
        assert browser.post(f"{cast.at}/rules/undo").status_code == 303
        return [count_queries(lambda where=where: browser.get(where)) for where in pages]

    there_and_back()
    assert there_and_back() == there_and_back()


SLOW = '''
import time

@hookimpl
def nqms_findings(answers):
    """Take a while."""
    time.sleep(1.5)
    return [{"rule": "slow", "kind": "note", "practices": (), "sentence": "Said by the earlier rules."}]
'''


def newest(cycle: Cycle) -> Judgement:
    db.session.rollback()
    found = db.session.scalar(select(Judgement).where(Judgement.cycle_id == cycle.id).order_by(Judgement.id.desc()))
    assert found is not None
    return found


@pytest.mark.walk
def test_answer_of_the_earlier_rules_that_comes_late_is_not_stored(folder: Path, signed: Callable) -> None:
    drop_in(folder, "slow", SLOW)
    drop_in(folder, "local", LOCAL)
    cast = signed(("slow",))
    cast.adopt("local")
    with unit_of_work() as session:
        session.execute(delete(Judgement))  # as after a server that went down before the rules had answered

    def worker() -> None:
        with cast.app.app_context():
            judge_again()

    mark, late = mark_of(cast), threading.Thread(target=worker)
    late.start()
    time.sleep(0.7)
    move(cast.cycle.id, mark, "It helps.", cast.manager.id)
    late.join()

    assert newest(cast.cycle).rulebook == cast.cycle.rulebook
    assert "Said by the earlier rules." not in newest(cast.cycle).scorecard


def mark_of(cast: Any) -> str:
    browser = cast.browser(cast.manager)
    mark = seen(browser, cast.at)
    db.session.rollback()
    return mark


def test_move_whose_request_broke_off_is_judged_by_the_worker(folder: Path, signed: Callable, clock: Any) -> None:
    cast = signed()
    drop_in(folder, "local", LOCAL)
    cast.adopt("local")
    clock.go(minutes=1)
    move(cast.cycle.id, mark_of(cast), "It helps.", cast.manager.id)
    with unit_of_work() as session:
        session.delete(session.get_one(Judgement, newest(cast.cycle).id))
    assert newest(cast.cycle).rulebook != cast.cycle.rulebook

    judge_again()

    assert newest(cast.cycle).rulebook == cast.cycle.rulebook
