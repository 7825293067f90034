"""One click signs a visitor in as a fictional person, in demo mode, and in no other case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from portal.accounts.models import Person, SignIn
from portal.demo.queries import demo_people, with_links
from portal.foundation import outbox
from portal.foundation.database import db, unit_of_work
from portal.foundation.outbox import Message
from tests.factories import make_person, sign_in

from .conftest import newest_cycle, person_named, program_named


def sessions() -> int:
    return len(db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all())


def test_sign_in_as_a_fictional_person_opens_their_home(demo: Flask) -> None:
    client = demo.test_client()

    reply = client.post(f"/demo/sign-in/{person_named('Ruben Ortega').id}")

    assert (reply.status_code, reply.location) == (303, "/home")
    assert b"Ruben Ortega" in client.get("/account").data


def test_sign_in_as_somebody_else_ends_the_session_before(demo: Flask) -> None:
    client = demo.test_client()
    client.post(f"/demo/sign-in/{person_named('Ruben Ortega').id}")
    client.post(f"/demo/sign-in/{person_named('Lena Brandt').id}")

    assert sessions() == 1
    assert b"Lena Brandt" in client.get("/account").data


def test_sign_in_outside_demo_mode_is_not_found(demo_app: Callable[..., Flask]) -> None:
    app = demo_app(DEMO=False)
    with app.app_context():
        client = app.test_client()

        assert client.post(f"/demo/sign-in/{person_named('Ruben Ortega').id}").status_code == 404
        assert client.get("/demo/mail").status_code == 404
        assert (sessions(), "demo_people" in app.jinja_env.globals) == (0, False)


@pytest.mark.parametrize("change", [{"fictional": False}, {"disabled": True}])
def test_sign_in_as_a_real_or_disabled_person_is_not_found(demo: Flask, change: dict[str, bool]) -> None:
    person = person_named("Ruben Ortega") if change.get("disabled") else make_person()
    if change.get("disabled"):
        person.disabled_at = person.created_at
        db.session.commit()

    assert demo.test_client().post(f"/demo/sign-in/{person.id}").status_code == 404
    assert sessions() == 0


def test_sign_in_as_nobody_is_not_found(demo: Flask) -> None:
    assert demo.test_client().post("/demo/sign-in/999999").status_code == 404
    assert demo.test_client().get("/demo/sign-in/1").status_code == 405


def test_sign_in_without_the_form_token_is_refused(demo_app: Callable[..., Flask]) -> None:
    app = demo_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        assert app.test_client().post(f"/demo/sign-in/{person_named('Ruben Ortega').id}").status_code == 400
        assert sessions() == 0


def test_people_are_grouped_by_partnership_and_nobody_real_is_listed(demo: Flask) -> None:
    real = make_person()

    groups = demo_people()
    listed = [person.id for group in groups for person in group.people]

    assert [group.partnership.split()[0] for group in groups] == ["Riverbend", "Northlake"]
    assert groups[0].people[0].name == "Dana Whitlock"
    assert sorted(listed) == sorted(db.session.scalars(select(Person.id).where(Person.id != real.id)))


def test_people_have_a_button_each_on_the_fragment(demo: Flask) -> None:
    with demo.test_request_context():
        page = demo.jinja_env.get_template("demo/_people.html").render(csrf_token=lambda: "token")

    assert page.count("<button>Sign in as ") == 14
    assert page.count("fictional</span>") == 14


def test_demo_mail_is_newest_first_with_links_to_the_portal(demo: Flask) -> None:
    page = demo.test_client().get("/demo/mail").get_data(as_text=True)

    assert page.index("We have your self-assessment: Maple Street") < page.index("Time to renew: BridgeLink")
    assert '<a href="http://localhost/programs/' in page


def test_demo_mail_to_somebody_whose_name_is_not_known_begins_with_the_address(demo: Flask) -> None:
    with unit_of_work():
        outbox.post("nameless", to_name="", to_email="ada@example.org", subject="Please confirm", text="Hello")
    page = demo.test_client().get("/demo/mail").get_data(as_text=True)
    assert ["To ada@example.org" in page, "To Lena Brandt, lena.brandt@example.org" in page] == [True, True]


def test_demo_mail_without_mail_says_so(demo: Flask) -> None:
    assert "No mail yet." not in demo.test_client().get("/demo/mail").get_data(as_text=True)
    with unit_of_work() as session:
        session.execute(delete(Message))
    assert "No mail yet." in demo.test_client().get("/demo/mail").get_data(as_text=True)


def test_links_are_made_of_our_own_addresses_only() -> None:
    text = "See http://localhost/a?b=1&c=2.\n<b>http://localhost.evil.example</b> javascript:alert(1)"

    assert str(with_links(text, "http://localhost")) == (
        'See <a href="http://localhost/a?b=1&amp;c=2">http://localhost/a?b=1&amp;c=2</a>.<br>'
        "&lt;b&gt;http://localhost.evil.example&lt;/b&gt; javascript:alert(1)"
    )


def test_signed_in_person_can_become_another_from_the_front_page(demo: Flask) -> None:
    client = demo.test_client()
    client.post(f"/demo/sign-in/{person_named('Ruben Ortega').id}")

    assert 'href="/#demo-people"' in client.get("/account").text
    assert "Sign in as Lena Brandt" in client.get("/").text


def test_program_whose_renewal_is_open_is_not_called_late(demo: Flask) -> None:
    client = demo.test_client()
    client.post(f"/demo/sign-in/{person_named('Paige Madeup').id}")

    page = client.get(f"/programs/{program_named('BridgeLink').id}").text

    assert ["Renewal can begin" in page, "open now" in page, "days late" in page] == [True, True, False]


def test_recognition_that_lasts_is_shown_while_the_next_cycle_runs(demo: Flask) -> None:
    staff = demo.test_client()
    sign_in(staff, person_named("Dana Whitlock"))
    program = program_named("Harbor Light")
    assert staff.post(f"/programs/{program.id}/access").status_code == 303
    page = staff.get(f"/programs/{program.id}").text
    desk = staff.get(f"/partnerships/{program.partnership_id}").text
    assert "<strong>Expert Partner</strong> from March 11, 2026 to March 11, 2029." in page
    assert 'Expert Partner<br><span class="soft small">to March 11, 2029</span>' in desk


def test_documents_of_earlier_cycles_stay_within_reach(demo: Flask) -> None:
    staff = demo.test_client()
    sign_in(staff, person_named("Dana Whitlock"))
    program = program_named("Harbor Light")
    earlier = newest_cycle("Harbor Light").id
    staff.post(f"/programs/{program.id}/access")
    page = staff.get(f"/programs/{program.id}").text
    found = [path for path in ("answers", "scorecard", "plan/print", "summary") if f"/cycles/{earlier}/{path}" in page]
    assert found == ["answers", "scorecard", "plan/print", "summary"]
    assert [staff.get(f"/cycles/{earlier}/{path}").status_code for path in found] == [200, 200, 200, 200]
