"""The running and the drafted plan of the demo. All programs are fictional."""

from __future__ import annotations

from datetime import date

from .pastplans import BRIDGELINK, CIRCLE_2021, HARBOR_2022
from .planforms import DemoAction, DemoPlan, DemoPriority

HARBOR = DemoPlan(
    18,
    "Harbor Light Mentors has every core practice in place, and its matches last 19 months on average. This plan is "
    "about knowing more: how strong each bond is, what changes for young people, and telling mentors about it.",
    {
        "management": "A manual that staff use, a board with terms, and five months of match support in reserve.",
        "operations": "Three references for every mentor, staff at first meetings, case reviews every two weeks.",
        "evaluation": "Files are read against the manual each quarter, and the results reach families too.",
    },
    {
        "management": "Add a second person who can prepare the budget.",
        "operations": "A tested survey of the bond, and regular news to mentors about the difference they make.",
        "evaluation": "Measure in fall and in spring, not only at both ends of a match.",
    },
    (
        DemoPriority(
            "Use a tested relationship survey",
            "Six questions of our own cannot be compared with other programs.",
            ("B.5.4", "V.4"),
            (
                DemoAction(
                    "Choose a tested survey together with the partnership",
                    "Marisol Keane",
                    date(2026, 5, 1),
                    date(2026, 4, 28),
                ),
                DemoAction(
                    "Try it with ten pairs",
                    "Tom Adeyemi",
                    date(2026, 9, 1),
                    date(2026, 8, 26),
                    "Four hours of an intern",
                ),
                DemoAction(
                    "Ask all pairs after six months and talk about each answer", "Match specialists", date(2027, 2, 1)
                ),
            ),
        ),
        DemoPriority(
            "Send every mentor a feedback letter once a year",
            "Mentors hear good news by chance only.",
            ("B.5.12",),
            (
                DemoAction("Collect one story and three figures for each pair", "Match specialists", date(2026, 11, 1)),
                DemoAction("Send the first letters before the holidays", "Tom Adeyemi", date(2026, 12, 1)),
            ),
        ),
        DemoPriority(
            "Survey outcomes each fall and spring",
            "Surveys at both ends of a match say little about one year.",
            ("V.6",),
            (
                DemoAction("Agree on the questions and the weeks", "Marisol Keane", date(2026, 7, 1), date(2026, 7, 9)),
                DemoAction("Run fall and spring rounds and compare them", "Marisol Keane", date(2027, 6, 1)),
            ),
        ),
    ),
)

STEP_UP = DemoPlan(
    12,
    "Step Up trains its student mentors well and always has a teacher in the room. This draft is about contact with "
    "families, good endings for mentees, and safe records.",
    {
        "management": "A clear guide for advisers, and students with a say.",
        "operations": "Eight hours of training, a teacher in the room each week, a fair age gap.",
        "evaluation": "Attendance and a yearly survey.",
    },
    {
        "management": "A written data policy.",
        "operations": "Contact with families, a contact log, a closing talk with mentees, training for mentees.",
        "evaluation": "A tool for the strength of the bond.",
    },
    (
        DemoPriority(
            "Talk with families on set dates",
            "A newsletter does not show a problem at home.",
            ("B.5.5", "B.5.6"),
            (DemoAction("Call each family twice in the first month, then monthly", "Grace Mbeki", date(2026, 11, 1)),),
        ),
        DemoPriority(
            "Write down every contact",
            "Nobody can see who was asked, and when.",
            ("B.5.1",),
            (DemoAction("Keep one contact log for mentors and mentees", "Grace Mbeki", date(2026, 11, 1)),),
        ),
        DemoPriority(
            "Write a data policy",
            "Sign-up sheets lie in a shared cupboard.",
            ("M.E.1",),
            (DemoAction("Agree on who sees what, and lock the cupboard", "Alan Fiore", date(2026, 12, 1)),),
        ),
        DemoPriority(
            "Hold a closing talk with each mentee",
            "A party is not a goodbye.",
            ("B.6.8",),
            (DemoAction("Plan the last two weeks of the year with mentors", "Second adviser", date(2027, 5, 1)),),
        ),
        DemoPriority(
            "Train mentees",
            "Ten minutes in homeroom do not cover the topics.",
            ("E.3.4",),
            (DemoAction("Hold a one-hour start for mentees", "Second adviser", date(2027, 9, 1)),),
        ),
    ),
)

PLANS = {
    "circle-2021": CIRCLE_2021,
    "harbor-2022": HARBOR_2022,
    "harbor": HARBOR,
    "stepup": STEP_UP,
    "bridgelink": BRIDGELINK,
}
