"""The installation's buyers as its first books hold them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from foundation import transitions
from foundation.database import Database, explain
from foundation.sql import Session
from operations.buyers.model import BUYER_FOLLOWS, BuyerState, InstallationBuyer
from operations.buyers.tables import buyer_host, buyer_participant, installation_buyer


class BuyerTaken(Exception):
    """Another buyer has the short name, the number, a Peppol address, a host or the books."""


def buyers(session: Session) -> tuple[InstallationBuyer, ...]:
    """Every buyer, whose books are the first first, then as they were added; none where there is one without a name."""
    participants = _by_buyer(session, buyer_participant)
    hosts = _by_buyer(session, buyer_host)
    rows = session.execute(
        select(installation_buyer).order_by(
            installation_buyer.c.books != "", installation_buyer.c.added_at, installation_buyer.c.slug
        )
    )
    return tuple(
        InstallationBuyer(
            slug=row.slug,
            organisation_number=row.organisation_number,
            name=row.name,
            participants=tuple(participants[row.slug]),
            hosts=tuple(hosts[row.slug]),
            books=row.books,
            state=BuyerState(row.state),
        )
        for row in rows
    )


def buyers_in(database: Database) -> tuple[InstallationBuyer, ...]:
    """The same, asked in a view of its own; none in books from before there could be several."""
    try:
        with database.reading() as session:
            return buyers(session)
    except (OperationalError, ProgrammingError) as error:
        if "billing init" in explain(error).text.sv:
            return ()
        raise


def add(session: Session, buyer: InstallationBuyer, *, at: datetime) -> None:
    """Add a buyer. Raises BuyerTaken where something of it is another's; nothing more can be done in `session` then."""
    row = {
        "slug": buyer.slug,
        "organisation_number": buyer.organisation_number,
        "name": buyer.name,
        "books": buyer.books,
        "state": buyer.state,
        "added_at": at,
    }
    try:
        session.execute(insert(installation_buyer), row)
        _put_names(session, buyer)
    except IntegrityError as error:
        raise BuyerTaken from error


def change(session: Session, buyer: InstallationBuyer) -> None:
    """Let the row with this short name have this name, these addresses and these hosts. Raises BuyerTaken."""
    for table in (buyer_participant, buyer_host):
        session.execute(delete(table).where(table.c.buyer == buyer.slug))
    named = update(installation_buyer).where(installation_buyer.c.slug == buyer.slug).values(name=buyer.name)
    session.execute(named)
    try:
        _put_names(session, buyer)
    except IntegrityError as error:
        raise BuyerTaken from error


def move(session: Session, buyer: InstallationBuyer, to: BuyerState) -> None:
    """Close or open a buyer, from the state it was read in. Raises StepRefused."""
    transitions.move(
        session,
        installation_buyer.c.state,
        installation_buyer.c.slug == buyer.slug,
        BUYER_FOLLOWS,
        name=buyer.label,
        was=buyer.state,
        to=to,
    )


def _put_names(session: Session, buyer: InstallationBuyer) -> None:
    for table, column, values in (
        (buyer_participant, "participant_id", buyer.participants),
        (buyer_host, "host", buyer.hosts),
    ):
        if values:
            session.execute(insert(table), [{column: each, "buyer": buyer.slug} for each in values])


def _by_buyer(session: Session, table: Table) -> Mapping[str, list[str]]:
    (key,) = table.primary_key.columns
    found: dict[str, list[str]] = defaultdict(list)
    for value, buyer in session.execute(select(key, table.c.buyer).order_by(key)):
        found[buyer].append(value)
    return found
