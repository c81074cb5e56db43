"""Golden files: documents of ours byte for byte as they leave the system.

A file that does not match is a change somebody must want. To write them anew after one:
`BILLING_WRITE_GOLDEN=1 pytest tests/invoicing/responses/test_responding.py`, and read the difference.
"""

import os

from peppol.exchange import outbox_store
from tests.support.project import GOLDEN
from tests.support.stories.system import System


def is_golden(name: str, body: bytes) -> None:
    """The bytes are those of the golden file."""
    path = GOLDEN / name
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        path.write_bytes(body)
    assert body.decode() == path.read_text(encoding="utf-8"), f"{name} has changed"


def message_body(system: System, document_id: str) -> bytes:
    """The bytes of the one message of ours that carries this document."""
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, document_id=document_id)
    return message.body
