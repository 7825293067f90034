"""Looks through a plugin's file for mistakes, and names file and line of each; its code runs only in a process of its own."""

import ast
import difflib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rules import hookspecs
from rules.catalogue import EDITIONS, load_edition
from rules.discovery import BASE, Found, UnknownPlugin, discover, read_file
from rules.evaluator import SECONDS, Evaluator
from rules.plugininfo import DEPRECATED, RULES_API, FoundPlugin, PluginRefused
from rules.rulebook import PluginChoice, RulebookNotBuilt
from rules.wording import say_list

CODE = re.compile(r"[A-Z](\.[A-Z])?(\.\d{1,3}){1,3}")
PLACED = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): (?P<words>.*)", re.DOTALL)
FIRST = re.compile(r"(RULES_API|VERSION|SETTINGS|NOT_STATED)\b")


@dataclass(frozen=True, slots=True)
class Remark:
    """Say what is wrong at one line of a file; a warning keeps nothing from working yet."""

    file: str
    line: int
    sentence: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.sentence}"


def check_plugin(
    path: Path, deprecated: Mapping[str, str] = DEPRECATED, seconds: float = SECONDS
) -> tuple[Remark, ...]:
    """List what is wrong with a plugin's file, and what it will have to change soon; empty when all is well.

    Raises OSError when there is no file to read.
    """
    path.open("rb").close()
    try:
        found = read_file(path, "drop-in")
    except PluginRefused as refused:
        return tuple(_placed(path, refused))
    remarks = list(_python(path, found, deprecated)) if path.suffix == ".py" else []
    if not any(not one.warning for one in remarks):
        remarks += _described(path, found, seconds)
    return tuple(sorted(remarks, key=lambda one: (one.line, one.warning, one.sentence)))


def _placed(path: Path, refused: PluginRefused) -> Iterator[Remark]:
    """Give each line of a refusal the place it names, or the line where the value stands that it speaks of."""
    lines = path.read_text("utf-8", "replace").splitlines()
    for words in str(refused).splitlines():
        placed, named = PLACED.fullmatch(words), FIRST.search(words.replace("the contract", "RULES_API"))
        if placed:
            yield Remark(path.name, int(placed["line"]), placed["words"])
            continue
        start = next((at for at, line in enumerate(lines, 1) if named and line.startswith(named[0])), 1)
        yield Remark(path.name, start, words)


def _described(path: Path, found: FoundPlugin, seconds: float) -> Iterator[Remark]:
    name = found.info.name
    here = Found(MappingProxyType({BASE: discover().plugin(BASE), name: found}), MappingProxyType({}))
    evaluator = Evaluator(None, seconds, look=lambda: here)
    try:
        rules = evaluator.describe([PluginChoice(name, {one.key: one.default for one in found.settings})])
        if not next(info.hooks for info in rules.plugins if info.name == name):
            yield Remark(path.name, 1, "It offers no hook, so it does nothing.")
    except (RulebookNotBuilt, UnknownPlugin) as error:
        yield Remark(path.name, 1, str(error).removeprefix(f"The plugin “{name}” cannot be used. "))
    finally:
        evaluator.close()


def _python(path: Path, found: FoundPlugin, deprecated: Mapping[str, str]) -> Iterator[Remark]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for line, sentence, warning in _function(node, deprecated):
                yield Remark(path.name, line, sentence, warning)
    known = frozenset(code for edition in _editions() for code in edition)
    settings = {one.key for one in found.settings}
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            if part.value not in known and not part.value.startswith("X."):
                sentence = f"There is no practice {part.value} in any edition.{_like(part.value, known)}"
                yield Remark(path.name, part.lineno, sentence)
        elif isinstance(part, ast.expr) and (key := _setting(part)) and key not in settings:
            sentence = f"There is no setting “{key}” in SETTINGS.{_like(key, settings)}"
            if not settings:
                sentence = f"The setting “{key}” is not described in SETTINGS, so nobody can set it on screen."
            yield Remark(path.name, part.lineno, sentence, warning=not settings)
    if _last_api(tree) < RULES_API:
        yield Remark(
            path.name, 1, f"It was written for an older contract than {RULES_API}; the next may refuse it.", True
        )


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, deprecated: Mapping[str, str]
) -> Iterator[tuple[int, str, bool]]:
    marks = [mark for mark in node.decorator_list if _name(mark) == "hookimpl"]
    if not marks:
        if node.name.startswith("nqms_"):
            yield node.lineno, f"{node.name} lacks the mark @hookimpl, so it would never be called.", False
        return
    options = {word.arg: word.value for mark in marks if isinstance(mark, ast.Call) for word in mark.keywords}
    if _true(options.get("wrapper")) or _true(options.get("hookwrapper")):
        yield node.lineno, f"{node.name} wraps other plugins, which is not allowed.", False
        return
    if _true(options.get("tryfirst")) or _true(options.get("trylast")):
        yield node.lineno, "tryfirst and trylast change nothing: the partnership's list is the order.", True
    named = options.get("specname")
    hook = str(named.value) if isinstance(named, ast.Constant) else node.name
    if hook not in hookspecs.HOOKS:
        yield node.lineno, f"{hook} is no hook.{_like(hook, hookspecs.HOOKS)}", False
        return
    if isinstance(node, ast.AsyncFunctionDef):
        yield node.lineno, f"{hook} must be a plain function, without async.", False
    given = tuple(inspect.signature(getattr(hookspecs, hook)).parameters)
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for argument in arguments:
        if argument.arg not in given:
            yield argument.lineno, f"{hook} is not given “{argument.arg}”; it may take {say_list(given)}.", False
    for name in (hook, *(f"{hook}.{argument.arg}" for argument in arguments)):
        if name in deprecated:
            yield node.lineno, f"{name} goes away with contract {RULES_API + 1}. {deprecated[name]}", True


def _name(mark: ast.expr) -> str:
    inner = mark.func if isinstance(mark, ast.Call) else mark
    return inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""


def _true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and bool(value.value)


def _setting(node: ast.AST) -> str:
    """Return the setting that an expression reads, such as settings["least"] or settings.get("least")."""
    if isinstance(node, ast.Subscript):
        owner, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        owner, key = node.func.value, node.args[0]
    else:
        return ""
    meant = isinstance(owner, ast.Name) and owner.id == "settings" and isinstance(key, ast.Constant)
    return key.value if meant and isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _like(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), 1)
    return f" Did you mean {close[0]}?" if close else ""


def _editions() -> Iterator[tuple[str, ...]]:
    for file in sorted(EDITIONS.glob("*/edition.toml")):
        yield tuple(practice.code for practice in load_edition(file.parent.name).practices)


def _last_api(tree: ast.Module) -> int:
    for node in tree.body:
        names = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
        if isinstance(node, ast.Assign) and "RULES_API" in names:
            return int(ast.literal_eval(node.value)[1])
    return RULES_API
