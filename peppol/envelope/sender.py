"""Where a message came from and what it calls itself, as far as that can be read: whom an answer would go to.

What stands on the envelope was vouched for by the network; what stands in the document was written by
whoever wrote it. Both are kept apart, empty where they cannot be read. Nothing here is proof.
"""

from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from peppol.envelope.checks import sender_in
from peppol.envelope.envelope import value_in
from peppol.envelope.header import Envelope
from peppol.identifiers import DocumentKind

#: MLS_TYPE of a sender that wants to hear of success too.
ALWAYS: Final = "ALWAYS_SEND"


@dataclass(frozen=True, slots=True)
class Sender:
    """`sender`, `instance_id`, `mls_to` and `mls_type` are the envelope's; the rest is the document's own.

    `author` is the endpoint the document itself names as its sender, `document_id` its number and
    `type_code` its UNCL1001 type.
    """

    sender: str = ""
    instance_id: str = ""
    mls_to: str = ""
    mls_type: str = ""
    author: str = ""
    document_id: str = ""
    type_code: str = ""

    def enveloped(self, envelope: Envelope) -> "Sender":
        """The same with what stands on its envelope."""
        return replace(
            self,
            sender=str(envelope.sender),
            instance_id=envelope.instance_id,
            mls_to=str(envelope.mls_to) if envelope.mls_to else "",
            mls_type=envelope.mls_type,
        )


def of_document(root: etree._Element | None, kind: DocumentKind | None) -> Sender:
    """What a document says of itself; nothing where it cannot be read or is of no known kind."""
    if root is None or kind is None:
        return Sender()
    codes = (value_in(root, name) for name in ("InvoiceTypeCode", "CreditNoteTypeCode"))
    return Sender(
        author=sender_in(root, kind),
        document_id=value_in(root, "ID"),
        type_code=next(filter(None, codes), ""),
    )
