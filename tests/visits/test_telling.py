"""Where a visit stands, as other pages tell it: the agreed day counts, and the program is spoken to."""

from __future__ import annotations

from portal.foundation.access import Role
from tests.factories import browser, make_person

from .cast import IN_TIME, Cast, words


def test_agreed_day_is_the_due_day_on_every_page_that_tells_one(cast: Cast) -> None:
    partnership = f"/partnerships/{cast.program.partnership_id}"
    staff_pages = [partnership, f"{partnership}/desk?show=all", f"{partnership}/queue"]
    program = f"/programs/{cast.program.id}"

    def said(text: str) -> list[bool]:
        ours = [text in words(cast.ours.get(page).text) for page in staff_pages]
        return [*ours, text in words(cast.theirs.get(program).text)]

    before = [said(text) for text in ("agreed", "November 12, 2026")]
    assert before == [[False] * 4, [True] * 4]
    cast.planned()
    after = [said(text) for text in ("review, agreed", "November 2, 2026", "November 12, 2026")]
    assert after == [[True] * 4, [True] * 4, [False] * 4]
    row = next(line for line in cast.ours.get(f"{partnership}/desk.csv?show=all").text.splitlines() if "agreed" in line)
    assert (",2026-11-02," in row, "in 32 days" in row) == (True, True)


def test_program_is_asked_itself_to_pick_a_date(cast: Cast) -> None:
    at, reader = f"/programs/{cast.program.id}", browser(cast.app, make_person(Role.READER, cast.program))
    cast.post(cast.ours, "propose", time=[IN_TIME])
    assert "Your partnership offers dates. Pick a date" in words(cast.theirs.get(at).text)
    assert f'href="{cast.at}#pick">Pick a date</a>' in cast.theirs.get(at).text
    assert "an administrator of your program picks one" in words(reader.get(at).text)
    assert "Dates are offered; the program picks one." in words(cast.ours.get(at).text)
    cast.post(cast.theirs, "ask", asked="A Friday, please")
    assert "You asked for other dates." in words(cast.theirs.get(at).text)
