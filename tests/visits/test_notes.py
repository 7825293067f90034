"""Notes during a visit: each person's own, stored by the protocol of answers, read by the partnership alone."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.foundation.access import Role
from portal.foundation.database import db
from portal.visits.models import VisitNote, VisitNoteVersion
from tests.factories import browser, make_person

from .cast import Cast, words

SCRIPT = {"HX-Request": "true"}


def save(cast: Cast, client, part: str, note: str, version: int, save_id: str, **more: str):
    data = {f"{part}-note": note, "version": str(version), "save_id": save_id, **more}
    return client.post(f"{cast.at}/notes/{part}", data=data, headers=SCRIPT)


def stored() -> dict[str, str]:
    db.session.rollback()
    return {row.part: row.content["note"] for row in db.session.scalars(select(VisitNote))}


def test_note_is_stored_once_and_a_stale_one_is_kept_in_the_history(cast: Cast) -> None:
    first = [save(cast, cast.ours, "free", "Warm welcome", 0, "save-id-1") for _ in range(2)]
    assert [(one.status_code, one.headers["Answer-Version"]) for one in first] == [(200, "1"), (200, "1")]
    stale = save(cast, cast.ours, "free", "Typed on the phone", 0, "save-id-2")
    assert (stale.status_code, stale.headers["Answer-Version"], "Warm welcome" in stale.text) == (409, "1", True)
    lost_reply = save(cast, cast.ours, "free", "Warm welcome, and tea", 0, "save-id-3", after="save-id-1")
    assert (lost_reply.status_code, lost_reply.headers["Answer-Version"]) == (200, "2")
    assert stored() == {"free": "Warm welcome, and tea"}
    rows = db.session.execute(select(VisitNoteVersion.content, VisitNoteVersion.refused).order_by(VisitNoteVersion.id))
    assert [(row.content["note"], row.refused) for row in rows] == [
        ("Warm welcome", False), ("Typed on the phone", True), ("Warm welcome, and tea", False),
    ]  # fmt: skip


def test_note_too_long_or_of_no_section_is_refused(cast: Cast) -> None:
    long = save(cast, cast.ours, "s-2", "x" * 10_001, 0, "save-id-1")
    assert (long.status_code, "A note can hold 10,000 characters." in long.text) == (422, True)
    assert save(cast, cast.ours, "s-99", "x", 0, "save-id-1").status_code == 404
    assert save(cast, cast.ours, "free", "x", 0, "").status_code == 400
    assert stored() == {}


def test_page_without_scripts_stores_what_changed_with_one_button(cast: Cast) -> None:
    page = cast.ours.get(f"{cast.at}/notes")
    assert page.text.count("data-save=") == 14  # 13 sections and the free notes
    form = {
        "me": str(cast.reviewer.id),
        "save_id": "one-form-id",
        "free-version": "0",
        "free-note": "Tea",
        "s-2-version": "0",
        "s-2-note": "",
    }
    assert [cast.ours.post(f"{cast.at}/notes", data=form).status_code for _ in range(2)] == [303, 303]
    assert (stored(), db.session.scalar(select(func.count(VisitNoteVersion.id)))) == ({"free": "Tea"}, 1)
    other = cast.ours.post(f"{cast.at}/notes", data=form | {"save_id": "two-form-id", "free-note": "Coffee"})
    assert (other.status_code, "Tea" in other.text, "Coffee" in other.text) == (409, True, True)
    both = form | {"save_id": "three-form-id", "free-version": "1", "free-note": "Coffee", "free-keep": "both"}
    assert cast.ours.post(f"{cast.at}/notes", data=both).status_code == 303
    assert stored() == {"free": "Tea\n\n* * *\n\nCoffee"}
    long = cast.ours.post(f"{cast.at}/notes", data=form | {"free-version": "2", "free-note": "y" * 10_001})
    assert (long.status_code, "y" * 10_001 in long.text) == (422, True)
    stranger = cast.ours.post(f"{cast.at}/notes", data=form | {"me": str(cast.admin.id), "free-note": "Not mine"})
    assert (stranger.status_code, stored()) == (401, {"free": "Tea\n\n* * *\n\nCoffee"})


def test_colleagues_read_each_others_notes_and_the_program_none(cast: Cast) -> None:
    save(cast, cast.ours, "s-2", "The cupboard was open", 0, "save-id-1")
    colleague = browser(cast.app, make_person(Role.REVIEWER, cast.program.partnership, name="Priya"))
    assert "Rosa Reyes noted The cupboard was open" in words(colleague.get(f"{cast.at}/notes").text)
    assert save(cast, colleague, "s-2", "I saw it too", 0, "save-id-1").status_code == 200
    assert db.session.scalar(select(func.count(VisitNote.id))) == 2
    pages = [cast.theirs.get(f"{cast.at}{more}") for more in ("", "/agenda", "/notes", "/pack", "/pack.html")]
    assert [page.status_code for page in pages] == [200, 200, 403, 403, 403]
    assert [page for page in pages if "cupboard" in page.text] == []
    assert save(cast, cast.theirs, "s-2", "Mine", 0, "save-id-9").status_code == 403
