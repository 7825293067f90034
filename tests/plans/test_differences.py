"""What is different between two issues of a plan: each part by its line, whatever was moved, renamed or taken out."""

from __future__ import annotations

from dataclasses import replace

from portal.plans.contents import ActionContent, PlanContent, PriorityContent, RestsOn, read_content
from portal.plans.differences import Line, differences
from rules.codec import canonical_json

SCREEN = PriorityContent(
    "Screen every mentor", "It protects children.", ("B.2.4",),
    (ActionContent("Ask the state office", "Ana", "2027-03-01", "", "a1"), ActionContent("Train staff", "Tom", None, "", "a2")),
    (RestsOn("B.2.4", "Checks", 1, 3, "Not in practice"),), "p1",
)  # fmt: skip
TRAIN = PriorityContent(
    "Train mentors", "", ("B.3.1",), (ActionContent("Write a guide", "Tom", "2027-05-01", "", "a3"),), (), "p2"
)
PLAN = PlanContent(12, "Safety first.", {"management": "A board."}, {}, (SCREEN, TRAIN))
AREAS = {"management": "Program management"}


def test_same_plans_have_no_difference() -> None:
    assert differences(PLAN, read_content(canonical_json(PLAN))) == ()


def test_each_part_has_its_line() -> None:
    action = replace(SCREEN.actions[0], owner="Kim", due="2027-09-01", resource="A guide")
    answer = RestsOn("B.2.4", "Checks", 2, 4, "In practice, rated 3")
    first = replace(SCREEN, title="Check every mentor", actions=(action, SCREEN.actions[1]), rests_on=(answer,))
    now = replace(PLAN, months=18, strengths={"management": "A board with terms."}, priorities=(first, TRAIN))
    assert differences(PLAN, now, AREAS) == (
        Line("changed", "The plan", "Length", "12 months", "18 months"),
        Line("changed", "Program management", "Strengths", "A board.", "A board with terms."),
        Line("changed", "Priority 1", "Aim", "Screen every mentor", "Check every mentor", "p1"),
        Line("changed", "Priority 1", "Rests on", "B.2.4: Not in practice (copy 1, version 3)",
             "B.2.4: In practice, rated 3 (copy 2, version 4)", "p1"),
        Line("changed", "Priority 1, action 1", "Who", "Ana", "Kim", "p1"),
        Line("changed", "Priority 1, action 1", "Due", "March 2027", "September 2027", "p1"),
        Line("changed", "Priority 1, action 1", "Resource", "", "A guide", "p1"),
    )  # fmt: skip


def test_priority_that_moved_is_compared_with_itself() -> None:
    new = PriorityContent("Ask mentees", key="p3", practices=("V.4",))
    now = replace(PLAN, priorities=(replace(TRAIN, why="New mentors ask for it."), new))
    assert differences(PLAN, now) == (
        Line("removed", "Priority 1", "Priority", "Screen every mentor", "", "p1"),
        Line("moved", "Priority 1", "Place", "Priority 2", "Priority 1", "p2"),
        Line("changed", "Priority 1", "Why", "", "New mentors ask for it.", "p2"),
        Line("added", "Priority 2", "Priority", "", "Ask mentees", "p3"),
        Line("changed", "Priority 2", "Practices", "", "V.4", "p3"),
    )


def test_actions_are_known_by_key_then_by_words() -> None:
    kept, gone = SCREEN.actions
    more = ActionContent("Tell the board", "Ana", "2027-04-01", "Minutes")
    now = replace(PLAN, priorities=(replace(SCREEN, actions=(more, replace(kept, key=""))), TRAIN))
    assert differences(PLAN, now) == (
        Line("added", "Priority 1, action 1", "Action", "", "Tell the board (Ana, April 2027, Minutes)", "p1"),
        Line("moved", "Priority 1, action 2", "Place", "Action 1", "Action 2", "p1"),
        Line("removed", "Priority 1, action 2", "Action", "Train staff (Tom)", "", "p1"),
    )
    assert gone.text == "Train staff"


def test_issue_from_before_there_were_keys_is_compared_by_words_and_place() -> None:
    old = read_content(
        '{"months":12,"overview":"Safety first.","strengths":{"management":"A board."},"improvements":{},"priorities":'
        '[{"title":"Train mentors","why":"","practices":["B.3.1"],"actions":[{"text":"Write a guide","owner":"Tom","due":"2027-05-01"}]},'
        '{"title":"Screen mentors","why":"It protects children.","practices":["B.2.4"],"actions":[]}]}'
    )
    now = replace(PLAN, priorities=(TRAIN, replace(SCREEN, actions=())))
    assert differences(old, now) == (
        Line("changed", "Priority 2", "Aim", "Screen mentors", "Screen every mentor", "p1"),
    )
