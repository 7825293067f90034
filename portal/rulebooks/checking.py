"""What is found out about a plugin before anybody relies on it, made by the worker and kept for exactly this plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.foundation import clock, jobs
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.judging import evaluator
from rules.conformance import report
from rules.discovery import Found
from rules.plugininfo import FoundPlugin, PluginInfo
from rules.wording import say_count, say_list

from .models import PluginReport

CHECK = "check-plugin"
ANSWERS = {True: "yes", False: "no", None: "not known"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: whether the plugin behaves as it should, its hooks, all lines, and those that are wrong."""

    passed: bool
    hooks: tuple[str, ...]
    lines: tuple[str, ...]
    wrong: tuple[str, ...]


def examine(name: str) -> Checked:
    """Try one plugin on the sample assessments, in processes of its own. Raises UnknownPlugin.

    The only place that knows how a plugin is examined.
    """
    asked = evaluator()
    made = report(asked.found().plugin(name), asked.folder, seconds=asked.seconds, megabytes=asked.megabytes)
    few = made.practices if 0 < len(made.practices) <= 12 else ()
    named = say_list(few) or (say_count(len(made.practices), "practice") if made.practices else "no practice")
    lines = {check: f"{check.title}: {ANSWERS[check.passed]}. {check.sentence}".strip() for check in made.checks}
    wrong = [line for check, line in lines.items() if check.passed is False]
    return Checked(made.conforms, made.hooks, (f"Its results name {named}.", *lines.values()), tuple(wrong))


def ask_check(name: str) -> PluginReport | None:
    """Have a plugin examined unless it was, as part of the caller's transaction; None when there is no such plugin."""
    here = evaluator().found().plugins.get(name)
    if here is None:
        return None
    kept = report_on(here.info)
    if kept is None:
        kept = PluginReport(
            name=name, version=here.info.version, fingerprint=here.info.fingerprint, asked_at=clock.now(), report={}
        )
        db.session.add(kept)
        db.session.flush()
    if kept.made_at is None:
        jobs.enqueue(CHECK, f"{CHECK}:{kept.id}", report_id=kept.id)
    return kept


def report_on(info: PluginInfo) -> PluginReport | None:
    """Return the report on exactly this plugin."""
    mine = select(PluginReport).where(PluginReport.name == info.name, PluginReport.version == info.version)
    return db.session.scalar(mine.where(PluginReport.fingerprint == info.fingerprint))


def reports_on(found: Found) -> dict[str, PluginReport]:
    """Return the reports on the plugins as they are on this machine, by name, in one query."""
    rows = db.session.scalars(select(PluginReport).where(PluginReport.name.in_(list(found.plugins))))
    return {row.name: row for row in rows if _is_on(row, found.plugins[row.name])}


def _is_on(row: PluginReport, here: FoundPlugin) -> bool:
    return (row.version, row.fingerprint) == (here.info.version, here.info.fingerprint)


def make_report(report_id: int) -> None:
    """Examine the plugin and keep what was found; a plugin that changed since is left to its own report."""
    with reading() as session:
        kept = session.get_one(PluginReport, report_id)
        name, mark = kept.name, (kept.version, kept.fingerprint)
    here = evaluator().found().plugins.get(name)
    if here is None or (here.info.version, here.info.fingerprint) != mark:
        gone = "It was changed or removed before it could be checked."
        checked = Checked(False, (), (gone,), (gone,))
    else:
        checked = examine(name)
    with unit_of_work() as session:
        kept = session.get_one(PluginReport, report_id)
        kept.made_at, kept.passed = clock.now(), checked.passed
        kept.report = {"hooks": list(checked.hooks), "lines": list(checked.lines), "wrong": list(checked.wrong)}


def register() -> None:
    """Let this process examine plugins."""

    @jobs.handles(CHECK)
    def _check(payload: dict[str, Any]) -> None:
        make_report(payload["report_id"])
