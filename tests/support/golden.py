"""Golden files: documents of ours byte for byte as they leave the house.

A file that does not match is a change somebody must want. To write them anew after one:
`BILLING_WRITE_GOLDEN=1 pytest tests/test_responding.py`, and read the difference.
"""

import os
from pathlib import Path

from peppol.exchange import outbox
from tests.house import House

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "golden"


def is_golden(name: str, body: bytes) -> None:
    """The bytes are those of the golden file."""
    path = FOLDER / name
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        path.write_bytes(body)
    assert body.decode() == path.read_text(encoding="utf-8"), f"{name} has changed"


def letter_body(house: House, document_id: str) -> bytes:
    """The bytes of the one letter of ours that carries this document."""
    with house.database.reading() as session:
        (letter,) = outbox.letters_out(session, document_id=document_id)
    return letter.body
