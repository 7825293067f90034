"""The bundled partnerships: exactly what each sets, where that is stated, and that nothing else differs from national."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from rules.asking import Assessment
from rules.discovery import discover
from rules.eligibility import judge_eligibility
from rules.policy import GATES, Policy, closed_gates
from rules.results import Tier
from rules.rulebook import PluginChoice, Rulebook, build_rulebook
from rules.tiers import judge_priorities
from tests.rules.samples import FACTS, SIGNED, TODAY, all_yes, decided, no, scored

STEPS = ("submitted", "reviewed", "plan", "signed")
NATIONAL = (
    Tier("dedicated", "Dedicated Partner", 1, STEPS),
    Tier("expert", "Expert Partner", 2, (*STEPS, "all-core")),
)
QUALITY = (Tier("quality", "Quality Partner", 1, STEPS),)
BEFORE_ACCESS = (GATES["needs_assessment"], GATES["mou"])


@dataclass(frozen=True)
class Sets:
    """What one plugin sets; the rest is national. `sources` are the hosts of the pages it cites."""

    sources: tuple[str, ...]
    policy: Policy = field(default_factory=Policy)
    tiers: tuple[Tier, ...] = NATIONAL
    texts: Mapping[str, str] = field(default_factory=dict)
    benefits: tuple[str, ...] = ()  # the tiers that bring something


PARTNERSHIPS = {
    "independence_region": Sets(("mentorir.org", "mentorir.org")),
    "minnesota": Sets(
        ("www.mentormn.org", "www.mentormn.org"), Policy(gates=BEFORE_ACCESS, min_months=12, max_months=12),
        benefits=("dedicated",) * 4 + ("expert",),
    ),
    "illinois": Sets(("www.mentorillinois.org",), Policy(gates=BEFORE_ACCESS)),
    "virginia": Sets(("mentorva.org", "mentorva.org"), tiers=QUALITY, benefits=("quality",) * 3),
    "north_carolina": Sets(
        ("mentornc.org",), Policy(review_kind="meeting", review_title="review meeting"), QUALITY, benefits=("quality",)
    ),
    "kansas": Sets(
        ("mentorkansas.org", "mentorkansas.org"),
        tiers=(Tier("gold-star", "Gold Star", 1, (*STEPS, "gold-star-criteria")),),
    ),
    "maryland": Sets(
        ("www.marylandmentor.net",), Policy(plan_name="Action Plan"),
        (Tier("quality", "Quality Program Partner", 1, STEPS),),
        {"recognition": "A Quality Program Partner works on its quality together with us. This is not a certification."},
        ("quality",),
    ),
    "riverbend": Sets(
        (),
        texts={
            "welcome": "We are glad that you are here. Answer as things are today; gaps are what we help with. Stuck? Call 555-0110.",
            "receipt": "Take a breath: the long part is done. Bring your program manual and your forms to the review.",
            "recognition": "Thank you for the care you take. Please let us know when something big changes at your program.",
        },
        benefits=("dedicated", "dedicated", "expert"),
    ),
    "northlake": Sets(
        (),
        Policy(
            review_kind="meeting", review_title="review meeting", gates=(GATES["mou"],), report_every_months=3,
            loss_notice_days=90,
        ),
        QUALITY,
    ),
}  # fmt: skip


def rules_of(name: str) -> Rulebook:
    return build_rulebook([PluginChoice(name)])


def test_every_bundled_plugin_is_tested() -> None:
    bundled = {name for name, one in discover().plugins.items() if one.info.origin == "bundled"}
    assert bundled == {"national", *PARTNERSHIPS}


@pytest.mark.parametrize("name", PARTNERSHIPS)
def test_partnership_sets_what_its_source_states_and_nothing_else(name: str) -> None:
    rules, sets = rules_of(name), PARTNERSHIPS[name]
    description = rules.description
    assert (rules.policy, rules.tiers) == (sets.policy, sets.tiers)
    assert (dict(description.texts), tuple(one.tier for one in description.benefits)) == (sets.texts, sets.benefits)
    assert (description.changes, description.resources) == ((), build_rulebook().description.resources)
    assert rules.catalogue == build_rulebook().catalogue


@pytest.mark.parametrize("name", PARTNERSHIPS)
def test_partnership_cites_public_pages(name: str) -> None:
    source = rules_of(name).plugins[-1].source
    pages = [word for word in source.split() if word.startswith("http")]
    assert tuple(urlsplit(page).netloc for page in pages) == PARTNERSHIPS[name].sources
    assert pages or source == "Made up for the demo."


@pytest.mark.parametrize("name", PARTNERSHIPS)
def test_partnership_says_what_its_source_does_not_state(name: str) -> None:
    found = discover().plugins[name]
    assert bool(found.not_stated) is bool(PARTNERSHIPS[name].sources)


@pytest.mark.parametrize("name", PARTNERSHIPS)
def test_partnership_judges_as_the_nation_does(name: str) -> None:
    rules, national = rules_of(name), build_rulebook()
    answers = all_yes(2) | {code: no(code) for code in ("B.2.4", "M.A.1", "E.1.1")}
    assert scored(rules, answers) == scored(national, answers)
    young = replace(FACTS, founded=TODAY, in_service_area=False)
    assert judge_eligibility(young, TODAY, rules) == judge_eligibility(young, TODAY, national)
    assessment = Assessment(answers, FACTS, SIGNED)
    proposed = [judge_priorities(scored(one, answers), assessment, one) for one in (rules, national)]
    assert proposed[0] == proposed[1]


@pytest.mark.parametrize("name", sorted(set(PARTNERSHIPS) - {"kansas"}))
def test_steps_alone_reach_the_first_tier(name: str) -> None:
    decision = decided(rules_of(name), all_yes() | {"M.A.1": no("M.A.1")})
    assert (decision.outcome, decision.tier and decision.tier.rank) == ("awarded", 1)


@pytest.mark.parametrize("name", PARTNERSHIPS)
def test_first_tier_waits_for_the_signature(name: str) -> None:
    rules = rules_of(name)
    decision = decided(rules, all_yes(), replace(SIGNED, statement_signed_on=None))
    assert decision.sentence == f"Not yet {rules.tiers[0].name}. Still open: Statement of Accuracy signed."


@pytest.mark.parametrize(("agreed", "outcome"), [((), "not_yet"), (("gold-star-criteria",), "awarded")])
def test_gold_star_is_decided_by_staff(agreed: tuple[str, ...], outcome: str) -> None:
    decision = decided(rules_of("kansas"), all_yes(), replace(SIGNED, staff_agreed=agreed))
    assert decision.outcome == outcome
    closed = "Applications were closed when its page was last read."
    assert decision.tiers[0].conditions[-1].sentence.endswith(closed) is (outcome == "not_yet")


@pytest.mark.parametrize("name", ["minnesota", "illinois"])
def test_needs_assessment_and_memorandum_come_before_access(name: str) -> None:
    policy = rules_of(name).policy
    assert [gate.key for gate in closed_gates(policy, FACTS)] == ["needs_assessment", "mou"]
    assert closed_gates(policy, replace(FACTS, gates_passed=("needs_assessment", "mou"))) == ()


def test_memorandum_comes_before_access_at_northlake() -> None:
    policy = rules_of("northlake").policy
    assert [gate.key for gate in closed_gates(policy, FACTS)] == ["mou"]
    assert closed_gates(policy, replace(FACTS, gates_passed=("mou",))) == ()
