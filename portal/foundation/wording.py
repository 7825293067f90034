"""The wording of mails: kinds as data, a sandbox for what partnerships write, and rendering that never loses a mail.

A wording may show named fields and leave parts out when a field is empty, and nothing else: no attribute, no filter,
no call, no loop. It is checked when it is stored and again whenever a mail is written, since the fields of a kind may change.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .errors import DomainError
from .languages import USUAL, Value, say
from .paths import data_dir

LONGEST_SUBJECT, LONGEST_BODY = 300, 8_000  # characters of a wording
LONGEST_TEXT = 20_000  # characters of a mail
DEEPEST = 5  # conditions within conditions
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const, nodes.Compare, nodes.Operand,
    nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip


class NotUsable(DomainError):
    """A wording that cannot be used; the sentence names the part and the line."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value a wording may show: what it is, and an example for the preview by language."""

    name: str
    says: str
    sample: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: what it is for, who gets it, its fields, and those without which it is of no use."""

    key: str
    title: str
    to: str
    fields: tuple[Field, ...]
    needs: tuple[str, ...]
    at_once: bool  # else it waits for the recipient's mail of the day
    reminder: bool

    def samples(self, language: str) -> dict[str, str]:
        """Return an example of every field."""
        return {one.name: one.sample.get(language, one.sample[USUAL]) for one in self.fields}


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and text as somebody wrote them, with fields in double braces."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text ready to be sent; `problem` says why the partnership's own wording was not used."""

    subject: str
    body: str
    problem: str = ""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Gives no attribute of anything, should a node that asks for one ever get through."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        return False


_sandbox = _Sandbox(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
_sandbox.globals.clear()
_sandbox.filters.clear()
_sandbox.tests.clear()


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind of letter, in the order of a program's life."""
    read = tomllib.loads((_folder() / "kinds.toml").read_text("utf-8"))
    fields = {name: Field(name, one["says"], one["sample"]) for name, one in read["fields"].items()}
    return {
        key: Kind(
            key, one["title"], one["to"], tuple(fields[name] for name in ("name", *one["fields"])),
            tuple(one.get("needs", ())), one.get("at_once", False), one.get("reminder", False),
        )
        for key, one in read["kinds"].items()
    }  # fmt: skip


def _folder() -> Path:
    return data_dir("templates") / "letters"


@cache
def usual(kind: str, language: str) -> Wording | None:
    """Return the portal's own wording in this language, None where nobody has written it."""
    path = _folder() / f"{kind}.{language}.txt"
    if not path.exists():
        return None
    subject, _, body = path.read_text("utf-8").partition("\n")
    return Wording(subject.removeprefix("Subject: ").strip(), body.strip())


def check(kind: Kind, wording: Wording) -> None:
    """Raise NotUsable with a sentence when this wording could not be sent, or lacks what the letter is for."""
    shown = {"subject": _read("subject", wording.subject, kind), "text": _read("text", wording.body, kind)}
    if missing := [name for name in kind.needs if name not in shown["text"]]:
        what = next(one.says for one in kind.fields if one.name == missing[0])
        raise NotUsable(
            f"The text has to show {{{{ {missing[0]} }}}} ({what}), outside of any condition. Without it this mail is of no use."
        )
    for language in ("en", "es"):
        _filled(kind, wording, kind.samples(language))
    empty = {one.name: "" for one in kind.fields if one.name not in kind.needs}  # what a condition hides shows here
    _filled(kind, Wording(f"- {wording.subject}", wording.body), kind.samples(USUAL) | empty)


def _can_be_sent(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a sign, as a program can write it and nobody can type it
        return False
    return "\0" not in text


def _read(part: str, source: str, kind: Kind) -> set[str]:
    """Return the fields that are always shown. Raises NotUsable."""
    longest = LONGEST_SUBJECT if part == "subject" else LONGEST_BODY
    if not source.strip():
        raise NotUsable(f"The {part} is empty.")
    if len(source) > longest:
        raise NotUsable(f"The {part} can hold {longest:,} characters; this has {len(source):,}.")
    if not _can_be_sent(source):
        raise NotUsable(f"The {part} holds a sign that no mail can carry.")
    tree = _parsed(part, source)
    known = {one.name for one in kind.fields}
    for node, depth in _walk(tree):
        if not isinstance(node, ALLOWED):
            raise NotUsable(
                f"Line {node.lineno} of the {part} uses something that is not open here. A field like {{{{ program }}}} can be "
                "shown, and a part left out with {% if until %} … {% endif %}."
            )
        if isinstance(node, nodes.Const) and not (isinstance(node.value, str) and node.value.isprintable()):
            raise NotUsable(
                f"Line {node.lineno} of the {part}: a field can be compared with a short text, like {{% if count == '1' %}}, "
                "and with nothing else."
            )
        if isinstance(node, nodes.Name) and node.name not in known:
            raise NotUsable(
                f"Line {node.lineno} of the {part} names a field that this letter does not have: {node.name[:40]}. "
                f"It has: {', '.join(sorted(known))}."
            )
        if depth > DEEPEST:
            raise NotUsable(f"Line {node.lineno} of the {part} has too many conditions within each other.")
    outputs = [one for node in tree.body if isinstance(node, nodes.Output) for one in node.nodes]
    return {one.name for one in outputs if isinstance(one, nodes.Name)}


def _parsed(part: str, source: str) -> nodes.Template:
    try:
        return _sandbox.parse(source)
    except TemplateSyntaxError as error:
        raise NotUsable(
            f"Line {error.lineno} of the {part} cannot be read. Between two braces stands one field, like {{{{ program }}}}; "
            "a condition begins with {% if until %} and ends with {% endif %}."
        ) from None
    except (TemplateError, RecursionError, ValueError, MemoryError):
        raise NotUsable(f"The {part} cannot be read: it has too many conditions within each other.") from None


def _walk(node: nodes.Node, depth: int = 0) -> Iterator[tuple[nodes.Node, int]]:
    yield node, depth
    if depth <= DEEPEST:
        for child in node.iter_child_nodes():
            yield from _walk(child, depth + isinstance(child, (nodes.If, nodes.Not, nodes.And, nodes.Or)))


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    return _sandbox.from_string(source)


def _filled(kind: Kind, wording: Wording, values: Mapping[str, str]) -> Letter:
    """Return the wording with its fields filled in. Raises NotUsable."""
    try:
        subject = " ".join(_compiled(wording.subject).render(values).split())
        body = _compiled(wording.body).render(values).strip()
    except Exception as error:  # whatever a partnership's words do, a mail is never lost by them
        raise NotUsable(f"This wording could not be filled in: {type(error).__name__}.") from None
    if not _can_be_sent(subject + body):
        raise NotUsable("The mail would hold a sign that no mail can carry.")
    if not subject:
        raise NotUsable("The subject would be empty.")
    if len(body) > LONGEST_TEXT:
        raise NotUsable(f"The mail would be longer than {LONGEST_TEXT:,} characters.")
    if missing := [name for name in kind.needs if values.get(name) and values[name] not in body]:
        raise NotUsable(f"The mail would not show {missing[0]}.")
    return Letter(subject, body)


def render(kind: Kind, language: str, given: Mapping[str, Value], own: Wording | None = None) -> Letter:
    """Return the letter: by the partnership's own wording, else the usual one in this language, else in English.

    Something is always returned: where no wording can be used, a plain sentence and the links.
    """
    problem = ""
    if own is not None:
        values = _values(kind, given, language)
        try:
            check(kind, own)
            return _filled(kind, own, values)
        except NotUsable as refusal:
            problem = refusal.sentence
    for tongue in dict.fromkeys((language, USUAL)):
        wording = usual(kind.key, tongue)
        if wording is None:
            continue
        try:
            found = _filled(kind, wording, _values(kind, given, tongue))
        except NotUsable:
            continue
        return Letter(found.subject, found.body, problem)
    values = _values(kind, given, USUAL)
    links = "\n".join(value for value in values.values() if value.startswith(("http://", "https://")))
    return Letter(
        "A message from the NQMS Portal", f"There is news for you. Please open the portal:\n{links}",
        problem or f"The usual wording of “{kind.title}” could not be used.",
    )  # fmt: skip


def _values(kind: Kind, given: Mapping[str, Value], language: str) -> dict[str, str]:
    """Return a plain text for every field of the kind, empty where nothing was given; anything else given is left out."""
    return {one.name: say(given.get(one.name, ""), language) for one in kind.fields}
