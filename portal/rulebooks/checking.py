"""What is found out about a plugin before anybody relies on it, made by the worker and kept for exactly this plugin."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.foundation import clock, jobs
from portal.foundation.database import db, reading, unit_of_work
from portal.foundation.judging import evaluator
from rules.discovery import Found, UnknownPlugin
from rules.plugininfo import FoundPlugin, PluginInfo
from rules.rulebook import PluginChoice, Rulebook, RulebookNotBuilt
from rules.wording import say_count, say_list

from .inforce import JUDGES
from .models import PluginReport

CHECK = "check-plugin"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: whether the plugin keeps the contract, its hooks, and the lines to read."""

    passed: bool
    hooks: tuple[str, ...]
    lines: tuple[str, ...]


def examine(name: str) -> Checked:
    """Examine one plugin in the process where plugins run. The only place that knows how a plugin is examined."""
    start = time.monotonic()
    try:
        rules = evaluator().describe([PluginChoice(name)])
    except (UnknownPlugin, RulebookNotBuilt) as refusal:
        return Checked(False, (), (str(refusal),))
    took = time.monotonic() - start
    hooks = next(info.hooks for info in rules.plugins if info.name == name)
    return Checked(True, hooks, (*_sets(name, rules), f"It described its rules in {took:.2f} seconds."))


def _sets(name: str, rules: Rulebook) -> tuple[str, ...]:
    changes = [one for one in rules.description.changes if one.plugin == name]
    codes = {code for one in changes for code in one.practices}
    hooks = next(info.hooks for info in rules.plugins if info.name == name)
    judges = [words for hook, words in JUDGES.items() if hook in hooks]
    return (
        f"It changes {say_count(len(codes), 'practice')}." if codes else "It changes no practice.",
        f"It judges {say_list(judges)}." if judges else "It judges nothing itself.",
    )


def ask_check(name: str) -> PluginReport | None:
    """Have a plugin examined unless it was, as part of the caller's transaction; None when there is no such plugin."""
    here = evaluator().found().plugins.get(name)
    if here is None:
        return None
    report = report_on(here.info)
    if report is None:
        report = PluginReport(
            name=name, version=here.info.version, fingerprint=here.info.fingerprint, asked_at=clock.now(), report={}
        )
        db.session.add(report)
        db.session.flush()
    if report.made_at is None:
        jobs.enqueue(CHECK, f"{CHECK}:{report.id}", report_id=report.id)
    return report


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
        report = session.get_one(PluginReport, report_id)
        name, mark = report.name, (report.version, report.fingerprint)
    here = evaluator().found().plugins.get(name)
    if here is None or (here.info.version, here.info.fingerprint) != mark:
        gone = "It was changed or removed before it could be checked."
        checked = Checked(False, (), (gone,))
    else:
        checked = examine(name)
    with unit_of_work() as session:
        report = session.get_one(PluginReport, report_id)
        report.made_at, report.passed = clock.now(), checked.passed
        report.report = {"hooks": list(checked.hooks), "lines": list(checked.lines)}


def register() -> None:
    """Let this process examine plugins."""

    @jobs.handles(CHECK)
    def _check(payload: dict[str, Any]) -> None:
        make_report(payload["report_id"])
