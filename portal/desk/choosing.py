"""What a reader of the desk chose to see: which duties, in which order. Page and file read the same choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from .duties import KINDS, Duty

SHOWS = {"week": "This week and late", "late": "Late", "all": "All"}
SORTS: dict[str, tuple[str, Callable[[Duty], Any]]] = {
    "due": ("Due", lambda one: (one.due or one.since, one.since)),
    "program": ("Program", lambda one: one.program.casefold()),
    "kind": ("What", lambda one: (list(KINDS).index(one.kind), one.title)),
    "owner": ("Owner", lambda one: (one.owner is None, one.owner_name.casefold())),
    "age": ("Age", lambda one: -one.age),
}
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, as the address of the page names it; what it does not know is as if nothing was chosen."""

    show: str = "week"
    kind: str = ""
    owner: str = ""  # "mine", "none", or a person's id
    sort: str = "due"
    order: str = "up"
    page: int = 1

    @property
    def query(self) -> dict[str, Any]:
        """Return what differs from the usual, for the address of a page."""
        usual = asdict(Choice())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    def sorted_by(self, sort: str) -> Choice:
        """Return the choice that a column's heading leads to: by that column, or the other way round."""
        turned = "down" if sort == self.sort and self.order == "up" else "up"
        return replace(self, sort=sort, order=turned, page=1)

    def on_page(self, page: int) -> Choice:
        """Return the same choice on another page."""
        return replace(self, page=page)


def read_choice(args: Mapping[str, str]) -> Choice:
    """Read a choice from an address."""

    def one(name: str, known: object, usual: str) -> str:
        value = args.get(name, "")
        return value if value in known else usual  # type: ignore[operator]

    owner, page = args.get("owner", ""), args.get("page", "")
    sort = one("sort", SORTS, "due")
    turned = args.get("turned", sort) == sort  # what was turned round was the column before, when another one is chosen
    whole = owner.isascii() and owner.isdigit() and len(owner) < 10
    return Choice(
        one("show", SHOWS, "week"), one("kind", KINDS, ""), owner if whole or owner in ("mine", "none") else "",
        sort, one("order", ("up", "down"), "up") if turned else "up",
        max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )  # fmt: skip


def chosen(duties: list[Duty], choice: Choice, today: date, person_id: int) -> list[Duty]:
    """Return the duties that were chosen, in their order."""
    found = [
        one
        for one in duties
        if (choice.show == "all" or (one.late if choice.show == "late" else one.this_week(today)))
        and choice.kind in ("", one.kind)
        and _has(one, choice.owner, person_id)
    ]
    key = SORTS[choice.sort][1]
    return sorted(found, key=key, reverse=choice.order == "down")  # equal ones stay with the latest first


def _has(one: Duty, owner: str, person_id: int) -> bool:
    if owner == "mine":
        return person_id in one.team
    if owner == "none":
        return one.owner is None
    return not owner or (one.owner is not None and str(one.owner.id) == owner)
