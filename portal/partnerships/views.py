"""The partnership's mail."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select

from portal.foundation.access import Action
from portal.foundation.database import db
from portal.foundation.outbox import Message

from .queries import load_partnership

bp = Blueprint("partnerships", __name__)


@bp.get("/partnerships/<int:partnership_id>/mail")
def outbox(partnership_id: int) -> str:
    """Show what mail was sent and what waits; never a text, since texts hold signing links."""
    partnership = load_partnership(current_user, partnership_id, Action.READ_OUTBOX)
    newest = select(Message).where(Message.partnership_id == partnership.id).order_by(Message.id.desc()).limit(200)
    return render_template(
        "partnerships/outbox.html", partnership=partnership, messages=list(db.session.scalars(newest))
    )
