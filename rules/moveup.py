"""What would move a program up: the smallest sets of practices whose improvement reaches the next tier.

The rules are asked, again and again, as anybody asks them: nothing is known here of any condition but its result and the
practices it names. One thing is assumed of them, that improving a practice never takes a condition away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.asking import Assessment
from rules.results import ConditionResult
from rules.rulebook import Rulebook
from rules.subsets import Search, Smallest, smallest_sets
from rules.whatif import CannotJudge, WhatIf
from rules.wording import say_count, say_list

MOST = 2000  # times that the rules are asked in one search
SECONDS = 2.0
SETS = 5  # shown at most
ROUNDS = 3  # of looking for further practices once the first ones are improved
NAMED = 8  # practices in one sentence; more are counted


@dataclass(frozen=True, slots=True)
class Improvement:
    """Name one practice to improve, and how it stands now."""

    practice: str
    title: str
    section: str
    reason: str
    safety: bool


@dataclass(frozen=True, slots=True)
class ImprovementSet:
    """Hold practices that together reach the tier, in the order of the catalogue."""

    practices: tuple[Improvement, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class OpenCondition:
    """Name a condition that is not met, with the sentence of its rule."""

    key: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MoveUp:
    """Say what reaches the next tier.

    outcome: "improve" (one of `sets` is enough), "enough" (the answers are good enough; only `also_needed` is open),
    "highest" (nothing is open), "unreachable" (`unreachable` stays open whatever is improved), "undetermined", or
    "none" (the rules know no tier). `exact`: no smaller set exists. `irreducible`: none of a set can be left out.
    `more`: there are or may be further sets of that size. `late`: time ran out, so another day may find more.
    """

    outcome: str
    sentence: str
    evaluations: int = 0
    tier: str = ""
    name: str = ""
    sets: tuple[ImprovementSet, ...] = ()
    exact: bool = False
    irreducible: bool = False
    more: bool = False
    late: bool = False
    also_needed: tuple[OpenCondition, ...] = ()
    unreachable: tuple[OpenCondition, ...] = ()
    caution: str = ""  # what was not searched, where the search was cut short

    @property
    def practices(self) -> frozenset[str]:
        """Give the codes of all sets together."""
        return frozenset(one.practice for made in self.sets for one in made.practices)


def move_up(assessment: Assessment, rulebook: Rulebook, most: int = MOST, seconds: float = SECONDS) -> MoveUp:
    """Search for the smallest sets of practices that reach the next tier.

    "Improved" is in practice, rated 5, with every part ticked. The next tier is the one above the highest that the
    answers are enough for, once the steps of the cycle are done. `most` and `seconds` bound the search; what could not be
    searched whole within them is said to be not exact.
    """
    what_if = WhatIf(assessment, rulebook, most, seconds)
    try:
        found = _found(what_if)
    except CannotJudge as error:
        found = MoveUp("undetermined", f"What reaches the next tier cannot be said. {error}")
    return replace(found, evaluations=what_if.asked, late=what_if.late)


def _found(what_if: WhatIf) -> MoveUp:
    if not what_if.rulebook.tiers:
        return MoveUp("none", "These rules know no tier.")
    now, then = what_if.decided(what_if.real).tiers, what_if.improved(())
    enough = [at for at, tier in enumerate(then) if not what_if.open(tier)]
    what_if.at = min(max(enough, default=-1) + 1, len(then) - 1)
    tier = then[what_if.at]
    open_ = what_if.open(tier)
    keys = {one.key for one in open_}
    also = tuple(_shown(one) for one in now[what_if.at].conditions if not one.met and one.key not in keys)
    base = MoveUp("enough", f"No practice is left to improve for {tier.name}.", tier=tier.key, name=tier.name, exact=True,
                  irreducible=True, also_needed=also)  # fmt: skip
    if open_:
        return _improve(what_if, base, open_)
    highest = f"{tier.name} is the highest tier, and all its conditions are met."
    return base if also else replace(base, outcome="highest", sentence=highest)


def _improve(what_if: WhatIf, base: MoveUp, open_: Sequence[ConditionResult]) -> MoveUp:
    """Improve what the open conditions rest on; a condition may name further practices once those are improved."""
    candidates: list[str] = []
    for _ in range(ROUNDS):
        wider = what_if.improvable([*candidates, *(code for one in open_ for code in one.practices)])
        if wider == candidates:
            break
        candidates = wider
        open_ = what_if.open(what_if.improved(candidates)[what_if.at])
        if not open_:
            search = Search(what_if.reaches, what_if.left, what_if.kind, what_if.gain, what_if.urgency, SETS)
            return _said(what_if, base, smallest_sets(candidates, search))
    sentence = f"No improvement of practices is enough for {base.name}. It stays open: {open_[0].sentence}"
    return replace(base, outcome="unreachable", sentence=sentence, unreachable=tuple(map(_shown, open_)))


def _shown(one: ConditionResult) -> OpenCondition:
    return OpenCondition(one.key, one.title, one.sentence)


def _said(what_if: WhatIf, base: MoveUp, found: Smallest) -> MoveUp:
    made = tuple(_set(what_if, codes) for codes in found.sets)
    if len(made) == 1:
        sentence = f"To reach {base.name}, improve {made[0].sentence}."
    else:
        sentence = f"To reach {base.name}, improve {say_count(len(made[0].practices), 'practice')}. "
        sentence += f"Each of these {len(made)} choices is enough" + ("; there may be more." if found.more else ".")
    caution = ""
    if not found.irreducible:
        caution = "Some of them may not be needed; there was no time to try leaving out each of them."
    elif not found.exact:
        why = "there was no time" if what_if.late else "there are too many combinations"
        caution = f"A smaller set may exist; {why} to try them all."
    return replace(base, outcome="improve", sentence=sentence, sets=made, exact=found.exact,
                   irreducible=found.irreducible, more=found.more, caution=caution)  # fmt: skip


def _set(what_if: WhatIf, codes: Sequence[str]) -> ImprovementSet:
    practices = [what_if.rulebook.catalogue.practice(code) for code in sorted(codes, key=what_if.order.__getitem__)]
    made = tuple(Improvement(p.code, p.title, p.section, what_if.stands(p.code), p.is_critical) for p in practices)
    first = sorted(made, key=lambda one: not one.safety)  # safety first, else the order of the catalogue
    if len(made) <= NAMED:
        return ImprovementSet(made, say_list([f"{one.practice} ({one.reason})" for one in first]))
    safety = sum(one.safety for one in made)
    verbs = "protects children and comes" if safety == 1 else "protect children and come"
    return ImprovementSet(made, f"{len(made)} practices" + (f"; {safety} of them {verbs} first" if safety else ""))


def move_up_lines(assessment: Assessment, rulebook: Rulebook) -> list[str]:
    """Return what would move a program up, as lines to print."""
    found = move_up(assessment, rulebook)
    lines = ["What would move it up", f"  {found.sentence}", *([f"  {found.caution}"] if found.caution else [])]
    for number, one in enumerate(found.sets, 1):
        if len(found.sets) > 1:
            lines.append(f"    {number}. {one.sentence}")
        elif len(one.practices) > NAMED:
            lines.append(f"    {', '.join(made.practice for made in one.practices)}")
    lines += [f"    stays open: {one.title}: {one.sentence}" for one in found.unreachable[1:]]
    return [*lines, *[f"    also needed: {one.title}: {one.sentence}" for one in found.also_needed]]
