"""What the preview of the fifth edition holds, as plain lists by code: the other half of the comparison."""

from __future__ import annotations


def _codes(element: int, count: int) -> str:
    return " ".join(f"F.{element}.{n}" for n in range(1, count + 1))


SECTIONS = {
    "f-1": ("management", _codes(1, 2)),
    "f-2": ("management", _codes(2, 6)),
    "f-13": ("management", _codes(13, 9)),
    "f-14": ("management", _codes(14, 4)),
    "f-15": ("management", _codes(15, 8)),
    "f-4": ("operations", _codes(4, 5)),
    "f-6": ("operations", _codes(6, 6)),
    "f-7": ("operations", _codes(7, 4)),
    "f-8": ("operations", _codes(8, 5)),
    "f-9": ("operations", _codes(9, 4)),
    "f-11": ("operations", _codes(11, 6)),
    "f-12": ("operations", _codes(12, 6)),
    "f-16": ("evaluation", _codes(16, 8)),
}
TITLES = {  # as published
    "f-1": "Program Values",
    "f-2": "Strong Program Design",
    "f-4": "Recruitment of Mentors",
    "f-6": "Mentor Screening and Enrollment",
    "f-7": "Youth (and Caregiver) Preparation and Training",
    "f-8": "Mentor Preparation and Training",
    "f-9": "Establishing Mentoring Relationships",
    "f-11": "Supporting Mentoring Relationships",
    "f-12": "Relationship Celebration and Program Exit",
    "f-13": "Program Leadership and Staffing",
    "f-14": "Community Engagement",
    "f-15": "Program Infrastructure and Sustainability",
    "f-16": "Program Evaluation",
}
CRITICAL = {  # with the equal in the fourth edition, which is critical there
    "F.15.3": "M.E.1",
    "F.15.4": "M.E.2",
    "F.6.1": "B.2.1",
    "F.6.3": "B.2.2",
    "F.6.4": "B.2.3",
    "F.6.5": "B.2.4",
    "F.8.1": "B.3.1",
    "F.8.3": "B.3.3",
    "F.11.1": "B.5.1",
    "F.11.3": "B.5.2 B.5.3",
    "F.11.5": "B.5.5",
    "F.16.6": "V.8",
}
RELATED = "F.4.4 F.6.2 F.6.6 F.7.1 F.7.2 F.11.6 F.12.2"
NOT_APPLICABLE: dict[str, list[str]] = {  # no tags: any program
    "F.6.5": ["peer"],
    "F.7.4": [],
    "F.11.5": ["of-age"],
    "F.11.6": ["of-age"],
    "F.12.6": [],
    "F.16.8": [],
}
SUB_ITEMS = {
    "F.1.1": "abcdefg",
    "F.2.3": "abcdef",
    "F.15.7": "abc",
    "F.4.1": "abcde",
    "F.6.2": "abc",
    "F.7.1": "abcdefgh",
    "F.7.2": "ab",
    "F.7.3": "abcd",
    "F.7.4": "abc",
    "F.8.2": "abcdef",
    "F.8.3": "abc",
    "F.9.2": "abcd",
    "F.12.5": "abc",
    "F.16.1": "abcd",
}
CRITICAL_SUB_ITEMS = {"F.6.2": "b", "F.7.2": "ab", "F.8.3": "abc"}
THRESHOLDS = {
    "F.7.1": [(1, "hour")],
    "F.11.1": [(1, "check-in a quarter")],
    "F.11.5": [(1, "check-in a quarter")],
}
OWN_MINIMUMS = ["F.8.1", "F.11.1", "F.11.5"]
