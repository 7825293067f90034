"""What the pages of a draft and of a preview show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership, RulesList
from portal.partnerships.queries import adopted, current_rulebook, rulebook_of_record
from rules.answers import Problem
from rules.discovery import BASE, Found
from rules.plugininfo import FoundPlugin, PluginInfo, Setting
from rules.wording import say_list

from . import drafts
from .checking import reports_on
from .inforce import Differing, TierLine, differing, standing, tier_lines, titled
from .models import PluginReport, RulesPreview
from .queries import draft_of, newest_answer, previews_of
from .words import say_value

PER_PAGE = 100  # rows of a preview on one page


@dataclass(frozen=True, slots=True)
class Field:
    """One setting as its form field."""

    setting: Setting
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One plugin of a draft."""

    name: str
    here: FoundPlugin | None
    why_not: str
    fields: tuple[Field, ...]
    fixed: tuple[tuple[str, str], ...]  # settings without a form
    newer: str
    report: PluginReport | None


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft beside what is in force."""

    chosen: tuple[Chosen, ...]
    others: tuple[tuple[FoundPlugin, PluginReport | None], ...]
    base: FoundPlugin | None
    quarantined: Mapping[str, str]
    problems: tuple[Problem, ...]
    number: int
    moved_on: RulesList | None  # what somebody adopted after this draft was begun
    kept: bool
    differences: tuple[str, ...]
    previews: tuple[RulesPreview, ...]
    full: bool


def draft_page(partnership: Partnership, person_id: int, problems: Sequence[Problem]) -> DraftPage:
    """Gather a draft, what may be added, and what differs from the list in force."""
    found, newest, draft = evaluator().found(), adopted(partnership), draft_of(partnership.id, person_id)
    in_force = drafts.entries_of(newest.choices if newest else [], found)
    entries = draft.choices if draft else in_force
    reports, names = reports_on(found), {one["name"] for one in entries}
    infos = _infos(newest)
    chosen = tuple(_chosen(one, found, infos, reports) for one in entries)
    others = tuple(
        (one, reports.get(name)) for name, one in found.plugins.items() if name not in names and name != BASE
    )
    wrong = tuple(problems) or drafts.read(entries, found).problems
    moved_on = newest if draft and newest and newest.number != draft.base_number else None
    return DraftPage(
        chosen, others, found.plugins.get(BASE), found.quarantined, wrong, newest.number if newest else 0, moved_on,
        draft is not None, _differences(in_force, entries, chosen, found), tuple(previews_of(partnership.id)),
        len(entries) >= drafts.MOST,
    )  # fmt: skip


def _infos(newest: RulesList | None) -> dict[str, PluginInfo]:
    plugins = newest.record.get("plugins", []) if newest else []
    return {
        one["name"]: PluginInfo(one["name"], one["version"], fingerprint=one.get("fingerprint", "")) for one in plugins
    }


def _chosen(
    entry: drafts.Entry, found: Found, infos: Mapping[str, PluginInfo], reports: Mapping[str, PluginReport]
) -> Chosen:
    name, settings = entry["name"], entry["settings"]
    here, adopted_as = found.plugins.get(name), infos.get(name)
    described = here.settings if here else ()
    fields = tuple(
        Field(one, drafts.field_of(name, one.key), settings.get(one.key, drafts.as_typed(one, one.default)))
        for one in described
    )
    fixed = () if described else tuple((key, say_value(value)) for key, value in settings.items())
    why = "" if here else found.quarantined.get(name, "It is no longer on this machine.")
    newer = standing(adopted_as, found) if adopted_as and here else ""
    return Chosen(name, here, why, fields, fixed, newer, reports.get(name))


def _differences(
    before: Sequence[drafts.Entry], after: Sequence[drafts.Entry], chosen: Sequence[Chosen], found: Found
) -> tuple[str, ...]:
    """Say in sentences how the draft differs from the list in force."""
    old, new = ([one["name"] for one in side] for side in (before, after))
    kept = [name for name in new if name in old]
    settings = {one["name"]: one["settings"] for one in before}
    said = []
    if added := [name for name in new if name not in old]:
        said.append(f"Added: {say_list(titled(added, found))}.")
    if removed := [name for name in old if name not in new]:
        said.append(f"Removed: {say_list(titled(removed, found))}.")
    if kept != [name for name in old if name in new]:
        said.append("The order is another one.")
    if other := [one["name"] for one in after if one["name"] in settings and one["settings"] != settings[one["name"]]]:
        said.append(f"Other settings: {say_list(titled(other, found))}.")
    if newer := [one.name for one in chosen if one.newer]:
        said.append(f"Another version than adopted: {say_list(titled(newer, found))}.")
    return tuple(said)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A finished preview: what would move, page by page, and whether it is still fresh."""

    rows: tuple[dict[str, Any], ...]
    moving: int
    undetermined: int
    reasons: int
    private: int  # not submitted, so that nothing but whether they can be judged is told
    total: int
    page: int
    last: int
    older_than_answers: bool
    plugins: tuple[dict[str, Any], ...]
    same_as_in_force: bool
    reports: Mapping[str, PluginReport]
    names: tuple[str, ...]
    differing: Differing | None
    tiers: tuple[TierLine, ...]
    months: int

    @property
    def rest(self) -> int:
        """Count those for which nothing differs."""
        return self.total - self.moving - self.undetermined - self.reasons - self.private


ORDER = {"undetermined": 0, "moves": 1, "reasons": 2}


def preview_page(partnership: Partnership, preview: RulesPreview, page: str) -> PreviewPage:
    """Gather what a preview found; undetermined results come first, since they name what to mend."""
    rows = sorted(preview.result.get("rows", []), key=lambda row: ORDER[row["kind"]])
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in ORDER}
    last = max(1, -(-len(rows) // PER_PAGE))
    at = min(last, max(1, int(page))) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    newest, stored = adopted(partnership), newest_answer(partnership.id)
    found, after = evaluator().found(), rulebook_of_record(preview.record) if preview.record else None
    return PreviewPage(
        tuple(rows[(at - 1) * PER_PAGE : at * PER_PAGE]), counts["moves"], counts["undetermined"], counts["reasons"],
        preview.result.get("private", 0), preview.result.get("total", 0), at, last, stored is not None and stored > preview.asked_at,
        tuple(preview.record.get("plugins", [])), newest is not None and newest.record == preview.record,
        reports_on(found), tuple(titled((one["name"] for one in preview.choices), found)),
        differing(current_rulebook(partnership), after) if after else None, tier_lines(after) if after else (),
        after.policy.recognition_months if after else 0,
    )  # fmt: skip
