"""What can be done with a plan and its Statement of Accuracy, one module a noun."""

from __future__ import annotations

from portal.accounts.signing import LinkOver

from .drafts import PlanChanged, save_plan
from .issuing import freeze_plan, issue_plan, not_ready
from .statements import SignLater, TextChanged, open_link, send_statement, sign, signed_hash

__all__ = [
    "LinkOver",
    "PlanChanged",
    "SignLater",
    "TextChanged",
    "freeze_plan",
    "issue_plan",
    "not_ready",
    "open_link",
    "save_plan",
    "send_statement",
    "sign",
    "signed_hash",
]
