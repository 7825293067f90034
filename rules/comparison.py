"""Compare the answers of two cycles, also across editions, and say how much of them can be compared at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.answers import Answer, Status
from rules.catalogue import Catalogue
from rules.crosswalk import COMPARABLE, Crosswalk, Link, Relation, links_between
from rules.practice import Practice
from rules.wording import say_count, say_list

Answers = Mapping[str, Answer]


class Change(StrEnum):
    """Say what happened to one practice between two cycles."""

    GAINED = "gained"
    LOST = "lost"
    STILL = "still_in_practice"
    STILL_NOT = "still_not"
    NOT_COMPARABLE = "not_comparable"  # not applicable or not answered on one side


@dataclass(frozen=True, slots=True)
class PracticeChange:
    """Hold one practice that stands in both cycles; relation and note are those of the crosswalk."""

    old: str
    new: str
    title: str
    area: str
    relation: Relation
    note: str
    old_status: Status | None
    new_status: Status | None
    change: Change
    sentence: str


@dataclass(frozen=True, slots=True)
class Reshaped:
    """List practices that were split or merged; they never count as gained or lost."""

    relation: Relation
    old: tuple[str, ...]
    new: tuple[str, ...]
    note: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OneSided:
    """Name a practice of one side that has no counterpart on the other: new, retired or not known."""

    code: str
    title: str
    relation: Relation
    note: str


@dataclass(frozen=True, slots=True)
class AreaChange:
    """Count one area on the practices compared in it, and on no others."""

    key: str
    title: str
    compared: int
    old_in_practice: int
    new_in_practice: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Count how much was compared; the groups of each side add up to its total.

    The earlier total is compared + undecided + old_reshaped + retired + not_known, the later one is
    compared + undecided + new_reshaped + new. Undecided are those without a yes or no on both sides.
    """

    old_total: int
    new_total: int
    compared: int
    undecided: int
    old_reshaped: int
    new_reshaped: int
    retired: int
    not_known: int
    new: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold what changed between two cycles, in the order of the catalogues, and how much could be compared."""

    old_edition: str
    new_edition: str
    changes: tuple[PracticeChange, ...]
    reshaped: tuple[Reshaped, ...]
    retired: tuple[OneSided, ...]
    not_known: tuple[OneSided, ...]
    new: tuple[OneSided, ...]
    areas: tuple[AreaChange, ...]
    coverage: Coverage

    def having(self, change: Change) -> tuple[PracticeChange, ...]:
        """List the practices with one kind of change."""
        return tuple(one for one in self.changes if one.change is change)


def compare(
    old_catalogue: Catalogue,
    old_answers: Answers,
    new_catalogue: Catalogue,
    new_answers: Answers,
    crosswalk: Crosswalk | None = None,
) -> Comparison:
    """Compare two cycles: by code within one edition, by crosswalk across two. Raises EditionsDiffer.

    A code that no link names, such as a practice a partnership added, is compared where both catalogues hold it.
    """
    changes, reshaped = [], []
    alone: dict[Relation, list[OneSided]] = {Relation.RETIRED: [], Relation.NOT_KNOWN: [], Relation.NEW: []}
    for link in links_between(old_catalogue, new_catalogue, crosswalk):
        if link.relation in COMPARABLE:
            old, new = old_catalogue.practice(link.old[0]), new_catalogue.practice(link.new[0])
            changes.append(_change(link, old, new, old_answers.get(old.code), new_answers.get(new.code)))
        elif link.relation in alone:
            side = new_catalogue if link.new else old_catalogue
            alone[link.relation] += (
                OneSided(code, side.practice(code).title, link.relation, link.note) for code in link.old + link.new
            )
        else:
            reshaped.append(Reshaped(link.relation, link.old, link.new, link.note, _say_reshaped(link)))
    retired, not_known, new_ones = (tuple(found) for found in alone.values())
    return Comparison(
        old_catalogue.edition, new_catalogue.edition, tuple(changes), tuple(reshaped), retired, not_known, new_ones,
        _areas(new_catalogue, changes),
        _coverage(old_catalogue, new_catalogue, changes, reshaped, len(retired), len(not_known), len(new_ones)),
    )  # fmt: skip


def _change(link: Link, old: Practice, new: Practice, before: Answer | None, after: Answer | None) -> PracticeChange:
    was, now = before.status if before else None, after.status if after else None
    change = _CHANGES.get((was, now), Change.NOT_COMPARABLE)
    said = _SAID[change].format(title=new.title, was=_STATE[was], now=_STATE[now])
    if link.relation is Relation.REWORDED:
        said += " The question changed in between."
    return PracticeChange(
        old.code, new.code, new.title, new.area, link.relation, link.note, was, now, change, said
    )  # fmt: skip


_CHANGES: Mapping[tuple[Status | None, Status | None], Change] = {
    (Status.NOT_IN_PRACTICE, Status.IN_PRACTICE): Change.GAINED,
    (Status.IN_PRACTICE, Status.NOT_IN_PRACTICE): Change.LOST,
    (Status.IN_PRACTICE, Status.IN_PRACTICE): Change.STILL,
    (Status.NOT_IN_PRACTICE, Status.NOT_IN_PRACTICE): Change.STILL_NOT,
}
_SAID = {
    Change.GAINED: "“{title}” is in practice now and was not before.",
    Change.LOST: "“{title}” was in practice before and is not now.",
    Change.STILL: "“{title}” is still in practice.",
    Change.STILL_NOT: "“{title}” is still not in practice.",
    Change.NOT_COMPARABLE: "“{title}” cannot be compared: before, it {was}; now, it {now}.",
}
_STATE = {
    Status.IN_PRACTICE: "is given as in practice",
    Status.NOT_IN_PRACTICE: "is given as not in practice",
    Status.NOT_APPLICABLE: "is given as not applicable",
    None: "has no answer",
}


def _say_reshaped(link: Link) -> str:
    old, new = say_list(link.old), say_list(link.new)
    if link.relation is Relation.MERGED:
        what = f"{old} went into {new}"
    else:
        what = f"{old} was split into {new}" if len(link.new) > 1 else f"Only a part of {old} is asked in {new}"
    return f"{what}, so no gain or loss is counted."


def _areas(catalogue: Catalogue, changes: Iterable[PracticeChange]) -> tuple[AreaChange, ...]:
    areas = []
    for area in catalogue.areas:
        here = [c for c in changes if c.area == area.key and c.change is not Change.NOT_COMPARABLE]
        old, new = (
            sum(status is Status.IN_PRACTICE for status in side)
            for side in ([c.old_status for c in here], [c.new_status for c in here])
        )
        said = f"{area.title}: {old} of the {say_count(len(here), 'practice')} compared before, {new} now."
        areas.append(AreaChange(area.key, area.title, len(here), old, new, said if here else _nothing(area.title)))
    return tuple(areas)


def _nothing(title: str) -> str:
    return f"{title}: no practice can be compared."


def _coverage(
    old: Catalogue, new: Catalogue, changes: list[PracticeChange], reshaped: list[Reshaped],
    retired: int, not_known: int, added: int,
) -> Coverage:  # fmt: skip
    undecided = sum(one.change is Change.NOT_COMPARABLE for one in changes)
    compared, total, later = len(changes) - undecided, len(old.practices), len(new.practices)
    before, after = sum(len(one.old) for one in reshaped), sum(len(one.new) for one in reshaped)
    rest = [
        (undecided, "{} no yes or no on one side", ("has", "have")),
        (before, "{} split or merged", ("was", "were")),
        (retired, "{} retired", ("was", "were")),
        (not_known, "{} no known counterpart", ("has", "have")),
    ]
    parts = [f"{n} {words.format(verbs[n > 1])}" for n, words, verbs in rest if n]
    said = f"{compared} of {say_count(total, 'practice')} can be compared" + ("; " + say_list(parts) if parts else "")
    came = [f"{added} {'is' if added == 1 else 'are'} new"] if added else []
    came += [f"{after} {'comes' if after == 1 else 'come'} from a split or a merger"] if after else []
    said += f". Of {say_count(later, 'practice')} asked now, {say_list(came)}." if came else "."
    return Coverage(total, later, compared, undecided, before, after, retired, not_known, added, said)
