"""`nqms-rules`: score answers and say why, and write, check and try plugins; with neither the web application nor a database."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rules.answersfile import AnswersUnreadable
from rules.catalogue import CatalogueError
from rules.checking import check_plugin
from rules.cli.explaining import explain
from rules.cli.files import NotThere, file_of, plugin_of
from rules.cli.trying import BadSetting, read_settings, try_plugin
from rules.conformance import report
from rules.discovery import UnknownPlugin, discover
from rules.newplugin import NotMade, write_plugin
from rules.plugininfo import PluginRefused
from rules.rulebook import PluginChoice, RulebookNotBuilt, build_rulebook

UNREADABLE = (
    AnswersUnreadable, CatalogueError, UnknownPlugin, RulebookNotBuilt, PluginRefused, NotThere, NotMade, BadSetting,
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    made = argparse.ArgumentParser(
        prog="nqms-rules", description="Score a mentoring program's answers and say why; write, check and try plugins.",
        epilog="It ends with 0 when all is well, 1 when it found mistakes, and 2 when it could not read what it was given.",
    )  # fmt: skip
    commands = made.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, told: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=told, description=f"{told[:1].upper()}{told[1:]}.")

    folder = {"type": Path, "metavar": "DIR", "help": "a folder of drop-in plugins"}
    plugin = {"metavar": "PLUGIN", "help": "the name of a known plugin, its file, or its folder"}
    one = command("explain", "print the scorecard of a file of answers, with its reasons")
    one.add_argument("answers", type=Path, help="a TOML file; see rules/examples/answers.toml")
    one.add_argument("--partnership", default="national", help="plugin names with commas, in the partnership's order")
    one.add_argument("--folder", **folder)  # type: ignore[arg-type]
    one = command("plugins", "list the plugins that can be named, and those that cannot be used")
    one.add_argument("--folder", **folder)  # type: ignore[arg-type]
    one = command("new", "write the beginnings of a plugin: a rule, its test, and what is needed to install it")
    one.add_argument("name", help="such as my-region")
    one.add_argument(
        "--toml", action="store_true", help="one text file of values and simple conditions, without Python"
    )
    one = command("check", "look for mistakes in a plugin's file, and name file and line of each")
    one.add_argument("path", type=Path, help="the file, or the folder that “new” made")
    one = command("try", "judge assessments by a plugin, and print what differs from the national rules")
    one.add_argument("plugin", **plugin)  # type: ignore[arg-type]
    one.add_argument("answers", type=Path, nargs="*", help="TOML files; without any, the samples that come along")
    one.add_argument("--sample", action="store_true", help="use the samples, besides the files named")
    one.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the plugin")
    one.add_argument("--folder", **folder)  # type: ignore[arg-type]
    one = command("report", "say how a plugin behaves: hooks, speed, practices, and whether it can be relied on")
    one.add_argument("plugin", **plugin)  # type: ignore[arg-type]
    one.add_argument("--json", action="store_true", help="print it as JSON")
    one.add_argument("--folder", **folder)  # type: ignore[arg-type]
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when all is well, 1 when it found mistakes, 2 when the input could not be read."""
    given = parser().parse_args(argv)
    try:
        code = 0
        for line in COMMANDS[given.command](given):
            if isinstance(line, int):
                code = line
            else:
                print(line, flush=True)
    except UNREADABLE as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has seen enough, as in `nqms-rules … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _explain(given: argparse.Namespace) -> Iterator[str | int]:
    names = [name.strip() for name in given.partnership.split(",") if name.strip()]
    rules = build_rulebook([PluginChoice(name) for name in names], found=discover(given.folder))
    yield from explain(given.answers, rules)


def _plugins(given: argparse.Namespace) -> Iterator[str | int]:
    found = discover(given.folder)
    for one in found.plugins.values():
        yield f"{one.info.name} {one.info.version}  {one.info.title}"
    for name, why in found.quarantined.items():
        yield f"{name} cannot be used. {why}"


def _new(given: argparse.Namespace) -> Iterator[str | int]:
    yield from write_plugin(given.name, Path.cwd(), given.toml)


def _check(given: argparse.Namespace) -> Iterator[str | int]:
    path = file_of(given.path)
    try:
        remarks = check_plugin(path)
    except OSError as error:
        raise NotThere(f"{path} cannot be read: {error.strerror}.") from None
    yield from map(str, remarks)
    mistakes = sum(not one.warning for one in remarks)
    yield f"{mistakes} mistake{'s' if mistakes > 1 else ''}." if mistakes else "No mistakes."
    yield 1 if mistakes else 0


def _try(given: argparse.Namespace) -> Iterator[str | int]:
    plugin = plugin_of(given.plugin, given.folder)
    answers = [*given.answers, *(SAMPLES if given.sample or not given.answers else ())]
    yield from try_plugin(plugin, answers, read_settings(plugin, given.set))


def _report(given: argparse.Namespace) -> Iterator[str | int]:
    found = report(plugin_of(given.plugin, given.folder), given.folder)
    yield found.to_json() if given.json else "\n".join(found.lines())
    yield 0 if found.conforms else 1


EXAMPLES = Path(__file__).parent.parent / "examples"
SAMPLES = tuple(EXAMPLES / f"{name}.toml" for name in ("all-in-place", "nearly-there", "just-begun"))
COMMANDS = {
    "explain": _explain, "plugins": _plugins, "new": _new, "check": _check, "try": _try, "report": _report,
}  # fmt: skip
