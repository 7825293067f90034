"""What can be done with a plan and its Statement of Accuracy, one module a noun."""

from __future__ import annotations

from portal.accounts.signing import LinkOver

from .drafts import PlanChanged, save_plan
from .issuing import freeze_plan, issue_plan, keep_issue, no_leader, not_ready
from .reissuing import IssuedMeanwhile, reissue_plan
from .sharing import comment, mark_done, share_draft
from .statements import SignLater, TextChanged, open_link, send_statement, sign, signed_hash

__all__ = [
    "IssuedMeanwhile",
    "LinkOver",
    "PlanChanged",
    "SignLater",
    "TextChanged",
    "comment",
    "freeze_plan",
    "issue_plan",
    "keep_issue",
    "mark_done",
    "no_leader",
    "not_ready",
    "open_link",
    "reissue_plan",
    "save_plan",
    "send_statement",
    "share_draft",
    "sign",
    "signed_hash",
]
