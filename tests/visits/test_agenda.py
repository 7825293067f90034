"""The agenda: its parts add up, the widest difference leads, and the program sees no rating of the reviewer."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from portal.cycles.models import Cycle
from portal.foundation.database import db, unit_of_work
from portal.reviews import questions, services
from portal.visits.agenda import agenda_of
from portal.visits.timeboxes import STEP, boxes, share
from tests.factories import browser

from .cast import Cast, words

weights = st.lists(st.integers(1, 40), min_size=1, max_size=40)


@given(st.integers(0, 1000), weights)
def test_shares_add_up_and_a_heavier_part_never_gets_less(total: int, parts: list[int]) -> None:
    found = share(total, parts)
    assert sum(found) == total
    assert [one for one in found if one < 0] == []
    assert [
        1 for a, b in zip(parts, found, strict=True) for c, d in zip(parts, found, strict=True) if a > c and b < d
    ] == []


@given(st.integers(15, 720), weights)
def test_time_boxes_add_up_exactly_to_the_visits_length(minutes: int, parts: list[int]) -> None:
    found = boxes(minutes, parts)
    assert sum(found) == minutes
    assert minutes < len(parts) or min(found) >= 1
    if minutes % STEP == 0 and minutes // STEP >= len(parts):
        assert {one % STEP for one in found} == {0}


def test_agenda_leads_with_history_then_the_widest_gap_then_open_questions(cast: Cast) -> None:
    for code, rating in (("B.2.3", "3"), ("B.4.1", "1")):
        item = {"rating": rating, "finding": "", "finding_text": "", "private_note": "Ours alone", "na_accepted": ""}
        services.record_review_item(cast.cycle.id, code, item, "0", f"save-{code.replace('.', '-')}", cast.reviewer.id)
    with unit_of_work():
        cycle = db.session.get_one(Cycle, cast.cycle.id)
        questions.ask(cycle, "B.6.3", "Who leads the last talk?", "question-1", cast.reviewer.id, "http://localhost")
    cast.planned()
    cast.post(cast.ours, "details", minutes="127", place="", program="", partnership="", materials="")
    cycle = db.session.get_one(Cycle, cast.cycle.id)
    topics = agenda_of(cycle, cast.visit(), staff=True)
    codes = [one.section.practices[0].code.rpartition(".")[0] if one.section else one.kind for one in topics]
    assert (codes[:4], codes[-1], len(codes)) == (["history", "B.4", "B.2", "B.6"], "closing", 15)
    assert sum(one.minutes for one in topics) == 127
    assert (topics[0].begins, topics[-1].ends) == ("10:00", "12:07")
    assert [one.begins for one in topics[1:]] == [one.ends for one in topics[:-1]]
    assert topics[1].minutes > topics[2].minutes >= topics[4].minutes
    ours, theirs = (words(client.get(f"{cast.at}/agenda").text) for client in (cast.ours, cast.theirs))
    assert [text in ours for text in ("the program says 4, you say 1", "Who leads the last talk?")] == [True, True]
    assert ["you say" in theirs, "Ours alone" in theirs, "Who leads the last talk?" in theirs] == [False, False, True]


def test_programs_agenda_is_the_same_whatever_the_reviewer_rated(cast: Cast) -> None:
    cast.planned()
    copies = []
    for save_id in ("", "save-B-4-1"):
        if save_id:
            item = {"rating": "1", "finding": "", "finding_text": "", "private_note": "", "na_accepted": ""}
            services.record_review_item(cast.cycle.id, "B.4.1", item, "0", save_id, cast.reviewer.id)
        copies.append([words(client.get(f"{cast.at}/agenda").text) for client in (cast.ours, cast.theirs)])
    (ours_before, theirs_before), (ours_after, theirs_after) = copies
    assert (ours_before == ours_after, theirs_before == theirs_after) == (False, True)
    cycle = db.session.get_one(Cycle, cast.cycle.id)
    topics, visit = agenda_of(cycle, cast.visit()), cast.visit()
    assert sum(one.minutes for one in topics) == visit.minutes
    assert {one.gaps for one in topics} == {()}


def test_agenda_names_safety_gaps(app) -> None:
    cast = Cast(app, ("B.2.4",))
    page = browser(app, cast.admin).get(f"{cast.at}/agenda").text
    assert re.findall(r'tag bad">Safety</span> ([\w.]+) \(', page) == ["B.2.4"]
    cycle = db.session.get_one(Cycle, cast.cycle.id)
    assert [one.section.key for one in agenda_of(cycle, None)[1:2] if one.section] == [
        one.section for one in [next(p for p in _practices(cycle) if p.code == "B.2.4")]
    ]


def _practices(cycle: Cycle):
    from portal.cycles.queries import rulebook_of

    return rulebook_of(cycle).catalogue.practices
