"""Children are forked from a process that has loaded the rules; one that was killed is replaced."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from rules import nursery, wire
from rules.nursery import Child, child
from rules.processes import Cell

SEED = 7  # of these tests alone, so that nobody else's nursery is killed


@pytest.fixture
def cell() -> Iterator[Cell]:
    made = Cell(1.0, 256, SEED)
    yield made
    made.stop()


@pytest.fixture
def born() -> Iterator[Child]:
    made = child(1.0, 256, SEED)
    wire.receive(made.get, time.monotonic() + 10)
    yield made
    made.end()


def own() -> nursery.Nursery:
    return nursery._nurseries[os.getpid(), SEED]


def soon_gone(one: Child) -> bool:
    until = time.monotonic() + 5
    while one.lives() and time.monotonic() < until:
        time.sleep(0.01)
    return not one.lives()


def test_child_that_ends_itself_is_known_to_be_gone_and_replaced(cell: Cell) -> None:
    first = cell.started().running
    assert cell.started().running is first
    os.kill(first.pid, signal.SIGKILL)
    assert soon_gone(first)
    assert cell.started().running.pid != first.pid


def test_children_have_one_nursery_and_a_process_group_each(born: Child, cell: Cell) -> None:
    before = own()
    pids = [born.pid, cell.started().running.pid]
    assert own() is before
    assert [os.getpgid(pid) for pid in pids] == pids


def test_child_ends_when_its_pipes_are_closed(born: Child) -> None:
    born._close_pipes()
    assert soon_gone(born)


def test_killed_nursery_is_replaced_and_its_child_is_not_asked_any_more(cell: Cell) -> None:
    before, orphan = own_after(cell), cell.started().running
    before.running.kill()
    before.running.wait()
    assert cell.started().running.pid != orphan.pid
    assert own() is not before
    assert cell.started().running.lives()


def own_after(cell: Cell) -> nursery.Nursery:
    cell.started()
    return own()


def test_answer_that_came_too_late_is_never_taken_for_the_next(born: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    before = own()
    os.kill(before.running.pid, signal.SIGSTOP)
    monkeypatch.setattr(nursery, "STARTING", 0.1)
    with pytest.raises(wire.TooLate):
        before.ask({"do": "gone", "pid": born.pid, "wait": False})
    os.kill(before.running.pid, signal.SIGCONT)
    with pytest.raises(wire.Ended):
        before.ask({"do": "gone", "pid": born.pid, "wait": False})
    monkeypatch.undo()
    later = child(1.0, 256, SEED)
    assert (own() is before, later.lives()) == (False, True)
    later.end()
    assert not later.lives()
