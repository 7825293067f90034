"""The help page: the usual questions, answered with the reader's or a partnership's own values."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user

from portal.partnerships.models import Partnership
from portal.partnerships.queries import current_rulebook
from portal.requests.queries import partnership_by_key
from rules.discovery import UnknownPlugin
from rules.policy import Policy
from rules.rulebook import RulebookNotBuilt
from rules.wording import say_count, say_list

from . import queries
from .views import bp

EVENTS = {"leadership": "who leads you", "model": "how you mentor", "closing": "whether you go on"}


@bp.get("/help")
def help_page() -> str:
    """Answer with the values of the reader's partnership, or with the usual ones."""
    held = current_user.memberships if current_user.is_authenticated else ()
    return _page(queries.partnership_of(held), queries.partnerships())


@bp.get("/partnerships/<key>/help")
def partnership_help(key: str) -> str:
    """Answer with this partnership's values, for anybody."""
    return _page(partnership_by_key(key), [])


def _page(partnership: Partnership | None, others: list[Partnership]) -> str:
    try:
        rulebook = current_rulebook(partnership) if partnership else None
    except (UnknownPlugin, RulebookNotBuilt):  # help has to come even while the rules cannot be used
        rulebook = None
    policy = rulebook.policy if rulebook else Policy()
    return render_template(
        "desk/help.html", partnership=partnership, partnerships=others, rulebook=rulebook, policy=policy, years=years,
        check_ins=say_list([str(month) for month in policy.check_in_months]),
        events=say_list([EVENTS.get(event, event) for event in policy.change_events], "or"),
    )  # fmt: skip


def years(months: int) -> str:
    """Say a number of months, in years where it is whole years: 3 years, 18 months."""
    return say_count(months, "month") if months % 12 else say_count(months // 12, "year")
