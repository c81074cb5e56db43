"""The post office's counter: send, deliver what waits, collect what has come.

`send` validates and renders a document once and lays it in the outbox in the caller's
transaction. `deliver_waiting` and `collect` open transactions of their own: a letter is
marked sent after the access point took it, and an arrived letter is acknowledged after
its bytes are committed, never before.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import structlog
from lxml import etree

from peppol import envelope, mailbox, ubl, validation
from peppol.access_points.protocol import AccessPoint, Arrival, Gone
from peppol.identifiers import DocumentKind
from peppol.rules.findings import Finding, Severity
from peppol.sql import Session

Transactions = Callable[[], AbstractContextManager[Session]]

_log = structlog.get_logger("post")
_BATCH = 50


class InvalidDocument(Exception):
    """A document of our own that breaks a rule. It is never sent; `findings` names the rules."""

    def __init__(self, kind: DocumentKind, document_id: str, findings: tuple[Finding, ...]) -> None:
        rules = ", ".join(sorted({finding.rule for finding in findings}))
        super().__init__(f"{kind} {document_id} breaks {rules} and is not sent.")
        self.kind = kind
        self.document_id = document_id
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Address:
    """Who writes to whom: our endpoint, the receiver's (empty: reads in the portal), and its organisation."""

    sender: str
    receiver: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Collected:
    """How many letters were stored for the first time, and how many were repeats or conflicts."""

    stored: int
    repeats: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document to be sent: what it is, to whom, and which order or document it is about."""

    document: ubl.Document
    kind: DocumentKind
    document_id: str
    address: Address
    about: str
    issued_on: date


def send(
    session: Session,
    document: ubl.Document,
    *,
    kind: DocumentKind,
    document_id: str,
    address: Address,
    about: str,
    issued_on: date,
) -> str:
    """Render, judge and lay out one document; return its instance identifier.

    Raises InvalidDocument when a schema or a published rule is broken: then nothing is stored.
    """
    return send_all(session, [Outgoing(document, kind, document_id, address, about, issued_on)])[0]


def send_all(session: Session, outgoing: Sequence[Outgoing]) -> list[str]:
    """Send several documents in one stroke: all are rendered and judged before any is laid out."""
    return mailbox.put_out(session, [_letter(each) for each in outgoing])


def _letter(outgoing: Outgoing) -> mailbox.NewLetter:
    try:
        body = ubl.serialise(outgoing.document)
    except ubl.UnwritableDocument as unwritable:
        finding = Finding("XSD", Severity.FATAL, unwritable.location, detail=unwritable.reason)
        raise InvalidDocument(outgoing.kind, outgoing.document_id, (finding,)) from unwritable
    report = validation.judge_tree(etree.fromstring(body), outgoing.kind, on=outgoing.issued_on)
    if not report.valid:
        raise InvalidDocument(outgoing.kind, outgoing.document_id, report.fatal)
    return mailbox.NewLetter(
        body=body,
        kind=outgoing.kind,
        document_id=outgoing.document_id,
        sender=outgoing.address.sender,
        receiver=outgoing.address.receiver,
        recipient=outgoing.address.recipient,
        about=outgoing.about,
        issued_on=outgoing.issued_on,
    )


def deliver_waiting(transactions: Transactions, access_point: AccessPoint, *, now: datetime) -> int:
    """Hand every waiting letter to the access point, oldest first, and return how many went.

    A letter that cannot be handed over now stays waiting, with those after it.
    """
    delivered = 0
    while True:
        with transactions() as session:
            letters = mailbox.waiting(session, limit=_BATCH)
            sent = []
            for letter in letters:
                try:
                    access_point.submit(letter)
                except OSError as error:
                    _log.warning("not delivered", instance_id=letter.instance_id, reason=type(error).__name__)
                    break
                sent.append(letter.sequence)
                _log.info("delivered", instance_id=letter.instance_id, document=letter.document_id)
            if sent:
                mailbox.mark_sent(session, sent, at=now)
            delivered += len(sent)
        if len(sent) < _BATCH:
            return delivered


def collect(
    transactions: Transactions, access_point: AccessPoint, *, today: date, now: datetime
) -> Collected:
    """Store what has come, commit, then acknowledge it, in small batches."""
    tally = {state: 0 for state in mailbox.InState}
    arrivals = iter(access_point.inbound())
    while batch := list(islice(arrivals, _BATCH)):
        letters = [(arrival.reference, _fetched(access_point, arrival)) for arrival in batch]
        # Reading envelopes is XML work and stays outside the transaction.
        came = [(name, body, envelope.instance_id_in(body)) for name, body in letters if body is not None]
        with transactions() as session:
            for reference, body, instance_id in came:
                stored = mailbox.store(
                    session,
                    body,
                    transport_id=reference,
                    received_on=today,
                    received_at=now,
                    instance_id=instance_id,
                )
                tally[stored.state] += 1
                _log.info("arrived", letter=stored.id, state=stored.state)
        for reference, _, _ in came:
            access_point.acknowledge(reference)
    return Collected(
        tally[mailbox.InState.ARRIVED], tally[mailbox.InState.REPEAT], tally[mailbox.InState.CONFLICT]
    )


def _fetched(access_point: AccessPoint, arrival: Arrival) -> bytes | None:
    """The bytes of an arrival, or None where another worker has taken it already."""
    try:
        return access_point.fetch(arrival.reference)
    except Gone:
        return None
