"""Uploading in a real browser: progress, a line that breaks half-way, photos shrunk before sending, and no scripts at all."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Request, Route, expect

from portal.accounts.models import Person
from portal.accounts.queries import open_sessions
from portal.accounts.services import end_session, hasher
from portal.foundation.access import Role
from portal.foundation.database import db, unit_of_work
from portal.foundation.storage import storage
from tests.evidence import papers
from tests.evidence.conftest import Place
from tests.factories import make_cycle, make_partnership, make_person, make_program

pytestmark = pytest.mark.browser
PASSWORD = "three calm words"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """Give the app as it is served, form tokens included."""
    built = make_app(WTF_CSRF_ENABLED=True)
    with built.app_context():
        yield built


@pytest.fixture
def place(app: Flask) -> Place:
    program = make_program(make_partnership())
    person = make_person(Role.PROGRAM_ADMINISTRATOR, program, "Ana Ruiz")
    hashed = hasher.hash(PASSWORD)
    with unit_of_work() as session:
        session.get_one(Person, person.id).password_hash = hashed
    return Place(app, program, make_cycle(program), person, person, app.test_client())


def sign_in(page: Page, place: Place) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(place.person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/programs/*")


def chosen(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_photo_is_shrunk_sent_with_progress_and_again_after_the_line_broke(
    page: Page, place: Place, tmp_path: Path, axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None],
    troubles: list[str],
) -> None:  # fmt: skip
    sign_in(page, place)
    page.goto(place.page())
    assert axe(page) == []
    shot(page, "evidence-empty")
    sent: list[int] = []

    def broken(route: Route, request: Request) -> None:
        sent.append(len(request.post_data_buffer or b""))
        if len(sent) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(
        re.compile(r"/evidence$"),
        lambda route, request: broken(route, request) if request.method == "POST" else route.continue_(),
    )
    photo = papers.photo(4000, 3000, noise=True, quality=95)
    assert len(photo) > 4_000_000
    page.get_by_label("What is it?").fill("Our wall of rules")
    page.get_by_label("File", exact=True).set_input_files(chosen(tmp_path, "IMG 1.jpg", photo))
    page.get_by_role("button", name="Upload the file").click()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The upload broke off. Your file is still chosen.")).to_be_visible()
    expect(again).to_be_focused()
    assert axe(page) == []
    shot(page, "evidence-broken")
    page.get_by_label("Web address").fill("https://example.org/typed-meanwhile")
    again.click()
    expect(page.locator("#attached")).to_contain_text("Our wall of rules", timeout=30_000)
    expect(page.locator("p.state")).to_have_text("“Our wall of rules” is stored and attached.")
    expect(page.get_by_label("Web address")).to_have_value("https://example.org/typed-meanwhile")
    expect(page.get_by_label("What is it?")).to_have_value("")
    assert max(sent) < len(photo) / 2
    piece = place.pieces()[0]
    with Image.open(io.BytesIO(b"".join(storage().open(piece.storage_key or "")))) as picture:
        assert (picture.size, picture.format, piece.file_name) == ((2000, 1500), "JPEG", "IMG 1.jpg")
    assert axe(page) == []
    shot(page, "evidence-attached")
    troubles[:] = [one for one in troubles if "ERR_CONNECTION_RESET" not in one]


def test_upload_can_be_canceled_refused_and_replayed_after_signing_in_again(
    page: Page, place: Place, tmp_path: Path, troubles: list[str],
    axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None],
) -> None:  # fmt: skip
    sign_in(page, place)
    page.goto(place.page())
    held: list[Route] = []
    page.route(
        re.compile(r"/evidence$"),
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_label("File", exact=True).set_input_files(chosen(tmp_path, "plan.pdf", papers.pdf()))
    page.get_by_role("button", name="Upload the file").click()
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    assert axe(page) == []
    shot(page, "evidence-uploading")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("p.state")).to_have_text("Canceled. Your file is still chosen.")
    page.unroute_all()
    db.session.rollback()
    for one in open_sessions(place.person.id):
        end_session(place.person.id, one.id)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("p.state")).to_contain_text("Your sign-in has ended.")
    assert place.pieces() == []
    other = page.context.new_page()
    sign_in(other, place)
    other.close()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#attached")).to_contain_text("plan")
    page.get_by_label("File", exact=True).set_input_files(chosen(tmp_path, "page.html", b"<p>words"))
    page.get_by_role("button", name="Upload the file").click()
    expect(page.locator("p.state")).to_contain_text("The selected file must be a PDF")
    page.get_by_label("File", exact=True).set_input_files(
        chosen(tmp_path, "long.pdf", papers.pdf() + bytes(11_000_000))
    )
    page.get_by_role("button", name="Upload the file").click()
    expect(page.locator("p.state")).to_have_text("The selected file must be smaller than 10 MB.")
    assert [piece.title for piece in place.pieces()] == ["plan"]
    troubles[:] = [one for one in troubles if "ERR_FAILED" not in one and "ERR_ABORTED" not in one]


def test_everything_works_without_scripts_and_fits_a_narrow_phone(
    page_no_js: Page, place: Place, tmp_path: Path, axe: Callable[[Page], list[str]], page: Page
) -> None:
    tab, handbook = page_no_js, papers.pdf()
    sign_in(tab, place)
    tab.set_viewport_size({"width": 320, "height": 640})
    tab.goto(f"/cycles/{place.cycle.id}/sections/s-2")
    tab.get_by_role("link", name="Files for B.2.3").click()
    tab.get_by_label("What is it?").fill("Handbook")
    tab.get_by_role("button", name="Upload the file").click()
    expect(tab.get_by_role("alert")).to_contain_text("Choose a file.")
    expect(tab.get_by_label("What is it?")).to_have_value("Handbook")
    tab.get_by_label("File", exact=True).set_input_files(chosen(tmp_path, "política.pdf", handbook))
    tab.get_by_role("button", name="Upload the file").click()
    expect(tab.get_by_text("“Handbook” is stored and attached.")).to_be_visible()
    with tab.expect_download() as saved:
        tab.get_by_role("link", name="Handbook", exact=True).click()
    assert saved.value.suggested_filename == "política.pdf"
    assert Path(saved.value.path()).read_bytes() == handbook
    tab.get_by_label("Web address").fill("https://example.org/" + "long-word-" * 12)
    tab.get_by_label("What does it show?").fill("A page of ours")
    tab.get_by_role("button", name="Add the link").click()
    tab.goto(place.page("B.2.5"))
    tab.get_by_role("checkbox", name="Handbook").check()
    tab.get_by_role("button", name="Attach what is ticked").click()
    tab.get_by_role("button", name="Take off Handbook").click()
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    tab.get_by_role("link", name="All files and links").click()
    tab.get_by_role("button", name="Remove Handbook").click()
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    tab.get_by_role("button", name="Put back Handbook").click()
    assert place.attached() == [("B.2.3", "A page of ours"), ("B.2.3", "Handbook")]
    sign_in(page, place)
    for path in (place.page(), place.page("B.2.5"), f"/cycles/{place.cycle.id}/evidence"):
        page.goto(path)
        assert axe(page) == []
