"""Answers to documents: Invoice Response (T111), Message Level Response (T71), Message Level Status.

All three are UBL ApplicationResponses told apart by their CustomizationID. An Invoice
Response carries the buyer's verdict on an invoice, an MLR says whether a document
passed validation, an MLS is the access points' word on whether a message arrived.
Structures: May 2026 release for T111 and T71, MLS 1.0.1. The numbers beside the
fields are the business terms of the specifications.
"""

from datetime import date, time
from typing import Annotated, ClassVar

from peppol.documents.shapes import (
    Code,
    Contact,
    Identifier,
    LineReference,
    PartyIdentification,
    PartyLegalEntity,
    PartyName,
)
from peppol.identifiers import DocumentKind
from peppol.xml.codec import Document, aggregate

# --- invoice response -------------------------------------------------------------------------------------


@aggregate
class TradeMessenger:
    """Who sends or receives an invoice response."""

    endpoint_id: Identifier  # tir111-009, tir111-012
    party_identifications: tuple[PartyIdentification, ...] = ()  # tir111-008, tir111-011
    party_legal_entity: PartyLegalEntity  # tir111-007, tir111-010
    contact: Contact | None = None  # tir111-026 to tir111-028


@aggregate
class Condition:
    """A field at fault: its business term, such as BT-13, and the value the buyer expected."""

    attribute_id: str  # tir111-017
    description: str | None = None  # tir111-018


@aggregate
class ClarifiedStatus:
    """Why, or what the buyer asks for: the code's `list_id` is OPStatusReason or OPStatusAction."""

    status_reason_code: Code | None = None  # tir111-015
    status_reason: str | None = None  # tir111-016
    conditions: tuple[Condition, ...] = ()


@aggregate
class InvoiceVerdict:
    """AB, IP, UQ, CA, RE, AP or PD, from which day, and why."""

    response_code: str  # UNCL4343; tir111-013
    effective_date: date | None = None  # tir111-014
    statuses: Annotated[tuple[ClarifiedStatus, ...], "Status"] = ()


@aggregate
class AnsweredInvoice:
    """The invoice or credit note that is answered."""

    id: str  # tir111-020
    issue_date: date | None = None  # tir111-019
    document_type_code: str  # as on the invoice where the list has it, else 380 or 381; tir111-021


@aggregate
class InvoiceParty:
    """Seller or buyer of the answered invoice, where they did not exchange it themselves."""

    party_identifications: tuple[PartyIdentification, ...] = ()  # tir111-023, tir111-025
    party_name: PartyName  # tir111-022, tir111-024


@aggregate
class InvoiceAnswer:
    """The verdict on one invoice."""

    response: InvoiceVerdict
    document_reference: AnsweredInvoice
    issuer_party: InvoiceParty | None = None
    recipient_party: InvoiceParty | None = None


@aggregate
class InvoiceResponse(Document):
    """Invoice Response, transaction T111."""

    kind: ClassVar = DocumentKind.INVOICE_RESPONSE

    customization_id: str = DocumentKind.INVOICE_RESPONSE.customization_id  # tir111-006
    profile_id: str = DocumentKind.INVOICE_RESPONSE.profile_ids[0]  # tir111-005; then id tir111-001
    issue_date: date  # tir111-002
    issue_time: time | None = None  # tir111-003
    note: str | None = None  # tir111-004
    sender_party: TradeMessenger
    receiver_party: TradeMessenger
    document_response: InvoiceAnswer


# --- message level response and status --------------------------------------------------------------------


@aggregate
class Messenger:
    """Who sends or receives the message; for an MLS an access point (scheme 0242)."""

    endpoint_id: Identifier  # tir71-009, tir71-012


@aggregate
class Outcome:
    """AB, AP or RE for the whole document."""

    response_code: str  # tir71-014
    description: str | None = None  # tir71-004


@aggregate
class AnsweredMessage:
    """The document that is answered; in an MLS the instance identifier of its envelope."""

    id: str  # tir71-018
    document_type_code: str | None = None  # tir71-020
    version_id: str | None = None  # tir71-019


@aggregate
class IssueStatus:
    """What sort of fault: BV, BW, SV, and in an MLS also FD."""

    status_reason_code: str  # tir71-016


@aggregate
class Issue:
    """One thing found."""

    response_code: str | None = None  # tir71-017
    description: str  # tir71-015
    statuses: Annotated[tuple[IssueStatus, ...], "Status"]


@aggregate
class IssuesAtPlace:
    """What was found at one place, `line_reference.line_id` being an XPath or NA."""

    line_reference: LineReference  # tir71-013
    responses: tuple[Issue, ...]


@aggregate
class MessageAnswer:
    """The answer to one document."""

    response: Outcome
    document_reference: AnsweredMessage
    line_responses: tuple[IssuesAtPlace, ...] = ()


@aggregate
class MessageLevelResponse(Document):
    """Message Level Response (MLR), transaction T71."""

    kind: ClassVar = DocumentKind.MLR

    customization_id: str = DocumentKind.MLR.customization_id  # tir71-006
    profile_id: str = DocumentKind.MLR.profile_ids[0]  # tir71-005; then id tir71-001
    issue_date: date  # tir71-002
    issue_time: time | None = None  # tir71-003
    sender_party: Messenger
    receiver_party: Messenger
    document_response: MessageAnswer


@aggregate
class MessageLevelStatus(Document):
    """Message Level Status (MLS) between access points."""

    kind: ClassVar = DocumentKind.MLS

    customization_id: str = DocumentKind.MLS.customization_id
    profile_id: str = DocumentKind.MLS.profile_ids[0]
    issue_date: date
    issue_time: time  # with its time zone (SCH-MLS-06)
    sender_party: Messenger
    receiver_party: Messenger
    document_response: MessageAnswer
