"""The envelope against the document in it, against us, and against the day.

Access points route a message by what is written on it and do not look inside; whether both
tell the same story is ours to ask: a sender who is not the seller, a document for another
buyer. Addresses are compared without regard to capitals, as the network does. Nothing here
judges the document itself: what it lacks is for its own rules to say.

An answer is written by the one who received the answered document, so its sender and
receiver stand in its own parties.
"""

from collections.abc import Collection
from datetime import UTC, date, timedelta
from typing import Final

from lxml import etree

from peppol.envelope.envelope import value_in
from peppol.envelope.findings import EnvelopeRule, finding
from peppol.envelope.header import Envelope
from peppol.envelope.opening import Opened
from peppol.envelope.reading import SERVICE_PROVIDER
from peppol.findings import Finding
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml.gate_tree import CAC, CBC
from peppol.xml.literals import SPACE

#: How far ahead of or behind the day of receipt a message may have been made before it is remarked on.
DAYS_AHEAD_MAX: Final = 1
DAYS_BEHIND_MAX: Final = 365

_HEADER: Final = "/StandardBusinessDocument/StandardBusinessDocumentHeader"
_IDENTIFICATION: Final = f"{_HEADER}/DocumentIdentification"
_SCOPE: Final = f"{_HEADER}/BusinessScope/Scope"

# Where a kind of document names the one who sends it and the one who is to have it.
_BILLING: Final = ("AccountingSupplierParty/Party", "AccountingCustomerParty/Party")
_ANSWER: Final = ("SenderParty", "ReceiverParty")
_ENDPOINTS: Final = {
    DocumentKind.ORDER: ("BuyerCustomerParty/Party", "SellerSupplierParty/Party"),
    DocumentKind.ORDER_RESPONSE: ("SellerSupplierParty/Party", "BuyerCustomerParty/Party"),
    DocumentKind.INVOICE: _BILLING,
    DocumentKind.CREDIT_NOTE: _BILLING,
    DocumentKind.INVOICE_RESPONSE: _ANSWER,
    DocumentKind.MLR: _ANSWER,
    DocumentKind.MLS: _ANSWER,
}


def check(
    opened: Opened, *, ours: ParticipantId, on: date, pairs: Collection[tuple[str, str]] = ()
) -> tuple[Finding, ...]:
    """What does not fit together in a message to us that came on the day `on`; nothing for a bare document.

    `pairs` are (sender of the message, sender in the document) that a person has approved: a service
    provider or a second address of the same supplier. They are written as `0007:2021002114`.
    """
    envelope, root = opened.envelope, opened.root
    if envelope is None or root is None:
        return ()
    return (
        *_addressed(envelope, ours),
        *_about(envelope, root),
        *_between(envelope, root, pairs),
        *_made(envelope, on),
    )


def _addressed(envelope: Envelope, ours: ParticipantId) -> tuple[Finding, ...]:
    if _equal(str(envelope.receiver), str(ours)) or _is_status_to_a_provider(envelope):
        return ()
    return (_differs(EnvelopeRule.NOT_OURS, f"{_HEADER}/Receiver", str(envelope.receiver), str(ours)),)


def _is_status_to_a_provider(envelope: Envelope) -> bool:
    """An MLS goes from service provider to service provider (SCH-MLS): whose it is, its reference says."""
    is_status = envelope.document_type_id == DocumentKind.MLS.document_type_id
    return is_status and envelope.receiver.scheme == SERVICE_PROVIDER


def _about(envelope: Envelope, root: etree._Element) -> tuple[Finding, ...]:
    """What the envelope says it carries, and what it carries."""
    name = etree.QName(root)
    named, _, rest = envelope.document_type_id.partition("##")
    customization, _, version = rest.rpartition("::")
    document_type = f"{name.namespace}::{name.localname}"
    if named != document_type:
        # One sentence says it all; the rest of the identifier belongs to the other document.
        return (_differs(EnvelopeRule.DOCUMENT_TYPE, f"{_SCOPE}[DOCUMENTID]", named, document_type),)
    ubl_version = value_in(root, "UBLVersionID") or DocumentKind.INVOICE.ubl_version
    compared = (
        (
            EnvelopeRule.CUSTOMIZATION,
            f"{_SCOPE}[DOCUMENTID]",
            customization,
            value_in(root, "CustomizationID"),
        ),
        (EnvelopeRule.TYPE_VERSION, f"{_SCOPE}[DOCUMENTID]", version, ubl_version),
        (EnvelopeRule.STANDARD, f"{_IDENTIFICATION}/Standard", envelope.standard, str(name.namespace)),
        (EnvelopeRule.TYPE, f"{_IDENTIFICATION}/Type", envelope.type, name.localname),
        (EnvelopeRule.TYPE_VERSION, f"{_IDENTIFICATION}/TypeVersion", envelope.type_version, ubl_version),
        (EnvelopeRule.PROCESS, f"{_SCOPE}[PROCESSID]", envelope.process_id, value_in(root, "ProfileID")),
    )
    return tuple(
        _differs(rule, location, written, carried)
        for rule, location, written, carried in compared
        # What is missing on either side is already told, here or by the document's own rules.
        if written and carried and written != carried
    )


def _between(
    envelope: Envelope, root: etree._Element, pairs: Collection[tuple[str, str]]
) -> tuple[Finding, ...]:
    """Who writes to whom, on the envelope and in the document."""
    kind = DocumentKind.recognise(etree.QName(root).text, value_in(root, "CustomizationID"))
    if kind is None:
        return ()
    sending, receiving = (_endpoint(root, path) for path in _ENDPOINTS[kind])
    sender, receiver = str(envelope.sender), str(envelope.receiver)
    found: list[Finding] = []
    if sending and not _equal(sender, sending) and (sender, sending) not in pairs:
        found.append(_differs(EnvelopeRule.SENDER, f"{_HEADER}/Sender", sender, sending))
    if receiving and not _equal(receiver, receiving):
        found.append(_differs(EnvelopeRule.RECEIVER, f"{_HEADER}/Receiver", receiver, receiving))
    return tuple(found)


def _made(envelope: Envelope, on: date) -> tuple[Finding, ...]:
    day = envelope.created_at.astimezone(UTC).date()
    latest, earliest = on + timedelta(days=DAYS_AHEAD_MAX), on - timedelta(days=DAYS_BEHIND_MAX)
    location = f"{_IDENTIFICATION}/CreationDateAndTime"
    if day > latest:
        return (finding(EnvelopeRule.FUTURE, location=location, found=str(day), expected=str(on)),)
    if day < earliest:
        return (finding(EnvelopeRule.PAST, location=location, found=str(day), expected=str(on)),)
    return ()


def sender_in(root: etree._Element, kind: DocumentKind) -> str:
    """The endpoint a document of this kind names as its sender, as `0007:2021002114`; empty where there is none."""
    return _endpoint(root, _ENDPOINTS[kind][0])


def receiver_in(root: etree._Element, kind: DocumentKind) -> str:
    """The endpoint a document of this kind names as its receiver; empty where there is none."""
    return _endpoint(root, _ENDPOINTS[kind][1])


def _endpoint(root: etree._Element, path: str) -> str:
    steps = "/".join(f"{{{CAC}}}{step}" for step in path.split("/"))
    element = root.find(f"{steps}/{{{CBC}}}EndpointID")
    if element is None:
        return ""
    return f"{element.get('schemeID', '').strip(SPACE)}:{(element.text or '').strip(SPACE)}"


def _equal(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _differs(rule: EnvelopeRule, location: str, found: str, expected: str) -> Finding:
    return finding(rule, location=location, found=found, expected=expected)
