"""The book of the Message Level Status: its rules as they are written out."""

from peppol.identifiers import DocumentKind
from peppol.rules.engine.rulebook import Book
from peppol.rules.ordering.message_status import MLS


def books(_: DocumentKind) -> tuple[Book, ...]:
    """The book that judges a message level status."""
    return (MLS,)
