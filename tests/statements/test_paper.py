"""A Statement signed on paper counts when the paper says what it covers today; its scan stays with the staff."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.cycles.models import CycleState
from portal.evidence import cleaning
from portal.foundation.access import Role
from portal.foundation.database import db
from portal.foundation.storage import storage
from portal.plans.models import SignedHow, Statement
from portal.statements.models import SignedPaper
from tests.conftest import StandingClock
from tests.evidence.papers import office, pdf, photo
from tests.factories import make_partnership, make_person
from tests.statements.statements import SIGNED, Asked

READ = {"name": "Lee Dorn", "title": "Director", "signed_on": "2026-10-01"}


def record(asked: Asked, content: bytes = b"", file_name: str = "scan.pdf", **changed: str) -> object:
    staff = asked.cast.client(asked.cast.reviewer)
    file = {"file": (io.BytesIO(content or pdf()), file_name)} if file_name else {}
    where = asked.cast.at(f"statements/{asked.waiting.id}/signed-paper")
    return staff.post(where, data=READ | changed | file)


def stored_files() -> int:
    return len(list(storage().list()))


def test_page_to_print_carries_code_lines_and_what_it_covers(asked: Asked) -> None:
    staff = asked.cast.client(asked.cast.reviewer)
    made = staff.post(asked.cast.at("statement/paper"), data={"paper_name": "Lee Dorn"})
    assert made.location == asked.cast.at(f"statements/{asked.waiting.id}/paper")
    page, code = staff.get(made.location).text, asked.waiting.code
    parts = (f"{code[:3]}-{code[3:6]}-{code[6:]}", "Signature of Lee Dorn", "116 answers", "Aim B.5.4; Aim B.5.12")
    assert [part for part in parts if part not in page] == []
    assert asked.leader.get(asked.link).status_code == 200  # the same Statement: its link goes on working
    staff.post(asked.cast.at("statement/paper"), data={"paper_name": "Kim Oday"})
    assert asked.leader.get(asked.link).status_code == 410
    assert (asked.waiting.leader_name, asked.waiting.leader_email, asked.waiting.code == code) == (
        "Kim Oday",
        "",
        False,
    )


def test_signed_paper_is_stored_with_its_scan_and_ends_the_link(asked: Asked) -> None:
    number, link = asked.waiting.id, asked.link
    assert record(asked).status_code == 303
    signed = db.session.get_one(Statement, number)
    assert (asked.state, signed.how, signed.signer_name, signed.signed_on.isoformat(), signed.recorded_by.name) == (
        CycleState.SIGNED, SignedHow.PAPER, "Lee Dorn", "2026-10-01", "Rosa Reyes",
    )  # fmt: skip
    assert asked.leader.post(link, data=SIGNED | {"title": "Chair"}).status_code == 410
    where = asked.cast.at(f"statements/{number}/file")
    sent = asked.cast.client(asked.cast.reviewer).get(where)
    assert (sent.data, sent.mimetype, sent.headers["Content-Disposition"], "sandbox" in sent.headers[
        "Content-Security-Policy"]) == (pdf(), "application/pdf", "attachment; filename*=UTF-8''scan.pdf", True)  # fmt: skip
    others = [asked.cast.administrator, asked.cast.contributor, make_person(Role.REVIEWER, make_partnership("there"))]
    assert [asked.cast.client(one).get(where).status_code for one in others] == [403, 403, 404]
    assert asked.cast.app.test_client().get(where).status_code == 303


def test_same_paper_sent_twice_is_one_signature_and_one_file(asked: Asked) -> None:
    where = asked.cast.at(f"statements/{asked.waiting.id}/signed-paper")
    staff = asked.cast.client(asked.cast.reviewer)
    replies = [staff.post(where, data=READ | {"file": (io.BytesIO(pdf()), "scan.pdf")}).status_code for _ in range(2)]
    assert (replies, len(db.session.scalars(select(SignedPaper)).all()), stored_files()) == ([303, 303], 1, 1)


def test_paper_that_comes_after_the_link_was_used_is_refused_and_its_scan_is_not_kept(asked: Asked) -> None:
    staff, where = asked.cast.client(asked.cast.reviewer), asked.cast.at(f"statements/{asked.waiting.id}/signed-paper")
    asked.leader.post(asked.link, data=SIGNED)
    late = staff.post(where, data=READ | {"file": (io.BytesIO(pdf()), "scan.pdf")})
    assert (late.status_code, "The Statement can be signed after the plan is issued, and once." in late.text) == (
        422,
        True,
    )
    assert (db.session.scalars(select(Statement)).one().how, stored_files()) == (SignedHow.LINK, 0)


def test_photo_is_drawn_anew_before_it_is_stored(asked: Asked) -> None:
    assert record(asked, photo(), "../paper.jpeg").status_code == 303
    scan = db.session.scalars(select(SignedPaper)).one()
    assert (scan.file_name, scan.media_type) == ("paper.jpeg", "image/jpeg")
    assert b"".join(storage().open(scan.storage_key)) != photo()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "Ana Roe"}, "This paper was made for Lee Dorn"),
        ({"title": " "}, "Enter the title on the paper"),
        ({"signed_on": "soon"}, "Enter the day on the paper"),
        ({"signed_on": "2026-10-02"}, "not in the future"),
        ({"signed_on": "2026-09-30"}, "This paper was made on October 1, 2026."),
        ({"content": b"MZ no paper at all"}, "The selected file must be"),
    ],
)
def test_what_does_not_fit_is_refused_with_everything_typed_and_nothing_stored(
    asked: Asked, changed: dict[str, str], sentence: str
) -> None:
    reply = record(asked, **changed)
    kept = (READ | changed).get("title", "").strip() or "Lee Dorn"
    assert (reply.status_code, sentence in reply.text, f'value="{kept}"' in reply.text) == (422, True, True)
    assert (asked.state, stored_files()) == (CycleState.PLAN_ISSUED, 0)


def test_paper_without_a_scan_or_of_another_kind_is_refused(asked: Asked) -> None:
    missing = record(asked, file_name="")
    assert (missing.status_code, "Choose the scan" in missing.text) == (422, True)
    other = record(asked, office(), "paper.docx")
    assert (other.status_code, "must be a PDF or a picture" in other.text, stored_files()) == (422, True, 0)


def test_paper_printed_before_a_change_does_not_count(asked: Asked) -> None:
    number = asked.waiting.id
    asked.change_plan()
    reply = record(asked)
    assert (reply.status_code, "changed after this paper was printed" in reply.text, stored_files()) == (422, True, 0)
    staff = asked.cast.client(asked.cast.reviewer)
    assert "Do not have this paper signed." in staff.get(asked.cast.at(f"statements/{number}/paper")).text
    staff.post(asked.cast.at("statement/paper"), data={"paper_name": "Lee Dorn"})
    assert asked.waiting.id != number
    assert record(asked).status_code == 303


def test_cleaning_leaves_signed_papers_alone(asked: Asked) -> None:
    record(asked)
    scan = db.session.scalars(select(SignedPaper)).one()
    folder = Path(asked.cast.app.config["DATA_FOLDER"])
    for path in folder.rglob("*"):
        if path.is_file() and len(path.name) == 32:
            os.utime(path, (0, 0))
    storage().put("0" * 32, next(path for path in folder.rglob(scan.storage_key)))
    os.utime(next(folder.rglob("0" * 32)), (0, 0))
    cleaning.prune()
    assert (storage().exists("0" * 32), storage().exists(scan.storage_key)) == (False, True)


def test_paper_signed_before_its_text_was_made_is_refused_by_the_local_day(asked: Asked, clock: StandingClock) -> None:
    clock.moment = datetime(2026, 10, 6, 3, 30, tzinfo=UTC)  # still 5 October where the program is
    asked.change_plan()
    staff = asked.cast.client(asked.cast.reviewer)
    staff.post(asked.cast.at("statement/paper"), data={"paper_name": "Lee Dorn"})
    clock.go(days=2)
    early = record(asked, signed_on="2026-10-04")
    assert (early.status_code, "This paper was made on October 5, 2026." in early.text, stored_files()) == (
        422,
        True,
        0,
    )
    assert record(asked, signed_on="2026-10-05").status_code == 303
    assert asked.state is CycleState.SIGNED
