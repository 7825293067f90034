"""One piece for several practices: attach, detach, remove, put back, and again in the next cycle."""

from __future__ import annotations

from sqlalchemy import select

from portal.assessments.models import Submission
from portal.assessments.queries import submission_of
from portal.assessments.services import submit
from portal.cycles.models import Cycle
from portal.evidence.models import EvidenceUse
from portal.foundation.audit import AuditEntry
from portal.foundation.database import db
from tests.evidence import papers
from tests.evidence.conftest import Place
from tests.factories import answer_all, make_cycle, make_partnership, make_program

LINK = {"link-address": "https://example.org/handbook", "link-title": "Handbook on the web"}


def finish(place: Place) -> Submission:
    answer_all(place.cycle, place.person)
    submit(place.cycle.id, place.person.id, "http://localhost")
    db.session.refresh(place.cycle)
    found = submission_of(place.cycle)
    assert found is not None
    return found


def test_known_pieces_are_offered_and_attached_by_ticks(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    place.client.post(place.page() + "/links", data=LINK)
    page = place.client.get(place.page("B.2.5")).text
    assert "attached to B.2.3" in page
    ids = [str(piece.id) for piece in place.pieces()]
    reply = place.client.post(place.page("B.2.5") + "/attach", data={"piece": ids})
    assert reply.location == place.page("B.2.5")
    assert "2 pieces are attached." in place.client.get(place.page("B.2.5")).text
    assert "Use one you have already" not in place.client.get(place.page("B.2.5")).text
    place.client.post(place.page("B.2.5") + "/attach", data={"piece": ids})  # pressed twice
    assert place.attached()[2:] == [("B.2.5", "Handbook"), ("B.2.5", "Handbook on the web")]


def test_attaching_nothing_asks_for_a_tick(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    reply = place.client.post(place.page("B.2.5") + "/attach", data={"piece": "x"})
    assert reply.status_code == 422
    assert "Tick at least one file or link." in reply.text


def test_piece_of_another_program_cannot_be_attached_detached_or_fetched(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    piece = place.pieces()[0]
    other = make_cycle(make_program(make_partnership()))
    db.session.rollback()
    piece.program_id = other.program_id
    piece.cycle_id = other.id
    db.session.commit()
    before = place.attached()
    place.client.post(place.page("B.2.5") + "/attach", data={"piece": str(piece.id)})
    for path in (f"{place.page()}/{piece.id}/detach", f"/cycles/{place.cycle.id}/evidence/{piece.id}/remove"):
        assert place.client.post(path).status_code == 404
    assert place.client.get(f"/cycles/{place.cycle.id}/evidence/{piece.id}/file").status_code == 404
    assert place.attached() == before


def test_detached_piece_stays_with_the_program(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    piece = place.pieces()[0]
    place.client.post(f"{place.page()}/{piece.id}/detach")
    assert place.attached() == []
    assert "Handbook" in place.client.get(f"/cycles/{place.cycle.id}/evidence").text
    place.client.post(place.page() + "/attach", data={"piece": str(piece.id)})
    assert place.attached() == [("B.2.3", "Handbook")]
    assert len(db.session.scalars(select(EvidenceUse)).all()) == 2  # the first time is kept too


def test_removed_piece_is_put_back_with_its_practices(place: Place) -> None:
    place.send(papers.pdf(), title="Handbook")
    piece = place.pieces()[0]
    place.client.post(place.page("B.2.5") + "/attach", data={"piece": str(piece.id)})
    place.client.post(place.page("B.2.6") + "/attach", data={"piece": str(piece.id)})
    place.client.post(f"{place.page('B.2.6')}/{piece.id}/detach")
    for _ in range(2):  # pressed twice
        assert place.client.post(f"/cycles/{place.cycle.id}/evidence/{piece.id}/remove").status_code == 303
    assert place.attached() == []
    assert "Use one you have already" not in place.client.get(place.page()).text
    page = place.client.get(f"/cycles/{place.cycle.id}/evidence").text
    assert "0 bytes of 200 MB are used" in page
    assert "Put back" in page
    assert place.client.get(f"/cycles/{place.cycle.id}/evidence/{piece.id}/file").status_code == 200
    for _ in range(2):
        place.client.post(f"/cycles/{place.cycle.id}/evidence/{piece.id}/put-back")
    assert sorted(place.attached()) == [("B.2.3", "Handbook"), ("B.2.5", "Handbook")]
    deeds = db.session.scalars(select(AuditEntry.deed).where(AuditEntry.deed.like("evidence%"))).all()
    assert (deeds.count("evidence removed"), deeds.count("evidence put back")) == (1, 1)


def test_next_cycle_is_offered_what_the_earlier_one_had_and_removing_it_there_leaves_the_submitted_copy(
    submitted_place: Place,
) -> None:
    place = submitted_place
    piece_id, first = place.pieces()[0].id, place.cycle
    place.cycle = following(first)
    assert "from an earlier self-assessment" in place.client.get(place.page()).text
    place.client.post(place.page() + "/attach", data={"piece": str(piece_id)})
    place.client.post(f"/cycles/{place.cycle.id}/evidence/{piece_id}/remove")
    assert place.attached() == [("B.2.3", "Handbook")]  # in the submitted one
    assert "Handbook" in place.client.get(f"/cycles/{first.id}/answers").text
    overview = place.client.get(f"/cycles/{first.id}/evidence").text
    assert "Handbook" in overview
    assert "Removed" not in overview


def following(cycle: Cycle) -> Cycle:
    return make_cycle(cycle.program, number=cycle.number + 1)


def test_submitted_copy_names_what_was_attached_and_its_hash(place: Place) -> None:
    import json

    place.send(papers.pdf(), title="Handbook")
    place.client.post(place.page("B.2.5") + "/links", data=LINK)
    place.client.post(place.page("B.2.6") + "/links", data=LINK)
    piece = place.pieces()[0]
    place.client.post(f"{place.page('B.2.6')}/{place.pieces()[1].id}/detach")
    frozen = json.loads(finish(place).content)
    assert frozen["evidence"] == {
        "B.2.3": [{"title": "Handbook", "sha256": piece.sha256}],
        "B.2.5": [{"title": "Handbook on the web", "address": "https://example.org/handbook"}],
    }
    uses = db.session.scalars(select(EvidenceUse).order_by(EvidenceUse.id)).all()
    assert [use.sealed_at is not None for use in uses] == [True, True, False]


def test_submitted_copy_without_evidence_is_as_it_was_before_there_was_any(place: Place) -> None:
    import json

    assert set(json.loads(finish(place).content)) == {"rulebook", "answers"}


def test_nothing_changes_after_submitting(submitted_place: Place) -> None:
    place = submitted_place
    piece = place.pieces()[0]
    for path, data in (
        (f"{place.page()}/{piece.id}/detach", {}),
        (place.page("B.2.5") + "/attach", {"piece": str(piece.id)}),
        (place.page() + "/links", LINK),
        (f"/cycles/{place.cycle.id}/evidence/{piece.id}/remove", {}),
        (f"/cycles/{place.cycle.id}/evidence/{piece.id}/put-back", {}),
    ):
        assert place.client.post(path, data=data).status_code == 409
    assert place.attached() == [("B.2.3", "Handbook")]


def test_links_beside_the_practices_count_what_is_attached(place: Place, count_queries) -> None:
    where = f"/cycles/{place.cycle.id}/sections/s-2"
    place.client.get(where)
    none = count_queries(lambda: place.client.get(where))
    place.send(papers.pdf("1"), title="One")
    place.send(papers.pdf("2"), title="Two")
    place.send(papers.pdf("3"), title="Three", code="B.2.5")
    page = place.client.get(where).text
    assert "Files (2)<span" in page
    assert "Files (1)<span" in page
    assert count_queries(lambda: place.client.get(where)) == none


def test_pages_take_as_many_queries_for_five_pieces_as_for_one(place: Place, count_queries) -> None:
    pages = (
        place.page(),
        place.page("B.2.5"),
        f"/cycles/{place.cycle.id}/evidence",
        f"/cycles/{place.cycle.id}/answers",
    )
    place.send(papers.pdf(), title="One")
    one = [count_queries(lambda where=where: place.client.get(where)) for where in pages]
    for number in range(4):
        place.send(papers.pdf(str(number)), title=f"More {number}")
    assert [count_queries(lambda where=where: place.client.get(where)) for where in pages] == one
