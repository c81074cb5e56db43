"""The outbox: our messages, from the transaction that lays them out to the last word about them.

A row is written in the transaction of the business fact it tells of, with its bytes rendered
once; the same bytes under the same instance identifier are sent on every attempt. Who may send
when is decided in `receiver queues.py`; here is what is known of a message. Only the receiving side's word
closes one: `verdict`.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, insert, select, update

from foundation import transitions
from foundation.sql import Session, moment_of
from peppol.exchange.tables import OUT_FOLLOWS, OutState, outbox, receiver_queue

# One name space for instance identifiers, so that the same message always gets the same one.
_MESSAGES = uuid.UUID("6f1d5c0e-4a52-5c8e-9f0b-3c6a4f1e2d77")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be laid out. `about` is the document or order it concerns, `recipient` an organisation number."""

    body: bytes
    kind: str
    document_id: str
    sender: str
    receiver: str
    recipient: str
    about: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message of ours as it lies in the outbox. `recipient` is the organisation number it is for.

    `attempts` are all that were made, `failures` those that count towards STUCK, `outcome` how the
    last one ended and `reference` the access point's own name for the message.
    """

    sequence: int
    instance_id: str
    kind: str
    document_id: str
    sender: str
    receiver: str
    recipient: str
    issued_on: date
    body: bytes
    about: str = ""
    attempts: int = 0
    failures: int = 0
    outcome: str = ""
    reference: str = ""


def sha256_of(body: bytes) -> str:
    """The fingerprint bytes are known by."""
    return hashlib.sha256(body).hexdigest()


def instance_id_of(*, kind: str, document_id: str, receiver: str, digest: str) -> str:
    """The one instance identifier of a message: made from what it is, so a repeated request finds itself."""
    return str(uuid.uuid5(_MESSAGES, f"{kind}|{document_id}|{receiver}|{digest}"))


def put_out(session: Session, messages: Sequence[NewMessage]) -> list[str]:
    """Lay messages in the outbox and return their instance identifiers, in order.

    A message without a receiver on the network is for the portal. The rows live or die with
    the caller's transaction.
    """
    laid_at = moment_of(session)
    rows = [{**_outbox_row(message), "laid_at": laid_at} for message in messages]
    if rows:
        session.execute(_PUT_OUT, rows)
    return [str(row["instance_id"]) for row in rows]


def _outbox_row(message: NewMessage) -> dict[str, object]:
    digest = sha256_of(message.body)
    return {
        "instance_id": instance_id_of(
            kind=message.kind,
            document_id=message.document_id,
            receiver=message.receiver or message.recipient,
            digest=digest,
        ),
        "kind": message.kind,
        "document_id": message.document_id,
        "sender": message.sender,
        "receiver": message.receiver,
        "recipient": message.recipient,
        "about": message.about,
        "issued_on": message.issued_on,
        "sha256": digest,
        "body": message.body,
        "state": OutState.WAITING if message.receiver else OutState.IN_PORTAL,
    }


def messages_out(
    session: Session, *, kind: str = "", document_id: str = "", about: str = ""
) -> Iterator[OutboundMessage]:
    """The messages of one kind, document or subject, oldest first."""
    question = select(outbox).order_by(outbox.c.sequence)
    if kind:
        question = question.where(outbox.c.kind == kind)
    if document_id:
        question = question.where(outbox.c.document_id == document_id)
    if about:
        question = question.where(outbox.c.about == about)
    yield from read_messages(session, question.execution_options(yield_per=200))


def message_named(session: Session, instance_id: str) -> OutboundMessage | None:
    """The message with this instance identifier, or None."""
    question = select(outbox).where(outbox.c.instance_id == instance_id)
    row = session.execute(question).one_or_none()
    return _out_message(row) if row is not None else None


def read_messages(session: Session, question: Select[tuple[object, ...]]) -> Iterator[OutboundMessage]:
    """The messages that a question on the whole row finds."""
    for row in session.execute(question):
        yield _out_message(row)


def _out_message(row: Row[tuple[object, ...]]) -> OutboundMessage:
    return OutboundMessage(
        row.sequence,
        row.instance_id,
        row.kind,
        row.document_id,
        row.sender,
        row.receiver,
        row.recipient,
        row.issued_on,
        row.body,
        row.about,
        row.attempts,
        row.failures,
        row.outcome,
        row.reference,
    )


def verdict(
    session: Session, instance_id: str, state: OutState, *, answer: str = "", at: datetime
) -> OutState | None:
    """Note the last word about a message of ours (DELIVERED, REJECTED); the state it came from.

    None where there is no such message or its state allows no such step: a word once given stands,
    and saying it again changes nothing.
    """
    found = session.execute(
        select(outbox.c.sequence, outbox.c.state).where(outbox.c.instance_id == instance_id).with_for_update()
    ).one_or_none()
    if found is None:
        return None
    was = OutState(found.state)
    if not OUT_FOLLOWS.allows(was, state):
        return None
    noted = {"closed_at": at, "ask_at": None, "outcome": state.value, "answer": answer}
    return was if _moved_first(session, found.sequence, was=was, to=state, values=noted) else None


def send_again(session: Session, sequence: int) -> str | None:
    """Let a person's wish to send a message once more come true; its instance identifier, or None.

    A message that was never taken (STUCK) or lies in the portal waits again under its own identifier.
    One that was refused for good goes as a new message with the same bytes, since its identifier is
    used up. None for a message on its way or through: there is nothing to send again.
    """
    row = session.execute(select(outbox).where(outbox.c.sequence == sequence).with_for_update()).one_or_none()
    if row is None:
        return None
    # A person has looked: what a directory said before is not asked again.
    anew = {"failures": 0, "outcome": "RESENT", "alarmed_at": None, "ask_at": None}
    was = OutState(row.state)
    if (
        row.receiver
        and was in (OutState.STUCK, OutState.IN_PORTAL)
        and _moved_first(session, sequence, was=was, to=OutState.WAITING, values=anew)
    ):
        session.execute(
            update(receiver_queue).where(receiver_queue.c.receiver == row.receiver).values(due_at=None)
        )
        return str(row.instance_id)
    if row.state != OutState.REJECTED or _sent_anew(session, sequence):
        return None
    kept = ("kind", "document_id", "sender", "receiver", "recipient", "about", "issued_on", "sha256", "body")
    instance_id = str(uuid.uuid5(_MESSAGES, f"again|{row.instance_id}"))
    copy = {each: getattr(row, each) for each in kept}
    new = {"instance_id": instance_id, "state": OutState.WAITING, "resends": sequence}
    session.execute(_PUT_OUT, [{**copy, **new, "laid_at": moment_of(session)}])
    return instance_id


def _moved_first(
    session: Session, sequence: int, *, was: OutState, to: OutState, values: Mapping[str, object]
) -> bool:
    return transitions.moved_first(
        session,
        outbox.c.state,
        outbox.c.sequence == sequence,
        OUT_FOLLOWS,
        name=(f"Meddelande {sequence}", f"Message {sequence}"),
        was=was,
        to=to,
        values=values,
    )


def _sent_anew(session: Session, sequence: int) -> bool:
    return session.scalar(select(outbox.c.sequence).where(outbox.c.resends == sequence)) is not None


# Prepared once: building a statement costs more than running it.
_PUT_OUT = insert(outbox)
