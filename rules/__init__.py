"""What a plugin may import: the hook marker and the values hooks return. RULES_API is the contract's version."""

from rules.hookspecs import hookimpl
from rules.results import Tier
from rules.rulebook import RULES_API

__all__ = ["RULES_API", "Tier", "hookimpl"]
