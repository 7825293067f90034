"""The worker's part of a preview: it judges, counts how far it is, and writes the preview's own row alone."""

from __future__ import annotations

from typing import Any

from portal.foundation import clock, jobs
from portal.foundation.database import reading, unit_of_work
from portal.foundation.judging import evaluator
from portal.partnerships.queries import choices_of
from rules.discovery import UnknownPlugin
from rules.rulebook import RulebookNotBuilt

from .dryrun import Stopped, TookTooLong, dry_run, who_sets_what
from .models import PreviewState, RulesPreview

PREVIEW = "preview-rules"


def run_preview(preview_id: int) -> None:
    """Do the dry run, from the start also when another worker died over it. Nothing happens when it was cancelled."""
    with reading() as session:
        preview = session.get(RulesPreview, preview_id)
        if preview is None or not preview.under_way:
            return
        partnership_id, choices, record = preview.partnership_id, choices_of(preview.choices), preview.record
    try:
        rules = evaluator().describe(choices)
        if rules.record() != record:
            _end(
                preview_id, PreviewState.FAILED, "A plugin of this list was changed meanwhile. Please preview it again."
            )
            return
        result = dry_run(partnership_id, rules, lambda done, total: _tick(preview_id, done, total))
        result["set_by"] = who_sets_what(choices, rules)
    except Stopped:
        return
    except TookTooLong:
        slow = "It took too long, so it was stopped before all were judged. A plugin may be slow; nothing was changed."
        _end(preview_id, PreviewState.FAILED, slow)
    except (UnknownPlugin, RulebookNotBuilt) as refusal:
        _end(preview_id, PreviewState.FAILED, f"{refusal} Nothing was changed.")
    else:
        _end(preview_id, PreviewState.DONE, "", result)


def _tick(preview_id: int, done: int, total: int) -> None:
    """Note how far it is. Raises Stopped when it was cancelled or pruned."""
    with unit_of_work() as session:
        preview = session.get(RulesPreview, preview_id, with_for_update=True, populate_existing=True)
        if preview is None or not preview.under_way:
            raise Stopped
        preview.state, preview.done, preview.total = PreviewState.RUNNING, done, total


def _end(preview_id: int, state: PreviewState, problem: str, result: dict[str, Any] | None = None) -> None:
    with unit_of_work() as session:
        preview = session.get(RulesPreview, preview_id, with_for_update=True, populate_existing=True)
        if preview is None or not preview.under_way:
            return
        preview.state, preview.problem, preview.finished_at = state, problem[:1000], clock.now()
        if result is not None:
            preview.result, preview.done, preview.total = result, result["total"], result["total"]


def register() -> None:
    """Let this process make previews."""

    @jobs.handles(PREVIEW)
    def _preview(payload: dict[str, Any]) -> None:
        run_preview(payload["preview_id"])
