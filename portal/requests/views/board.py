"""Everything that waits for a partnership's staff, on one page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from portal.foundation.access import Action
from portal.partnerships.queries import load_partnership

from ..queries import open_matters
from ..services.notices import event_words

bp = Blueprint("requests", __name__)


@bp.get("/partnerships/<int:partnership_id>/open-matters")
def board(partnership_id: int) -> str:
    """List registrations, requests for access, questions and news that nobody has answered."""
    partnership = load_partnership(current_user, partnership_id, Action.SEE_PARTNERSHIP)
    matters = open_matters(partnership.id)
    return render_template("requests/board.html", partnership=partnership, matters=matters, words=event_words)
