"""Going through a restore: the books learn what came after the backup, step by step, each of which may be repeated.

What came is taken in again once, with the time its file was written. What lies with the access point byte for byte was
sent and is noted so; what may have been sent is nobody's to send but a person's (STUCK: `billing post resend`). Series
go on beyond everything the mark outside knew. Suppliers who may have been paid are stopped until two people lift it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from foundation import books_mark, journal, number_series
from foundation.books_mark import BooksMark
from foundation.database import Database
from foundation.errors import Refused
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payment_stop_store
from invoicing.payment.payment_stop_store import StopReason
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.restore import outside, restore_store
from operations.restore.outside import CameOutside, LeftOutside, PaymentsOutside
from orders.purchase_orders import lost_order_store, lost_orders
from orders.purchase_orders.lost_orders import LostOrder
from orders.register import store as register_store
from peppol.access_points.addressing import in_envelope
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPoint, AccessPointError, DeliveryState
from peppol.documents import ordering
from peppol.envelope import opening
from peppol.exchange import inbox, outbox, outbox_store
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.tables import InState, OutState
from peppol.identifiers import DocumentKind
from peppol.xml import codec
from peppol.xml.gate_errors import KEPT_MAX, GateRefused
from peppol.xml.literals import UnreadableDocument

MARGIN: Final = 100
"""So many numbers more than any that is known are passed over: the mark outside is a minute old at most."""

_AT_ONCE: Final = 50
FOUND, MAYBE_SENT = "FOUND", "MAYBE_SENT"


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look: the access point and, of it, the folders that are ours to see; archives; payment files."""

    access_point: AccessPoint | None = None
    archives: Sequence[Path] = ()
    payment_files: Sequence[Path] = ()
    tells_unknown: bool = False
    """Whether the access point's UNKNOWN means that it never had a message, and not that it cannot tell."""

    @property
    def folder(self) -> FolderAccessPoint | None:
        """The access point, where it is a pair of folders."""
        return self.access_point if isinstance(self.access_point, FolderAccessPoint) else None


@dataclass(frozen=True, slots=True)
class Found:
    """What lies outside that the books do not know, and how far the mark outside had come."""

    books: BooksMark
    mark: BooksMark | None
    came: Sequence[CameOutside]
    left: Sequence[LeftOutside]
    payments: Sequence[PaymentsOutside]
    events: Mapping[str, tuple[int, datetime]]
    ordered_again: Sequence[tuple[str, str]] = ()
    """Orders that left, each with one that was placed since for the same placement and days and differs from it."""

    @property
    def rows_lost(self) -> int:
        """How many rows of the journal, things that people and systems did, are not in the books any more."""
        return max(0, self.mark.journal - self.books.journal) if self.mark is not None else 0

    @property
    def is_all_known(self) -> bool:
        """Whether the books know of everything that was found outside."""
        return not (self.came or self.left or self.payments)


@dataclass(slots=True)
class GoneThrough:
    """What one going-through did."""

    taken_in: int = 0
    orders_noted: int = 0
    """Orders outside that the books lack: they take up their numbers when they are decided again."""
    answers_noted: int = 0
    """Answers outside that the books lack: what they answer is answered with them when it is read again."""
    noted_sent: int = 0
    to_ask: list[str] = field(default_factory=list)
    jumps: list[number_series.SeriesJump] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)


def look(database: Database, places: Places) -> Found:
    """Compare the books with what lies outside; changes nothing."""
    came = list(outside.came(places.folder, places.archives))
    left = list(outside.left(places.folder))
    paid = list(outside.payments(places.payment_files))
    with database.reading() as session:
        lacking = restore_store.unknown_bytes(session, {each.sha256 for each in came})
        strange = restore_store.unknown_messages(session, {each.instance_id for each in left})
        known = set(restore_store.files_that_left(session).values())
        mark = books_mark.of_books(session) or BooksMark(0, 0)
        hold = books_mark.holding(session)
        return Found(
            # As they were restored: rows that came since are of those who go through it.
            books=mark if hold is None else replace(mark, journal=hold.ended),
            mark=books_mark.seen_outside(session) or books_mark.read(database.marks),
            came=_first_of_each([each for each in came if each.sha256 in lacking]),
            left=[each for each in left if each.instance_id in strange],
            payments=[each for each in paid if each.sha256 not in known],
            events=restore_store.newest_events(session),
            ordered_again=list(lost_order_store.ordered_as_others(session)),
        )


def go_through(database: Database, places: Places, *, by: str) -> GoneThrough:
    """Take in, note as sent, pass over numbers and stop payments. Raises Refused where the books are not held."""
    with database.reading() as session:
        if not books_mark.is_held(session):
            raise _not_held()
    found = look(database, places)
    held = database.for_recovery()
    done = GoneThrough()
    with held.writing() as session:
        _pass_over_numbers(session, found, done, by=by, at=database.clock())
        _stop_payments(session, found, done, by=by, at=database.clock())
    _note_orders(held, places, found.left, done)
    _note_answers(held, places, found.left, done)
    _take_in(held, found.came, done)
    _ask_before_sending(held, places, done)
    with held.writing() as session:
        books_mark.note_gone_through(session, by)
        journal.record(
            session,
            by,
            OperationsAction.BOOKS_GONE_THROUGH,
            OperationsSubject.BOOKS.of(found.books.generation),
            rows_lost=str(found.rows_lost),
            taken_in=str(done.taken_in),
            orders_noted=str(done.orders_noted),
            answers_noted=str(done.answers_noted),
            noted_sent=str(done.noted_sent),
            maybe_sent=str(len(done.to_ask)),
            messages_lost=str(len(found.left)),
            stopped=str(len(done.stopped)),
        )
    return done


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one; whoever knows the accounts knows better."""
    return one == other


def end(
    database: Database, places: Places, *, by: str, is_same: Callable[[str, str], bool] = is_same_name
) -> None:
    """Let the books be open again, in a new generation, at the word of another than who went through the restore.

    `is_same` says whether two names are one person's. Raises Refused while something that came is not taken in.
    """
    with database.reading() as session:
        hold = books_mark.holding(session)
    if hold is None:
        raise _not_held()
    if not hold.gone_through_by:
        raise Refused(Text("Ingen har gått igenom återställningen än. Kör först: billing restore go"))
    if all(is_same(by, each) for each in hold.gone_through_by):
        raise Refused(
            Text(
                "Du har själv gått igenom återställningen. Böckerna öppnas av någon annan, som har sett vad som "
                "gjordes."
            )
        )
    found = look(database, places)
    if found.came:
        raise Refused(
            Text(
                "%(count)s dokument som har kommit finns inte i böckerna. Kör först: billing restore go",
                count=len(found.came),
            )
        )
    with database.for_recovery().writing() as session:
        mark = books_mark.seen_outside(session)
        if mark is None:
            raise _not_held()
        books_mark.release(session, mark)
        subject = OperationsSubject.BOOKS.of(found.books.generation)
        journal.record(session, by, OperationsAction.BOOKS_RELEASED, subject)


def _take_in(database: Database, came: Sequence[CameOutside], done: GoneThrough) -> None:
    """Store what came and is lacking, some to a transaction; whoever repeats it finds nothing lacking."""
    for start in range(0, len(came), _AT_ONCE):
        with database.writing() as session:
            for each in came[start : start + _AT_ONCE]:
                body = each.body()
                stored = inbox.store(
                    session,
                    body,
                    transport_id=each.path,
                    received_on=stockholm_date(each.at),
                    received_at=each.at,
                    instance_id=opening.instance_id_in(body),
                )
                done.taken_in += stored.state is InState.ARRIVED


def _note_orders(database: Database, places: Places, left: Sequence[LeftOutside], done: GoneThrough) -> None:
    """Note the orders that left and are lacking, so that none of them is ordered a second time under another number."""
    if places.folder is None:
        return
    noted: list[LostOrder] = []
    for each in left:
        if each.kind != DocumentKind.ORDER:
            continue
        body = _own_document(places.folder, each.path)
        try:
            order = lost_orders.of_document(codec.parse(ordering.Order, body), body, path=each.path)
        except (GateRefused, UnreadableDocument):
            order = None
        if order is not None:
            noted.append(order)
    with database.writing() as session:
        done.orders_noted = lost_order_store.add_missing(session, noted)


def _note_answers(database: Database, places: Places, left: Sequence[LeftOutside], done: GoneThrough) -> None:
    """Take in the answers that left and are lacking, as sent: nobody is answered a second time."""
    if places.folder is None:
        return
    for each in left:
        if each.kind not in _ANSWERS:
            continue
        body = _own_document(places.folder, each.path)
        with database.writing() as session:
            done.answers_noted += outbox.note_answer_that_left(
                session,
                body,
                kind=each.kind,
                document_id=each.document_id,
                instance_id=each.instance_id,
                path=each.path,
                sent_at=each.at,
            )


def _own_document(access_point: FolderAccessPoint, path: str) -> bytes:
    """A document of ours that lies outside, without its envelope."""
    body = access_point.files.read(path, KEPT_MAX)
    return (opening.unwrap(body).payload or body) if access_point.enveloped else body


_ANSWERS: Final = frozenset({DocumentKind.INVOICE_RESPONSE, DocumentKind.MLR, DocumentKind.MLS})


def _ask_before_sending(database: Database, places: Places, done: GoneThrough) -> None:
    """Ask outside about every message that the books believe unsent."""
    with database.reading() as session:
        unsent = list(restore_store.believed_unsent(session))
    for message in unsent:
        became, reference = _became(places, message)
        if became is OutState.WAITING:
            continue
        now = database.clock()
        values: dict[str, object] = {"reference": reference, "outcome": FOUND}
        if became is OutState.STUCK:
            values = {"outcome": MAYBE_SENT}
        elif became is OutState.SENT:
            values |= {"sent_at": now}
        else:
            values |= {"sent_at": now, "closed_at": now}
        with database.writing() as session:
            moved = outbox_store.moved_first(
                session, message.sequence, was=OutState.WAITING, to=became, values=values
            )
        if moved and became is OutState.STUCK:
            done.to_ask.append(message.instance_id)
        elif moved:
            done.noted_sent += 1


_BECAME: Final[Mapping[DeliveryState, OutState]] = {
    DeliveryState.ACCEPTED: OutState.SENT,
    DeliveryState.DELIVERED: OutState.DELIVERED,
    DeliveryState.REJECTED: OutState.REJECTED,
    # A person sends it again, or does not.
    DeliveryState.GIVEN_UP: OutState.STUCK,
}


def _became(places: Places, message: OutboundMessage) -> tuple[OutState, str]:
    """What a message that the books believe unsent is by what lies outside, and the access point's name for it."""
    if places.folder is not None:
        return _in_folder(places.folder, message)
    if places.access_point is None:
        return OutState.STUCK, ""
    try:
        told = places.access_point.status(message.instance_id)
    except AccessPointError:
        return OutState.STUCK, ""
    if told.state is DeliveryState.UNKNOWN:
        return (OutState.WAITING if places.tells_unknown else OutState.STUCK), ""
    return _BECAME[told.state], ""


def _in_folder(access_point: FolderAccessPoint, message: OutboundMessage) -> tuple[OutState, str]:
    """Sent where the very bytes lie there. Nothing there: an operator that fetches has emptied it, or it never came."""
    path = access_point.layout.outgoing(message)
    if access_point.files.find(path) is None:
        beside = access_point.files.walk(path.rpartition("/")[0], deep=False)
        return (OutState.WAITING if next(beside, None) is not None else OutState.STUCK), ""
    written = message.body
    if access_point.enveloped and message.receiver:
        written = opening.unwrap(in_envelope(message)).payload
        lies = opening.unwrap(access_point.files.read(path, len(message.body) * 2 + 100_000)).payload
    else:
        lies = access_point.files.read(path, len(written) + 1)
    return (OutState.SENT, path) if lies == written else (OutState.STUCK, "")


def _pass_over_numbers(session: Session, found: Found, done: GoneThrough, *, by: str, at: datetime) -> None:
    """Let every series go on beyond what the mark and the names outside know, with a margin; once for each restore."""
    mark = found.mark
    reason = f"restored: mark {mark.generation}/{mark.tick}" if mark is not None else "restored"
    if any(each.reason == reason for each in number_series.jumps(session)):
        return
    seen = {number_series.ORDERS: _orders(found), number_series.PROPOSALS: _proposals(found)}
    for name, (_, last) in number_series.ranges(session).items():
        known = max(last, mark.series.get(name, 0) if mark is not None else 0, *seen.get(name, ()))
        made = number_series.jump(session, name, to=known + MARGIN, at=at.isoformat(), by=by, reason=reason)
        if made is not None:
            done.jumps.append(made)
    restore_store.jump_own_series(session, margin=MARGIN, at=at.isoformat(), by=by, reason=reason)


def _orders(found: Found) -> list[int]:
    return [
        int(each.document_id) for each in found.left if each.kind == "order" and each.document_id.isdecimal()
    ]


def _proposals(found: Found) -> list[int]:
    names = (each.message_id.removeprefix("RM") for each in found.payments)
    return [int(each) for each in names if each.isdecimal()]


def _stop_payments(session: Session, found: Found, done: GoneThrough, *, by: str, at: datetime) -> None:
    """Stop payments to every supplier that may have been paid after the backup.

    Those in a file the books do not know, those in a proposal that was not exported yet, and all where proposals
    were made that no file was found of.
    """
    register = register_store.load(session)
    doubtful = restore_store.suppliers_being_paid(session)
    every = {each.organisation_number for each in register.suppliers}
    for file in found.payments:
        for number in file.accounts:
            holders = {
                each.organisation_number
                for each in register.suppliers
                if any(account.number == number for account in each.payment_accounts)
            }
            doubtful |= holders or every
    last = number_series.ranges(session)[number_series.PROPOSALS][1]
    if found.mark is not None and found.mark.series.get(number_series.PROPOSALS, 0) > found.books.series.get(
        number_series.PROPOSALS, last
    ) + len({each.message_id for each in found.payments}):
        doubtful |= every
    for supplier in sorted(doubtful - set(payment_stop_store.holding(session))):
        stop = payment_stop_store.add(session, supplier=supplier, reason=StopReason.RESTORED, by=by, at=at)
        subject = InvoicingSubject.PAYMENT_STOP.of(stop)
        journal.record(session, by, PaymentAction.STOP_ASKED, subject, reason=StopReason.RESTORED)
        done.stopped.append(supplier)


def _first_of_each(came: Sequence[CameOutside]) -> list[CameOutside]:
    """The same bytes came twice: the earlier is what came, in the order they came."""
    first: dict[str, CameOutside] = {}
    for each in sorted(came, key=lambda one: (one.at, one.path)):
        first.setdefault(each.sha256, each)
    return list(first.values())


def _not_held() -> Refused:
    return Refused(Text("Böckerna är inte återställda: de känner till allt som märket utanför dem säger."))
