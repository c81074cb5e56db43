"""Invoices as large as they may be: one attached file fills the document to the byte."""

from base64 import b64encode
from dataclasses import replace

from peppol.documents import billing, shapes
from peppol.xml import codec
from peppol.xml.gate_errors import LIMITS

_START = b"%PDF-1.4\n"


def filled(invoice: billing.Invoice, *, size: int = LIMITS.bytes_max) -> bytes:
    """The invoice with an attached PDF, of exactly `size` bytes: white space makes up what base64 cannot."""
    attached = billing.AdditionalDocumentReference(
        id=shapes.Identifier("bilaga-1"),
        attachment=shapes.Attachment(
            embedded_document_binary_object=shapes.BinaryObject(_START, "application/pdf", "bilaga.pdf")
        ),
    )
    written = codec.serialise(replace(invoice, additional_document_references=(attached,)))
    before, between, after = written.partition(b64encode(_START))
    assert between
    room = size - len(before) - len(after)
    packed = b64encode(_START + b"%" * (room // 4 * 3 - len(_START)))
    return before + packed + b" " * (room - len(packed)) + after
