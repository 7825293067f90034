"""What the fictional reviewers noted: own ratings, findings, private notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.reviews.models import FindingKind

GOOD, BETTER = FindingKind.STRENGTH, FindingKind.IMPROVE


@dataclass(frozen=True, slots=True)
class DemoReview:
    """One review; `items` are (code, own rating, finding, text for the program, private note, N/A accepted)."""

    reviewer: str
    contact_how: str
    place: str
    attendees: str
    notes: str
    items: tuple[tuple[str, int | None, FindingKind | None, str, str, bool | None], ...]


def content_of(item: tuple[str, int | None, FindingKind | None, str, str, bool | None]) -> dict[str, Any]:
    """Return what a review item stores."""
    _, rating, finding, text, private, accepted = item
    return {
        "rating": rating,
        "finding": finding.value if finding else "",
        "finding_text": text,
        "private_note": private,
        "na_accepted": accepted,
    }


REVIEWS = {
    "circle-2021": DemoReview(
        "Priya Nair",
        "Phone",
        "Cedar Falls Cultural Center",
        "Winona Redfeather-Clark, Josiah Bell, two elders",
        "",
        (
            ("M.A.6", 5, GOOD, "The need comes from the families themselves.", "", None),
            ("B.6.3", None, BETTER, "Endings in which one side is gone need written steps.", "", None),
        ),
    ),
    "harbor-2022": DemoReview(
        "Ruben Ortega",
        "Phone",
        "Harbor Light's office, Port Ellis",
        "Marisol Keane, Tom Adeyemi, one specialist",
        "",
        (
            ("B.2.4", 5, GOOD, "Every file we saw held all checks.", "", None),
            ("B.6.3", None, BETTER, "Endings in which one side is gone need written steps.", "", None),
            ("B.6.7", None, BETTER, "Make the closing talk part of every ending.", "", None),
            ("E.2.4", None, None, "", "", True),
        ),
    ),
    "harbor": DemoReview(
        "Ruben Ortega",
        "Phone",
        "Harbor Light's office, Port Ellis",
        "Marisol Keane, Tom Adeyemi, three match specialists, two board members",
        "A warm visit. Ask next time how the director plans for her own leave.",
        (
            ("M.A.4", 5, GOOD, "The manual is used: staff quoted pages from memory.", "", None),
            ("B.2.5", 5, GOOD, "Three references for each mentor, all on file.", "Read eight files at random.", None),
            ("B.3.1", 5, GOOD, "Four hours in person, with role plays.", "", None),
            ("B.4.3", 5, GOOD, "A specialist is at every first meeting.", "", None),
            ("B.5.1", 4, None, "", "Two calls were late in November, during a vacancy.", None),
            ("B.5.4", 3, BETTER, "A tested survey would let you compare over the years.", "", None),
            ("B.5.12", 2, BETTER, "Mentors we met had heard little about the difference they make.", "", None),
            ("B.6.3", 4, GOOD, "New since the last plan, and it works.", "", None),
            ("V.6", 3, BETTER, "Fall and spring rounds would show change within a year.", "", None),
            ("E.2.4", None, None, "", "", True),
        ),
    ),
    "stepup": DemoReview(
        "Ruben Ortega",
        "E-mail, then phone",
        "Wexford Unified High School, room 12",
        "Grace Mbeki, second adviser, Alan Fiore, four student mentors",
        "Students were open and proud. The assistant principal knows the gap in records.",
        (
            ("B.2.4", None, None, "We agree: student mentors are minors, and all advisers are checked.", "", True),
            ("B.3.1", 5, GOOD, "Eight hours over two days, planned with care.", "", None),
            ("B.4.3", 5, GOOD, "A teacher is in the room every week.", "", None),
            ("E.4.1", 5, GOOD, "The three-year gap is a rule, and it is kept.", "", None),
            ("B.5.1", None, BETTER, "Keep a log of each contact, for mentors and mentees.", "", None),
            ("B.5.5", None, BETTER, "Families need a call on set dates.", "", None),
            ("B.6.8", None, BETTER, "Plan a closing talk with every mentee.", "", None),
            ("E.3.4", None, BETTER, "Mentees need their own start.", "", None),
            ("M.E.1", None, BETTER, "A written rule for records, and a lock.", "Saw the open cupboard.", None),
            ("E.2.5", None, None, "", "", True),
            ("E.2.2", None, None, "", "", True),
            ("E.2.3", None, None, "", "", True),
            ("E.4.4", None, None, "", "", True),
        ),
    ),
    "bridgelink": DemoReview(
        "Priya Nair",
        "E-mail",
        "Video meeting",
        "Hannah Lindqvist, two coordinators, Cornelius Tate",
        "",
        (
            (
                "B.3.1",
                None,
                BETTER,
                "Three good hours, but not in person. The first site day is the place for it.",
                "",
                None,
            ),
            ("B.4.3", 4, GOOD, "Met by live video: a coordinator opens the first call and stays.", "", None),
            ("B.4.4", 4, GOOD, "Met by live video, signed by all sides during the call.", "", None),
            ("B.2.7", 4, None, "Your own minimum of 2.5 hours a month is clear to all.", "", None),
            ("B.5.8", 5, GOOD, "Every message and call is on record.", "", None),
            ("E.2.2", None, None, "", "", True),
            ("E.2.3", None, None, "", "", True),
            ("E.4.4", None, None, "", "", True),
        ),
    ),
}
