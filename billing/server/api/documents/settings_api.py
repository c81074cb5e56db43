"""The supplier's own settings: what the register says of it, and what the numbers of its invoices here begin with.

Convention: a program changes the series alone, which is about documents that programs make. Names, addresses, accounts
and permissions are people's: two at the buyer call back whoever asked (decision 140).
"""

from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import SUPPLIER_SCOPES, ApiClient, ApiScope
from billing.server.api import conditional, idempotency
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in
from billing.server.bodies.json_bodies import MEDIA_TYPE, JsonBody, json_bytes, read, schema_of
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing import numbering
from invoicing.portal_invoicing.scope import SupplierActor
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply, ReplyKey
from orders.register import store as register_store
from orders.register.parties import Channel
from supplier_portal.pages.forms import actor_of
from web.access import NotPermitted, instant_of
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["settings"], dependencies=BEARER)

_LETTERS: Final = r"^[A-ZÅÄÖ][A-ZÅÄÖ0-9]{0,7}$"


class WholeOrganisationNeeded(NotPermitted):
    """What is about all of the supplier is changed by a client that some of its units are all of."""

    def __init__(self) -> None:
        super(NotPermitted, self).__init__(
            Text(
                "Det gäller hela organisationen, men klienten ser bara vissa enheter. Ändra det i portalen, eller med "
                "en klient för alla enheter."
            )
        )


class ToldAddress(BaseModel):
    """A postal address."""

    street: str = Field(description="Street and number.")
    postal_code: str = Field(description="The postal code.")
    city: str = Field(description="The town.")
    country: str = Field(description="The country, as ISO 3166-1 has it, as `SE`.")


class ToldAccount(BaseModel):
    """An account that the buyer pays to."""

    scheme: str = Field(description="The kind of account, as `BANKGIRO`.")
    number: str = Field(description="The account's number.")


class ToldUnit(BaseModel):
    """A delivery unit that the client may see something of."""

    id: str
    name: str = Field(description="What it is called.")


class ToldSeries(BaseModel):
    """The numbers of invoices that are made here."""

    letters: str = Field(description="What the numbers begin with.")
    next_number: str = Field(description="Another may take it meanwhile.")


class ToldSettings(BaseModel):
    """What holds for the supplier today."""

    organisation_number: str = Field(description="The organisation number.")
    name: str = Field(description="The supplier's name.")
    address: ToldAddress = Field(description="Its postal address.")
    vat_id: str | None = Field(description="Its VAT number; null where it has none.")
    f_tax: bool = Field(description="Whether it is approved for F-tax.")
    channel: Channel = Field(description="Where it takes its orders.")
    participant_id: str | None = Field(description="Its address on the Peppol network.")
    takes_answers: bool = Field(description="Whether Invoice Responses are sent to it over Peppol.")
    payment_accounts: list[ToldAccount] = Field(description="The accounts that the buyer pays to.")
    units: list[ToldUnit] = Field(description="The delivery units that the client may see something of.")
    series: ToldSeries


class ChangedSeries(JsonBody):
    """What coming numbers begin with."""

    letters: Annotated[
        str,
        Field(
            pattern=_LETTERS, max_length=8, description="A letter, then letters or digits; the year follows."
        ),
    ]


class ChangedSettings(JsonBody):
    """What is changed; all else stays."""

    series: ChangedSeries


@router.get(
    "/settings",
    summary="Read the supplier's settings",
    response_model=ToldSettings,
    responses={**REFUSALS, 200: {"description": "The settings; `ETag` is that of what can be changed."}},
)
def read_settings(request: Request) -> Response:
    """The settings as they are today."""
    signed_in(request, *SUPPLIER_SCOPES)
    try:
        with database_of(request).reading() as session:
            told = _told(session, request)
    except OperationalError:
        raise later() from None
    return JSONResponse(told.model_dump(mode="json"), headers={"ETag": _tag(told)})


@router.patch(
    "/settings",
    summary="Change the supplier's settings",
    response_model=ToldSettings,
    responses={
        **REFUSALS,
        **idempotency.REFUSALS,
        **conditional.REFUSALS,
        200: {"description": "The settings as they are now."},
        408: problem("The body did not come in time."),
        413: problem("The body is too large."),
        415: problem("The form is another than JSON."),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": schema_of(ChangedSettings)}},
        },
        "parameters": [idempotency.described(), conditional.DESCRIBED],
    },
)
async def change_settings(request: Request) -> Response:
    """Choose what the numbers of coming invoices begin with."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.REPORT)).client
    if client.within is not None:
        raise WholeOrganisationNeeded
    key, given = idempotency.key_of(request, client), conditional.required(request)
    body = await json_bytes(request)
    asked = read(ChangedSettings, body)
    return await to_thread.run_sync(_changed, request, client, key, given, body, asked)


def _changed(
    request: Request,
    client: ApiClient,
    key: ReplyKey | None,
    given: str,
    body: bytes,
    asked: ChangedSettings,
) -> Response:
    actor, database = actor_of(request.state.person), database_of(request)

    def work(session: Session) -> Reply:
        # Held before it is read: of two who change it the second sees what the first has made of it.
        numbering.take_turns_at(session, actor.supplier)
        conditional.check_tag(request, _tag(_told(session, request)))
        numbering.choose_letters(session, actor.supplier, asked.series.letters, by=client.actor)
        told = _told(session, request)
        return Reply(200, {"Content-Type": MEDIA_TYPE, "ETag": _tag(told)}, told.model_dump_json())

    try:
        if key is None:
            with database.writing() as session:
                return idempotency.response_of(work(session), was_kept=False)
        reply, was_kept = replies.once(database, key, body, work, now=instant_of(request))
    except OperationalError:
        raise later() from None
    return idempotency.response_of(reply, was_kept=was_kept)


def _told(session: Session, request: Request) -> ToldSettings:
    """The settings of the client's supplier. Raises NotThere where no register ever had it."""
    actor: SupplierActor = actor_of(request.state.person)
    today = today_of(request)
    register = register_store.load(session)
    supplier = register_store.last_known_supplier(session, register, actor.supplier)
    if supplier is None:
        raise NotThere
    held = supplier.on(today)
    (number,) = numbering.ahead(session, actor.supplier, today)
    return ToldSettings(
        organisation_number=supplier.organisation_number,
        name=supplier.name,
        address=ToldAddress(
            street=held.address.street,
            postal_code=held.address.postal_code,
            city=held.address.city,
            country=held.address.country,
        ),
        vat_id=held.vat_id,
        f_tax=held.f_tax,
        channel=supplier.channel,
        participant_id=supplier.participant_id,
        takes_answers=supplier.answers,
        payment_accounts=[
            ToldAccount(scheme=each.scheme, number=each.number) for each in held.payment_accounts
        ],
        units=[ToldUnit(id=unit, name=name) for unit, name in actor.units_in(register).items()],
        series=ToldSeries(letters=numbering.letters_of(session, actor.supplier), next_number=str(number)),
    )


def _tag(told: ToldSettings) -> str:
    """The ETag of what can be changed: letters that hold signs of other alphabets are told by their numbers."""
    return f'"series-{told.series.letters.encode().hex()}"'
