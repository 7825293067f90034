"""The save protocol: versions, save ids, refusals, and nothing typed lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.assessments import queries, services
from portal.assessments.models import AnswerVersion, StoredAnswer
from portal.cycles.models import Cycle
from portal.cycles.queries import rulebook_of
from portal.foundation import clock
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.versions import LOOKED_AT, SaveNotReadable
from rules.answers import AnswerRefused
from rules.catalogue import UnknownPractice
from tests.factories import (
    make_person,
    raw_answer,
)

from .amendments import Cast, make_cast

CODE = "B.2.3"


@pytest.fixture
def client(signed_in: FlaskClient) -> FlaskClient:
    return signed_in


def fields(version: int, save_id: str, code: str = CODE, **parts: str) -> dict[str, str]:
    return {f"{code}-version": str(version), f"{code}-save_id": save_id} | {f"{code}-{k}": v for k, v in parts.items()}


def stored(cycle: Cycle) -> dict[str, object]:
    return db.session.scalars(select(StoredAnswer).where(StoredAnswer.cycle_id == cycle.id)).one().content


def test_first_save_is_version_one(cycle: Cycle, person: Person) -> None:
    saved = services.record_answer(cycle.id, CODE, raw_answer(notes="Two of us ask."), "0", "save-0001", person.id)
    assert (saved.version, saved.answer.notes) == (1, "Two of us ask.")


def test_same_save_id_again_gets_the_same_reply_and_stores_nothing_twice(cycle: Cycle, person: Person) -> None:
    first = services.record_answer(cycle.id, CODE, raw_answer(), "0", "save-0001", person.id)
    again = services.record_answer(cycle.id, CODE, raw_answer(), "0", "save-0001", person.id)
    assert again == first
    assert db.session.scalar(select(func.count(AnswerVersion.id))) == 1


def test_same_save_id_with_another_text_is_another_save(cycle: Cycle, person: Person) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="first"), "0", "save-0001", person.id)
    with pytest.raises(services.AnswerChanged):
        services.record_answer(cycle.id, CODE, raw_answer(notes="second"), "0", "save-0001", person.id)
    assert {row.content["notes"] for row in queries.versions_of(cycle.id, CODE)} == {"first", "second"}


def test_stale_version_is_refused_and_its_text_kept(cycle: Cycle, person: Person) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="theirs"), "0", "save-0001", person.id)
    with pytest.raises(services.AnswerChanged) as conflict:
        services.record_answer(cycle.id, CODE, raw_answer(notes="mine"), "0", "save-0002", person.id)
    assert conflict.value.stored_answer.notes == "theirs"
    assert stored(cycle)["notes"] == "theirs"
    kept = [(row.content["notes"], row.refused) for row in queries.versions_of(cycle.id, CODE)]
    assert sorted(kept) == [("mine", True), ("theirs", False)]


def test_same_words_by_another_way_are_kept_once(cycle: Cycle, person: Person) -> None:
    first = services.record_answer(cycle.id, CODE, raw_answer(notes="said"), "0", "save-0001", person.id)
    again = services.record_answer(cycle.id, CODE, raw_answer(notes="said"), "0", "save-0002", person.id)
    assert (again.version, again.saved_at) == (1, first.saved_at)
    assert [(row.content["notes"], row.refused) for row in queries.versions_of(cycle.id, CODE)] == [("said", False)]


def test_refused_text_is_compared_with_the_newest_two_hundred_and_kept_once_under_its_id(
    cycle: Cycle, person: Person
) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="stored"), "0", "save-0001", person.id)
    texts = [f"refused {number}" for number in range(LOOKED_AT + 1)]
    with unit_of_work() as session:
        session.add_all(
            AnswerVersion(
                cycle_id=cycle.id, practice_code=CODE, version=1, save_id=f"refused-{number:04}", refused=True,
                saved_at=clock.now(), saved_by_id=person.id, content={**stored(cycle), "notes": text},
            )
            for number, text in enumerate(texts)
        )  # fmt: skip
    for text, save_id in ((texts[0], "refused-0000"), (texts[-1], "refused-new1"), (texts[0], "refused-new2")):
        with pytest.raises(services.AnswerChanged):
            services.record_answer(cycle.id, CODE, raw_answer(notes=text), "0", save_id, person.id)
    kept = [row.content["notes"] for row in queries.versions_of(cycle.id, CODE)]
    assert sorted(kept) == sorted(["stored", texts[0], *texts])


def send(cycle: Cycle, by: Person, notes: str, version: int, save_id: str, unanswered: str = "") -> services.Saved:
    raw = raw_answer(notes=notes)
    return services.record_answer(cycle.id, CODE, raw, str(version), save_id, by.id, unanswered)


def test_save_after_an_own_one_whose_reply_was_lost_is_no_conflict(cycle: Cycle, person: Person) -> None:
    send(cycle, person, "a text", 0, "save-0001")
    saved = send(cycle, person, "quite another", 0, "save-0003", unanswered="save-0001.save-0002")
    assert (saved.version, stored(cycle)["notes"]) == (2, "quite another")


def test_late_save_never_overtakes_a_newer_one_of_the_same_page(cycle: Cycle, person: Person) -> None:
    send(cycle, person, "short", 0, "save-0002", unanswered="save-0001")
    with pytest.raises(services.AnswerChanged):
        send(cycle, person, "short, as it was before the end was cut", 0, "save-0001")
    assert stored(cycle)["notes"] == "short"


def test_save_over_a_colleagues_is_a_conflict_whatever_it_says_is_its_own(cycle: Cycle, person: Person) -> None:
    colleague = make_person(Role.CONTRIBUTOR, cycle.program)
    send(cycle, colleague, "half a", 0, "save-0001")
    with pytest.raises(services.AnswerChanged):
        send(cycle, person, "half a sentence", 0, "save-0002", unanswered="save-0001")


def test_save_replayed_an_hour_later_overwrites_nothing_and_says_so(cycle: Cycle, person: Person, clock) -> None:
    colleague = make_person(Role.CONTRIBUTOR, cycle.program)
    send(cycle, person, "mine", 0, "save-0001")
    send(cycle, colleague, "edited since", 1, "save-0002")
    clock.go(hours=1)
    with pytest.raises(services.AnswerChanged) as conflict:
        send(cycle, person, "mine", 0, "save-0001")
    assert conflict.value.stored_answer.notes == "edited since"
    assert stored(cycle)["notes"] == "edited since"
    assert [row.version for row in queries.versions_of(cycle.id, CODE)] == [2, 1]


def test_refused_text_sent_again_in_another_save_is_kept_once(cycle: Cycle, person: Person) -> None:
    send(cycle, person, "theirs", 0, "save-0001")
    for key in ("save-0002", "save-0003"):
        with pytest.raises(services.AnswerChanged):
            send(cycle, person, "mine", 0, key)
    assert sorted(row.content["notes"] for row in queries.versions_of(cycle.id, CODE)) == ["mine", "theirs"]


def test_text_typed_back_to_what_is_stored_makes_no_version(cycle: Cycle, person: Person) -> None:
    send(cycle, person, "said", 0, "save-0001")
    assert send(cycle, person, "said", 1, "save-0002").version == 1
    assert len(queries.versions_of(cycle.id, CODE)) == 1


def test_unknown_practice_and_rating_nine_store_nothing(cycle: Cycle, person: Person) -> None:
    with pytest.raises(UnknownPractice):
        services.record_answer(cycle.id, "B.9.9", raw_answer(), "0", "save-0001", person.id)
    with pytest.raises(AnswerRefused):
        services.record_answer(cycle.id, CODE, raw_answer(rating="9"), "0", "save-0002", person.id)
    assert db.session.scalar(select(func.count(AnswerVersion.id))) == 0


@pytest.mark.parametrize(
    ("version", "save_id"), [("", "save-0001"), ("-1", "save-0001"), ("0", ""), ("0", "x"), (None, None)]
)
def test_save_without_its_version_or_id_is_refused(
    cycle: Cycle, person: Person, version: object, save_id: object
) -> None:
    with pytest.raises(SaveNotReadable):
        services.record_answer(cycle.id, CODE, raw_answer(), version, save_id, person.id)


def test_fragment_of_a_save_is_small_and_names_the_new_version(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    data = fields(0, "save-0001", status="in_practice", rating="4", notes="x")
    reply = client.post(f"/cycles/{cycle.id}/answers/{CODE}", data=data, headers={"HX-Request": "true"})
    assert (reply.status_code, reply.headers["Answer-Version"]) == (200, "1")
    assert "stored 14:02" in reply.text
    assert "1 of 20 here" in reply.text
    assert len(reply.data) <= 500


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        (f"answers/{CODE}", fields(0, "save-0001", status="in_practice", rating="9"), 422),
        (f"answers/{CODE}", fields(0, "save-0001", status="not_applicable"), 422),
        (f"answers/{CODE}", fields(0, "save-0001", status="perhaps"), 422),
        (f"answers/{CODE}", fields(0, "save-0001", notes="x" * 10_001), 422),
        (f"answers/{CODE}", {}, 400),
        ("answers/B.9.9", fields(0, "save-0001", "B.9.9", status="in_practice"), 404),
        ("sections/nowhere", {}, 404),
    ],
)
def test_bad_save_is_a_sentence_and_stores_nothing(
    client: FlaskClient, cycle: Cycle, person: Person, path: str, data: dict[str, str], status: int
) -> None:
    reply = client.post(f"/cycles/{cycle.id}/{path}", data=data, headers={"HX-Request": "true"})
    assert reply.status_code == status
    assert db.session.scalar(select(func.count(AnswerVersion.id))) == 0


def test_conflict_shows_both_texts(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    colleague = make_person(Role.CONTRIBUTOR, cycle.program)
    services.record_answer(cycle.id, CODE, raw_answer(notes="their words"), "0", "save-0001", colleague.id)
    data = fields(0, "save-0002", status="in_practice", notes="my words")
    reply = client.post(f"/cycles/{cycle.id}/answers/{CODE}", data=data, headers={"HX-Request": "true"})
    assert reply.status_code == 409
    assert "their words" in reply.text
    assert f"{colleague.name} saved another answer" in reply.text
    assert stored(cycle)["notes"] == "their words"


def test_section_form_without_scripts_saves_what_changed(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    data = fields(0, "save-0001", status="in_practice", rating="5") | fields(0, "save-0002", "B.2.5", notes="half")
    for practice in ("B.2.1", "B.2.2"):
        data |= fields(0, "save-" + practice.replace(".", "-"), practice)
    for code in sorted({f"B.2.{n}" for n in range(1, 13)} | {f"E.2.{n}" for n in range(1, 9)}):
        data.setdefault(f"{code}-version", "0")
        data.setdefault(f"{code}-save_id", "save-" + code.replace(".", "-"))
    assert client.post(f"/cycles/{cycle.id}/sections/s-2", data=data).status_code == 303
    assert set(queries.stored_answers(cycle.id)) == {CODE, "B.2.5"}


def test_section_form_with_one_bad_field_keeps_everything_typed(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    data = fields(0, "save-0001", status="in_practice", rating="9", notes="long and careful words")
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data=data)
    assert reply.status_code == 422
    assert "long and careful words" in reply.text
    assert "Choose a whole number from 1 to 5" in reply.text
    assert "<title>Error: " in reply.text


def test_section_form_left_as_shown_does_not_touch_a_newer_answer(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="old"), "0", "save-0001", person.id)
    services.record_answer(cycle.id, CODE, raw_answer(notes="newer"), "1", "save-0002", person.id)
    codes = {f"B.2.{n}" for n in range(1, 13)} | {f"E.2.{n}" for n in range(1, 9)}
    data: dict[str, str] = {}
    for code in sorted(codes):
        data |= fields(0, "save-" + code.replace(".", "-"), code)
    data |= fields(1, "save-0003", status="in_practice", rating="4", notes="old")
    assert client.post(f"/cycles/{cycle.id}/sections/s-2", data=data).status_code == 303
    assert stored(cycle)["notes"] == "newer"


def stored_at(cycle: Cycle, code: str) -> dict[str, object]:
    return queries.stored_answers(cycle.id)[code].content


def test_answer_after_submitting_is_refused_and_kept_in_the_history(staged: Callable[..., Cast]) -> None:
    cast = staged(make_cast)
    cycle, person = cast.cycle, cast.administrator
    with pytest.raises(services.AnswersFrozen):
        services.record_answer(cycle.id, CODE, raw_answer(notes="too late"), "1", "save-9999", person.id)
    assert stored_at(cycle, CODE)["notes"] == ""
    kept = [(row.content["notes"], row.refused) for row in queries.versions_of(cycle.id, CODE)]
    assert kept == [("too late", True)]


def test_history_page_shows_refused_text_too(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="theirs <b>"), "0", "save-0001", person.id)
    with pytest.raises(services.AnswerChanged):
        services.record_answer(cycle.id, CODE, raw_answer(notes="mine"), "0", "save-0002", person.id)
    page = client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text
    assert "mine" in page
    assert "theirs &lt;b&gt;" in page
    assert "<b>" not in page.split("theirs")[1][:10]


def section_form(cycle: Cycle, key: str) -> dict[str, str]:
    data: dict[str, str] = {}
    for practice in rulebook_of(cycle).catalogue.section(key).practices:
        data |= fields(0, "save-" + practice.code.replace(".", "-"), practice.code)
    return data


@pytest.mark.parametrize(("key", "lands_on"), [("s-2", "/sections/s-3"), ("v", "")])
def test_section_sent_without_scripts_is_stored_and_goes_on_to_the_next_one(
    client: FlaskClient, cycle: Cycle, person: Person, key: str, lands_on: str
) -> None:
    code = rulebook_of(cycle).catalogue.section(key).practices[0].code
    data = section_form(cycle, key) | {f"{code}-notes": "Typed just now.", "then": "next"}
    reply = client.post(f"/cycles/{cycle.id}/sections/{key}", data=data)
    assert (reply.status_code, reply.location) == (303, f"/cycles/{cycle.id}{lands_on}")
    assert stored(cycle)["notes"] == "Typed just now."


def test_person_who_writes_in_two_windows_is_not_told_of_somebody_else(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="first window"), "0", "save-0001", person.id)
    data = fields(0, "save-0002", status="in_practice", rating="4", notes="second window")
    reply = client.post(f"/cycles/{cycle.id}/answers/{CODE}", data=data)
    assert reply.status_code == 409
    assert "Not saved yet: You, perhaps in another window, saved another answer" in reply.text


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"status": "in_practice"}, "stored 14:02. Choose a rating from 1 to 5."),
        ({"status": "in_practice", "rating": "4"}, "stored 14:02"),
        ({"notes": "half"}, "stored 14:02. Say whether this is in practice."),
    ],
)
def test_stored_answer_says_what_it_still_lacks(
    client: FlaskClient, cycle: Cycle, person: Person, parts: dict[str, str], says: str
) -> None:
    reply = client.post(f"/cycles/{cycle.id}/answers/{CODE}", data=fields(0, "save-0001", **parts))
    page = client.get(f"/cycles/{cycle.id}/sections/s-2")
    assert f'<span class="state good">{says}</span>' in reply.text
    assert f'<span class="state">{says}</span>' in page.text


@pytest.mark.parametrize(("typed", "status"), [("Typed and pressed at once.", 303), ("Another text.", 409)])
def test_section_sent_while_its_own_save_is_on_its_way_is_no_conflict(
    client: FlaskClient, cycle: Cycle, person: Person, typed: str, status: int
) -> None:
    form = section_form(cycle, "s-2") | {f"{CODE}-status": "in_practice", f"{CODE}-notes": typed}
    services.record_answer(cycle.id, CODE, raw_answer(rating="", notes="Typed and"), "0", "save-0001", person.id)
    assert client.post(f"/cycles/{cycle.id}/sections/s-2", data=form).status_code == status
    assert stored(cycle)["notes"] == (typed if status == 303 else "Typed and")


def test_section_that_says_all_of_a_colleagues_answer_is_still_a_conflict(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    form = section_form(cycle, "s-2") | {f"{CODE}-status": "in_practice", f"{CODE}-notes": "Typed and pressed."}
    colleague = make_person(Role.CONTRIBUTOR, cycle.program)
    services.record_answer(cycle.id, CODE, raw_answer(rating="", notes="Typed and"), "0", "save-0001", colleague.id)
    assert client.post(f"/cycles/{cycle.id}/sections/s-2", data=form).status_code == 409
    assert stored(cycle)["notes"] == "Typed and"


def test_history_marks_the_newest_stored_text_below_a_refused_one(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    services.record_answer(cycle.id, CODE, raw_answer(notes="stored"), "0", "save-0001", person.id)
    with pytest.raises(services.AnswerChanged):
        services.record_answer(cycle.id, CODE, raw_answer(notes="too late"), "0", "save-0002", person.id)
    page = client.get(f"/cycles/{cycle.id}/answers/{CODE}/history").text
    assert re.findall(r'<span class="tag \w+">([^<]+)</span>', page) == [
        "kept, not used: another text was stored first",
        "newest",
    ]


def test_conflict_page_without_scripts_asks_for_a_choice_and_keeps_what_was_typed(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    page = conflict_page(client, cycle, person)
    assert page.count("Which one shall stay?") == 1
    assert f'<input type="radio" name="{CODE}-keep" value="mine" checked>' in page
    assert [text in page for text in ("theirs", "mine", "Go to B.2.3", 'data-save="')] == [True, True, True, True]
    assert f'data-save="/cycles/{cycle.id}/answers/{CODE}"' not in page  # no script decides it by the way
    assert stored_at(cycle, "B.2.5")["notes"] == "no quarrel"


@pytest.mark.parametrize(
    ("choice", "becomes", "lands_on"),
    [
        ("mine", "mine, and more", ""),
        ("theirs", "theirs", ""),
        ("both", "theirs\n\n* * *\n\nmine, and more", f"/sections/s-2#{CODE}"),
    ],
)
def test_choice_between_two_texts_without_scripts_is_stored_and_no_text_is_lost(
    client: FlaskClient, cycle: Cycle, person: Person, choice: str, becomes: str, lands_on: str
) -> None:
    conflict_page(client, cycle, person)
    data = fields(1, "save-again", status="not_in_practice", notes="mine, and more", keep=choice)
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data=data)
    assert (reply.status_code, reply.location) == (303, f"/cycles/{cycle.id}{lands_on}")
    assert stored_at(cycle, CODE)["notes"] == becomes
    assert stored_at(cycle, CODE)["status"] == ("in_practice" if choice == "theirs" else "not_in_practice")
    history = {row.content["notes"] for row in queries.versions_of(cycle.id, CODE)}
    assert {"mine", "theirs", becomes} <= history
    assert any("mine, and more" in text for text in history)


def conflict_page(client: FlaskClient, cycle: Cycle, person: Person) -> str:
    send(cycle, make_person(Role.CONTRIBUTOR, cycle.program), "theirs", 0, "save-0001")
    data = fields(0, "save-0002", status="not_in_practice", notes="mine") | fields(
        0, "save-0002", "B.2.5", notes="no quarrel"
    )
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data=data)
    assert reply.status_code == 409
    return reply.text


def test_section_that_says_nothing_of_a_practice_leaves_it_alone(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    send(cycle, person, "stored by the script", 0, "save-0001")
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data={"save_id": "save-0002", "me": str(person.id)})
    assert reply.status_code == 303
    assert stored_at(cycle, CODE)["notes"] == "stored by the script"


def test_section_with_a_text_but_no_version_is_refused_in_a_sentence(
    client: FlaskClient, cycle: Cycle, person: Person
) -> None:
    reply = client.post(f"/cycles/{cycle.id}/sections/s-2", data={"save_id": "save-0002", f"{CODE}-notes": "x"})
    assert reply.status_code == 400
    assert "This save came without its version. Load the page again; nothing was stored." in reply.text
    assert db.session.scalar(select(func.count(AnswerVersion.id))) == 0


@pytest.mark.parametrize("where", [f"answers/{CODE}", "sections/s-2"])
def test_text_typed_on_another_persons_page_is_never_stored_as_mine(
    client: FlaskClient, cycle: Cycle, person: Person, where: str
) -> None:
    data = fields(0, "save-0001", notes="of somebody else") | {"me": str(person.id + 1)}
    assert client.post(f"/cycles/{cycle.id}/{where}", data=data).status_code == 401
    assert client.post(f"/cycles/{cycle.id}/{where}", data=data | {"me": str(person.id)}).status_code in (200, 303)
    assert [row.saved_by_id for row in queries.versions_of(cycle.id, CODE)] == [person.id]


def test_reply_to_a_script_is_marked_as_ours_refused_or_not(client: FlaskClient, cycle: Cycle, person: Person) -> None:
    script = {"HX-Request": "true"}
    where = f"/cycles/{cycle.id}/answers/{CODE}"
    good = client.post(where, data=fields(0, "save-0001", notes="x"), headers=script)
    late = client.post(where, data=fields(0, "save-0002", notes="y"), headers=script)
    bad = client.post(where, data={}, headers=script)
    assert [(one.status_code, one.headers.get("NQMS"), one.headers.get("Answer-Version")) for one in (good, late, bad)] == [
        (200, "1", "1"), (409, "1", "1"), (400, "1", None)]  # fmt: skip
    assert 'data-theirs="B.2.3-notes=x"' in late.text
