"""Names a condition of a tier that nobody judges."""

from rules import Tier, hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Names a condition of a tier that nobody judges"


@hookimpl
def nqms_tiers():
    return [Tier("quality", "Quality Partner", 1, ("submitted", "no-such-condition"))]
