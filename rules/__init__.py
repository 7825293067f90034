"""What a plugin may import: the hook marker and the values hooks return. RULES_API is the contract's version."""

from rules.hookspecs import hookimpl
from rules.plugininfo import RULES_API
from rules.policy import Gate
from rules.results import Tier

__all__ = ["RULES_API", "Gate", "Tier", "hookimpl"]
