"""What the demo's partnerships keep in their resource libraries, beside the national guides. All of it is made up."""

from __future__ import annotations

from datetime import date

from portal.accounts.models import Person
from portal.foundation.database import db
from portal.partnerships.models import Partnership
from portal.resources.models import OwnResource

from .clock import at

OWN = (
    ("riverbend", "Reference call sheet", "Ten questions for a talk with a reference, on one page, with room to write.", "en",
     "Coordinators", ("B.2.5",), "https://riverbend.example.org/reference-calls", None),
    ("riverbend", "List of checks and the days they end", "A sheet that colors a check a month before it is out of date.", "en",
     "Coordinators", ("B.2.4", "M.C.4"), "https://riverbend.example.org/list-of-checks", None),
    ("riverbend", "Permiso de la familia", "A form for a family's permission, in Spanish, to fit to your program.", "es",
     "Families", ("B.2.10", "B.2.9"), "https://riverbend.example.org/permiso", None),
    ("riverbend", "Closing steps when one side is gone", "One page of steps, as Harbor Light wrote it and lets others use it.",
     "en", "Match support", ("B.6.3", "B.6.2"), "https://riverbend.example.org/closing-steps", None),
    ("riverbend", "Screening checklist of 2019", "An older list; the reference call sheet and the list of checks took its place.",
     "en", "Coordinators", ("B.2.1",), "https://riverbend.example.org/checklist-2019", date(2026, 3, 2)),
    ("northlake", "Two figures for mentors", "A note to fill in each term: hours together, and one thing students said.", "en",
     "Employers", ("B.5.12",), "https://northlake.example.org/two-figures", None),
)  # fmt: skip
KEEPERS = {"riverbend": "Ruben Ortega", "northlake": "Priya Nair"}


def add_library(partnerships: dict[str, Partnership], people: dict[str, Person]) -> None:
    """Add the partnerships' own resources to the running transaction."""
    for number, (key, title, about, language, audience, practices, address, retired) in enumerate(OWN):
        by = people[KEEPERS[key]].id
        db.session.add(
            OwnResource(
                partnership_id=partnerships[key].id, save_id=f"demo-resource-{number}", title=title, about=about,
                publisher=partnerships[key].name, audience=audience, language=language, practices=list(practices),
                address=address, added_at=at(date(2026, 2, 9), 11), added_by_id=by,
                retired_at=at(retired, 9) if retired else None, retired_by_id=by if retired else None,
            )
        )  # fmt: skip
