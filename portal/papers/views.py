"""Documents of a cycle: each a page to read or print, asked for as a PDF, watched and fetched by one set of addresses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask_login import current_user

from portal.cycles.models import Cycle
from portal.cycles.queries import load_cycle, load_for_change
from portal.foundation import document_pages, documents
from portal.foundation.access import PROGRAM_ROLES, STAFF_ROLES, Action, Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.document_pages import Desk
from portal.foundation.errors import NotAllowed
from portal.recognition.models import Award
from portal.recognition.queries import award_of

from .book import answers_snapshot
from .certificate import certificate_snapshot
from .funder import funder_snapshot, summary_for_funders
from .statement import statement_snapshot

bp = Blueprint("papers", __name__)
Snapshot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: what people call it, who reads it, and what it says."""

    name: str
    action: Action
    stands: Callable[[Cycle, Collection[Role]], object]  # raises NotAllowed while there is nothing to read
    snapshot: Callable[[Cycle, frozenset[Role]], Snapshot]

    def says(self, cycle: Cycle, roles: frozenset[Role]) -> Snapshot:
        """Return what the document says now. Raises NotAllowed while there is nothing to read."""
        self.stands(cycle, roles)
        return self.snapshot(cycle, roles)


def _always(_cycle: Cycle, _roles: Collection[Role]) -> None:
    """Let a document stand from the first day on."""


def _statement(cycle: Cycle, _roles: Collection[Role]) -> None:
    if cycle.plan_issued_on is None:
        raise NotAllowed("There is no Statement of Accuracy yet. It comes with the plan.")


def _certificate(cycle: Cycle, _roles: Collection[Role]) -> Award:
    award = award_of(cycle)
    if award is None:
        raise NotAllowed("There is no certificate yet. It comes with the recognition.")
    if getattr(award, "standing", "") == "withdrawn":
        raise NotAllowed("This recognition was withdrawn, so there is no certificate.")
    return award


def _funder(cycle: Cycle, roles: Collection[Role]) -> None:
    if cycle.plan_issued_on is None:
        raise NotAllowed("The summary for funders can be made once the plan is issued.")
    if summary_for_funders(cycle) is None and not PROGRAM_ROLES & set(roles):
        raise NotAllowed("The program has not made a summary for funders. Only the program can.")


KINDS = {
    "answers": Kind("All answers", Action.READ_ANSWERS, _always, answers_snapshot),
    "statement": Kind(
        "Statement of Accuracy", Action.READ_RESULTS, _statement, lambda cycle, _roles: statement_snapshot(cycle)
    ),
    "certificate": Kind(
        "Certificate", Action.READ_RESULTS, _certificate,
        lambda cycle, roles: certificate_snapshot(cycle, _certificate(cycle, roles)),
    ),
    "funder": Kind("Summary for funders", Action.READ_RESULTS, _funder, lambda cycle, _roles: funder_snapshot(cycle)),
}  # fmt: skip


def load(cycle_id: int, word: str) -> tuple[Cycle, frozenset[Role]]:
    """Load a cycle for whoever may read this kind of document there."""
    kind = KINDS.get(word)
    return load_cycle(current_user, cycle_id, kind.action if kind else Action.READ_ANSWERS)


def desk_of(cycle: Cycle, word: str) -> Desk:
    """Say where the PDF of this kind is asked for, watched and fetched."""
    values = {"cycle_id": cycle.id, "word": word}
    page = url_for("papers.page", cycle_id=cycle.id, word=word)
    return Desk("papers.ask", "papers.look", "papers.fetch", values, KINDS[word].name, page)


@bp.get("/cycles/<int:cycle_id>/papers/<word>")
def page(cycle_id: int, word: str) -> str:
    """Show a document as a page to read or print."""
    cycle, roles = load(cycle_id, word)
    if word not in KINDS:
        abort(404)
    return render_template(
        f"papers/{word}.html", cycle=cycle, d=KINDS[word].says(cycle, roles), desk=desk_of(cycle, word), roles=roles
    )


@bp.post("/cycles/<int:cycle_id>/papers/<word>/<paper>")
def ask(cycle_id: int, word: str, paper: str) -> Any:
    """Ask the worker for the PDF."""
    cycle, roles = load(cycle_id, word)
    if word not in KINDS or paper not in list(documents.Paper):
        abort(404)
    snapshot, size = {**KINDS[word].says(cycle, roles), "for": audience(cycle, word, roles)}, documents.Paper(paper)
    with unit_of_work():
        load_for_change(cycle.id)  # one after the other: the same document is asked for once
        name = documents.file_name(word, cycle.program.name, size)
        made = documents.ask(cycle.id, word, size, name, snapshot)
    return document_pages.asked(desk_of(cycle, word), made)


def audience(cycle: Cycle, word: str, roles: Collection[Role]) -> str:
    """Say who may fetch what is made now: a draft is the program's, findings not delivered yet are the partnership's."""
    if word != "answers":
        return "all"
    if cycle.submitted_on is None:
        return "program"
    return "staff" if cycle.plan_issued_on is None and STAFF_ROLES & set(roles) else "all"


def load_document(cycle: Cycle, word: str, document_id: int, roles: Collection[Role]) -> documents.Document:
    """Return a document of this cycle and kind that was made for such eyes; else there is no such page.

    Raises NotAllowed where the document's page refuses: what was made earlier is no way around it.
    """
    document = db.session.get(documents.Document, document_id)
    if word not in KINDS or document is None or (document.cycle_id, document.kind) != (cycle.id, word):
        abort(404)
    eyes = {"all": PROGRAM_ROLES | STAFF_ROLES, "program": PROGRAM_ROLES, "staff": STAFF_ROLES}
    if not eyes[document.snapshot["for"]] & set(roles):
        abort(404)
    KINDS[word].stands(cycle, roles)
    return document


@bp.get("/cycles/<int:cycle_id>/papers/<word>/<int:document_id>")
def look(cycle_id: int, word: str, document_id: int) -> str:
    """Say how far the PDF is."""
    cycle, roles = load(cycle_id, word)
    document = load_document(cycle, word, document_id, roles)
    return document_pages.looked(desk_of(cycle, word), document)


@bp.get("/cycles/<int:cycle_id>/papers/<word>/<int:document_id>/file")
def fetch(cycle_id: int, word: str, document_id: int) -> Any:
    """Send the PDF once it is made."""
    cycle, roles = load(cycle_id, word)
    return document_pages.fetched(load_document(cycle, word, document_id, roles))
