"""Confirming a recognition: what the rules decide, once, and only after everything it rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.assessments.models import Judgement
from portal.assessments.queries import scorecard_of, submission_of
from portal.cycles.models import Cycle, CycleState
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import DomainError, OutOfOrder
from portal.foundation.outbox import Message
from portal.recognition.models import Award
from portal.recognition.queries import award_of
from portal.recognition.services import NotAwarded, confirm
from rules.scorecard import Undetermined
from rules.tiers import Decision
from tests.factories import browser, make_partnership, make_person
from tests.recognition.conftest import STEPS, TODAY, Signed


@pytest.fixture
def cast(signed: Callable[..., Signed]) -> Signed:
    return signed()


def break_a_rule(cycle: Cycle) -> None:
    """Store a judgement in which one rule could not judge."""
    with unit_of_work() as session:
        broken = Undetermined("riverbend", "1.0", "local safety", "it stopped with an error")
        card = dataclasses.replace(scorecard_of(cycle), undetermined=(broken,))
        session.add(
            Judgement(
                cycle_id=cycle.id, made_at=clock.now(), cause="judged again", rulebook=cycle.rulebook,
                scorecard=card.to_json(), undetermined=True, submission_id=submission_of(cycle).id,
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("not_in_practice", "tier"), [((), "Expert Partner"), (("E.1.1",), "Expert Partner"), (("B.2.4",), "Dedicated Partner")]
)  # fmt: skip
def test_confirm_stores_the_tier_of_the_rules_for_three_years(
    signed: Callable[..., Signed], not_in_practice: tuple[str, ...], tier: str
) -> None:
    cast = signed((), not_in_practice)
    award = confirm(cast.cycle.id, cast.reviewer.id, base_url="http://localhost")
    assert (award.tier_name, award.awarded_on, award.expires_on) == (tier, TODAY, date(2029, 10, 1))
    assert (award.confirmed_by_id, award.rulebook) == (cast.reviewer.id, cast.cycle.rulebook)
    assert Decision.from_json(award.decision).tier.name == tier
    db.session.refresh(cast.cycle)
    assert (cast.cycle.state, cast.cycle.awarded_on) == (CycleState.RECOGNIZED, TODAY)
    assert db.session.scalars(select(AuditEntry.deed).where(AuditEntry.deed.like("recogn%"))).all() == [
        "recognition confirmed"
    ]


def test_partnership_with_rules_of_its_own_awards_its_own_tier(signed: Callable[..., Signed]) -> None:
    cast = signed(("north_carolina",), ("B.2.4",))
    assert confirm(cast.cycle.id, cast.reviewer.id, base_url="http://localhost").tier_name == "Quality Partner"


def test_mail_about_the_recognition_names_no_result(cast: Signed) -> None:
    confirm(cast.cycle.id, cast.reviewer.id, base_url="http://localhost")
    mail = db.session.scalars(select(Message).where(Message.key.like("recognized:%"))).one()
    assert mail.to_email == cast.admin.email
    assert f"about the recognition of {cast.program.name}. Please sign in to read it:" in mail.text
    assert [word for word in ("Expert", "Dedicated", "tier", "%") if word in mail.subject + mail.text] == []


@pytest.mark.parametrize("until", STEPS[:-1])
def test_confirm_before_the_signature_is_refused(signed: Callable[..., Signed], until: CycleState) -> None:
    cast = signed(until=until)
    with pytest.raises(OutOfOrder) as refusal:
        confirm(cast.cycle.id, cast.reviewer.id, base_url="http://localhost")
    assert "after the Statement of Accuracy is signed" in refusal.value.sentence
    assert award_of(cast.cycle) is None


def test_page_before_the_signature_offers_no_button_and_says_why(signed: Callable[..., Signed]) -> None:
    cast = signed(until=CycleState.VISITED)
    page = cast.browser(cast.reviewer).get(f"{cast.at}/recognition").text
    assert ["Confirm:" in page, "after the Statement of Accuracy is signed" in page] == [False, True]


def test_rule_that_could_not_judge_leaves_it_undetermined_and_is_named(cast: Signed) -> None:
    break_a_rule(cast.cycle)
    with pytest.raises(NotAwarded) as refusal:
        confirm(cast.cycle.id, cast.reviewer.id, base_url="http://localhost")
    assert "riverbend" in refusal.value.sentence
    staff = cast.browser(cast.reviewer)
    page = staff.get(f"{cast.at}/recognition").text
    assert ["Confirm:" in page, "riverbend" in page, "could not judge" in page] == [False, True, True]
    assert staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 422
    assert db.session.scalar(select(func.count(Award.id))) == 0
    db.session.refresh(cast.cycle)
    assert cast.cycle.state is CycleState.SIGNED


def test_page_tells_every_condition_of_every_tier_with_its_rule(signed: Callable[..., Signed]) -> None:
    cast = signed((), ("B.2.4",))
    page = " ".join(cast.browser(cast.reviewer).get(f"{cast.at}/recognition").text.split())
    assert ["Dedicated Partner" in page, "Expert Partner" in page] == [True, True]
    assert [": met" in page, ": not met" in page] == [True, True]
    assert "Who says so: National rules, version 1.0.0, rule “all-core”." in page
    assert "Confirm: Dedicated Partner for 36 months" in page


def test_second_administrator_is_told_that_it_is_done_and_nothing_is_doubled(cast: Signed) -> None:
    staff = cast.browser(cast.reviewer)
    assert staff.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code == 303
    second = cast.browser(make_person(Role.PARTNERSHIP_ADMINISTRATOR, cast.program.partnership))
    reply = second.post(f"{cast.at}/recognition/confirm", data={"read": "yes"})
    assert reply.status_code == 422
    assert "This step was already taken" in reply.text
    assert db.session.scalar(select(func.count(Award.id))) == 1
    assert db.session.scalar(select(func.count(Message.id)).where(Message.key.like("recognized:%"))) == 1


def test_two_administrators_at_the_same_moment_make_one_award(app: Flask, cast: Signed) -> None:
    second = make_person(Role.PARTNERSHIP_ADMINISTRATOR, cast.program.partnership)
    cycle_id, people = cast.cycle.id, (cast.reviewer.id, second.id)
    db.session.rollback()

    def press(by_id: int) -> str:
        with app.app_context():
            try:
                return confirm(cycle_id, by_id, base_url="http://localhost").tier_name
            except DomainError as refusal:
                return type(refusal).__name__
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(press, people)) == ["Expert Partner", "OutOfOrder"]
    assert db.session.scalar(select(func.count(Award.id))) == 1


def test_decision_stays_as_it_stood_when_confirmed(cast: Signed, clock) -> None:
    confirm(cast.cycle.id, cast.reviewer.id, base_url="http://localhost")
    break_a_rule(cast.cycle)
    clock.go(days=400)
    page = browser(cast.app, cast.reviewer).get(f"{cast.at}/recognition").text
    assert ["Expert Partner" in page, "could not judge" in page, "October 1, 2029" in page] == [True, False, True]


def test_program_and_other_partnership_cannot_decide(cast: Signed) -> None:
    elsewhere = make_person(Role.PARTNERSHIP_ADMINISTRATOR, make_partnership("elsewhere"))
    for person, code in ((cast.admin, 403), (make_person(Role.CONTRIBUTOR, cast.program), 403), (elsewhere, 404)):
        client = cast.browser(person)
        assert [
            client.get(f"{cast.at}/recognition").status_code,
            client.post(f"{cast.at}/recognition/confirm", data={"read": "yes"}).status_code,
        ] == [code, code]
    assert award_of(cast.cycle) is None
