"""Changes an answer behind everybody's back."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Changes an answer behind everybody's back"


@hookimpl
def nqms_findings(answers):
    for answer in answers.values():
        object.__setattr__(answer, "status", None)
    return []
