"""What a plugin may import: the hook marker and the values hooks return. RULES_API is the contract's version."""

from rules.hookspecs import hookimpl
from rules.results import Tier
from rules.rulebook import RULES_API, PluginChoice, Rulebook, RulebookNotBuilt, build_rulebook, rulebook_from_record

__all__ = [
    "RULES_API", "PluginChoice", "Rulebook", "RulebookNotBuilt", "Tier", "build_rulebook", "hookimpl",
    "rulebook_from_record",
]  # fmt: skip
