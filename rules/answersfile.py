"""Read a file of answers (TOML) and say file and line of everything that is wrong with it, all at once."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.answers import Answer, AnswerRefused, parse_answer
from rules.catalogue import Catalogue
from rules.facts import MODELS, SETTINGS, CycleFacts, ProgramFacts
from rules.tomlfile import Table, TomlSource
from rules.wording import say_list

ANSWER_KEYS = ("status", "rating", "na_reason", "notes", "sub_items", "own_minimum")
DAYS = (
    "access_on", "submitted_on", "contacted_on", "visited_on", "plan_issued_on", "statement_signed_on", "awarded_on",
    "renewal_invited_on",
)  # fmt: skip
MONTHS = ("check_ins_done", "reports_done")


class AnswersUnreadable(ValueError):
    """Raised with one "file:line: sentence" for each problem of an answers file."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """Hold what a file says about one program, its cycle and its practices."""

    facts: ProgramFacts
    cycle: CycleFacts
    answers: MappingProxyType[str, Answer]


MAX_FILE = 5_000_000  # bytes; an assessment with every text at its longest is about 4 MB


def read_answers(path: Path, catalogue: Catalogue, today: date) -> AnswersFile:
    """Read program, cycle and answers. `today` counts where the file names no day. Raises AnswersUnreadable."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
        if len(raw) > MAX_FILE:
            raise AnswersUnreadable(f"{path}:1: This file is larger than {MAX_FILE:,} bytes.")
        source = TomlSource(str(path), raw.decode("utf-8").removeprefix("\ufeff"))
    except OSError as error:
        raise AnswersUnreadable(f"{path}:1: This file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise AnswersUnreadable(f"{path}:1: This file is not text in UTF-8.") from None
    if source.problems:
        raise AnswersUnreadable(*source.problems)
    root = source.root
    facts = _facts(root.table("program"))
    cycle = _cycle(root.table("cycle"), today) if "cycle" in root.data else CycleFacts(today)
    answers = _answers(root.table("answers"), catalogue, facts)
    root.finish()
    if source.problems or facts is None:
        in_order = sorted(source.problems, key=lambda one: int(one.removeprefix(f"{path}:").partition(":")[0]))
        raise AnswersUnreadable(*in_order)
    return AnswersFile(facts, cycle, MappingProxyType(answers))


def _facts(table: Table) -> ProgramFacts | None:
    before = len(table.source.problems)
    name, model, settings = table.text("name"), table.text("model"), table.texts("settings")
    founded, low, high = table.day("founded"), table.whole("youth_min_age"), table.whole("youth_max_age")
    flags = ("in_service_area", "registered", "capacity_confirmed", "pairs_volunteers")
    said = {flag: table.flag(flag) for flag in flags}
    gates, youth = table.texts("gates_passed", ()), table.whole("youth_served", 0)
    full_cycle = table.flag("full_cycle_done", False)
    table.finish()
    if model and model not in MODELS:
        table.complain("model", f"The model cannot be “{model}”; it is one of: {', '.join(MODELS)}.")
    for setting in settings:
        if setting not in SETTINGS:
            table.complain("settings", f"A setting cannot be “{setting}”; it is one of: {', '.join(SETTINGS)}.")
    if len(table.source.problems) > before or founded is None:
        return None
    try:
        return ProgramFacts(
            name, model, settings, founded, low, high, **said,
            gates_passed=gates, youth_served=youth, full_cycle_done=full_cycle,
        )  # fmt: skip
    except ValueError as error:
        table.complain("youth_max_age", str(error))
        return None


def _cycle(table: Table, today: date) -> CycleFacts:
    now = table.day("today", optional=True) or today
    days = {key: table.day(key, optional=True) for key in DAYS}
    months = {key: _months(table, key) for key in MONTHS}
    words = {key: table.texts(key, ()) for key in ("na_accepted", "staff_agreed")}
    table.finish()
    return CycleFacts(now, **days, **months, **words)  # type: ignore[arg-type]  # the two groups of keys have one type each


def _months(table: Table, key: str) -> tuple[int, ...]:
    value = table.listed(key)
    if not all(type(month) is int and month > 0 for month in value):
        table.complain(key, f"“{key}” should be a list of months, such as [3, 6].")
        return ()
    return tuple(value)


def _answers(table: Table, catalogue: Catalogue, facts: ProgramFacts | None) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for code in table.data:
        part = table.table(code)
        if code not in catalogue:
            table.complain(code, f"There is no practice {code} in {catalogue.title}.")
            continue
        raw: dict[str, Any] = {key: value for key, value in part.data.items() if key in ANSWER_KEYS}
        for key in part.data:
            if key not in ANSWER_KEYS:
                part.complain(key, f"{code}: “{key}” is not known here; an answer has {say_list(ANSWER_KEYS)}.")
        practice = catalogue.practice(code)
        if facts is None and practice.na.allowed and raw.get("status") == "not_applicable":
            raw.pop("status")  # whether this program may say so is not known, so it is not refused
        try:
            answers[code] = parse_answer(practice, facts.tags if facts else (), raw)
        except AnswerRefused as refusal:
            for problem in refusal.problems:
                part.complain(problem.field, f"{code}: {problem.sentence}")
    return answers
