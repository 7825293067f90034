"""What the fourth edition holds, as plain lists by code: the other half of the comparison."""

from __future__ import annotations

SECTIONS = {
    "m-a": ("management", "M.A.1 M.A.2 M.A.3 M.A.4 M.A.5 M.A.6 M.A.7"),
    "m-b": ("management", "M.B.1 M.B.2"),
    "m-c": ("management", "M.C.1 M.C.2 M.C.3 M.C.4 M.C.5"),
    "m-d": ("management", "M.D.1 M.D.2 M.D.3 M.D.4"),
    "m-e": ("management", "M.E.1 M.E.2 M.E.3"),
    "m-f": ("management", "M.F.1 M.F.2 M.F.3"),
    "s-1": ("operations", "B.1.1 B.1.2 B.1.3 B.1.4 B.1.5 B.1.6 B.1.7 E.1.1 E.1.2 E.1.3 E.1.4 E.1.5"),
    "s-2": (
        "operations",
        "B.2.1 B.2.2 B.2.3 B.2.4 B.2.5 B.2.6 B.2.7 B.2.8 B.2.9 B.2.10 B.2.11 B.2.12 "
        "E.2.1 E.2.2 E.2.3 E.2.4 E.2.5 E.2.6 E.2.7 E.2.8",
    ),
    "s-3": ("operations", "B.3.1 B.3.2 B.3.3 B.3.4 E.3.1 E.3.2 E.3.3 E.3.4 E.3.5 E.3.6 E.3.7"),
    "s-4": ("operations", "B.4.1 B.4.2 B.4.3 B.4.4 E.4.1 E.4.2 E.4.3 E.4.4 E.4.5 E.4.6"),
    "s-5": (
        "operations",
        "B.5.1 B.5.2 B.5.3 B.5.4 B.5.5 B.5.6 B.5.7 B.5.8 B.5.9 B.5.10 B.5.11 B.5.12 E.5.1 E.5.2 E.5.3 E.5.4 E.5.5",
    ),
    "s-6": ("operations", "B.6.1 B.6.2 B.6.3 B.6.4 B.6.5 B.6.6 B.6.7 B.6.8 B.6.9 E.6.1 E.6.2 E.6.3"),
    "v": ("evaluation", "V.1 V.2 V.3 V.4 V.5 V.6 V.7 V.8 V.9 V.10"),
}
COUNTS = {  # benchmarks and enhancements of each standard
    "s-1": (7, 5), "s-2": (12, 8), "s-3": (4, 7), "s-4": (4, 6), "s-5": (12, 5), "s-6": (9, 3),
}  # fmt: skip
CRITICAL = (
    "M.C.4 M.E.1 M.E.2 M.E.3 B.2.1 B.2.2 B.2.3 B.2.4 B.2.5 B.2.10 B.3.1 B.3.3 B.4.3 B.4.4 "
    "B.5.1 B.5.2 B.5.3 B.5.5 B.6.9 V.8"
)
RELATED = (
    "E.1.2 B.2.8 B.2.9 E.2.1 E.2.2 E.2.3 E.2.6 E.2.8 E.3.3 E.3.5 E.3.7 B.4.2 E.4.1 E.4.3 E.4.4 "
    "B.5.6 B.5.7 B.5.8 E.5.1 B.6.2 B.6.3 B.6.4"
)
OFF_COMMUNITY = ["site", "school", "workplace", "online", "faith"]
NOT_APPLICABLE: dict[str, list[str]] = {  # no tags: any program
    "B.1.5": [],
    "B.2.4": ["peer"],
    "B.2.9": ["of-age"],
    "B.2.10": ["of-age"],
    "E.2.2": OFF_COMMUNITY,
    "E.2.3": OFF_COMMUNITY,
    "E.2.4": ["community", "site", "workplace", "online", "faith"],
    "E.2.5": ["peer"],
    "E.4.3": [],
    "E.4.4": OFF_COMMUNITY,
    "B.6.5": [],
    "E.6.2": [],
}
SUB_ITEMS = {
    "B.3.2": "abcdefghij",
    "B.3.3": "abcdefghijklmnopqrst",
    "E.3.2": "abcd",
    "E.3.4": "abcdefgh",
    "E.3.5": "abcdefghijklmnopqrst",
    "E.3.6": "abcdefghi",
    "E.3.7": "abcdefghijklmnopqrst",
    "B.6.7": "abcdefgh",
    "B.6.8": "abcdefgh",
}
RISK_POLICIES = ("B.3.3", "E.3.5", "E.3.7")
CRITICAL_LETTERS = "aefghjko"
THRESHOLDS = {
    "B.2.3": [(1, "interview")],
    "B.2.4": [(3, "checks")],
    "B.2.5": [(2, "adults")],
    "B.2.6": [(1, "year")],
    "B.2.7": [(1, "meeting a week"), (4, "hours a month")],
    "B.2.11": [(1, "year")],
    "B.2.12": [(1, "meeting a week"), (4, "hours a month")],
    "E.2.2": [(1, "visit")],
    "B.3.1": [(2, "hours")],
    "E.3.1": [(6, "hours")],
    "E.4.1": [(3, "years")],
    "B.5.1": [(2, "contacts"), (1, "contact a month")],
    "B.5.5": [(2, "contacts"), (1, "contact a month")],
    "B.5.11": [(1, "training a year")],
    "E.5.1": [(1, "meeting a year")],
    "E.5.4": [(1, "time a year")],
    "E.5.5": [(1, "time a year")],
}
CONCERNS = ["mentor", "mentee", "parent or guardian", "responsible adult", "staff"]
CONCERNED = {  # M mentor, Y young person, P parent or guardian, A another responsible adult, S staff
    "S": "M.A.1 M.A.2 M.A.3 M.A.4 M.A.5 M.A.6 M.B.1 M.B.2 M.C.1 M.C.2 M.C.3 M.C.4 M.C.5 M.D.1 M.D.2 M.D.3 "
    "M.D.4 M.E.2 M.F.2 M.F.3 B.5.7 B.6.6 V.1 V.2 V.3 V.9",
    "M": "B.1.1 B.1.2 B.1.3 B.1.4 E.1.1 E.1.2 E.1.3 B.2.1 B.2.2 B.2.3 B.2.4 B.2.5 B.2.6 B.2.7 E.2.1 E.2.2 "
    "E.2.3 E.2.5 E.2.6 B.3.1 B.3.2 B.3.3 B.3.4 E.3.1 E.3.2 E.3.3 B.5.2 B.5.9 B.5.11 B.5.12 E.5.4 B.6.7",
    "Y": "B.1.5 E.1.5 B.2.8 E.2.7 E.2.8 E.3.4 E.3.5 B.5.3 V.5 V.6",
    "P": "B.2.9 B.2.10 E.3.6 E.3.7 E.4.3",
    "MY": "E.2.4 E.4.1 E.4.2 B.5.1 B.5.4 B.5.8 E.5.2 E.6.2 V.4",
    "YP": "B.1.6 B.1.7 E.1.4 B.2.11 B.2.12 B.5.10 B.6.8",
    "MYP": "B.4.1 B.4.2 E.5.1 E.5.3 B.6.1 B.6.2 B.6.3 B.6.4 B.6.5 B.6.9 E.6.1 E.6.3 V.7 V.8",
    "PA": "B.5.5 B.5.6 E.5.5",
    "MS": "E.4.5",
    "PS": "V.10",
    "YPS": "M.A.7 E.4.6",
    "MPS": "M.F.1",
    "MYPS": "M.E.1 M.E.3 B.4.3 B.4.4 E.4.4",
}
