"""The exchange's counter: send, deliver what waits, collect what has come.

`send` validates and renders a document once and lays it in the outbox in the caller's
transaction. `deliver_waiting` and `collect` do all there is to do now with an access point,
in transactions of their own; a worker that goes on for ever uses `sending.Sender` and
`collecting.Collector` round by round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation.sql import Session
from peppol.access_points.protocol import AccessPoint
from peppol.exchange import access_point_store, outbox, receiver_queue_store
from peppol.exchange.directory_doubt import USUAL, LikelyNo
from peppol.exchange.receiving import Collected, Collector
from peppol.exchange.sending import DeliveryEvent, MessageSender, Tell, Transactions
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind
from peppol.validation import own_documents, validation
from peppol.validation.validation import ValidationResult
from peppol.xml import codec, literals


class InvalidDocument(Exception):
    """A document of our own that breaks a rule. It is never sent; `findings` names the rules."""

    def __init__(self, kind: DocumentKind, document_id: str, findings: tuple[Finding, ...]) -> None:
        rules = ", ".join(sorted({finding.rule for finding in findings}))
        super().__init__(f"{kind} {document_id} breaks {rules} and is not sent.")
        self.kind = kind
        self.document_id = document_id
        self.findings = findings


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """Who writes to whom: our endpoint, the receiver's (empty: reads in the portal), and its organisation."""

    sender: str
    receiver: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document to be sent: what it is, to whom, and which order or document it is about.

    `answers` and `acknowledges` are as in `outbox.NewMessage`.
    """

    document: codec.Document
    kind: DocumentKind
    document_id: str
    address: MessageAddress
    about: str
    issued_on: date
    answers: str = ""
    acknowledges: str = ""


def send(
    session: Session,
    document: codec.Document,
    *,
    kind: DocumentKind,
    document_id: str,
    address: MessageAddress,
    about: str,
    issued_on: date,
) -> str:
    """Render, judge and lay out one document; return its instance identifier.

    Raises InvalidDocument when a schema or a published rule is broken: then nothing is stored.
    """
    return send_all(session, [Outgoing(document, kind, document_id, address, about, issued_on)])[0]


def send_all(session: Session, outgoing: Sequence[Outgoing]) -> list[str]:
    """Send several documents in one stroke: all are rendered and judged before any is laid out.

    Raises InvalidDocument for the first that breaks a rule.
    """
    bodies = [_serialised(each.document, each.kind, each.document_id) for each in outgoing]
    reports = own_documents.judge(
        [
            own_documents.OwnDocument(body, each.kind, each.issued_on)
            for each, body in zip(outgoing, bodies, strict=True)
        ]
    )
    messages = []
    for each, body, report in zip(outgoing, bodies, reports, strict=True):
        _hold(report, each.kind, each.document_id)
        messages.append(_message(each, body))
    return outbox.put_out(session, messages)


def rendered(document: codec.Document, kind: DocumentKind, *, document_id: str, on: date) -> bytes:
    """The document's bytes, let through the gate and judged by schema and rules of the day `on`.

    This is the one way to bytes that leave: what whoever receives them will refuse is refused here,
    before anything is stored. Raises InvalidDocument.
    """
    body = _serialised(document, kind, document_id)
    _hold(validation.validate_own(body, kind, on=on), kind, document_id)
    return body


def written(outgoing: Outgoing) -> outbox.NewMessage:
    """One document as it would be laid out, rendered and judged. Raises InvalidDocument."""
    body = rendered(outgoing.document, outgoing.kind, document_id=outgoing.document_id, on=outgoing.issued_on)
    return _message(outgoing, body)


def _serialised(document: codec.Document, kind: DocumentKind, document_id: str) -> bytes:
    try:
        return codec.serialise(document)
    except literals.UnwritableDocument as unwritable:
        finding = Finding("XSD", Severity.FATAL, unwritable.location, detail=unwritable.reason.both())
        raise InvalidDocument(kind, document_id, (finding,)) from unwritable


def _hold(report: ValidationResult, kind: DocumentKind, document_id: str) -> None:
    if not report.valid:
        raise InvalidDocument(kind, document_id, report.fatal)


def _message(outgoing: Outgoing, body: bytes) -> outbox.NewMessage:
    return outbox.NewMessage(
        body=body,
        kind=outgoing.kind,
        document_id=outgoing.document_id,
        sender=outgoing.address.sender,
        receiver=outgoing.address.receiver,
        recipient=outgoing.address.recipient,
        about=outgoing.about,
        issued_on=outgoing.issued_on,
        answers=outgoing.answers,
        acknowledges=outgoing.acknowledges,
    )


def deliver_waiting(
    transactions: Transactions,
    access_point: AccessPoint,
    *,
    now: datetime,
    tell: Tell | None = None,
    likely: LikelyNo = USUAL,
    asks: bool = False,
) -> int:
    """Hand every waiting message to the access point, each receiver's in order, and return how many went.

    Somebody wants it done now, so no rest is waited out. A message that cannot be handed over stays
    waiting, with those after it to the same receiver. `asks` as `MessageSender` has it.
    """
    with transactions() as session:
        receiver_queue_store.hurry(session, all_queues=True)
        access_point_store.allow_probe(session, access_point.name, now=now)
    sender = MessageSender(transactions, access_point, lambda: now, tell or _nobody, likely=likely, asks=asks)
    delivered, more = 0, True
    while more:
        one = sender.round()
        delivered, more = delivered + one.sent, one.more
    return delivered


def collect(
    transactions: Transactions,
    access_point: AccessPoint,
    *,
    today: date,
    now: datetime,
    into: Callable[[bytes], Transactions | None] | None = None,
    tell: Tell | None = None,
) -> Collected:
    """Store everything that has come, commit, then acknowledge it; `into` and `tell` as the Collector has them.

    Somebody wants it done now, so no rest is waited out. Raises AccessPointError.
    """
    return Collector(
        transactions,
        access_point,
        lambda: now,
        lambda: today,
        into=into,
        tell=tell or _nobody,
        at_a_persons_word=True,
    ).collect()


def _nobody(session: Session, events: Sequence[DeliveryEvent]) -> None:
    """There is nobody to be told."""
