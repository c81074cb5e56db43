"""What happened to a document, written to the journal in one shape."""

from foundation import journal
from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.model import Held


def record(session: Session, held: Held, action: str, *, actor: str = SYSTEM, **detail: str) -> None:
    """One journal row about a document of ours."""
    journal.record(
        session,
        actor,
        action,
        f"{held.document_type.lower()} {held.id}",
        execution_reference=held.execution_reference,
        **detail,
    )
