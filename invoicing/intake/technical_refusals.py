"""Answering what the gate, the schema or a published rule refused: to whom, as what, and never twice.

An MLS goes to the service provider that the envelope names (MLS_TO), from ours, where the policy
prefers it. Otherwise an MLR goes to the registered supplier the message came from: over the network
where the register says that it takes one, else into the portal. A stranger, a message for somebody
else and a message nobody can read get no answer; they lie in quarantine and are shown. Answers are
never answered, so two machines cannot talk to each other for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from foundation import journal
from foundation.sql import Session, moment_of
from orders.register.parties import Supplier
from orders.register.register import Register
from orders.register.response_agreements import TechnicalAnswer
from peppol.documents import technical_responses
from peppol.envelope.findings import EnvelopeRule
from peppol.envelope.sender import ALWAYS, Sender
from peppol.exchange import outbox_store, outgoing
from peppol.exchange.inbox_store import InboundMessage
from peppol.findings import Finding
from peppol.identifiers import DocumentKind, InvalidIdentifier, ParticipantId
from peppol.journal_actions import ExchangeSubject, MessageAction
from peppol.xml import codec

_ANSWERS = (DocumentKind.MLR, DocumentKind.MLS)


@dataclass(frozen=True, slots=True)
class Way:
    """How a technical answer goes: an MLS or MLR, between whom, and whether it leaves the portal."""

    kind: DocumentKind
    sender: str
    receiver: str
    recipient: str
    over_network: bool


def way_of(
    register: Register, origin: Sender, kind: DocumentKind | None, findings: Sequence[Finding]
) -> Way | None:
    """How to answer a message of this origin; None where there is nobody we may answer."""
    if kind in _ANSWERS or any(each.rule == EnvelopeRule.NOT_OURS for each in findings):
        return None
    preferred = register.policy.technical_answer
    supplier, address = _known(register, origin)
    ours = register.buyer.service_provider
    if preferred is TechnicalAnswer.MLS and ours and origin.mls_to and origin.instance_id:
        recipient = supplier.organisation_number if supplier else ""
        return Way(DocumentKind.MLS, ours, origin.mls_to, recipient, over_network=True)
    if supplier is None:
        return None
    takes = supplier.technical_answers is TechnicalAnswer.MLR and preferred is not TechnicalAnswer.PORTAL
    return Way(
        DocumentKind.MLR,
        register.buyer.participant_id,
        address,
        supplier.organisation_number,
        over_network=takes,
    )


def refuse(
    session: Session,
    register: Register,
    message: InboundMessage,
    kind: DocumentKind | None,
    findings: Sequence[Finding],
    origin: Sender,
    *,
    today: date,
) -> DocumentKind | None:
    """Answer a refused message with everything found in it; what was sent, or None where nothing could be."""
    way = way_of(register, origin, kind, findings) if any(each.fatal for each in findings) else None
    return None if way is None else _answer(session, message, findings, origin, way, today=today)


def confirm(
    session: Session, register: Register, message: InboundMessage, origin: Sender, *, today: date
) -> DocumentKind | None:
    """Tell the sender's service provider that a message came through, where its envelope asks for that always."""
    if origin.mls_type != ALWAYS:
        return None
    way = way_of(register, origin, None, ())
    if way is None or way.kind is not DocumentKind.MLS:
        return None
    return _answer(session, message, (), origin, way, today=today)


def _answer(
    session: Session,
    message: InboundMessage,
    findings: Sequence[Finding],
    origin: Sender,
    way: Way,
    *,
    today: date,
) -> DocumentKind | None:
    about, subject = f"letter {message.id}", ExchangeSubject.MESSAGE.of(message.id)
    if list(outbox_store.messages_out(session, about=about)):
        # It was read again (replayed); its sender has had its answer.
        return None
    try:
        moment = moment_of(session) or datetime.combine(today, time(), UTC)
        at = datetime.combine(today, moment.timetz())
        document = _document(message, findings, origin, way, at=at)
        outgoing.send(
            session,
            document,
            kind=way.kind,
            document_id=document.id,
            address=outgoing.MessageAddress(
                way.sender, way.receiver if way.over_network else "", way.recipient
            ),
            about=about,
            issued_on=today,
        )
    except (InvalidIdentifier, outgoing.InvalidDocument):
        # A message may be so odd that no valid answer to it can be written; it is shown all the same.
        journal.record(session, journal.SYSTEM, MessageAction.UNANSWERABLE, subject, kind=way.kind)
        return None
    rules = " ".join(sorted({each.rule for each in findings if each.fatal}))
    journal.record(session, journal.SYSTEM, MessageAction.ANSWERED, subject, kind=way.kind, rules=rules)
    return way.kind


def _document(
    message: InboundMessage, findings: Sequence[Finding], origin: Sender, way: Way, *, at: datetime
) -> codec.Document:
    sender, receiver = ParticipantId.parse(way.sender), ParticipantId.parse(way.receiver)
    # Known by the message's bytes, not by our row: the same message is answered alike wherever it is read.
    number = f"{way.kind.value.upper()}-{message.sha256[:16]}"
    if way.kind is DocumentKind.MLS:
        return technical_responses.mls(
            findings,
            document_id=number,
            instance_id=origin.instance_id,
            sender=sender,
            receiver=receiver,
            at=at,
        )
    return technical_responses.refusal_mlr(
        findings,
        document_id=number,
        answered=origin.document_id or origin.instance_id,
        type_code=origin.type_code,
        sender=sender,
        receiver=receiver,
        on=at.date(),
    )


def _known(register: Register, origin: Sender) -> tuple[Supplier | None, str]:
    """The supplier a message came from and the address it used: the envelope's sender, or the author of a bare one."""
    address = origin.sender or origin.author
    for supplier in register.suppliers:
        if address in (*supplier.endpoints, f"0007:{supplier.organisation_number}"):
            return supplier, address
    return None, address
