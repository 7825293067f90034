"""Circle of Elders (fictional): in progress, 67 of 116 complete, two items awaiting the director."""

from portal.demo.answers import Sheet

FIRST = Sheet(
    usual=(3, 4, 3, 4),
    absent=frozenset({"M.A.3", "M.B.2", "B.1.4", "B.3.4", "B.5.4", "B.6.3", "E.1.4", "E.2.1", "E.2.6", "E.3.6", "V.6"}),
    not_applicable={
        "E.2.2": "Circles meet at the center only.",
        "E.2.3": "Nobody meets at an elder's home.",
        "E.2.4": "We are not a school program.",
    },
    notes={
        "B.4.2": "The first circle is written down in the book of the season.",
        "B.5.1": "A call to each elder after every second Saturday.",
        "B.6.7": "A supper with the elders when the season closes.",
        "V.1": "Two pages, kept in the council's folder.",
    },
)  # fmt: skip

SHEET = Sheet(
    usual=(4, 4, 3, 5, 3, 4, 4),
    sections=frozenset({"m-a", "m-b", "m-c", "m-d", "m-e", "m-f", "s-1", "s-2", "s-3", "s-4"}),
    waiting=frozenset({"B.4.2", "B.4.4", "E.4.1", "E.4.2", "E.4.3", "E.4.4", "E.4.5", "E.4.6"}),
    unrated=frozenset({"B.4.1", "B.4.3"}),
    absent=frozenset({
        "M.A.3", "M.D.2", "B.1.4", "B.3.4", "E.1.4", "E.1.5", "E.2.1", "E.2.6", "E.3.1", "E.3.4", "E.3.6", "E.3.7",
    }),
    not_applicable={
        "E.2.2": "Circles meet at the center only. Elders and young people do not visit each other at home.",
        "E.2.3": "Nobody meets at an elder's home.",
        "E.2.4": "We are not a school program. Our season runs for nine months at the center.",
    },
    notes={
        "M.A.1": "Written with the elders in the first winter. We read it aloud when a season opens.",
        "M.A.4": "One handbook in two languages.",
        "M.A.6": "Families asked for a place where the young hear the old stories. So we began.",
        "M.A.7": "Each circle sends one young person to the planning supper.",
        "M.B.1": "The center's council, and an elders' table of seven.",
        "M.C.1": "The coordinator works three quarters of full time; the driver comes on circle days.",
        "M.C.4": "Coordinator and driver: full checks and driving record.",
        "M.D.1": "The council approved it in January.",
        "M.D.2": "Two grants and the fall supper. It is not written down as a plan.",
        "M.E.2": "The center's insurance names the circles and the van.",
        "M.E.3": "The steps are on the inside of the circle room's door.",
        "M.F.2": "A written agreement with the middle school about rides.",
        "B.1.1": "We visit people at home and tell them about long Saturdays.",
        "B.1.5": "A family may propose an elder. All steps are the same for everybody.",
        "B.2.3": "Two of us talk with each elder for an hour.",
        "B.2.4": "Full checks for all 16, with driving records for the four who give rides.",
        "B.2.5": "Two references, by phone.",
        "B.2.6": "One season of nine months.",
        "B.2.7": "Two Saturdays a month, two hours and a half each.",
        "B.2.10": "Signed when the season begins, at the welcome supper.",
        "B.3.1": "Three hours at the start of the season, one more in the middle.",
        "B.3.3": "We talk about rules for a circle: doors open, two elders in the room.",
        "E.2.5": "Our mentors are 35 to 78 years old.",
        "E.3.2": "The hour in the middle of the season covers all four.",
        "B.4.1": "For us this means putting a circle together, not a pair. Awaiting the director.",
        "B.4.3": "Read as the first circle meeting: the coordinator is there. Awaiting the director.",
    },
    own_minimum={
        "B.2.6": "one season of nine months",
        "B.2.7": "5 hours a month: two Saturdays of two and a half hours",
        "B.2.11": "one season of nine months",
        "B.2.12": "5 hours a month: two Saturdays of two and a half hours",
    },
)  # fmt: skip

AWAITING_DIRECTOR = ("B.4.1", "B.4.3")
