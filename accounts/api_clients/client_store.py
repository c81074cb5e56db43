"""API clients as the database holds them: found by number or organisation, ended and never removed."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, insert, select, update

from accounts.api_clients.model import CLIENT_FOLLOWS, ApiClient, ApiScope, ClientState, number_of
from accounts.api_clients.tables import api_client
from foundation import transitions
from foundation.sql import Session
from foundation.text import Text
from orders.register.unit_scope import UnitScope


def add(
    session: Session,
    *,
    organisation: str,
    name: str,
    scopes: frozenset[ApiScope],
    within: UnitScope | None,
    expires_on: date | None,
    by: str,
    vouched_by: str,
    responsible: str,
    at: datetime,
    is_test: bool = False,
) -> int:
    """Keep a new client; its number."""
    places = within or UnitScope()
    number: int = session.execute(
        insert(api_client).returning(api_client.c.id),
        {
            "organisation": organisation,
            "name": name,
            "scopes": " ".join(sorted(scopes)),
            "all_units": within is None,
            "units": "\n".join(sorted(places.units)),
            "addresses": "\n".join(sorted(places.addresses)),
            "state": ClientState.ACTIVE,
            "expires_on": expires_on,
            "made_at": at,
            "made_by": by,
            "vouched_by": vouched_by,
            "responsible": responsible,
            "is_test": is_test,
        },
    ).scalar_one()
    return number


def add_known(session: Session, client: ApiClient) -> None:
    """Keep a client of other books under its own number: what it does in these is its own."""
    session.execute(
        insert(api_client),
        {
            "id": client.id,
            "organisation": client.organisation,
            "name": client.name,
            "scopes": " ".join(sorted(client.scopes)),
            "state": client.state,
            "expires_on": client.expires_on,
            "made_at": client.made_at,
            "made_by": client.made_by,
            "is_test": client.is_test,
        },
    )


def by_id(session: Session, number: int) -> ApiClient | None:
    """The client with this number, whatever its state and whosever it is: for callers that know who is asking."""
    row = session.execute(_clients(api_client.c.id == number)).one_or_none()
    return None if row is None else client_of(row)


def responsible_for(session: Session, actor: str) -> str:
    """Who answers for the program that the journal calls so; nobody for what is no program."""
    number = number_of(actor)
    client = by_id(session, number) if number is not None else None
    return client.responsible if client else ""


def of_organisation(session: Session, organisation: str) -> list[ApiClient]:
    """Every client there has been of a supplier, or of the buyer for an empty number; the newest first."""
    question = _clients(api_client.c.organisation == organisation).order_by(api_client.c.id.desc())
    return [client_of(row) for row in session.execute(question)]


def past(session: Session, *, today: date) -> list[ApiClient]:
    """The active clients whose last day has gone by."""
    return _active(session, api_client.c.expires_on < today)


def active_of(session: Session, organisation: str, *, responsible: str | None = None) -> list[ApiClient]:
    """The active clients of a supplier or of the buyer; those alone that a person answers for, where one is named."""
    whose = api_client.c.organisation == organisation
    return _active(
        session, whose if responsible is None else whose & (api_client.c.responsible == responsible)
    )


def end(session: Session, client: ApiClient, to: ClientState, *, by: str, at: datetime) -> None:
    """Let a client end. Raises StepRefused where it has, and MovedMeanwhile where somebody else was first."""
    transitions.move(
        session,
        api_client.c.state,
        api_client.c.id == client.id,
        CLIENT_FOLLOWS,
        name=Text("Klient %(number)s", number=client.id),
        was=client.state,
        to=to,
        values={"ended_at": at, "ended_by": by},
    )


def change(session: Session, client: ApiClient, **columns: object) -> None:
    """Set columns of a client, but not its state."""
    session.execute(update(api_client).where(api_client.c.id == client.id).values(**columns))


def _active(session: Session, condition: ColumnElement[bool]) -> list[ApiClient]:
    question = _clients((api_client.c.state == ClientState.ACTIVE) & condition)
    return [client_of(row) for row in session.execute(question.order_by(api_client.c.id))]


def _clients(condition: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return select(api_client).where(condition)


def client_of(row: Row[tuple[object, ...]]) -> ApiClient:
    """The client in a row of its table."""
    units, addresses = (frozenset(part.splitlines()) for part in (row.units, row.addresses))
    return ApiClient(
        id=row.id,
        organisation=row.organisation,
        name=row.name,
        scopes=frozenset(ApiScope(each) for each in row.scopes.split()),
        within=None if row.all_units else UnitScope(units, addresses),
        jwks=row.jwks,
        state=ClientState(row.state),
        expires_on=row.expires_on,
        made_at=row.made_at,
        made_by=row.made_by,
        vouched_by=row.vouched_by,
        responsible=row.responsible,
        last_used_on=row.last_used_on,
        is_test=row.is_test,
    )
