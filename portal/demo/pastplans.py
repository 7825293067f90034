"""Plans of the demo that ran their course. All programs are fictional."""

from __future__ import annotations

from datetime import date

from portal.plans.models import Outcome

from .planforms import DemoAction, DemoPlan, DemoPriority

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

CIRCLE_2021 = DemoPlan(
    12,
    "The circles are warm and well led. This plan writes down what the elders already do, so that it lasts.",
    {
        "management": "Families and elders shape the program.",
        "operations": "Two elders in every room.",
        "evaluation": "A written plan.",
    },
    {
        "management": "A plan for the next years.",
        "operations": "Steps for endings that nobody planned.",
        "evaluation": "Questions at the start and the end of a season.",
    },
    (
        DemoPriority(
            "Write down what happens when an elder cannot come back",
            "It happens in most seasons.",
            ("B.6.3",),
            (DemoAction("Agree on one page of steps", "Winona Redfeather-Clark", date(2022, 4, 1), date(2022, 4, 9)),),
            Outcome.MET,
        ),
        DemoPriority(
            "Ask the same questions when a season opens and closes",
            "So far only the close is asked.",
            ("V.6",),
            (DemoAction("Choose six questions", "Josiah Bell", date(2022, 9, 1), date(2022, 9, 3)),),
            Outcome.MET,
        ),
        DemoPriority(
            "Use training that was tested",
            "The hours are there; the material is our own.",
            ("B.3.4",),
            (DemoAction("Try one tested lesson", "Winona Redfeather-Clark", date(2022, 10, 1)),),
            Outcome.CARRIED_OVER,
        ),
    ),
)
