"""What the tables of a TOML plugin say, read into values; every mistake is kept with its file and line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from rules.catalogue import Catalogue, CatalogueError, load_edition
from rules.changes import ADJUSTABLE, CHANGES, apply_change
from rules.conditions import Condition, read_conditions
from rules.matching import (
    FactRule,
    Matching,
    adjust_parts,
    finding_parts,
    priority_parts,
    read_fact_rule,
    read_matching,
)
from rules.policy import Policy, PolicyError
from rules.results import Benefit, Resource, Tier
from rules.texts import check_texts
from rules.tomlfile import Table
from rules.tomlparts import Named
from rules.wording import say_list

Made = TypeVar("Made")

PARTS: Mapping[str, tuple[str, ...]] = {  # what a change of each kind needs besides its sentence
    "drop": ("practices",), "adjust": ("practices", "set"), "section": ("key", "area", "title", "aim"),
    "add": ("section", "practice"),
}  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """Hold what one file says with one partnership's settings; empty parts are those it does not use."""

    edition: str
    policy: Mapping[str, Any]
    policy_at: str  # "file:line" of the table
    texts: Mapping[str, str]
    tiers: tuple[Tier, ...]
    benefits: tuple[tuple[str, Benefit], ...]  # each with its place, as are the changes
    resources: tuple[Resource, ...]
    changes: tuple[tuple[str, Mapping[str, Any]], ...]
    conditions: tuple[Condition, ...]
    eligibility: tuple[FactRule, ...]
    findings: tuple[Matching, ...]
    adjusts: tuple[Matching, ...]
    priorities: tuple[Matching, ...]
    named: Named

    def check_policy(self, policy: Policy) -> None:
        """Raise ValueError with file and line when these values do not go with those of the plugins before."""
        try:
            replace(policy, **self.policy)
        except PolicyError as error:
            raise ValueError(f"{self.policy_at}: {error}") from None

    def check_changes(self, catalogue: Catalogue, plugin: str) -> None:
        """Raise ValueError with file and line of every change that cannot be made."""
        wrong = []
        for at, row in self.changes:
            try:
                catalogue = apply_change(catalogue, plugin, row)[0]
            except (ValueError, LookupError) as error:
                wrong.append(f"{at}: {error.args[0] if error.args else error}")
        if wrong:
            raise ValueError("\n".join(wrong))

    def check_benefits(self, tiers: Iterable[Tier]) -> None:
        """Raise ValueError with file and line of every benefit of a tier that is not there."""
        keys = [tier.key for tier in tiers]
        wrong = [f"{at}: There is no tier “{one.tier}”; there is {say_list(keys) or 'none'}."
                 for at, one in self.benefits if one.tier not in keys]  # fmt: skip
        if wrong:
            raise ValueError("\n".join(wrong))

    def check_names(self, catalogue: Catalogue) -> None:
        """Raise ValueError with file and line of every code and group that the catalogue does not know."""
        if wrong := self.named.problems(catalogue):
            raise ValueError("\n".join(wrong))


def read_declared(root: Table) -> Declared:
    """Read everything but [plugin]; what is wrong is noted in the source."""
    named = Named()

    def each(key: str, read: Callable[[Table], Made | None]) -> tuple[Made, ...]:
        return tuple(one for one in map(read, _tables(root, key)) if one is not None)

    def matching(key: str, parts: Callable[[Table], Mapping[str, Any]]) -> tuple[Matching, ...]:
        return each(key, lambda table: read_matching(table, named, parts))

    declared = Declared(
        _edition(root), _policy(root), root.at("policy"), _texts(root), _tiers(root), each("benefit", _benefit),
        each("resource", lambda table: _resource(table, named)), each("change", _change),
        read_conditions(_tables(root, "condition"), named), each("eligibility", read_fact_rule),
        matching("finding", finding_parts), matching("adjust", adjust_parts), matching("priority", priority_parts), named,
    )  # fmt: skip
    root.finish()
    return declared


def _tables(root: Table, key: str) -> list[Table]:
    if isinstance(root.any(key), dict):
        root.complain(key, f"Write “{key}” with two brackets, [[{key}]]; there may be several.")
        return []
    return root.tables(key, optional=True)


def _edition(root: Table) -> str:
    if not root.has("edition"):
        return ""
    key = root.text("edition")
    try:
        return load_edition(key).edition
    except CatalogueError as error:
        root.complain("edition", str(error))
        return ""


def _policy(root: Table) -> dict[str, Any]:
    if not root.has("policy"):
        return {}
    known = [one.name for one in fields(Policy)]
    table, default = root.table("policy"), Policy()
    values = {key: table.any(key) for key in table.data}
    for key, value in values.items():
        if key not in known:
            close = get_close_matches(key, known, 1)
            table.complain(key, f"There is no policy value “{key}”.{f' Do you mean “{close[0]}”?' if close else ''}")
            continue
        try:
            replace(default, **{key: value})
        except PolicyError as error:
            if key in str(error) or key == "gates":  # two values that do not go together are told once both are known
                table.complain(key, str(error))
    return values


def _texts(root: Table) -> dict[str, str]:
    if not root.has("texts"):
        return {}
    table = root.table("texts")
    values = {key: table.any(key) for key in table.data}
    for key, value in values.items():
        try:
            check_texts({key: value})
        except ValueError as error:
            table.complain(key, str(error))
    return values


def _made(table: Table, make: Callable[[], Made], usable: bool = True) -> Made | None:
    """Finish a table and build its value; None when a part is wrong, which was noted."""
    table.finish()
    try:
        return make() if usable else None
    except ValueError as error:
        table.complain("", str(error))
        return None


def _tiers(root: Table) -> tuple[Tier, ...]:
    made: list[Tier] = []
    for table in _tables(root, "tier"):
        key, name, rank = table.text("key"), table.text("name"), table.whole("rank")
        conditions = table.texts("conditions")
        months = table.whole("months") if table.has("months") else None
        rest = (months, table.flag("provisional", False), table.text("fallback", ""), table.text("badge", ""))
        usable = bool(key and name.strip() and conditions)
        tier = _made(table, lambda: Tier(key, name, rank, conditions, *rest), usable)  # noqa: B023 - called at once
        if table.data.get("conditions") == []:
            table.complain("conditions", "“conditions” is empty; name at least one.")
        if tier is None:
            continue
        for part in ("key", "rank"):
            if any(getattr(one, part) == getattr(tier, part) for one in made):
                table.complain(part, f"Another tier has the {part} “{getattr(tier, part)}” too.")
        made.append(tier)
        lower = [one.key for one in made if one.rank < tier.rank]
        if tier.fallback and tier.fallback not in lower:
            table.complain("fallback", f"“{tier.fallback}” is no lower tier of this file; write the lower tiers first.")
    return tuple(made)


def _benefit(table: Table) -> tuple[str, Benefit] | None:
    tier, text = table.text("tier"), table.text("text")
    return _made(table, lambda: (table.at("tier"), Benefit(tier, text)), bool(tier and text.strip()))


def _resource(table: Table, named: Named) -> Resource | None:
    title, address, practices = table.text("title"), table.text("address"), named.practices(table)
    more = {
        name: table.text(name, "en" if name == "language" else "")
        for name in ("publisher", "about", "language", "audience")
    }
    return _made(table, lambda: Resource(title, address, practices, **more), bool(title.strip() and address.strip()))


def _change(table: Table) -> tuple[str, Mapping[str, Any]] | None:
    kind = table.text("change")
    table.text("sentence")
    if kind not in CHANGES:
        if kind:
            table.complain("change", f"“change” cannot be “{kind}”; it is one of: {', '.join(CHANGES)}.")
        return None
    for part in PARTS[kind]:
        if part == "practices":
            table.texts(part)
        elif part in ("set", "practice"):
            inner = table.table(part)
            for key in inner.data:
                if part == "set" and key not in ADJUSTABLE:
                    inner.complain(key, f"“{key}” cannot be set, only {say_list(ADJUSTABLE)}.")
        else:
            table.text(part)
    table.finish()
    return table.at("change"), dict(table.data)
