"""Answering a message as a message: to whom, as what, and never twice.

An MLS goes to the service provider that the envelope names (MLS_TO), from ours, where the policy
prefers it. Otherwise an MLR goes to the registered supplier the message came from: over the network
where the register says that it takes one, else into the portal. A stranger and a message nobody can
read get no answer; they lie aside, are shown, and an alarm tells of them. Answers are
never answered, so two machines cannot talk to each other for ever.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from foundation import journal
from foundation.sql import Session, moment_of
from orders.register.parties import Supplier
from orders.register.register import Register
from orders.register.response_agreements import TechnicalAnswer
from peppol.documents import technical_responses
from peppol.documents.technical_responses import REJECTED, TAKEN_OVER, Ground
from peppol.envelope.findings import EnvelopeRule
from peppol.envelope.sender import ALWAYS, Sender
from peppol.exchange import inbox, outbox_store, outgoing, owed_answers
from peppol.exchange.acknowledging import Acknowledger, acknowledger
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.outgoing import Outgoing
from peppol.findings import Finding, RuleCount
from peppol.identifiers import DocumentKind, ParticipantId
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
    register: Register,
    origin: Sender,
    kind: DocumentKind | None,
    findings: Sequence[Finding],
    *,
    by_mls: bool = True,
) -> Way | None:
    """How to answer a message of this origin; None where there is nobody we may answer.

    Of a message for somebody else only a supplier of ours is told. Where it may not be `by_mls` (`may_acknowledge`),
    the supplier is told as of a message.
    """
    if kind in _ANSWERS:
        return None
    preferred = register.policy.technical_answer
    supplier, address = known(register, origin)
    if supplier is None and any(each.rule == EnvelopeRule.NOT_OURS for each in findings):
        return None
    ours = register.buyer.service_provider
    if preferred is TechnicalAnswer.MLS and by_mls and ours and origin.mls_to and origin.instance_id:
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


def may_acknowledge(session: Session, origin: Sender, code: str) -> bool:
    """Whether a transmission may have an MLS of ours with this code: it has one in all.

    None where the access point sends it, and no second where it was acknowledged with another code. Given again with
    the same code it is the same answer, which `number_of` finds.
    """
    if acknowledger(session) is not Acknowledger.OURSELVES:
        return False
    given = outbox_store.acknowledged_by(session, origin.instance_id)
    return not given or _is_taken_over(given) == (code == TAKEN_OVER)


def _is_taken_over(number: str) -> bool:
    return f"-{TAKEN_OVER}" in number


@dataclass(frozen=True, slots=True)
class Said:
    """What a message is told: refused (RE), taken over (AB) or accepted (AP), for what was found or on a ground.

    `counts` says how much was found in all, where `findings` are some of it.
    """

    code: str
    findings: Sequence[Finding] = ()
    ground: Ground | None = None
    counts: Sequence[RuleCount] = ()


def refuse(
    session: Session,
    register: Register,
    message: InboundMessage,
    kind: DocumentKind | None,
    findings: Sequence[Finding],
    origin: Sender,
    *,
    today: date,
    ground: Ground | None = None,
    counts: Sequence[RuleCount] = (),
) -> DocumentKind | None:
    """Answer a refused message with what was found in it, and how much; what was sent, or None where nothing could be.

    The `ground` stands in where no published rule was broken.
    """
    way = way_of(register, origin, kind, findings, by_mls=may_acknowledge(session, origin, REJECTED))
    if way is None:
        return None
    broken = any(each.fatal for each in findings)
    said = Said(REJECTED, findings, None if broken else ground, counts)
    rules = {each.rule for each in findings if each.fatal} or {ground.code if ground else ""}
    return answer(
        session, message, [as_message(session, message, said, origin, way, today=today)], rules=rules
    )


def confirm(
    session: Session, register: Register, message: InboundMessage, origin: Sender, *, today: date
) -> DocumentKind | None:
    """Tell the sender's service provider that a message came through, where its envelope asks for that always."""
    if origin.mls_type != ALWAYS:
        return None
    by_mls = may_acknowledge(session, origin, technical_responses.ACCEPTED)
    way = way_of(register, origin, None, (), by_mls=by_mls)
    if way is None or way.kind is not DocumentKind.MLS:
        return None
    said = Said(technical_responses.ACCEPTED)
    return answer(session, message, [as_message(session, message, said, origin, way, today=today)], rules=())


def answer(
    session: Session,
    message: InboundMessage,
    ways: Sequence[Callable[[], Outgoing] | None],
    *,
    rules: Collection[str],
) -> DocumentKind | None:
    """Give the first of these answers that can be written and was not given before; its kind, or None."""
    fresh = [each for each in ways if each is not None]
    if not fresh:
        # It was read again (replayed); its sender has had its answer.
        return None
    subject = ExchangeSubject.MESSAGE.of(message.id)
    kind = owed_answers.give(session, inbox.about(message.id), fresh, subject=subject)
    if kind is not None:
        told = " ".join(sorted(rules))
        journal.record(session, journal.SYSTEM, MessageAction.ANSWERED, subject, kind=kind, rules=told)
    return kind


def as_message(
    session: Session, message: InboundMessage, said: Said, origin: Sender, way: Way, *, today: date
) -> Callable[[], Outgoing] | None:
    """How the answer is written as an MLR or MLS; None where it was given before."""
    number = number_of(session, message, way.kind, said.code)
    if number is None:
        return None
    moment = moment_of(session) or datetime.combine(today, time(), UTC)
    at = datetime.combine(today, moment.timetz())
    return lambda: Outgoing(
        _document(said, origin, way, number=number, at=at),
        kind=way.kind,
        document_id=number,
        address=outgoing.MessageAddress(way.sender, way.receiver if way.over_network else "", way.recipient),
        about=inbox.about(message.id),
        issued_on=today,
        answers=f"{message.sha256} {number}",
        acknowledges=origin.instance_id if way.kind is DocumentKind.MLS else "",
    )


def number_of(session: Session, message: InboundMessage, kind: DocumentKind, code: str) -> str | None:
    """The number of our answer with this code; None where this message has had it.

    Known by the message's bytes, not by our row: the same message is answered alike wherever it is read. Only where
    the same bytes were answered as another message does the number say which this is.
    """
    number = f"{kind.value.upper()}-{message.sha256[:16]}"
    number = number if code == REJECTED or (kind is DocumentKind.MLS and code == "AP") else f"{number}-{code}"
    given = [
        each.about
        for each in outbox_store.messages_out(session, kind=kind, document_id=number)
        # One that was found outside is claimed by the same answer, given again.
        if each.about != outbox_store.UNCLAIMED
    ]
    if inbox.about(message.id) in given:
        return None
    if not given:
        return number
    number = f"{number}-{message.id}"
    return None if list(outbox_store.messages_out(session, kind=kind, document_id=number)) else number


def _document(said: Said, origin: Sender, way: Way, *, number: str, at: datetime) -> codec.Document:
    sender, receiver = ParticipantId.parse(way.sender), ParticipantId.parse(way.receiver)
    if way.kind is DocumentKind.MLS:
        return technical_responses.mls(
            said.findings,
            document_id=number,
            instance_id=origin.instance_id,
            sender=sender,
            receiver=receiver,
            at=at,
            ground=said.ground,
            code=said.code,
            counts=said.counts,
        )
    return technical_responses.refusal_mlr(
        said.findings,
        document_id=number,
        answered=origin.document_id or origin.instance_id,
        type_code=origin.type_code,
        sender=sender,
        receiver=receiver,
        on=at.date(),
        ground=said.ground,
        code=said.code,
        counts=said.counts,
    )


def known(register: Register, origin: Sender) -> tuple[Supplier | None, str]:
    """The supplier a message came from and the address it used: the envelope's sender, or the author of a bare one."""
    address = origin.sender or origin.author
    for supplier in register.suppliers:
        if address in (*supplier.endpoints, f"0007:{supplier.organisation_number}"):
            return supplier, address
    return None, address


def whose(register: Register, origin: Sender) -> str:
    """The organisation number of the supplier a message came from; empty for a stranger."""
    supplier, _ = known(register, origin)
    return supplier.organisation_number if supplier is not None else ""
