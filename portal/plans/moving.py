"""What would move a program up, asked of the process where the rules run, and kept while nothing it rests on changes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict

from portal.assessments.queries import judgement_of, scorecard_of
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation.judging import evaluator
from portal.reviews.queries import reviewed_assessment_of
from rules.asking import Assessment
from rules.codec import from_plain
from rules.discovery import UnknownPlugin
from rules.evaluator import Busy, Lost
from rules.moveup import MoveUp
from rules.rulebook import Rulebook
from rules.tiers import decide
from rules.wire import pack_assessment

WITHIN = 0.6  # seconds of search; the process serves others of the same list after that
KEPT = 256  # answers of the newest questions
JUDGING = frozenset({"nqms_adjust_score", "nqms_findings", "nqms_tier_conditions"})
NOT_NOW = "What reaches the next tier cannot be said now: {}. Nothing else on this page rests on it; please try again in a minute."

_kept: OrderedDict[str, MoveUp] = OrderedDict()
_lock = threading.Lock()


def move_up_of(cycle: Cycle) -> MoveUp:
    """Return the smallest sets of practices that reach the next tier, or a sentence that says why it cannot be said."""
    rulebook, assessment = rulebook_of(cycle), reviewed_assessment_of(cycle)
    judgement = judgement_of(cycle)
    packed = pack_assessment(assessment)
    basis = json.dumps([judgement and judgement.id, rulebook.key, packed], sort_keys=True)
    key = hashlib.sha256(basis.encode()).hexdigest()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _asked(cycle, rulebook, assessment, packed)
    if found.outcome != "undetermined" and not found.late:
        with _lock:
            _kept[key] = found
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return found


def _asked(cycle: Cycle, rulebook: Rulebook, assessment: Assessment, packed: dict[str, object]) -> MoveUp:
    decision = decide(scorecard_of(cycle), assessment, rulebook)
    if decision.outcome == "undetermined":  # asked once, with its own limit, before asking many times
        return MoveUp("undetermined", f"What reaches the next tier cannot be said. {decision.sentence}")
    here = evaluator()
    there = here.found().plugins
    for info in rulebook.plugins:
        if JUDGING & set(info.hooks) and (info.name not in there or not there[info.name].info.judges_like(info)):
            what = f"the plugin “{info.name}” is not here in the version {info.version} that these rules were made with"
            return MoveUp("undetermined", NOT_NOW.format(what))
    try:
        answer = here.work("move_up", rulebook, here.seconds, assessment=packed, within=WITHIN)
    except Busy:
        return MoveUp("undetermined", NOT_NOW.format("the rules are at work for somebody else"))
    except Lost as lost:
        return MoveUp("undetermined", NOT_NOW.format(f"the rules gave no answer ({lost.what})"))
    except UnknownPlugin as gone:
        return MoveUp("undetermined", NOT_NOW.format(str(gone).rstrip(".")))
    return from_plain(MoveUp, answer)
