"""The save protocol on bad lines: each way in which plain autosave loses work, and what happens here instead."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator

import brotli
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from portal.accounts.models import Person
from portal.assessments import services
from portal.cycles.models import Cycle, CycleState
from portal.foundation import assets
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.paths import data_dir
from tests.factories import make_cycle, make_partnership, make_person, make_program, raw_answer, submitted_cycle

from .conftest import served
from .lines import Line, answer, cut_reply, drop_reply, drop_request, hold_reply, hold_request
from .saving import CODE, Desk, open_desk, wait_until

pytestmark = pytest.mark.browser
STORED = "stored 14:02"
ON_DEVICE = "On this device, not sent yet. It tries again by itself."
ON_PAGE = "Not saved yet. Keep this page open. It tries again by itself."


def gzip_of(data: bytes) -> bytes:
    return gzip.compress(data, 9)


def brotli_of(data: bytes) -> bytes:
    return brotli.compress(data, quality=11)


@pytest.fixture
def line(live_server: str) -> Iterator[Line]:
    made = Line(int(live_server.rsplit(":", 1)[1]))
    yield made
    made.down = False
    made.close()


def begun(_app: Flask) -> Cycle:
    return make_cycle(make_program(make_partnership()))


@pytest.fixture
def cycle(staged: Callable[..., Cycle]) -> Cycle:
    return staged(begun)


@pytest.fixture
def person(cycle: Cycle) -> Person:
    return make_person(Role.PROGRAM_ADMINISTRATOR, cycle.program, name="Ana Ruiz")


@pytest.fixture
def desk(app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person) -> Iterator[Desk]:
    made = open_desk(app, line, browser, cycle, person)
    errors: list[str] = []
    made.context.on("weberror", lambda error: errors.append(str(error.error)))
    made.open()
    yield made
    made.context.close()
    assert errors == []


def colleague_saves(cycle: Cycle, text: str, version: int = 0, code: str = CODE) -> None:
    colleague = make_person(Role.CONTRIBUTOR, cycle.program, name="Maria Lopez")
    cycle_id, by_id = cycle.id, colleague.id
    db.session.rollback()
    services.record_answer(cycle_id, code, raw_answer(notes=text), str(version), f"colleague-{version}", by_id)


# --- leaving


def test_text_typed_just_before_leaving_is_stored(desk: Desk) -> None:
    desk.page.evaluate("document.documentElement.dataset.wait = 5000")  # nothing goes by itself
    desk.notes("B.2.1").fill("then followed a link")
    desk.page.get_by_role("link", name="Self-assessment").click()
    wait_until(lambda: desk.history("B.2.1") == ["then followed a link"])
    desk.open()
    desk.notes("B.2.2").fill("then reloaded")
    desk.page.wait_for_timeout(300)  # by then it is kept on the device, for a page that opens before the save arrives
    desk.open()
    expect(desk.notes("B.2.2")).to_have_value("then reloaded")
    wait_until(lambda: desk.history("B.2.2") == ["then reloaded"])
    desk.page.evaluate("document.documentElement.dataset.wait = 5000")
    desk.notes("B.2.3").fill("then closed the tab")
    desk.page.close(run_before_unload=True)
    wait_until(lambda: desk.history("B.2.3") == ["then closed the tab"])


def test_back_button_brings_a_page_that_saves_without_a_conflict(desk: Desk) -> None:
    desk.notes().fill("first")
    expect(desk.state()).to_contain_text(STORED)
    desk.page.get_by_role("link", name="Self-assessment").click()
    desk.page.wait_for_url(f"**/cycles/{desk.cycle_id}")
    desk.page.go_back()
    expect(desk.notes()).to_have_value("first")
    desk.notes().fill("second")
    expect(desk.state()).to_contain_text(STORED)
    wait_until(lambda: desk.history() == ["first", "second"])


# --- slow, broken and lying lines


def test_line_down_while_typing_is_said_once_and_made_good_by_itself(desk: Desk) -> None:
    desk.line.down = True
    desk.notes().fill("typed in the dark")
    expect(desk.state()).to_have_text(ON_DEVICE)
    expect(desk.state()).to_have_attribute("role", "alert")
    desk.page.evaluate(
        "window.alerts = 0; new MutationObserver(() => { alerts += 1 })"
        f".observe(document.getElementById('{CODE}'), {{childList: true, subtree: true, characterData: true}})"
    )
    tries = len(desk.line.saves())
    wait_until(lambda: len(desk.line.saves()) > tries + 1)
    assert desk.page.evaluate("window.alerts") == 0
    desk.line.down = False
    expect(desk.state()).to_contain_text(STORED)
    assert (desk.stored(), desk.kept()) == ("typed in the dark", [])


def test_typing_goes_on_while_a_slow_save_runs_and_the_reply_touches_nothing(desk: Desk) -> None:
    release = threading.Event()
    desk.line.on("/answers/", hold_reply(release))
    desk.notes().fill("first words")
    wait_until(lambda: len(desk.line.saves()) == 1)
    desk.notes().press_sequentially(" and more")
    desk.page.keyboard.press("ArrowLeft")
    release.set()
    expect(desk.state()).to_contain_text(STORED)
    expect(desk.notes()).to_have_value("first words and more")
    expect(desk.notes()).to_be_focused()
    assert desk.notes().evaluate("field => field.selectionStart") == len("first words and mor")
    wait_until(lambda: desk.history() == ["first words", "first words and more"])


def test_first_request_that_reaches_the_server_last_does_not_win(desk: Desk) -> None:
    release = threading.Event()
    desk.line.on("/answers/", hold_request(release))
    desk.notes().fill("the older text, and longer")
    wait_until(lambda: len(desk.line.saves()) == 1)
    desk.notes().fill("the newer")
    expect(desk.state()).to_contain_text(STORED)
    assert desk.stored() == "the newer"
    release.set()
    wait_until(lambda: len(desk.history()) == 2)
    assert (desk.stored(), sorted(desk.history())) == ("the newer", ["the newer", "the older text, and longer"])


def test_save_that_hangs_is_said_in_words_and_given_up_for_another(desk: Desk) -> None:
    never = threading.Event()
    desk.line.on("/answers/", hold_request(never))
    desk.notes().fill("patience")
    expect(desk.state()).to_have_text("Not saved yet. The line is slow; still trying.")
    expect(desk.state()).to_contain_text(STORED)
    assert desk.stored() == "patience"
    never.set()


def test_reply_lost_after_the_server_stored_makes_no_second_version_and_no_conflict(desk: Desk) -> None:
    desk.line.on("/answers/", drop_reply, times=2)
    desk.notes().fill("one")
    wait_until(lambda: len(desk.line.saves()) >= 1)
    desk.notes().fill("quite another")
    expect(desk.state()).to_contain_text(STORED)
    assert desk.stored() == "quite another"
    assert desk.history() in (["one", "quite another"], ["quite another"])


LOGIN = "<h1>Airport Wi-Fi</h1><form><input name=room></form>"


NOT_OURS = {
    "B.2.1": answer(200, LOGIN), "B.2.2": answer(302, "", Location="/sign-in"), "B.2.3": answer(401, LOGIN),
    "B.2.4": answer(403, LOGIN), "B.2.5": answer(409, LOGIN), "B.2.6": answer(408), "B.2.7": answer(429, Retry_After="2"),
    "B.2.8": answer(500, LOGIN), "B.2.9": answer(503, LOGIN), "B.2.10": cut_reply, "B.2.11": drop_request,
}  # fmt: skip


def test_reply_that_is_not_our_servers_word_is_never_taken_for_a_save(desk: Desk) -> None:
    desk.line.on("/who", answer(200, LOGIN), times=999)
    for code, act in NOT_OURS.items():
        desk.line.on(f"/answers/{code}$", act, times=999)
        desk.notes(code).fill(f"still in {code}")
    for code in NOT_OURS:
        expect(desk.state(code)).to_have_text(ON_DEVICE)
    expect(desk.page.get_by_text("Airport")).to_have_count(0)
    assert len(desk.kept()) == len(NOT_OURS)
    desk.line.rules.clear()
    for code in NOT_OURS:
        expect(desk.state(code)).to_contain_text(STORED)
        assert desk.history(code) == [f"still in {code}"]
    assert desk.kept() == []


def test_too_many_requests_are_answered_with_the_patience_asked_for(desk: Desk) -> None:
    desk.line.on("/answers/", answer(429, Retry_After="12"))
    desk.notes().fill("slowly")
    expect(desk.state()).to_contain_text("not sent yet")
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    desk.page.wait_for_timeout(300)  # of the 600 that twelve short seconds are
    assert len(desk.line.saves()) == 1
    expect(desk.state()).to_contain_text(STORED)


def test_text_that_cannot_be_stored_is_a_sentence_beside_the_field_and_stays(desk: Desk) -> None:
    desk.notes().fill("x" * 10_001)
    expect(desk.state()).to_contain_text("The notes can hold 10,000 characters; this text has 10,001.")
    expect(desk.notes()).to_have_value("x" * 10_001)
    desk.line.on("/answers/", answer(413, "<h1>nginx</h1>"))
    desk.notes().fill("y" * 2000)
    expect(desk.state()).to_have_text("Not saved: this text is too long. It is still here.")
    desk.notes().fill("short enough")
    expect(desk.state()).to_contain_text(STORED)
    assert desk.history() == ["short enough"]


# --- what is kept on the device


def test_text_kept_on_the_device_is_put_back_after_a_reload_and_sent_once(desk: Desk) -> None:
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("written on the bus")
    expect(desk.state()).to_contain_text("On this device")
    desk.open()
    expect(desk.notes()).to_have_value("written on the bus")
    expect(desk.state()).to_contain_text("On this device")
    assert desk.kept() == [f"nqms:{desk.person_id}:/cycles/{desk.cycle_id}/answers/{CODE}"]
    desk.line.rules.clear()
    expect(desk.state()).to_contain_text("What you typed here on")
    expect(desk.state()).to_contain_text("is back. stored")
    assert (desk.history(), desk.kept()) == (["written on the bus"], [])


def test_kept_text_meets_a_colleagues_newer_one_as_a_choice(desk: Desk, cycle: Cycle) -> None:
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("written on the bus")
    expect(desk.state()).to_contain_text("On this device")
    desk.leave()
    colleague_saves(cycle, "written at the office")
    desk.line.rules.clear()
    desk.open()
    expect(desk.state()).to_contain_text("What you typed here on")
    expect(desk.state()).to_contain_text("Maria Lopez saved another answer")
    desk.state().get_by_role("button", name="Put both together").click()
    expect(desk.notes()).to_have_value("written at the office\n\n* * *\n\nwritten on the bus")
    expect(desk.state()).to_contain_text(STORED)
    assert desk.stored() == "written at the office\n\n* * *\n\nwritten on the bus"


def test_text_kept_for_one_person_is_neither_shown_nor_sent_to_another(
    desk: Desk, cycle: Cycle, person: Person
) -> None:
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("mine alone")
    expect(desk.state()).to_contain_text("On this device")
    desk.leave()
    desk.line.rules.clear()
    desk.sign_in(make_person(Role.CONTRIBUTOR, cycle.program, name="Ben Ode"))
    desk.open()
    expect(desk.notes()).to_have_value("")
    assert desk.history() == []
    desk.page.get_by_role("button", name="Sign out").click()
    desk.page.wait_for_url(f"{desk.line.address}/")
    desk.sign_in(person)
    desk.open()
    expect(desk.notes()).to_have_value("mine alone")
    expect(desk.state()).to_contain_text(STORED)


def test_shared_computer_keeps_nothing_and_says_to_keep_the_page_open(desk: Desk, person: Person) -> None:
    desk.sign_in(person, shared=True)
    desk.open()
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("nothing of this stays")
    expect(desk.state()).to_have_text(ON_PAGE)
    assert desk.page.evaluate("localStorage.length") == 0
    assert "nothing of this" not in desk.page.evaluate("JSON.stringify(sessionStorage)")
    desk.line.rules.clear()
    expect(desk.state()).to_contain_text(STORED)


def test_full_or_forbidden_storage_is_said_honestly_and_still_saves(desk: Desk) -> None:
    desk.context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('off') }})")
    desk.open()
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("without a net")
    expect(desk.state()).to_have_text(ON_PAGE)
    desk.line.rules.clear()
    expect(desk.state()).to_contain_text(STORED)


def test_what_a_page_left_unsent_is_sent_from_the_next_page_of_the_portal(desk: Desk) -> None:
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("left behind")
    expect(desk.state()).to_contain_text("On this device")
    desk.leave()
    desk.line.rules.clear()
    desk.page.goto("/help")
    wait_until(lambda: len(desk.kept()) == 1)
    desk.page.evaluate(  # a minute later
        'Object.keys(localStorage).forEach((name) => { localStorage[name] = localStorage[name].replace(/"typed":\\d+/, (was) => \'"typed":\' + (was.slice(8) - 61e3)) })'
    )
    desk.page.goto("/help")
    wait_until(lambda: desk.kept() == [])
    assert desk.history() == ["left behind"]


# --- signing out, and sign-ins that end


def test_signing_out_sends_first_what_is_not_stored(desk: Desk) -> None:
    desk.page.evaluate("document.documentElement.dataset.wait = 5000")
    desk.notes().fill("last words")
    desk.page.get_by_role("button", name="Sign out").click()
    desk.page.wait_for_url(f"{desk.line.address}/")
    assert (desk.history(), desk.kept()) == (["last words"], [])


def test_signing_out_with_unsent_text_asks_and_then_deletes_it(desk: Desk) -> None:
    desk.line.on("/answers/", drop_request, times=999)
    desk.notes().fill("only here")
    expect(desk.state()).to_contain_text("On this device")
    desk.page.get_by_role("button", name="Sign out").click()
    box = desk.page.get_by_role("dialog")
    expect(box).to_contain_text(f"Not stored yet: {CODE}")
    box.get_by_role("button", name="Wait").click()
    expect(desk.notes()).to_have_value("only here")
    assert len(desk.kept()) == 1
    desk.page.get_by_role("button", name="Sign out").first.click()
    desk.page.get_by_role("button", name="Sign out and delete it from this device").click()
    desk.page.wait_for_url(f"{desk.line.address}/")
    assert (desk.history(), desk.kept()) == ([], [])


def test_sign_in_that_ended_is_told_in_place_and_the_text_sent_after_signing_in_again(
    desk: Desk, person: Person
) -> None:
    desk.context.clear_cookies()
    desk.notes().fill("typed while signed out")
    expect(desk.state()).to_contain_text("You are signed out, so this is not stored yet. Your text is kept here.")
    expect(desk.state().get_by_role("link", name="Sign in in a new tab")).to_have_attribute("target", "_blank")
    expect(desk.page.get_by_label("Password")).to_have_count(0)
    expect(desk.notes()).to_have_value("typed while signed out")
    desk.sign_in(person)
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(desk.state()).to_contain_text(STORED)
    assert (desk.history(), desk.kept()) == (["typed while signed out"], [])


def test_text_is_not_sent_as_somebody_else_who_signed_in_meanwhile(desk: Desk, cycle: Cycle, person: Person) -> None:
    desk.sign_in(make_person(Role.CONTRIBUTOR, cycle.program, name="Ben Ode"))
    desk.notes().fill("mine alone")
    expect(desk.state()).to_contain_text("Somebody else is signed in here now.")
    before = len(desk.line.saves())
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    desk.page.wait_for_timeout(300)
    assert (desk.history(), len(desk.line.saves())) == ([], before)
    desk.sign_in(person)
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(desk.state()).to_contain_text(STORED)


def test_text_typed_after_a_colleague_submitted_is_told_and_kept_in_the_history(desk: Desk, cycle: Cycle) -> None:
    with unit_of_work() as session:
        session.get_one(Cycle, cycle.id).state = CycleState.SUBMITTED
    desk.notes().fill("too late")
    expect(desk.state()).to_contain_text("Your text is not part of it, but it is kept in “Earlier versions”.")
    assert (desk.history(), desk.stored(), desk.kept()) == (["too late"], "", [])


def test_text_typed_on_while_a_save_came_too_late_is_kept_in_the_history_too(desk: Desk, cycle: Cycle) -> None:
    with unit_of_work() as session:
        session.get_one(Cycle, cycle.id).state = CycleState.SUBMITTED
    typed_on = threading.Event()
    desk.line.on("/answers/", hold_reply(typed_on))
    desk.notes().fill("too late")
    expect(desk.state()).to_contain_text("The line is slow")
    desk.notes().fill("too late, and more")
    typed_on.set()
    expect(desk.state()).to_contain_text("kept in “Earlier versions”.")
    assert (desk.history(), desk.kept()) == (["too late", "too late, and more"], [])


# --- two people


CHOICES = {
    "B.2.1": ("Keep mine", "mine", STORED),
    "B.2.2": ("Keep theirs", "theirs", "The other answer stays. Yours is kept in “Earlier versions”."),
    "B.2.3": ("Put both together", "theirs\n\n* * *\n\nmine", STORED),
}


def test_conflict_is_a_choice_by_keyboard_and_every_text_stays_in_the_history(desk: Desk, cycle: Cycle) -> None:
    for code, (button, becomes, says) in CHOICES.items():
        colleague_saves(cycle, "theirs", code=code)
        desk.practice(code).get_by_label("Not in practice").check()
        desk.notes(code).fill("mine")
        expect(desk.state(code)).to_contain_text("Maria Lopez saved another answer at 14:02")
        expect(desk.notes(code)).to_have_value("mine")
        assert desk.stored(code) == "theirs"
        desk.state(code).get_by_role("button", name=button).focus()
        desk.page.keyboard.press("Enter")
        expect(desk.notes(code)).to_have_value(becomes)
        expect(desk.practice(code).locator("[value=in_practice]")).to_be_checked(checked=button == "Keep theirs")
        expect(desk.state(code)).to_contain_text(says)
        assert desk.page.evaluate("document.activeElement.closest('fieldset').id") == code
        assert desk.stored(code) == becomes
        assert "theirs" in desk.history(code)
        assert any("mine" in one for one in desk.history(code))
    assert desk.kept() == []


def test_text_typed_beside_the_choice_is_not_left_on_the_device_when_theirs_is_kept(desk: Desk, cycle: Cycle) -> None:
    colleague_saves(cycle, "theirs")
    desk.practice().get_by_label("Not in practice").check()
    theirs = desk.state().get_by_role("button", name="Keep theirs")
    expect(theirs).to_be_visible()
    desk.page.evaluate(
        "() => { const notes = document.getElementById('B.2.5').querySelector('textarea'); notes.value = 'typed last';"
        " notes.dispatchEvent(new Event('input', { bubbles: true })); document.querySelector('[data-keep=theirs]').click(); }"
    )
    expect(desk.notes()).to_have_value("theirs")
    desk.page.wait_for_timeout(400)
    assert (desk.stored(), desk.kept()) == ("theirs", [])
    assert "typed last" in desk.history()


# --- the rest of the page


def test_save_and_go_waits_until_everything_is_stored_and_sends_nothing_twice(desk: Desk) -> None:
    desk.page.evaluate("document.documentElement.dataset.wait = 5000")
    desk.notes().fill("pressed at once")
    desk.page.get_by_role("button", name="Save and go to the list").click()
    desk.page.wait_for_url(f"**/cycles/{desk.cycle_id}")
    assert desk.history() == ["pressed at once"]
    form = next(one for one in desk.line.seen if one.method == "POST" and "/sections/" in one.path)
    assert b"-notes" not in form.body


def test_save_and_go_stays_where_it_is_while_the_line_is_down(desk: Desk) -> None:
    desk.line.down = True
    desk.notes().fill("not yet")
    desk.page.get_by_role("button", name="Save and go to the list").click()
    expect(desk.state()).to_contain_text("On this device, not sent yet")
    expect(desk.state()).to_be_focused()
    expect(desk.notes()).to_have_value("not yet")


def test_text_typed_before_the_script_arrives_is_stored(
    app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person
) -> None:
    desk, release = open_desk(app, line, browser, cycle, person), threading.Event()
    line.on("save.js", hold_request(release))
    desk.page.goto(f"/cycles/{desk.cycle_id}/sections/s-2", wait_until="commit")
    expect(desk.page.get_by_text("Your answers are stored when you press “Save”")).to_be_visible()
    desk.notes().fill("faster than the line")
    release.set()
    expect(desk.state()).to_contain_text(STORED)
    expect(desk.page.get_by_text("Each answer is stored as you go")).to_be_visible()
    desk.context.close()
    assert desk.history() == ["faster than the line"]


def test_save_needs_no_htmx(desk: Desk) -> None:
    desk.context.route("**/htmx.min.js", lambda route: route.abort())
    desk.open()
    desk.notes().fill("on our own")
    expect(desk.state()).to_contain_text(STORED)
    expect(desk.page.locator("#progress")).to_contain_text("0 of 20 here")
    expect(desk.page.locator("#live")).to_contain_text(f"{CODE}: stored")


# --- without scripts, with a stale token, in a review, for everybody


def test_section_without_scripts_is_one_form_that_loses_nothing(
    app: Flask, line: Line, browser: Browser, cycle: Cycle, person: Person
) -> None:
    desk = open_desk(app, line, browser, cycle, person, java_script_enabled=False)
    desk.open()
    expect(desk.page.get_by_text("Your answers are stored when you press “Save”")).to_be_visible()
    expect(desk.page.get_by_text("Each answer is stored as you go")).to_be_hidden()
    desk.notes("B.2.4").fill("mine, without scripts")
    desk.notes("B.2.6").fill("no quarrel")
    colleague_saves(cycle, "theirs", code="B.2.4")
    desk.page.get_by_role("button", name="Save and go to the list").click()
    expect(desk.page.get_by_text("1 answer was changed while you were typing")).to_be_visible()
    expect(desk.notes("B.2.4")).to_have_value("mine, without scripts")
    expect(desk.state("B.2.4")).to_contain_text("Maria Lopez saved another answer")
    assert desk.stored("B.2.6") == "no quarrel"
    desk.practice("B.2.4").get_by_label("Put both together").check()
    desk.page.get_by_role("button", name="Save and go to the list").click()
    expect(desk.page.get_by_text("Both texts are now together in B.2.4.")).to_be_visible()
    expect(desk.notes("B.2.4")).to_have_value("theirs\n\n* * *\n\nmine, without scripts")
    desk.context.close()


def test_page_whose_token_went_stale_gets_another_and_saves(make_app: Callable[..., Flask], browser: Browser) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context(), served(app) as address:
        cycle = make_cycle(make_program(make_partnership()))
        person = make_person(Role.CONTRIBUTOR, cycle.program)
        line = Line(int(address.rsplit(":", 1)[1]))
        desk = open_desk(app, line, browser, cycle, person)
        desk.open()
        desk.sign_in(person)  # a new cookie, to which the page's token does not belong
        desk.notes().fill("typed over lunch")
        expect(desk.state()).to_contain_text(STORED)
        asked = [one.path for one in line.seen if "/answers/" in one.path or one.path == "/who"]
        assert (asked, desk.history()) == ([asked[0], "/who", asked[0]], ["typed over lunch"])
        desk.context.close()
        line.close()


@pytest.mark.walk
def test_review_saves_and_settles_a_conflict_the_same_way(
    app: Flask, line: Line, browser: Browser, axe: Callable[[object], list[str]]
) -> None:
    program = make_program(make_partnership())
    cycle = submitted_cycle(program, make_person(Role.PROGRAM_ADMINISTRATOR, program))
    staff = [make_person(Role.REVIEWER, program.partnership, name=name) for name in ("Rosa Reyes", "Ruth Okoye")]
    desk, other = (open_desk(app, line, browser, cycle, one) for one in staff)
    for one in (desk, other):
        one.page.goto(f"/cycles/{cycle.id}/review/sections/s-2")
    text = "For the program"
    line.on("/items/", drop_reply, times=2)
    desk.practice().get_by_label(text).fill("hers")
    expect(desk.state()).to_contain_text(STORED)
    other.practice().get_by_label(text).fill("mine")
    expect(other.state()).to_contain_text("Rosa Reyes saved another text")
    assert axe(other.page) == []
    other.state().get_by_role("button", name="Put both together").click()
    expect(other.practice().get_by_label(text)).to_have_value("hers\n\n* * *\n\nmine")
    expect(other.state()).to_contain_text(STORED)
    for one in (desk, other):
        one.context.close()


@pytest.mark.walk
def test_every_state_has_no_accessibility_fault_and_fits_a_narrow_phone(
    desk: Desk, cycle: Cycle, person: Person, axe: Callable[[object], list[str]], shot: Callable[[object, str], None]
) -> None:
    def look(name: str) -> None:
        assert (name, axe(desk.page)) == (name, [])
        desk.page.set_viewport_size({"width": 320, "height": 640})
        assert (name, desk.page.evaluate("document.documentElement.scrollWidth")) == (name, 320)
        shot(desk.page, f"saving-{name}")
        desk.page.set_viewport_size({"width": 1280, "height": 900})

    desk.line.down = True
    desk.notes().fill("in the dark")
    expect(desk.state()).to_have_text(ON_DEVICE)
    look("on-device")
    desk.page.get_by_role("button", name="Sign out").click()
    desk.page.get_by_role("dialog").wait_for()
    look("sign-out")
    desk.page.keyboard.press("Escape")
    desk.line.down = False
    expect(desk.state()).to_contain_text(STORED)
    desk.context.clear_cookies()
    desk.notes().fill("signed out")
    expect(desk.state()).to_contain_text("You are signed out")
    look("signed-out")
    desk.sign_in(person)
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(desk.state()).to_contain_text(STORED)
    colleague_saves(cycle, "theirs", code="B.2.6")
    desk.notes("B.2.6").fill("mine")
    expect(desk.state("B.2.6")).to_contain_text("Maria Lopez")
    look("conflict")
    desk.context.clear_cookies()
    desk.page.goto("/sign-in")
    look("sign-in")


@pytest.mark.parametrize("pack", [gzip_of, brotli_of])
def test_script_is_under_four_kilobytes(pack: Callable[[bytes], bytes]) -> None:
    script = assets.lean((data_dir("static") / "save.js").read_text("utf-8"))
    assert len(pack(script.encode())) < 4000
    assert [word for word in ("eval(", "Function(", "htmx.") if word in script] == []
