"""Uploading in a real browser: progress, a line that breaks half-way, photos shrunk before sending, and no scripts at all."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Request, Route, expect

from portal.accounts.queries import open_sessions
from portal.accounts.services import end_session
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.storage import storage
from tests.accounts.hashes import with_password
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
    person = with_password(make_person(Role.PROGRAM_ADMINISTRATOR, program, "Ana Ruiz"), PASSWORD)
    return Place(app, program, make_cycle(program), person, person, app.test_client())


def sign_in(page: Page, place: Place, address: str = "") -> None:
    page.goto(address + "/sign-in")
    page.get_by_label("E-mail address").fill(place.person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/programs/*")


def chosen(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


class Line:
    """A slow line to the portal that a test can cut: bytes go through at about 250 kB a second."""

    def __init__(self, portal: str) -> None:
        self.portal, self.is_cut = ("127.0.0.1", int(portal.rpartition(":")[2])), False
        self.gate = socket.socket()
        # small segments and a small window, so that the browser's own system does not swallow the whole file at once
        self.gate.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        self.gate.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.gate.bind(("127.0.0.1", 0))
        self.gate.listen()
        self.address = f"http://127.0.0.1:{self.gate.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end of the test
            while True:
                browser = self.gate.accept()[0]
                portal = socket.create_connection(self.portal)
                for source, target, wait in ((browser, portal, 0.03), (portal, browser, 0)):
                    threading.Thread(target=self._pass_on, args=(source, target, wait), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, wait: float) -> None:
        with contextlib.suppress(OSError):
            while (data := source.recv(8192)) and not self.is_cut:
                target.sendall(data)
                time.sleep(wait)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def line(live_server: str) -> Iterator[Line]:
    made = Line(live_server)
    yield made
    made.gate.close()


def wait_for_half(page: Page) -> None:
    for _ in range(600):  # the page's policy lets no condition be evaluated inside it
        if 30 < page.evaluate("document.querySelector('progress').value") < 90:
            return
        page.wait_for_timeout(50)
    pytest.fail("the upload never got half-way")


@pytest.mark.walk
def test_photo_is_shrunk_sent_with_progress_and_again_after_the_line_broke(
    page: Page, place: Place, tmp_path: Path, axe: Callable[[Page], list[str]], shot: Callable[[Page, str], None],
    troubles: list[str], line: Line,
) -> None:  # fmt: skip
    sign_in(page, place, line.address)
    page.goto(line.address + place.page())
    assert axe(page) == []
    shot(page, "evidence-empty")
    photo = papers.photo(4000, 3000, noise=True, quality=95)
    assert len(photo) > 4_000_000
    posts: list[Request] = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    page.get_by_label("What is it?").fill("Our wall of rules")
    page.get_by_label("File", exact=True).set_input_files(chosen(tmp_path, "IMG 1.jpg", photo))
    page.get_by_role("button", name="Upload the file").click()
    wait_for_half(page)
    line.is_cut = True
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The upload broke off. Your file is still chosen.")).to_be_visible()
    expect(again).to_be_focused()
    assert axe(page) == []
    shot(page, "evidence-broken")
    page.get_by_label("Web address").fill("https://example.org/typed-meanwhile")
    line.is_cut = False
    again.click()
    wait_for_half(page)
    expect(page.locator("#attached")).to_contain_text("Our wall of rules", timeout=30_000)
    expect(page.locator("p.state")).to_have_text("“Our wall of rules” is stored and attached.")
    expect(page.get_by_label("Web address")).to_have_value("https://example.org/typed-meanwhile")
    expect(page.get_by_label("What is it?")).to_have_value("")
    assert [post.failure is None for post in posts] == [False, True]
    assert posts[1].sizes()["requestBodySize"] < len(photo) / 2
    piece = place.pieces()[0]
    with Image.open(io.BytesIO(b"".join(storage().open(piece.storage_key or "")))) as picture:
        assert (picture.size, picture.format, piece.file_name) == ((2000, 1500), "JPEG", "IMG 1.jpg")
    assert axe(page) == []
    shot(page, "evidence-attached")
    troubles[:] = [one for one in troubles if "net::ERR_" not in one]


@pytest.mark.walk
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


@pytest.mark.walk
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
