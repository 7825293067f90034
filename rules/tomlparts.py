"""What the tables of a TOML plugin share: codes kept with their place in the file, and sentences with blanks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.catalogue import Catalogue
from rules.results import Scorecard, Share
from rules.tomlfile import Table
from rules.wording import say_list

MAX_SENTENCE = 1500  # characters as written; the blanks still have to fit
TOTALS = ("core", "enhancements", "benchmarks", "total")
_BLANK = re.compile(r"\{(\w+)\}")


@dataclass
class Named:
    """Collect the codes and groups that a file names, until there is a catalogue to look them up in."""

    codes: list[tuple[str, str]] = field(default_factory=list)  # each with "file:line"
    groups: list[tuple[str, str]] = field(default_factory=list)

    def practices(self, table: Table, optional: bool = False) -> tuple[str, ...]:
        """Read the codes of a table; the same code twice is one."""
        codes = tuple(dict.fromkeys(table.texts("practices", () if optional else None)))
        if not codes and not optional and table.data.get("practices") == []:
            table.complain("practices", "“practices” is empty; name at least one code.")
        self.codes += [(table.at("practices"), code) for code in codes]
        return codes

    def group(self, table: Table) -> str:
        """Read which practices are counted together: a total, an area or a section."""
        key = table.text("of")
        if key and key not in TOTALS:
            self.groups.append((table.at("of"), key))
        return key

    def problems(self, catalogue: Catalogue) -> list[str]:
        """Say which names this catalogue does not know, with file and line."""
        known = {*(area.key for area in catalogue.areas), *(section.key for section in catalogue.sections)}
        wrong = [f"{at}: There is no practice {code} in {catalogue.title}." for at, code in self.codes
                 if code not in catalogue]  # fmt: skip
        return wrong + [
            f"{at}: There is no area or section “{key}”; “of” is one of: {say_list((*TOTALS, *sorted(known)), 'or')}."
            for at, key in self.groups if key not in known
        ]  # fmt: skip


def read_sentence(table: Table, key: str, blanks: Iterable[str] = ()) -> str:
    """Read a sentence that people will see; only the named blanks may stand in it."""
    text = table.text(key)
    if len(text) > MAX_SENTENCE or "\x00" in text:
        table.complain(key, f"“{key}” is a text of at most {MAX_SENTENCE:,} characters.")
    allowed = tuple(blanks)
    for name in _BLANK.findall(text):
        if name not in allowed:
            there = f"there is {say_list([f'{{{one}}}' for one in allowed])}" if allowed else "there are none"
            table.complain(key, f"“{key}” has the blank {{{name}}}, which nothing fills; {there}.")
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values into the blanks of a sentence, in one pass, so that what is put in is never read as a blank."""
    return _BLANK.sub(lambda found: values.get(found[1], found[0]), text)


def share_of(scorecard: Scorecard, key: str) -> Share:
    """Return the count of a total, an area or a section; raises LookupError when the rules have it no more."""
    if key in TOTALS:
        share: Share = getattr(scorecard, key)
        return share
    for one in (*scorecard.areas, *scorecard.sections):
        if one.key == key:
            return one
    raise LookupError(f"there is no area or section “{key}” in these rules")


def rests_on(scorecard: Scorecard, codes: Iterable[str]) -> tuple[str, ...]:
    """Name every answer that decides what these practices count as, those behind an adjustment too."""
    codes = tuple(codes)
    if not scorecard.adjustments:
        return codes
    more = (code for one in scorecard.practices if one.code in set(codes) for code in one.trace.practices)
    return tuple(dict.fromkeys((*codes, *more)))
