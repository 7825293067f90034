"""One way for every room to have a document asked for, watched and fetched; a room only says where its pages are."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from flask import abort, render_template, send_file, url_for

from .documents import Document
from .htmx import go_to, is_fragment


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one document is asked for, watched and fetched: three endpoints, and what their addresses hold."""

    ask: str
    look: str
    fetch: str
    values: dict[str, Any]
    name: str  # what people call the document
    page: str  # the address of the page it was asked for on
    asks: dict[str, Any] = field(default_factory=dict)  # what the first address holds besides

    def ask_at(self, paper: str) -> str:
        """Return the address that a button for this paper posts to."""
        return url_for(self.ask, paper=paper, **self.values, **self.asks)

    def look_at(self, document: Document) -> str:
        """Return the address that says how far the document is."""
        return url_for(self.look, document_id=document.id, **self.values)

    def fetch_at(self, document: Document) -> str:
        """Return the address of the finished file."""
        return url_for(self.fetch, document_id=document.id, **self.values)


def asked(desk: Desk, document: Document) -> Any:
    """Answer whoever asked: with the state in place, or by going to its page where no script runs."""
    if is_fragment():
        return render_template("_document_state.html", desk=desk, document=document)
    return go_to(desk.look_at(document))


def looked(desk: Desk, document: Document) -> str:
    """Say how far a document is."""
    template = "_document_state.html" if is_fragment() else "document_state.html"
    return render_template(template, desk=desk, document=document)


def fetched(document: Document) -> Any:
    """Send a document that is ready."""
    if document.content is None:
        abort(404)
    return send_file(
        io.BytesIO(document.content), mimetype="application/pdf", as_attachment=True, download_name=document.file_name
    )
