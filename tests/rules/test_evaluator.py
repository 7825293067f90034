"""Plugins in processes of their own: each bad one is named, the others count, and nobody else waits or is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rules.asking import Assessment, Question
from rules.codec import from_plain
from rules.discovery import UnknownPlugin
from rules.evaluator import Evaluator, Lost
from rules.outcomes import Outcome, outcome_of
from rules.processes import Busy, Cell
from rules.rows import say_rule, say_undetermined
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt, build_rulebook, rulebook_from_record
from rules.scorecard import evaluate
from rules.tiers import decide, judge_priorities
from rules.wire import pack_assessment
from tests.rules.drop_ins import BAD, GOOD, put
from tests.rules.samples import FACTS, SIGNED, all_yes, no

SECONDS = 0.7  # a plugin may take here
LATE = f"it did not answer within {SECONDS} seconds"
ENDED = "it ended the process it runs in, or used more memory than it may"
FINDINGS = "nqms_findings"
ANSWERS = all_yes() | {"B.2.4": no("B.2.4")}
ASSESSMENT = Assessment(ANSWERS, FACTS, SIGNED)

NAMED = {
    "raises": (FINDINGS, "ZeroDivisionError: division by zero"),
    "hangs_asleep": (FINDINGS, LATE),
    "hangs_busy": (FINDINGS, LATE),
    "exits": (FINDINGS, "it ended itself (SystemExit)"),
    "exits_at_once": (FINDINGS, ENDED),
    "kills_itself": (FINDINGS, ENDED),
    "kills": (FINDINGS, "it tried to end a process"),
    "changes_answers": (FINDINGS, "it changed the answers or facts it was given"),
    "empties_answers": (FINDINGS, "AttributeError: 'mappingproxy' object has no attribute 'clear'"),
    "connects": (FINDINGS, "it tried to open a network connection"),
    "writes_a_file": (FINDINGS, "it tried to write a file"),
    "reads_a_file": (FINDINGS, "it tried to read a file"),
    "starts_a_program": (FINDINGS, "it tried to start another program"),
    "keeps_a_thread": (FINDINGS, "it tried to start a thread"),
    "returns_none": (FINDINGS, "it did not return a list of results"),
    "returns_text": (FINDINGS, "it did not return a list of results"),
    "returns_nan": ("a-rule", "TypeError: “sentence” should be a text that says something"),
    "returns_ten_megabytes": (FINDINGS, "its answer is longer than 1,000,000 characters"),
    "returns_many_rows": (FINDINGS, "it returned more than 2,000 results"),
    "returns_itself": (FINDINGS, "it returned lists or tables that lie too deep in each other"),
    "returns_an_object": (FINDINGS, "it returned a value of the kind object, which is no plain value"),
    "returns_unknown_practice": (
        "a-rule",
        "UnknownPractice: There is no practice B.9.99 in Elements of Effective Practice for Mentoring, 4th edition.",
    ),
    "eats_memory": (FINDINGS, "it used more memory than it may"),
}
HARMLESS_HERE = (
    "prints", "rolls_dice", "walks_a_set", "takes_the_first", "remembers", "is_slow", "hides_an_answer", "answers_late",
    "changes_scorecard",
)  # fmt: skip
NOT_BUILT = {
    "hangs_on_import": f"The plugin “hangs_on_import” does not describe its rules: {LATE}.",
    "raises_on_import": "The plugin “raises_on_import” cannot be used. It could not be loaded: RuntimeError: not today",
    "exits_on_import": f"The plugin “exits_on_import” does not describe its rules: {ENDED}.",
    "connects_on_import": "The plugin “connects_on_import” cannot be used. "
    "It tried to open a network connection while it was loaded.",
    "describes_by_network": "The plugin “describes_by_network” tried to open a network connection while it described its rules.",
    "hangs_while_describing": f"The plugin “hangs_while_describing” does not describe its rules: {LATE}.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("bad") / "plugins", *(path.stem for path in BAD.glob("*.py")))


@pytest.fixture(scope="module")
def evaluator(folder: Path) -> Iterator[Evaluator]:
    made = Evaluator(folder, SECONDS)
    yield made
    made.close()


def rules_of(evaluator: Evaluator, *names: str, **settings: dict[str, Any]) -> Rulebook:
    return evaluator.describe([PluginChoice(name, settings.get(name, {})) for name in names])


def children(parent: int) -> set[int]:
    """Return the processes that another one started, and those that these started, which have not ended."""
    started: dict[int, set[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                state, ppid = (path / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                started.setdefault(int(ppid), set()).add(int(path.name))
    found, new = set[int](), started.get(parent, set())
    while new:
        found |= new
        new = {pid for one in new for pid in started.get(one, ())}
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_every_bad_plugin_of_the_folder_is_spoken_of_here() -> None:
    assert {path.stem for path in BAD.glob("*.py")} == {
        *NAMED, *HARMLESS_HERE, *NOT_BUILT, "names_a_lost_condition"}  # fmt: skip


def test_all_bad_plugins_on_one_list_are_named_and_the_others_count(evaluator: Evaluator, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        port, target = listener.getsockname()[1], tmp_path / "written.txt"
        rules = rules_of(
            evaluator, *NAMED, "prints", "good", connects={"port": port}, writes_a_file={"path": str(target)}
        )
        card = evaluate(ASSESSMENT, rules)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert not target.exists()
    assert [say_undetermined(one) for one in card.undetermined] == [
        f"{name} 1.0.0 could not judge {say_rule(rule)} ({what})" for name, (rule, what) in NAMED.items()
    ]
    assert [(one.trace.plugin, one.sentence) for one in card.findings if one.kind == "note"] == [
        ("good", "116 answers seen.")
    ]
    assert [gap.practices for gap in card.safety_gaps] == [("B.2.4",)]
    decision = decide(card, ASSESSMENT, rules)
    assert decision.outcome == "undetermined"
    assert {one.met for one in decision.tiers[0].conditions} == {True}


@pytest.mark.parametrize("name", NOT_BUILT)
def test_plugin_that_is_bad_before_it_judges_is_refused_by_name(evaluator: Evaluator, name: str) -> None:
    with pytest.raises((RulebookNotBuilt, UnknownPlugin)) as refused:
        rules_of(evaluator, "good", name)
    assert str(refused.value) == NOT_BUILT[name]


def test_plugin_that_hangs_on_import_later_is_named_for_every_hook_and_waited_for_once(evaluator: Evaluator) -> None:
    record = rules_of(evaluator, "good").record()
    info = evaluator.found().plugin("hangs_on_import").info
    changed = {"name": info.name, "version": info.version, "origin": info.origin, "fingerprint": info.fingerprint}
    record["plugins"].append({**changed, "hooks": [FINDINGS, "nqms_priorities"]})
    rules = rulebook_from_record(record, build_rulebook().catalogue, evaluator)
    card = evaluate(ASSESSMENT, rules)
    start = time.monotonic()
    silent = judge_priorities(card, ASSESSMENT, rules)[1]
    assert time.monotonic() - start < SECONDS
    assert [(one.plugin, one.what) for one in (*card.undetermined, *silent)] == [("hangs_on_import", LATE)] * 2


def test_result_that_comes_late_is_never_taken_for_the_next_answer(evaluator: Evaluator) -> None:
    late = rules_of(evaluator, "answers_late", answers_late={"seconds": SECONDS + 0.3})
    soon = rules_of(evaluator, "answers_late", answers_late={"seconds": 0})
    assert [one.what for one in evaluate(ASSESSMENT, late).undetermined] == [LATE]
    start = time.monotonic()
    while time.monotonic() - start < 0.6:  # past the moment at which the late answer would have come
        notes = [one.sentence for one in evaluate(ASSESSMENT, soon).findings if one.kind == "note"]
        assert notes == ["Slept 0."]


def test_plugin_that_hung_is_not_waited_for_again_at_once(evaluator: Evaluator) -> None:
    rules = rules_of(evaluator, "hangs_asleep")
    cards, took = [], []
    for _ in range(3):  # the second starts a process anew
        start = time.monotonic()
        cards.append(evaluate(ASSESSMENT, rules).to_json())
        took.append(time.monotonic() - start)
    assert cards[0] == cards[1] == cards[2]
    assert took[2] < SECONDS < took[0]


@pytest.mark.walk
def test_other_lists_are_answered_while_a_plugin_hangs(folder: Path) -> None:
    evaluator = Evaluator(folder, 2.0)
    try:
        bad, other, plain = (rules_of(evaluator, *names) for names in (("hangs_busy",), ("good",), ()))
        evaluate(ASSESSMENT, other)
        hanging = threading.Thread(target=evaluate, args=(ASSESSMENT, bad))
        hanging.start()
        took = []
        while hanging.is_alive():
            for rules in (other, plain):
                start = time.monotonic()
                assert evaluate(ASSESSMENT, rules).undetermined == ()
                took.append(time.monotonic() - start)
            time.sleep(0.1)
        assert len(took) > 4
        assert max(took) < 1
    finally:
        evaluator.close()


def test_second_question_to_rules_at_work_is_told_to_come_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.evaluator.BUSY", 0.1)
    evaluator = Evaluator(folder, 1.0)
    try:
        bad = rules_of(evaluator, "hangs_asleep", "good")
        hanging = threading.Thread(target=evaluate, args=(ASSESSMENT, bad))
        hanging.start()
        time.sleep(0.5)
        said = list(evaluator.ask(bad, FINDINGS, Question(ASSESSMENT)))
        hanging.join()
        assert {(one.wrong, one.passing) for one in said} == {
            ("these rules are at work for somebody else; please try again in a moment", True)
        }
        assert [one.wrong for one in evaluator.ask(bad, FINDINGS, Question(ASSESSMENT))][::2] == ["", ""]
    finally:
        evaluator.close()


def test_another_one_judges_by_the_same_rules_while_the_first_is_at_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rules.evaluator.BUSY", 0.1)
    first = Evaluator(folder, 1.0)
    try:
        with closing(first.another()) as second:
            slow = rules_of(first, "hangs_asleep", "good")
            same = rulebook_from_record(slow.record(), slow.catalogue, second)
            hanging = threading.Thread(target=evaluate, args=(ASSESSMENT, slow))
            hanging.start()
            time.sleep(0.5)
            said = list(second.ask(same, FINDINGS, Question(ASSESSMENT)))
            hanging.join()
        assert [one.wrong for one in said] == ["", "it did not answer within 1 second", ""]
    finally:
        first.close()


def test_work_names_the_plugin_that_hangs_in_it(evaluator: Evaluator) -> None:
    rules = rules_of(evaluator, "good", "hangs_asleep")
    with pytest.raises(Lost) as lost:
        evaluator.work("outcomes", rules, 20, assessments=[pack_assessment(ASSESSMENT)])
    assert (lost.value.who, lost.value.what) == ("hangs_asleep", LATE)
    assert str(lost.value) == f"The plugin “hangs_asleep” could not judge: {LATE}."


def test_work_comes_to_an_end_in_its_own_time(evaluator: Evaluator) -> None:
    rules = rules_of(evaluator, "is_slow")
    with pytest.raises(Lost, match=r"longer than 0\.5 seconds"):
        evaluator.work("outcomes", rules, 0.5, assessments=[pack_assessment(ASSESSMENT)] * 30)


def test_work_gives_what_judging_one_by_one_gives(evaluator: Evaluator) -> None:
    rules = rules_of(evaluator, "good", "connects")
    (plain,) = evaluator.work("outcomes", rules, 20, assessments=[pack_assessment(ASSESSMENT)])
    assert from_plain(Outcome, plain) == outcome_of(ASSESSMENT, rules)


def test_plugin_that_is_not_listed_is_never_called_also_when_dropped_in_later(tmp_path: Path) -> None:
    evaluator = Evaluator(put(tmp_path / "plugins"), SECONDS)
    try:
        rules = rules_of(evaluator, "good")
        before = evaluate(ASSESSMENT, rules).to_json()
        put(tmp_path / "plugins", "remembers", "exits_on_import", "hangs_on_import", "raises")
        assert "remembers" in evaluator.found().plugins
        assert [evaluate(ASSESSMENT, one).to_json() for one in (rules, rules_of(evaluator, "good"))] == [before] * 2
        heard = evaluate(ASSESSMENT, rules_of(evaluator, "remembers")).findings
        assert [one.sentence for one in heard if one.kind == "note"] == ["Asked 1 times."]
    finally:
        evaluator.close()


def test_plugin_changed_on_disk_is_seen_and_its_old_rules_say_so(tmp_path: Path) -> None:
    evaluator = Evaluator(put(tmp_path / "plugins"), SECONDS)
    try:
        old = rules_of(evaluator, "good")
        assert evaluate(ASSESSMENT, old).undetermined == ()
        path = tmp_path / "plugins" / "good.py"
        path.write_text(GOOD.replace("answers seen", "answers counted"), "utf-8")
        assert [say_undetermined(one) for one in evaluate(ASSESSMENT, old).undetermined] == [
            "good 1.0.0 could not judge safety gaps and notes (its file was changed since these rules were chosen)"
        ]
        new = evaluate(ASSESSMENT, rules_of(evaluator, "good"))
        assert [one.sentence for one in new.findings if one.kind == "note"] == ["116 answers counted."]
        path.unlink()
        assert [say_undetermined(one) for one in evaluate(ASSESSMENT, old).undetermined] == [
            "good 1.0.0 could not judge safety gaps and notes (it is no longer on this machine)"
        ]
        again = rulebook_from_record(old.record(), old.catalogue)
        assert (again.record(), again.tiers) == (old.record(), old.tiers)
    finally:
        evaluator.close()


def installed(folder: Path, version: str, sentence: str) -> None:
    """Put a package with the good plugin where Python finds it, as pip does."""
    for old in folder.glob("*.dist-info"):
        old.rename(folder / f"good_region-{version}.dist-info")
    info = folder / f"good_region-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: good-region\nVersion: {version}\n")
    (info / "entry_points.txt").write_text("[nqms.rules]\ngood_region = good_region\n")
    (folder / "good_region.py").write_text(GOOD.replace("answers seen", sentence), "utf-8")


def test_third_number_of_a_version_goes_on_judging_and_the_second_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    evaluator = Evaluator(None, SECONDS)
    try:
        installed(tmp_path, "1.2.0", "answers seen")
        rules = rules_of(evaluator, "good_region")
        assert rules.plugins[-1].origin == "installed"
        told = []
        for version, words in (("1.2.0", "answers seen"), ("1.2.7", "answers counted"), ("1.3.0", "forgotten")):
            installed(tmp_path, version, words)
            card = evaluate(ASSESSMENT, rules)
            told += [
                *(f"{one.trace.version}: {one.sentence}" for one in card.findings if one.kind == "note"),
                *map(say_undetermined, card.undetermined),
            ]
        assert told == [
            "1.2.0: 116 answers seen.",
            "1.2.7: 116 answers counted.",
            "good_region 1.2.0 could not judge safety gaps and notes "
            "(version 1.3.0 is on this machine, and these rules were made with 1.2.0)",
        ]
    finally:
        evaluator.close()


def test_process_of_plugins_is_given_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NQMS_SECRET_KEY", "the-secret-of-this-test")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:the-secret-of-this-test@localhost/nqms")
    before = children(os.getpid())
    evaluator = Evaluator(folder, SECONDS)
    try:
        evaluate(ASSESSMENT, rules_of(evaluator, "good"))
        (pid,) = children(os.getpid()) - before
        told = Path(f"/proc/{pid}/environ").read_bytes()
        assert {part.partition(b"=")[0] for part in told.split(b"\0") if part} == {
            b"PATH",
            b"LC_ALL",
            b"PYTHONHASHSEED",
        }
        assert b"the-secret" not in told + Path(f"/proc/{pid}/cmdline").read_bytes()
        assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")
    finally:
        evaluator.close()
    assert not alive(pid)


ASKS = """
import sys
from datetime import date
from pathlib import Path
from rules.asking import Assessment, Question
from rules.evaluator import Evaluator
from rules.facts import CycleFacts
from rules.rulebook import PluginChoice
from rules.sampling import FACTS

evaluator = Evaluator(Path(sys.argv[1]), 1.0)
rules = evaluator.describe([PluginChoice(sys.argv[2])])
list(evaluator.ask(rules, "nqms_priorities", Question(Assessment({}, FACTS, CycleFacts(date(2026, 1, 1))))))
print("asking", flush=True)
list(evaluator.ask(rules, "nqms_findings", Question(Assessment({}, FACTS, CycleFacts(date(2026, 1, 1))))))
sys.stdin.read()
"""


@pytest.mark.walk
@pytest.mark.parametrize("name", ["hangs_busy", "good"])
def test_no_process_is_left_when_the_one_that_asks_is_killed(folder: Path, name: str) -> None:
    command = [sys.executable, "-c", ASKS, str(folder), name]
    env = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    asking = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    assert asking.stdout is not None
    assert asking.stdout.readline() == b"asking\n"
    time.sleep(0.3)
    left = children(asking.pid)
    assert len(left) == 2  # the nursery, and the process of the plugin
    asking.send_signal(signal.SIGKILL)
    asking.communicate()
    until = time.monotonic() + 5
    while any(map(alive, left)) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in left if alive(pid)] == []


def test_second_one_does_not_wait_for_work_that_takes_long() -> None:
    cell = Cell(5.0, 256)
    waited: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        with pytest.raises(Busy), cell.held(1.0):
            pass
        waited.append(time.monotonic() - began)

    with cell.held(1.0):
        time.sleep(0.4)
        asking = [threading.Thread(target=ask) for _ in range(4)]
        for one in asking:
            one.start()
            time.sleep(0.02)
        for one in asking:
            one.join()

    assert [one > 0.9 for one in sorted(waited)] == [False, False, False, True]
    assert sum(waited) < 1.5


def test_many_wait_for_each_other_while_each_is_quick() -> None:
    cell, done = Cell(5.0, 256), list[int]()

    def ask(number: int) -> None:
        with cell.held(1.0):
            time.sleep(0.02)
            done.append(number)

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()

    assert sorted(done) == list(range(8))
