"""`check_world`: what must hold after every experiment, in the books and between them and what lies outside.

Of the ten invariants of the bar the books' own stand in `operations/checks/invariants.py`, as `billing check` walks
them: kept bytes (I2), order lines (I4), sums as they were read (I5), number series (I6), the journal (I7), kept
messages (I8), payments (I9) and own orders (I10). What only an experiment knows is asked here beside them: that
nothing is left half done when all is quiet (I1), that every delivery that was acknowledged stands in the books once
(I3), and that what the other side was given is what is kept, under one identifier (I8).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from foundation.database import Database
from foundation.sql import Session
from operations.checks import invariants
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store
from peppol.exchange.tables import InState, OutState


def check_world(
    database: Database,
    *,
    acknowledged: Iterable[bytes] = (),
    given: Iterable[tuple[str, bytes]] = (),
    is_quiet: bool = True,
) -> list[str]:
    """Everything that does not hold, in words.

    `acknowledged` are the bytes of every delivery that somebody was told has arrived; `given` are the messages the
    other side has had, each with its instance identifier. `is_quiet` is False while work still waits.
    """
    with database.reading() as session:
        return [
            *(f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)),
            *(_half_done(session) if is_quiet else ()),
            *_acknowledged(session, acknowledged),
            *_given(session, given),
        ]


def _half_done(session: Session) -> Iterator[str]:
    """I1: an original is handled, kept aside or a repeat; there is no fourth state when all is quiet."""
    inbox = exchange_tables.inbox
    for row in session.execute(select(inbox.c.id).where(inbox.c.state == InState.ARRIVED)):
        yield f"letter in {row.id}: it has arrived, and nobody has read it"


def _acknowledged(session: Session, bodies: Iterable[bytes]) -> Iterator[str]:
    """I3: each acknowledged original is there, and of the same bytes only one is more than a repeat."""
    inbox = exchange_tables.inbox
    rows = session.execute(select(inbox.c.sha256, inbox.c.state)).all()
    first = Counter(row.sha256 for row in rows if row.state != InState.REPEAT)
    for sha256 in sorted({hashlib.sha256(body).hexdigest() for body in bodies}):
        if first[sha256] != 1:
            yield f"delivery {sha256[:12]}: it was acknowledged, and stands {first[sha256]} times in the books"


def _given(session: Session, given: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """I8: what the other side has under an identifier is what we keep under it; what is sent, it has."""
    outbox = exchange_tables.outbox
    told = body_store.beside(session, body_store.OUT, select(outbox))
    kept = {row.instance_id: (row, body) for row, body in told}
    had: dict[str, bytes] = {}
    for instance_id, body in given:
        if had.setdefault(instance_id, body) != body:
            yield f"letter out {instance_id}: the other side has two versions of it"
        if instance_id not in kept:
            yield f"letter out {instance_id}: the other side has it, and we know of none"
        elif kept[instance_id][1] != body:
            yield f"letter out {instance_id}: the other side has other bytes than we keep"
    if had:
        for instance_id, (row, _) in kept.items():
            if row.state in (OutState.SENT, OutState.DELIVERED) and instance_id not in had:
                yield f"letter out {instance_id}: it is {row.state}, and the other side was never given it"
