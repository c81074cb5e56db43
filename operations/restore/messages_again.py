"""Messages after a restore: what came is taken in again, what left is noted as sent, and nothing is sent on a guess."""

from collections.abc import Mapping, Sequence
from typing import Final

from foundation.database import Database
from foundation.periods import stockholm_date
from operations.restore import restore_store
from operations.restore.found import GoneThrough, Places
from operations.restore.outside import CameOutside, LeftOutside
from orders.purchase_orders import lost_order_store, lost_orders
from orders.purchase_orders.lost_orders import LostOrder
from peppol.access_points.addressing import in_envelope
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPointError, DeliveryState
from peppol.documents import ordering
from peppol.envelope import opening
from peppol.exchange import inbox, outbox, outbox_store
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.tables import InState, OutState
from peppol.identifiers import DocumentKind
from peppol.xml import codec
from peppol.xml.gate_errors import GateRefused
from peppol.xml.literals import UnreadableDocument

_AT_ONCE: Final = 50
FOUND, MAYBE_SENT = "FOUND", "MAYBE_SENT"
_ANSWERS: Final = frozenset({DocumentKind.INVOICE_RESPONSE, DocumentKind.MLR, DocumentKind.MLS})


def take_in(database: Database, came: Sequence[CameOutside], done: GoneThrough) -> None:
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


def note_orders(database: Database, left: Sequence[LeftOutside], done: GoneThrough) -> None:
    """Note the orders that left and are lacking, so that none of them is ordered a second time under another number."""
    noted: list[LostOrder] = []
    for each in left:
        if each.kind != DocumentKind.ORDER:
            continue
        body = each.document()
        try:
            order = lost_orders.of_document(codec.parse(ordering.Order, body), body, path=each.path)
        except (GateRefused, UnreadableDocument):
            order = None
        if order is not None:
            noted.append(order)
    with database.writing() as session:
        done.orders_noted = lost_order_store.add_missing(session, noted)


def note_answers(database: Database, left: Sequence[LeftOutside], done: GoneThrough) -> None:
    """Take in the answers that left and are lacking, as sent: nobody is answered a second time."""
    for each in left:
        if each.kind not in _ANSWERS:
            continue
        body = each.document()
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


def ask_before_sending(database: Database, places: Places, done: GoneThrough) -> None:
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
