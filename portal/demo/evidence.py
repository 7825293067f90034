"""The files and links of the demo: a page of a handbook and an address, on an open and on a submitted assessment."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from portal.accounts.models import Person
from portal.cycles.models import Cycle
from portal.evidence.kinds import PDF
from portal.evidence.models import Evidence, EvidenceKind, EvidenceUse
from portal.foundation.database import db
from portal.foundation.storage import new_key, storage


@dataclass(frozen=True, slots=True)
class DemoPiece:
    """One piece: on which practices, by whom, and the lines of its page, or its address."""

    title: str
    codes: tuple[str, ...]
    by: str
    note: str = ""
    file_name: str = ""
    lines: tuple[str, ...] = ()
    address: str = ""


PIECES = {
    "circle": (
        DemoPiece(
            "Handbook of the circles, page 4", ("M.A.4", "B.2.3"), "Winona Redfeather-Clark",
            note="The part about meeting each elder in person.", file_name="handbook page 4.pdf",
            lines=("Circle of Elders (fictional)", "Handbook, page 4",
                   "Two of us meet with each elder before the season opens.", "We ask the twelve questions on page 5."),
        ),
    ),
    "maple": (
        DemoPiece(
            "Interview guide", ("B.2.3",), "Lena Brandt", file_name="interview guide.pdf",
            lines=("Maple Street Lunch Buddies (fictional)", "Interview guide",
                   "Why would you like to be a lunch buddy?", "Tell us about a child you know well."),
        ),
        DemoPiece(
            "What we ask of lunch buddies", ("B.2.6", "B.2.7"), "Lena Brandt",
            note="The second part, “A year together”.", address="https://maple-street.example.org/lunch-buddies",
        ),
    ),
}  # fmt: skip


def add_evidence(key: str, cycle: Cycle, people: dict[str, Person], last: datetime, submitted: datetime | None) -> None:
    """Add the pieces of this cycle to the running transaction, and their files to the storage."""
    for number, demo in enumerate(PIECES.get(key, ())):
        added_at = last - timedelta(days=2, minutes=7 * number)
        piece = Evidence(
            program_id=cycle.program_id, cycle_id=cycle.id, title=demo.title, note=demo.note, address=demo.address,
            kind=EvidenceKind.FILE if demo.lines else EvidenceKind.LINK, added_at=added_at,
            added_by_id=people[demo.by].id,
        )  # fmt: skip
        if demo.lines:
            _store(piece, demo)
        db.session.add(piece)
        db.session.flush()
        for code in demo.codes:
            db.session.add(
                EvidenceUse(
                    evidence_id=piece.id, cycle_id=cycle.id, practice_code=code, attached_at=added_at,
                    attached_by_id=piece.added_by_id, sealed_at=submitted,
                )
            )  # fmt: skip
    db.session.flush()


def _store(piece: Evidence, demo: DemoPiece) -> None:
    data = small_pdf(demo.lines)
    piece.file_name, piece.media_type, piece.size = demo.file_name, PDF.media_type, len(data)
    piece.sha256, piece.storage_key = hashlib.sha256(data).hexdigest(), new_key()
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        storage().put(piece.storage_key, Path(file.name))


def small_pdf(lines: tuple[str, ...]) -> bytes:
    """Return a PDF of one page with these lines of plain words."""
    plain = (line.replace("(", "\\(").replace(")", "\\)") for line in lines)
    words = "".join(f"({line}) Tj 0 -24 Td " for line in plain)
    drawing = f"BT /F1 16 Tf 72 700 Td {words}ET".encode("ascii")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(drawing), drawing),
    )
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(made))
    return made + b"xref\n0 %d\n" % (len(parts) + 1) + table + end
