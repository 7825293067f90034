"""Links: which addresses are taken, how they are shown, and that the portal never fetches one."""

from __future__ import annotations

import socket

import pytest

from tests.evidence.conftest import Place
from tests.evidence.test_attaching import LINK, finish


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/a", "//example.org/a",
        "example.org", "https://", "https:///path", "http://localhost/", "https://exa mple.org/", "https://[::1",
        "https://example.org\\@evil.example", "https://example.org:99999/", "https://example.org/\u202egpj",
        "https://me:secret@example.org/", "", "https://example.org/" + "a" * 2000,
    ],
)  # fmt: skip
def test_address_that_is_no_web_page_is_refused_and_kept_on_the_page(place: Place, address: str) -> None:
    reply = place.client.post(place.page() + "/links", data=LINK | {"link-address": address, "link-note": "page 4"})
    assert reply.status_code == 422
    assert "There is a problem" in reply.text
    assert 'value="Handbook on the web"' in reply.text
    assert "page 4</textarea>" in reply.text
    assert place.pieces() == []


def test_link_without_words_asks_for_them(place: Place) -> None:
    reply = place.client.post(place.page() + "/links", data=LINK | {"link-title": " "})
    assert reply.status_code == 422
    assert "Say in a few words what the link shows." in reply.text


def test_link_is_shown_with_its_host_and_tells_the_other_side_nothing(place: Place, staff) -> None:
    address = "https://Files.Example.org:8443/a?b=1&c=<x>#d"
    place.client.post(place.page() + "/links", data={"link-address": address, "link-title": "<b>Board minutes"})
    shown = (
        '<a href="https://Files.Example.org:8443/a?b=1&amp;c=&lt;x&gt;#d" rel="noreferrer nofollow">'
        '&lt;b&gt;Board minutes</a> <span class="soft">(link to files.example.org)</span>'
    )
    assert shown in place.client.get(place.page()).text
    finish(place)
    assert shown in staff.get(f"/cycles/{place.cycle.id}/review/sections/s-2").text


def test_same_link_sent_twice_is_kept_once(place: Place) -> None:
    for _ in range(2):
        assert place.client.post(place.page() + "/links", data=LINK).status_code == 303
    assert len(place.pieces()) == 1
    assert place.attached() == [("B.2.3", "Handbook on the web")]


def test_portal_never_knocks_at_the_address(place: Place, staff) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/handbook"
        assert place.client.post(place.page() + "/links", data=LINK | {"link-address": address}).status_code == 303
        finish(place)
        for path in ("answers", "evidence", "review/sections/s-2"):
            assert address in staff.get(f"/cycles/{place.cycle.id}/{path}").text
        with pytest.raises(TimeoutError):
            listener.accept()
