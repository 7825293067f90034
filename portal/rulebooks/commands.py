"""`nqms rules`: what an operator sees of the rule plugins, and a preview of a list without a browser."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from sqlalchemy import select

from portal.foundation.database import db, reading
from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership
from portal.partnerships.queries import adopted, choices_of
from rules.discovery import UnknownPlugin
from rules.plugininfo import settle
from rules.rulebook import PluginChoice, RulebookNotBuilt

from .dryrun import TookTooLong, dry_run


def plugin_lines() -> list[str]:
    """List the plugins on this machine, then those that cannot be used with the reason."""
    found = evaluator().found()
    lines = [
        f"{one.info.name} {one.info.version}  {one.info.title}  ({one.info.origin})" for one in found.plugins.values()
    ]
    return lines + [f"NOT USED {name}: {why}" for name, why in found.quarantined.items()]


def preview_lines(key: str, plugins: tuple[str, ...]) -> list[str]:
    """Try a list over all assessments of a partnership and tell what would move. Stores nothing."""
    with reading():
        partnership = db.session.scalar(select(Partnership).where(Partnership.key == key))
        if partnership is None:
            raise click.ClickException(f"There is no partnership called {key}.")
        newest = adopted(partnership)
        kept = {one.name: one for one in choices_of(newest.choices if newest else [])}
        partnership_id = partnership.id
    try:
        rules = evaluator().describe([_choice(name, kept.get(name)) for name in plugins])
        result = dry_run(partnership_id, rules, lambda done, total: None)
    except (UnknownPlugin, RulebookNotBuilt) as refusal:
        raise click.ClickException(str(refusal)) from None
    except TookTooLong:
        raise click.ClickException("It took too long, so it was stopped. A plugin may be slow.") from None
    return table(result)


def _choice(name: str, kept: PluginChoice | None) -> PluginChoice:
    """Return a plugin with the settings it has now, else with the defaults."""
    here = evaluator().found().plugins.get(name)
    given = kept.settings if kept else {}
    return PluginChoice(name, settle(here.settings, given)[0] if here else given)


def table(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table that the page shows."""
    rows = result["rows"]
    lines = [line for row in rows for line in _row(row)]
    if not rows:
        lines.append("Nothing moves.")
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in ("moves", "undetermined", "reasons")}
    lines.append(
        f"{result['total']} assessments: {counts['moves']} would move, {counts['undetermined']} cannot be judged, "
        f"{counts['reasons']} come to the same result for other reasons, "
        f"{result['private']} are not submitted, so nothing of them is shown; "
        f"{result['total'] - len(rows) - result['private']} do not differ."
    )
    return lines


def _row(row: dict[str, Any]) -> list[str]:
    was, now = row["before"], row["after"]
    head = f"{row['program']}, cycle {row['number']}: {said(was)} -> {said(now)}"
    if row["private"]:
        head = f"{row['program']}, cycle {row['number']}: {said(now)}"
    if row["awarded"]:
        head = f"{row['program']}, cycle {row['number']}: stays as awarded ({row['awarded']}); today it would be {said(now)}"
    if not row["private"]:
        head += (
            f"; in practice {_share(was)} -> {_share(now)}; safety gaps {was['safety_gaps']} -> {now['safety_gaps']}"
        )
    if row["kind"] == "undetermined":
        head += f"\n    {now['sentence']}"
    return [head, *(f"    {_move(one)}" for one in row["moves"])]


def said(side: dict[str, Any]) -> str:
    """Say the result of one side: a tier, no tier yet, or undetermined."""
    return str(side["tier"]) if side["outcome"] == "awarded" else side["outcome"].replace("not_yet", "no tier yet")


def _share(side: dict[str, Any]) -> str:
    return f"{side['in_practice']} of {side['applicable']}"


def _move(one: dict[str, str]) -> str:
    rule = f"rule {one['rule']} of {one['plugin']} {one['version']}"
    return f"{one['what']}: {one['was']} -> {one['now']} ({rule}: {one['sentence']})" if "what" in one else rule


@click.group("rules")
def rules() -> None:
    """See the rule plugins on this machine, and try a list of them."""


def _app() -> Flask:
    from portal import create_app

    return create_app()


@rules.command()
def plugins() -> None:
    """List the plugins on this machine, and why others cannot be used."""
    with _app().app_context():
        click.echo("\n".join(plugin_lines()))


@rules.command()
@click.argument("partnership")
@click.option("--plugin", "plugins", multiple=True, help="Rule plugin, in order; none means the national rules.")
def preview(partnership: str, plugins: tuple[str, ...]) -> None:
    """Try a list over all assessments of PARTNERSHIP and tell what would move; nothing is stored.

    A plugin that is on the list in force keeps its settings.
    """
    with _app().app_context():
        click.echo("\n".join(preview_lines(partnership, plugins)))
