"""The Improvement & Innovation Plans of the demo, as plain data. All programs are fictional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.plans.models import Outcome


@dataclass(frozen=True, slots=True)
class DemoAction:
    """One step: what, who, by which month (its first day), and when it was done."""

    text: str
    owner: str
    due: date
    done: date | None = None


@dataclass(frozen=True, slots=True)
class DemoPriority:
    """One aim with the practices it improves."""

    title: str
    why: str
    codes: tuple[str, ...]
    actions: tuple[DemoAction, ...]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """One plan; it is issued when its cycle has a day for that."""

    months: int
    overview: str
    strengths: dict[str, str]
    improvements: dict[str, str]
    priorities: tuple[DemoPriority, ...]


HARBOR_2022 = DemoPlan(
    12,
    "Harbor Light keeps its young people safe and its matches long. This plan puts into writing what staff already do, "
    "and closes the gaps at the end of a match.",
    {
        "management": "A board that knows the work.",
        "operations": "Careful screening and steady calls.",
        "evaluation": "School reports are used every year.",
    },
    {
        "management": "A newer manual.",
        "operations": "Endings in which one side is gone; the mentors' closing talk.",
        "evaluation": "Sharing what was found.",
    },
    (
        DemoPriority(
            "Write steps for endings in which one side is gone",
            "Two or three matches a year end this way.",
            ("B.6.3",),
            (
                DemoAction(
                    "Write one page of steps and train staff on it",
                    "Marisol Keane",
                    date(2023, 4, 1),
                    date(2023, 4, 20),
                ),
            ),
            Outcome.MET,
        ),
        DemoPriority(
            "Hold a closing talk with every mentor",
            "Some mentors left without one.",
            ("B.6.7",),
            (DemoAction("Add the talk to the closing checklist", "Tom Adeyemi", date(2023, 6, 1), date(2023, 5, 30)),),
            Outcome.MET,
        ),
        DemoPriority(
            "Use a set guide for calls to parents",
            "Calls to parents differ from specialist to specialist.",
            ("B.5.6",),
            (
                DemoAction(
                    "Agree on eight questions and print the card", "Tom Adeyemi", date(2023, 9, 1), date(2023, 9, 12)
                ),
            ),
            Outcome.MET,
        ),
    ),
)

HARBOR = DemoPlan(
    18,
    "Harbor Light Mentors has every core practice in place, and its matches last 19 months on average. This plan is about "
    "knowing more: how strong each bond is, what changes for young people, and telling mentors about it.",
    {
        "management": "A manual that staff use, a board with terms, and five months of match support in reserve.",
        "operations": "Three references for every mentor, staff at each first meeting, and case reviews every two weeks.",
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
                DemoAction("Try it with ten pairs", "Tom Adeyemi", date(2026, 9, 1), date(2026, 8, 26)),
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

BRIDGELINK = DemoPlan(
    24,
    "BridgeLink reaches students in five schools with employees who stay. The plan fits rules written for meetings in "
    "person to a program that meets online.",
    {
        "management": "Signed agreements with all partners, pledged funds.",
        "operations": "Every message and call is on record.",
        "evaluation": "A tested career survey, twice a year.",
    },
    {
        "management": "Students' voices in how the program is set up.",
        "operations": "Training in person; news to mentors; exit interviews with mentors.",
        "evaluation": "Nothing urgent.",
    },
    (
        DemoPriority(
            "Train mentors in person at the first site day",
            "All training is online so far.",
            ("B.3.1",),
            (DemoAction("Begin the first site day with two hours for mentors", "Hannah Lindqvist", date(2024, 9, 1)),),
            Outcome.CARRIED_OVER,
        ),
        DemoPriority(
            "Tell mentors about the difference they make",
            "Mentors ask for it.",
            ("B.5.12",),
            (
                DemoAction(
                    "Send a note with two figures each term", "Data analyst", date(2024, 6, 1), date(2024, 5, 29)
                ),
            ),
            Outcome.MET,
        ),
        DemoPriority(
            "Interview mentors when a match ends",
            "Only students are asked.",
            ("B.6.4",),
            (
                DemoAction(
                    "Add a ten-minute call to the closing steps", "Coordinators", date(2024, 9, 1), date(2024, 9, 17)
                ),
            ),
            Outcome.MET,
        ),
        DemoPriority(
            "Give students a say",
            "Employers and schools decide alone.",
            ("M.A.7",),
            (
                DemoAction(
                    "Set up a student group that meets each term",
                    "Hannah Lindqvist",
                    date(2025, 2, 1),
                    date(2025, 2, 6),
                ),
            ),
            Outcome.MET,
        ),
    ),
)

PLANS = {"harbor-2022": HARBOR_2022, "harbor": HARBOR, "stepup": STEP_UP, "bridgelink": BRIDGELINK}
