"""The one-page summary for funders: what a program may show, what it chose, and the page that comes of it.

Nothing on it is an answer or a rating: strengths by their names, aims of the plan, the recognition, and counts by area
when the program wants them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from portal.assessments.queries import scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import load_for_change, local_today, rulebook_of
from portal.foundation import audit, clock
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, Problem, Refused
from portal.plans.head import head_of
from portal.recognition.queries import award_of
from portal.reviews.models import FindingKind
from portal.reviews.queries import items_of, review_of
from rules.wording import say_date

from .issued import issued_plan
from .models import FunderSummary

LONGEST_ABOUT = 800  # characters; the page has to stay one page
LONGEST_PAGE = 3_200  # characters in all, so that the page is still easy to read
BREAK = 90  # characters that a line break costs: the rest of its line stays empty
OF_A_LINE = 40  # characters that a line of its own costs besides its text
FIRST_STRENGTHS = 6


class ChoiceChanged(DomainError):
    """Somebody else saved another choice since the page was opened."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the program shows: its own words, and names of what it may show."""

    about: str = ""
    strengths: tuple[str, ...] = ()  # practice codes
    areas: tuple[str, ...] = ()  # areas whose strengths are told in the partnership's words
    aims: tuple[str, ...] = ()
    recognition: bool = False
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from, by key: a word for it, and the text that would be shown."""

    strengths: Mapping[str, str]
    areas: Mapping[str, tuple[str, str]]
    aims: Mapping[str, str]
    recognition: str
    counts: tuple[tuple[str, int, int], ...]


def offer_of(cycle: Cycle) -> Offer:
    """Return what may be shown: findings meant for the program, the issued plan, the recognition, counts by area."""
    rulebook, plan, award = rulebook_of(cycle), issued_plan(cycle), award_of(cycle)
    items = items_of(review_of(cycle))
    strengths = {
        one.code: one.statement
        for one in rulebook.catalogue.practices
        if one.code in items and items[one.code].finding is FindingKind.STRENGTH
    }
    texts = plan.strengths or {}
    areas = {one.key: (one.title, texts[one.key]) for one in rulebook.catalogue.areas if texts.get(one.key)}
    aims = {str(number): title for number, title in enumerate(plan.aims, 1)}
    held = f"{award.tier_name}, from {say_date(award.awarded_on)} to {say_date(award.expires_on)}" if award else ""
    counts = tuple((one.title, one.in_practice, one.applicable) for one in scorecard_of(cycle).areas)
    return Offer(strengths, areas, aims, held, counts)


def first_choice(cycle: Cycle, offer: Offer) -> Choice:
    """Return what is proposed before anybody chose: no counts, and none of the partnership's sentences."""
    about = cycle.program.description.replace("\r\n", "\n")
    choice = Choice(
        about if len(about) <= LONGEST_ABOUT else "", tuple(offer.strengths)[:FIRST_STRENGTHS], (), tuple(offer.aims),
        bool(offer.recognition), False,
    )  # fmt: skip
    return choice if length_of(choice, offer) <= LONGEST_PAGE else replace(choice, about="")


def summary_for_funders(cycle: Cycle) -> FunderSummary | None:
    """Return the stored choice, once there is one."""
    return db.session.scalar(select(FunderSummary).where(FunderSummary.cycle_id == cycle.id))


def choice_of(stored: FunderSummary) -> Choice:
    """Return a stored choice."""
    plain: dict[str, Any] = stored.content
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    return Choice(**values)


def read_choice(form: MultiDict[str, str]) -> Choice:
    """Read the form as typed."""
    return Choice(
        form.get("about", "").replace("\r\n", "\n").strip(), tuple(form.getlist("strengths")),
        tuple(form.getlist("areas")), tuple(form.getlist("aims")), "recognition" in form, "counts" in form,
    )  # fmt: skip


def save_choice(cycle_id: int, choice: Choice, seen: str, by_id: int) -> None:
    """Store what the program shows. Raises Refused, or ChoiceChanged when somebody was faster."""
    if len(choice.about) > LONGEST_ABOUT or "\x00" in choice.about:
        sentence = f"This is {len(choice.about):,} characters. At most {LONGEST_ABOUT} fit, so that it stays one page."
        raise Refused([Problem("about", sentence)])
    with unit_of_work():
        cycle = load_for_change(cycle_id)
        offer, stored = offer_of(cycle), summary_for_funders(cycle)
        known = Choice(
            choice.about, tuple(one for one in choice.strengths if one in offer.strengths),
            tuple(one for one in choice.areas if one in offer.areas),
            tuple(one for one in choice.aims if one in offer.aims), choice.recognition, choice.counts,
        )  # fmt: skip
        if (length := length_of(known, offer)) > LONGEST_PAGE:
            over = f"What you chose is about {length - LONGEST_PAGE:,} characters too long for one page."
            raise Refused([Problem("strengths", f"{over} Take some lines off, or shorten your own words.")])
        if stored is not None and choice_of(stored) == known:
            return  # pressed twice, or nothing new
        if str(stored.version if stored else 0) != seen:
            raise ChoiceChanged("Somebody else saved this page in the meantime. Yours is below; look, and save again.")
        if stored is None:
            stored = FunderSummary(cycle_id=cycle.id, version=0)
            db.session.add(stored)
        stored.version += 1
        stored.content, stored.saved_at, stored.saved_by_id = asdict(known), clock.now(), by_id
        audit.record("funder summary saved", person_id=by_id, cycle_id=cycle.id)


def length_of(choice: Choice, offer: Offer) -> int:
    """Estimate how much of the page a choice fills, in characters."""
    texts = [*(offer.strengths[one] for one in choice.strengths), *(offer.aims[one] for one in choice.aims)]
    texts += [" ".join(offer.areas[one]) for one in choice.areas]
    breaks = sum(text.count("\n") for text in (choice.about, *texts))
    return len(choice.about) + sum(len(text) + OF_A_LINE for text in texts) + BREAK * breaks


def funder_snapshot(cycle: Cycle) -> dict[str, Any]:
    """Return the page as the program chose it; before it chose, as proposed."""
    offer, stored = offer_of(cycle), summary_for_funders(cycle)
    choice = choice_of(stored) if stored else first_choice(cycle, offer)
    zone = ZoneInfo(cycle.program.partnership.time_zone)
    made_on = stored.saved_at.astimezone(zone).date() if stored else local_today(cycle)
    program = cycle.program
    return {
        **head_of(cycle),
        "draft": False,
        "chosen": stored is not None,
        "made_on": say_date(made_on),
        "foot": f"Shared by {program.name}, {say_date(made_on)}.",
        "edition": rulebook_of(cycle).catalogue.title,
        "model": program.model_words,
        "ages": program.age_words,
        "matches": program.matches,
        "founded": program.founded.year if program.founded else None,
        "about": choice.about,
        "strengths": [offer.strengths[one] for one in choice.strengths if one in offer.strengths],
        "areas": [
            {"title": offer.areas[one][0], "text": offer.areas[one][1]} for one in choice.areas if one in offer.areas
        ],
        "aims": [offer.aims[one] for one in choice.aims if one in offer.aims],
        "recognition": offer.recognition if choice.recognition else "",
        "counts": [list(one) for one in offer.counts] if choice.counts else [],
    }
