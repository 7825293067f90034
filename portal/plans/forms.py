"""Reads the plan's form: fixed blocks of priorities with rows of actions, so that it works without scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.foundation.errors import Problem
from rules.catalogue import Catalogue
from rules.wording import MONTHS

AREAS = ("management", "operations", "evaluation")
ROWS = 6  # action rows a block shows at least; there are always two spare ones
MOST_ROWS = 20  # action rows of a block that are read
LONGEST = 10_000
PREFIX = "plan-"  # before the name of each field of the editor


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """One action as typed; `due` is a month like March 2027 or 2027-03, or empty. `key` marks a stored one."""

    text: str = ""
    owner: str = ""
    due: str = ""
    resource: str = ""
    key: str = ""

    @property
    def blank(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.text or self.owner or self.due or self.resource)


@dataclass(frozen=True, slots=True)
class PriorityDraft:
    """One priority as typed; `codes` is a text of practice codes with commas, `key` marks a stored one."""

    title: str = ""
    why: str = ""
    codes: str = ""
    actions: tuple[ActionDraft, ...] = ()
    key: str = ""

    @property
    def blank(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.title or self.why or self.codes or any(not one.blank for one in self.actions))

    @property
    def code_list(self) -> list[str]:
        """Return the codes one by one."""
        return [code.strip().upper() for code in self.codes.replace(";", ",").split(",") if code.strip()]


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """The whole plan as typed."""

    months: str = ""
    overview: str = ""
    strengths: Mapping[str, str] = field(default_factory=dict)
    improvements: Mapping[str, str] = field(default_factory=dict)
    priorities: tuple[PriorityDraft, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for the history."""
        return asdict(self) | {
            "priorities": [asdict(p) | {"actions": [asdict(a) for a in p.actions]} for p in self.priorities]
        }


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()


def is_sent(form: MultiDict[str, str]) -> bool:
    """Tell whether a form says anything of the plan; scripts leave out what is stored already."""
    return any(name in form for name in (f"{PREFIX}version", "version"))


def read_plan(form: MultiDict[str, str], blocks: int) -> PlanDraft:
    """Return what was typed, without judging it. The editor's names begin with the prefix that saving asks for."""
    form = MultiDict([(name.removeprefix(PREFIX), value) for name, value in form.items(multi=True)])
    priorities = []
    for n in range(1, blocks + 1):
        rows = [
            ActionDraft(*(_text(form, f"p{n}-a{k}-{part}") for part in ("text", "owner", "due", "resource", "key")))
            for k in range(1, MOST_ROWS + 1)
        ]
        actions = tuple(row for row in rows if not row.blank)
        title, why, codes, key = (_text(form, f"p{n}-{part}") for part in ("title", "why", "codes", "key"))
        one = PriorityDraft(title, why, codes, actions, key)
        if not one.blank:
            priorities.append(one)
    return PlanDraft(
        _text(form, "months"),
        _text(form, "overview"),
        {key: _text(form, f"strengths-{key}") for key in AREAS},
        {key: _text(form, f"improvements-{key}") for key in AREAS},
        tuple(priorities),
    )


def fields_of(draft: PlanDraft) -> dict[str, str]:
    """Return a draft as the values of the editor's fields, without the prefix."""
    found = {"months": draft.months, "overview": draft.overview}
    found |= {f"strengths-{key}": text for key, text in draft.strengths.items()}
    found |= {f"improvements-{key}": text for key, text in draft.improvements.items()}
    for n, one in enumerate(draft.priorities, 1):
        found |= {f"p{n}-{part}": getattr(one, part) for part in ("title", "why", "codes", "key")}
        for k, action in enumerate(one.actions, 1):
            found |= {
                f"p{n}-a{k}-{part}": getattr(action, part) for part in ("text", "owner", "due", "resource", "key")
            }
    return found


def without(draft: PlanDraft, key: str) -> PlanDraft:
    """Return the draft without one priority."""
    return replace(draft, priorities=tuple(one for one in draft.priorities if one.key != key))


def moved_up(draft: PlanDraft, key: str) -> PlanDraft:
    """Return the draft with one priority before the one above it."""
    rows = list(draft.priorities)
    at = next((n for n, one in enumerate(rows) if one.key == key), 0)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return replace(draft, priorities=tuple(rows))


def read_month(text: str) -> date | None:
    """Return the first day of a month like 2027-03, 3/2027 or March 2027; None when it is not one."""
    words = text.replace(",", " ").lower().split()
    if len(words) == 2 and len(words[0].rstrip(".")) > 2:
        number = next((n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(words[0].rstrip("."))), 0)
        year, month = words[1], str(number)
    elif found := re.fullmatch(
        r"(?P<year>\d{4})-(?P<month>\d{1,2})|(?P<first>\d{1,2})/(?P<last>\d{4})", text.strip(), re.ASCII
    ):
        year, month = found["year"] or found["last"], found["month"] or found["first"]
    else:
        return None
    try:
        found_month = date(int(year), int(month), 1)
    except ValueError:
        return None
    return found_month if 1850 <= found_month.year <= 2200 else None


def unreadable(draft: PlanDraft, catalogue: Catalogue) -> list[Problem]:
    """Return what cannot be stored even as a draft."""
    problems = []
    if draft.months and not (draft.months.isascii() and draft.months.isdigit() and len(draft.months) < 4):
        problems.append(Problem("months", "Enter the length of the plan as a whole number of months."))
    texts = {"overview": draft.overview}
    texts |= {f"strengths-{k}": v for k, v in draft.strengths.items()} | {
        f"improvements-{k}": v for k, v in draft.improvements.items()
    }
    for n, one in enumerate(draft.priorities, 1):
        if len(one.title) > 200 or "\x00" in one.title:
            problems.append(Problem(f"p{n}-title", f"The title of priority {n} can hold 200 characters."))
        texts[f"p{n}-why"] = one.why
        unknown = [code for code in one.code_list if code not in catalogue]
        problems += [Problem(f"p{n}-codes", f"Priority {n}: there is no practice {code[:20]}.") for code in unknown]
        for k, action in enumerate(one.actions, 1):
            texts |= {f"p{n}-a{k}-text": action.text, f"p{n}-a{k}-resource": action.resource}
            if len(action.owner) > 200 or "\x00" in action.owner:
                problems.append(
                    Problem(f"p{n}-a{k}-owner", f"Priority {n}, action {k}: the name can hold 200 characters.")
                )
            if action.due and read_month(action.due) is None:
                problems.append(
                    Problem(f"p{n}-a{k}-due", f"Priority {n}, action {k}: enter the month like March 2027 or 2027-03.")
                )
    problems += [
        Problem(name, f"This text can hold {LONGEST:,} characters.")
        for name, text in texts.items()
        if len(text) > LONGEST or "\x00" in text
    ]
    return problems
