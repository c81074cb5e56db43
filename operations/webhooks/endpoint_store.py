"""Webhook endpoints as the database holds them: made, changed, taken by one worker at a time, ended, never removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, insert, or_, select, update

from foundation import leases, transitions
from foundation.sql import Session, rows_changed
from foundation.text import Text
from operations.event_feed.tables import outbound_feed
from operations.webhooks import message_store
from operations.webhooks.model import (
    ENDPOINT_FOLLOWS,
    REST_MOST,
    TEST,
    DisabledFor,
    Endpoint,
    EndpointState,
)
from operations.webhooks.tables import webhook_endpoint, webhook_message
from orders.register.unit_scope import UnitScope

_E, _M = webhook_endpoint.c, webhook_message.c


def add(
    session: Session,
    *,
    organisation: str,
    name: str,
    url: str,
    within: UnitScope | None,
    types: Sequence[str],
    client_id: int | None,
    cursor: int,
    by: str,
    at: datetime,
) -> int:
    """Keep a new endpoint, which is told what comes after the cursor; its number."""
    places = within or UnitScope()
    number: int = session.execute(
        insert(webhook_endpoint).returning(_E.id),
        {
            "organisation": organisation,
            "name": name,
            "url": url,
            "all_units": within is None,
            "units": "\n".join(sorted(places.units)),
            "addresses": "\n".join(sorted(places.addresses)),
            "types": " ".join(types),
            "client_id": client_id,
            "state": EndpointState.ACTIVE,
            "cursor": cursor,
            "made_at": at,
            "made_by": by,
        },
    ).scalar_one()
    return number


def by_id(session: Session, number: int) -> Endpoint | None:
    """The endpoint with this number, whatever its state and whosever it is: for callers that know who is asking."""
    row = session.execute(select(webhook_endpoint).where(_E.id == number)).one_or_none()
    return None if row is None else _endpoint(row)


def of_organisation(session: Session, organisation: str, *, client_id: int | None = None) -> list[Endpoint]:
    """The endpoints of a supplier, or of the buyer for an empty number, that have not ended; the newest first.

    Those of one client alone, where one is named.
    """
    mine = (_E.organisation == organisation) & (_E.state != EndpointState.ENDED)
    return _listed(session, mine if client_id is None else mine & (_E.client_id == client_id))


def of_client(session: Session, client_id: int) -> list[Endpoint]:
    """The endpoints that a client has made and that have not ended."""
    return _listed(session, (_E.client_id == client_id) & (_E.state != EndpointState.ENDED))


def every(session: Session) -> list[Endpoint]:
    """Every endpoint that has not ended."""
    return _listed(session, _E.state != EndpointState.ENDED)


def behind(session: Session) -> list[Endpoint]:
    """The active endpoints for which the feed has gone on."""
    last = select(outbound_feed.c.last).scalar_subquery()
    return _listed(session, (_E.state == EndpointState.ACTIVE) & (_E.cursor < last))


def move_cursor(session: Session, endpoint: Endpoint, to: int) -> bool:
    """Note how far the feed has been looked at for it; False where another was first."""
    this = (_E.id == endpoint.id) & (_E.cursor == endpoint.cursor)
    return rows_changed(session, update(webhook_endpoint).where(this).values(cursor=to)) == 1


def note_missed(session: Session, endpoint: Endpoint, *, upto: int) -> None:
    """Note that events after its cursor are no longer kept, and go on after them."""
    first = endpoint.missed_from or endpoint.cursor + 1
    this = update(webhook_endpoint).where(_E.id == endpoint.id)
    session.execute(this.values(cursor=upto, missed_from=first, missed_to=upto))


def change(session: Session, endpoint: Endpoint, **columns: object) -> bool:
    """Set columns of an endpoint but its state, unless somebody else has changed it meanwhile; whether it was."""
    this = (_E.id == endpoint.id) & (_E.version == endpoint.version)
    changed = update(webhook_endpoint).where(this).values(version=endpoint.version + 1, **columns)
    return rows_changed(session, changed) == 1


def disable(session: Session, endpoint: Endpoint, why: DisabledFor, *, at: datetime) -> None:
    """Send nothing to it until it is enabled. Raises StepRefused, MovedMeanwhile."""
    values = {"disabled_at": at, "disabled_for": why, "version": _E.version + 1}
    _move(session, endpoint, EndpointState.DISABLED, values)


def enable(session: Session, endpoint: Endpoint) -> None:
    """Send to it again, as if it had never failed. Raises StepRefused, MovedMeanwhile."""
    anew = {
        "failures": 0,
        "failing_since": None,
        "rests_until": None,
        "disabled_at": None,
        "disabled_for": "",
    }
    _move(session, endpoint, EndpointState.ACTIVE, {**anew, "version": _E.version + 1})


def end(session: Session, endpoint: Endpoint, *, by: str, at: datetime) -> None:
    """Let it be gone. Raises StepRefused where it is."""
    _move(session, endpoint, EndpointState.ENDED, {"ended_at": at, "ended_by": by, "version": _E.version + 1})


def _move(session: Session, endpoint: Endpoint, to: EndpointState, values: dict[str, object]) -> None:
    transitions.move(
        session,
        _E.state,
        _E.id == endpoint.id,
        ENDPOINT_FOLLOWS,
        name=Text("Webhook %(number)s", number=endpoint.id),
        was=endpoint.state,
        to=to,
        values=values,
    )


def is_any_due(session: Session, *, now: datetime, lease: timedelta) -> bool:
    """Whether there is an endpoint to take."""
    return session.execute(_due(now, lease).limit(1)).first() is not None


def take(session: Session, token: str, *, now: datetime, lease: timedelta, at_most: int) -> list[int]:
    """Take endpoints that nobody has and that something is due at, those served longest ago first; their numbers.

    What its last worker did not note, because it died, is sent once more.
    """
    question = _due(now, lease).limit(at_most).with_for_update(skip_locked=True)
    found = list(session.scalars(question))
    if found:
        taken = update(webhook_endpoint).where(_E.id.in_(found))
        session.execute(taken.values(claimed_until=now + lease, token=token, served_at=now))
    return found


def _due(now: datetime, lease: timedelta) -> Select[int]:
    due = message_store.is_sendable(now)
    waits = exists(select(_M.id).where(_M.endpoint_id == _E.id, due))
    tests = exists(select(_M.id).where(_M.endpoint_id == _E.id, due, _M.type == TEST))
    rested = leases.is_due(_E.rests_until, now, longest=REST_MOST)
    is_wanted = or_(
        and_(_E.state == EndpointState.ACTIVE, rested, waits), and_(_E.state != EndpointState.ENDED, tests)
    )
    return (
        select(_E.id)
        .where(leases.is_free(_E.claimed_until, now, longest=lease), is_wanted)
        .order_by(_E.served_at.nulls_first(), _E.id)
    )


def held(session: Session, number: int, token: str) -> Endpoint | None:
    """The endpoint, while it is this turn's; None where another has followed."""
    this = (_E.id == number) & (_E.token == token)
    row = session.execute(select(webhook_endpoint).where(this).with_for_update()).one_or_none()
    return None if row is None else _endpoint(row)


def let_go(session: Session, token: str, *, only: int | None = None) -> None:
    """Give back what this turn has, or one endpoint of it."""
    this = _E.token == token if only is None else (_E.token == token) & (_E.id == only)
    session.execute(update(webhook_endpoint).where(this).values(claimed_until=None, token=""))


def note_delivered(session: Session, endpoint: Endpoint, *, at: datetime) -> None:
    """Note that something came through: nothing fails any more."""
    well = {"failures": 0, "failing_since": None, "rests_until": None, "delivered_at": at}
    session.execute(update(webhook_endpoint).where(_E.id == endpoint.id).values(**well))


def note_failed(session: Session, endpoint: Endpoint, *, at: datetime, rests_until: datetime | None) -> None:
    """Note one more failure in a row."""
    failed = {"failures": endpoint.failures + 1, "failing_since": endpoint.failing_since or at}
    this = update(webhook_endpoint).where(_E.id == endpoint.id)
    session.execute(this.values(**failed, rests_until=rests_until))


def rest(session: Session, number: int, *, until: datetime) -> None:
    """Let it rest for a reason of ours, which is no failure of its own."""
    session.execute(update(webhook_endpoint).where(_E.id == number).values(rests_until=until))


def end_rest(session: Session, endpoint: Endpoint) -> None:
    """Let it be tried again at once."""
    session.execute(update(webhook_endpoint).where(_E.id == endpoint.id).values(rests_until=None))


def count_by_state(session: Session) -> dict[EndpointState, int]:
    """How many there are of each state that has not ended."""
    question = select(_E.state, func.count()).where(_E.state != EndpointState.ENDED).group_by(_E.state)
    return {EndpointState(state): count for state, count in session.execute(question)}


def count_failing(session: Session) -> int:
    """How many active ones have failed last."""
    failing = (_E.state == EndpointState.ACTIVE) & _E.failing_since.is_not(None)
    return session.execute(select(func.count()).where(failing)).scalar_one()


def _listed(session: Session, condition: ColumnElement[bool]) -> list[Endpoint]:
    question = select(webhook_endpoint).where(condition).order_by(_E.id.desc())
    return [_endpoint(row) for row in session.execute(question)]


def _endpoint(row: Row[tuple[object, ...]]) -> Endpoint:
    units, addresses = (frozenset(part.splitlines()) for part in (row.units, row.addresses))
    return Endpoint(
        id=row.id,
        organisation=row.organisation,
        name=row.name,
        url=row.url,
        within=None if row.all_units else UnitScope(units, addresses),
        types=tuple(row.types.split()),
        client_id=row.client_id,
        state=EndpointState(row.state),
        cursor=row.cursor,
        version=row.version,
        made_at=row.made_at,
        made_by=row.made_by,
        failures=row.failures,
        failing_since=row.failing_since,
        rests_until=row.rests_until,
        delivered_at=row.delivered_at,
        disabled_at=row.disabled_at,
        disabled_for=row.disabled_for,
        missed_from=row.missed_from,
        missed_to=row.missed_to,
    )
