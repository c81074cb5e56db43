"""The register by the API: read whole, a register tried and compared with it, and a load of it proposed.

Convention: a program never loads a register by itself: it decides who is paid what. It proposes, and a person who does
not answer for the program loads it on a page or by `billing register confirm` (decision 141). What is sent is what is
read: one object of the same tables as in the files.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError

from accounts import register_need_queries as account_needs
from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import exact_bytes, idempotency
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from billing.server.api.buyers import told_register
from billing.server.api.buyers.documents_api import WRONG
from billing.server.api.buyers.told_register import (
    CheckAnswer,
    DifferenceAnswer,
    LoadProposed,
    RegisterSentence,
    ToldLoad,
    ToldRegister,
)
from billing.server.bodies.json_bodies import MEDIA_TYPE, json_bytes
from foundation.sql import Session
from foundation.text import Text
from operations import register_loading
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply
from operations.register_loading import RegisterChecked
from operations.register_loads import proposing
from operations.register_loads import store as load_store
from operations.register_loads.store import LoadState
from orders.register import files as register_files
from orders.register import store as register_store
from orders.register.files import FloatAsWritten, RegisterRefused
from orders.register.needs import Need
from orders.register.register import Register
from orders.register.store import NoRegister
from web.access import instant_of
from web.pages import database_of, today_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

router = APIRouter(prefix="/api/v1/register", tags=["register"], dependencies=BEARER)

BYTES_MAX: Final = 5_000_000


_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": f"The tables of the register, as `GET /register` gives them; at most {BYTES_MAX} bytes.",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["register"],
                    "additionalProperties": False,
                    "properties": {
                        "register": {
                            "type": "object",
                            "description": "The tables of the register, as `GET /api/v1/register` gives them.",
                        }
                    },
                }
            }
        },
    }
}
_ANSWERS: Final = {
    **REFUSALS,
    408: problem("The body did not come in time."),
    413: problem("The body is too large."),
    415: problem("The form is another than JSON."),
    **idempotency.REFUSALS,
}
AskedLoad = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the proposal.")]


@router.get(
    "",
    summary="Read the register",
    response_model=ToldRegister,
    responses={
        **REFUSALS,
        200: {"description": "The whole register, in the form that is sent. `ETag` is its SHA-256."},
        304: {"description": "It is that of `If-None-Match`."},
    },
)
def read_register(request: Request) -> Response:
    """Suppliers, areas, units, contracts, price lists, services, the buyer and the policy, as they were loaded last."""
    signed_in(request, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE)
    try:
        with database_of(request).reading() as session:
            held = register_store.newest(session)
            if held is None:
                raise NoRegister
            holds = register_store.load(session).policy == held.policy
    except OperationalError:
        raise later() from None
    sha256 = hashlib.sha256(held.to_json().encode()).hexdigest()
    headers = exact_bytes.etag(sha256)
    if exact_bytes.is_known(request, sha256):
        return Response(status_code=304, headers=headers)
    told = ToldRegister(sha256=sha256, policy_holds=holds, register=dict(register_files.written(held)))
    return JSONResponse(told.model_dump(mode="json", by_alias=True), headers=headers)


@router.post(
    "/check",
    summary="Try a register",
    response_model=CheckAnswer,
    responses={**_ANSWERS, 200: {"description": "Whether it could be loaded, and all there is to correct."}},
    openapi_extra=_BODY,
)
async def check_register(request: Request) -> Response:
    """What a load would be refused for, and what it would change; nothing is written."""
    client = await _caller(request, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE)
    body = await json_bytes(request, BYTES_MAX)
    return await in_turn(request, client, lambda: _checked(request, body))


@router.post(
    "/difference",
    summary="Compare a register with the one in force",
    response_model=DifferenceAnswer,
    responses={**_ANSWERS, 200: {"description": "How the register would differ."}},
    openapi_extra=_BODY,
)
async def compare_register(request: Request) -> Response:
    """How the register differs from the one in force, table by table; nothing is written."""
    client = await _caller(request, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE)
    body = await json_bytes(request, BYTES_MAX)

    def compared() -> Response:
        checked = _found(request, _read(body))
        return JSONResponse(DifferenceAnswer(**told_register.difference_of(checked)).model_dump(mode="json"))

    return await in_turn(request, client, compared)


@router.post(
    "/loads",
    summary="Propose a register",
    status_code=202,
    response_model=LoadProposed,
    responses={
        **_ANSWERS,
        202: {"description": "It is proposed, and a person loads it. The same twice is one."},
    },
    openapi_extra={**_BODY, "parameters": [idempotency.described(is_required=True)]},
)
async def propose_register_load(request: Request) -> Response:
    """Propose a register for a person to load; needs an Idempotency-Key."""
    client = await _caller(request, ApiScope.REGISTER_WRITE)
    key = idempotency.required(request, client)
    body = await json_bytes(request, BYTES_MAX)

    def work(session: Session) -> Reply:
        made = proposing.propose(
            session,
            _read(body),
            also=_needs(session),
            by=client.actor,
            now=instant_of(request),
            today=today_of(request),
        )
        said = LoadProposed(
            **told_register.told_of(made.load), **told_register.parts_of(made.checked)
        ).model_dump_json()
        return Reply(
            202, {"Content-Type": MEDIA_TYPE, "Location": f"{router.prefix}/loads/{made.load.id}"}, said
        )

    def proposed() -> Response:
        try:
            reply, was_kept = replies.once(database_of(request), key, body, work, now=instant_of(request))
        except OperationalError:
            raise later() from None
        return idempotency.response_of(reply, was_kept=was_kept)

    return await in_turn(request, client, proposed)


@router.get(
    "/loads/{number}",
    summary="Read what became of a proposed register",
    response_model=ToldLoad,
    responses={**REFUSALS, 200: {"description": "Whether a person has loaded it, or said no."}, 422: WRONG},
)
def read_register_load(request: Request, number: AskedLoad) -> Response:
    """One proposal and what became of it."""
    signed_in(request, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE)
    try:
        with database_of(request).reading() as session:
            load = load_store.get(session, number)
    except OperationalError:
        raise later() from None
    return JSONResponse(ToldLoad(**told_register.told_of(load)).model_dump(mode="json"))


@router.post(
    "/loads/{number}/withdraw",
    summary="Take a proposed register back",
    response_model=ToldLoad,
    responses={
        **REFUSALS,
        **idempotency.REFUSALS,
        200: {"description": "It is taken back, and loads no more."},
    },
    openapi_extra={"parameters": [idempotency.described()]},
)
def withdraw_register_load(request: Request, number: AskedLoad) -> Response:
    """Take back what the client has proposed itself; twice is once."""
    client = signed_in(request, ApiScope.REGISTER_WRITE).client
    key, now = idempotency.key_of(request, client), instant_of(request)

    def work(session: Session) -> Reply:
        if load_store.get(session, number).state is not LoadState.WITHDRAWN:
            proposing.withdraw(session, number, by=client.actor, now=now)
        said = ToldLoad(**told_register.told_of(load_store.get(session, number))).model_dump_json()
        return Reply(200, {"Content-Type": MEDIA_TYPE}, said)

    try:
        if key is None:
            with database_of(request).writing() as session:
                return idempotency.response_of(work(session), was_kept=False)
        # The load is named by the address, so that it is what is sent.
        sent = str(number).encode()
        reply, was_kept = replies.once(database_of(request), key, sent, work, now=now)
    except OperationalError:
        raise later() from None
    return idempotency.response_of(reply, was_kept=was_kept)


async def _caller(request: Request, *any_of: ApiScope) -> ApiClient:
    asking: Callable[[], ApiClient] = lambda: signed_in(request, *any_of).client  # noqa: E731 - a call for a thread
    return await to_thread.run_sync(asking)


def _checked(request: Request, body: bytes) -> Response:
    try:
        read = _read(body)
    except RegisterRefused as refused:
        problems = [
            RegisterSentence(pointer=each.file, sentence_sv=each.sentence.sv, sentence_en=each.sentence.en)
            for each in refused.problems
        ]
        answer = CheckAnswer(
            could_be_loaded=False, problems=problems, changes=False, differences=[], left_to_two_people=[]
        )
        return JSONResponse(answer.model_dump(mode="json"))
    checked = _found(request, read)
    answer = CheckAnswer(
        could_be_loaded=not checked.refused,
        problems=[told_register.sentence_of(each) for each in checked.refused],
        **told_register.difference_of(checked),
    )
    return JSONResponse(answer.model_dump(mode="json"))


def _read(body: bytes) -> Register:
    """The register of a body. Raises ProblemResponse (400, 422), RegisterRefused."""
    try:
        written = body.decode("utf-8-sig")
        content = json.loads(written, parse_float=FloatAsWritten, parse_constant=FloatAsWritten)
    except (ValueError, RecursionError):
        raise ProblemResponse(
            ProblemCode.BODY_UNREADABLE, Text("Begäran är inte JSON i UTF-8. Inget är gjort.")
        ) from None
    tables = content.get("register") if isinstance(content, dict) and set(content) == {"register"} else None
    if not isinstance(tables, dict):
        raise ProblemResponse(
            ProblemCode.FIELD_NOT_ALLOWED,
            Text(
                "Skicka ett objekt med registrets tabeller under register, och inget annat. Inget är gjort."
            ),
            pointer="#/register",
        )
    return register_files.read_content(tables, at="#/register")


def _found(request: Request, read: Register) -> RegisterChecked:
    try:
        with database_of(request).reading() as session:
            return register_loading.check(session, read, also=_needs(session), today=today_of(request))
    except OperationalError:
        raise later() from None


def _needs(session: Session) -> list[Need]:
    held = register_store.newest(session)
    return account_needs.needs(session, buyer=held.buyer.organisation_number if held else "")
