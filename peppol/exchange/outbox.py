"""The outbox: our messages, from the transaction that lays them out to the last word about them.

A row is written in the transaction of the business fact it tells of, with its bytes rendered
once; the same bytes under the same instance identifier are sent on every attempt. Who may send
when is decided in `receiver_queues.py`; here is what is done with a message. Only the receiving side's word
closes one: `verdict`.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation import written_together
from foundation.periods import stockholm_date
from foundation.sql import Session, moment_of
from peppol.exchange import outbox_store, receiver_queue_store, tables
from peppol.exchange.directory_store import ASK_AGAIN
from peppol.exchange.tables import OUT_FOLLOWS, OutState

# One name space for instance identifiers, so that the same message always gets the same one.
_MESSAGES = uuid.UUID("6f1d5c0e-4a52-5c8e-9f0b-3c6a4f1e2d77")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be laid out. `about` is the document or order it concerns, `recipient` an organisation number.

    `answers` is what of theirs an answer is to, and how: the fingerprint of their message, our code, and which of that
    code it is. Whatever day and number it bears, it is the same answer. `acknowledges` is the instance identifier of
    the transmission whose one message level status it is.
    """

    body: bytes
    kind: str
    document_id: str
    sender: str
    receiver: str
    recipient: str
    about: str
    issued_on: date
    answers: str = ""
    acknowledges: str = ""


def sha256_of(body: bytes) -> str:
    """The fingerprint bytes are known by."""
    return hashlib.sha256(body).hexdigest()


def instance_id_of(*, kind: str, document_id: str, receiver: str, digest: str, answers: str = "") -> str:
    """The one instance identifier of a message: made from what it is, so a repeated request finds itself.

    That of an answer is made from what it `answers`: given again by books that were restored, it is the same answer.
    """
    if answers:
        return str(uuid.uuid5(_MESSAGES, f"answer|{kind}|{receiver}|{answers}"))
    return str(uuid.uuid5(_MESSAGES, f"{kind}|{document_id}|{receiver}|{digest}"))


def put_out(session: Session, messages: Sequence[NewMessage]) -> list[str]:
    """Lay messages in the outbox and return their instance identifiers, in order.

    A message without a receiver on the network is for the portal. The rows live or die with
    the caller's transaction.
    """
    laid_at = moment_of(session)
    rows = [{**_outbox_row(message), "laid_at": laid_at} for message in messages]
    plain = [row for row, message in zip(rows, messages, strict=True) if not message.answers]
    if plain:
        outbox_store.add_all(session, plain)
    for row, message in zip(rows, messages, strict=True):
        if message.answers:
            written_together.write(session, outbox_store.add_or_claim, row, into=tables.outbox)
    return [str(row["instance_id"]) for row in rows]


def _outbox_row(message: NewMessage) -> dict[str, object]:
    digest = sha256_of(message.body)
    return {
        "instance_id": instance_id_of(
            kind=message.kind,
            document_id=message.document_id,
            receiver=message.receiver or message.recipient,
            digest=digest,
            answers=message.answers,
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
        "acknowledges": outbox_store.transmission_key(message.acknowledges),
    }


def note_answer_that_left(
    session: Session,
    body: bytes,
    *,
    kind: str,
    document_id: str,
    instance_id: str,
    path: str,
    sent_at: datetime,
) -> bool:
    """Take an answer that lies outside into books that lost it, until it is given again; False where they have it."""
    row = {
        "instance_id": instance_id,
        "kind": kind,
        "document_id": document_id,
        "sender": "",
        "receiver": "",
        "recipient": "",
        "about": outbox_store.UNCLAIMED,
        "issued_on": stockholm_date(sent_at),
        "sha256": sha256_of(body),
        "body": body,
        "state": OutState.SENT,
        "laid_at": sent_at,
        "sent_at": sent_at,
        "reference": path,
        "outcome": "FOUND",
    }
    return outbox_store.add_if_new(session, row)


def note_left_before(session: Session, instance_id: str, *, reference: str) -> None:
    """Note that a message just laid out had left before the books were lost; one for the portal stays."""
    found = outbox_store.state_locked(session, instance_id)
    if found is not None and found[1] is OutState.WAITING:
        values = {"reference": reference, "outcome": "FOUND", "sent_at": moment_of(session)}
        outbox_store.moved_first(session, found[0], was=OutState.WAITING, to=OutState.SENT, values=values)


def verdict(
    session: Session, instance_id: str, state: OutState, *, answer: str = "", at: datetime
) -> OutState | None:
    """Note the last word about a message of ours (DELIVERED, REJECTED); the state it came from.

    None where there is no such message or its state allows no such step: a word once given stands,
    and saying it again changes nothing.
    """
    found = outbox_store.state_locked(session, instance_id)
    if found is None:
        return None
    sequence, was = found
    if not OUT_FOLLOWS.allows(was, state):
        return None
    noted = {"closed_at": at, "ask_at": None, "outcome": state.value, "answer": answer}
    moved = outbox_store.moved_first(session, sequence, was=was, to=state, values=noted)
    return was if moved else None


def send_again(session: Session, sequence: int, *, ask_directory: bool = False) -> str | None:
    """Let a person's wish to send a message once more come true; its instance identifier, or None.

    A message that was never taken (STUCK) or lies in the portal waits again under its own identifier.
    One that was refused for good goes as a new message with the same bytes, since its identifier is
    used up. None for a message on its way or through: there is nothing to send again.
    With `ask_directory` nobody has looked at this very message: the directory is asked before it is sent.
    """
    held = outbox_store.locked(session, sequence)
    if held is None:
        return None
    message = held.message
    # A person has looked: what a directory said before is not asked again.
    outcome = ASK_AGAIN if ask_directory else "RESENT"
    anew = {"failures": 0, "outcome": outcome, "alarmed_at": None, "ask_at": None}
    if (
        message.receiver
        and held.state in (OutState.STUCK, OutState.IN_PORTAL)
        and outbox_store.moved_first(session, sequence, was=held.state, to=OutState.WAITING, values=anew)
    ):
        receiver_queue_store.hurry_one(session, message.receiver)
        return message.instance_id
    if held.state is not OutState.REJECTED or outbox_store.was_sent_anew(session, sequence):
        return None
    instance_id = str(uuid.uuid5(_MESSAGES, f"again|{message.instance_id}"))
    copy = {
        "instance_id": instance_id,
        "kind": message.kind,
        "document_id": message.document_id,
        "sender": message.sender,
        "receiver": message.receiver,
        "recipient": message.recipient,
        "about": message.about,
        "issued_on": message.issued_on,
        "sha256": held.sha256,
        "body": message.body,
        "state": OutState.WAITING,
        "resends": sequence,
        "laid_at": moment_of(session),
    }
    outbox_store.add_all(session, [copy])
    return instance_id
