"""The tutors of a supplier's units, and who of them is a placement's: one at a time or many at once.

Convention: a tutor is a code, chosen in the list of the placement's unit; the list itself is kept by people. Appointing
is the portal's own use case (`orders.tutors.tutors`).
"""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency, paging, row_results, writing
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.row_results import RowResult, Rows
from billing.server.api.suppliers.placements_api import REFERENCE, AskedReference, placement_in
from billing.server.api.suppliers.told_placements import OnePlacement
from billing.server.bodies.json_bodies import JsonBody
from foundation.errors import NotThere
from foundation.sql import Session
from operations.idempotency.reply_store import Reply
from orders.placements import store as placement_store
from orders.tutors import tutors as tutoring
from orders.tutors import unit_tutor_store
from orders.tutors.unit_tutor_store import UnitTutorState
from supplier_portal.pages.query_params import register_of, scope_of, units_of
from supplier_portal.queries import placements as placement_queries
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["tutors"], dependencies=BEARER)

SEES: Final = (ApiScope.ASSIGN, ApiScope.VIEW)
_Code = Annotated[str, Field(max_length=60, description="The tutor's code.")]


class ToldTutor(BaseModel):
    """A tutor (handledare) of a unit, by its code."""

    unit: str = Field(description="The delivery unit, by its id.")
    tutor: str = Field(description="The tutor's code.")
    state: UnitTutorState = Field(description="Whether the tutor can be appointed.")


class TutorList(BaseModel):
    """The tutors of the units that the client sees, unit by unit."""

    tutors: list[ToldTutor] = Field(description="The tutors, unit by unit.")


class TutorChosen(JsonBody):
    """Who is to be the placement's tutor."""

    tutor: _Code


class TutorOfPlacement(TutorChosen):
    """The same of a row, with its placement."""

    execution_reference: Annotated[str, Field(pattern=REFERENCE)]


class TutorResult(RowResult):
    """What came of a row."""

    execution_reference: str | None
    is_changed: bool = Field(description="False: it is the placement's tutor already.")


class TutorAnswer(BaseModel):
    """What came of every row, in its order."""

    done: int
    refused: int
    results: list[TutorResult]


@router.get(
    "/tutors",
    summary="List tutors",
    response_model=TutorList,
    responses={**REFUSALS, 422: paging.WRONG},
)
def list_tutors(request: Request) -> Response:
    """The codes there are at each unit; those that are CLOSED cannot be chosen."""
    signed_in(request, *SEES)
    person = request.state.person
    try:
        with database_of(request).reading() as session:
            units = units_of(register_of(session), person)
            listed = unit_tutor_store.of_supplier(session, person.organisation, units)
    except OperationalError:
        raise later() from None
    told = TutorList(
        tutors=[ToldTutor(unit=each.unit_id, tutor=each.code, state=each.state) for each in listed]
    )
    return JSONResponse(told.model_dump(mode="json"))


@router.put(
    "/placements/{reference:path}/tutor",
    summary="Appoint a tutor",
    response_model=OnePlacement,
    responses={
        **writing.ANSWERS,
        **conditional.REFUSALS,
        200: {"description": "The placement as it is now."},
    },
    openapi_extra=writing.described(TutorChosen, is_matched=True),
)
async def appoint_tutor(request: Request, reference: AskedReference) -> Response:
    """Give the placement a tutor, or another; needs an Idempotency-Key and If-Match."""

    def work(session: Session, asked: TutorChosen) -> Reply:
        scope, today = scope_of(request.state.person), today_of(request)
        if placement_queries.find(session, scope, reference) is None:
            raise NotThere
        # Held before it is compared, so that what was read is what is changed.
        placement_store.get(session, reference, lock=True)
        conditional.check(request, placement_in(session, scope, reference, today=today))
        tutoring.assign(session, reference, asked.tutor, by=request.state.person.id, today=today)
        told = placement_in(session, scope, reference, today=today)
        return idempotency.reply_of(told, ETag=conditional.etag_of(told))

    return await writing.written(request, TutorChosen, ApiScope.ASSIGN, work=work, is_matched=True)


@router.post(
    "/placements/tutors",
    summary="Appoint many tutors",
    response_model=TutorAnswer,
    responses={**writing.ANSWERS, 200: {"description": "What came of every row. Also where none was done."}},
    openapi_extra=writing.described(row_results.described(TutorOfPlacement, "TutorsOfPlacements")),
)
async def appoint_tutors(request: Request) -> Response:
    """Give placements their tutors, row by row; needs an Idempotency-Key."""

    def work(session: Session, asked: Rows) -> Reply:
        person, today = request.state.person, today_of(request)
        scope = scope_of(person)

        def one(row: TutorOfPlacement) -> bool:
            if placement_queries.find(session, scope, row.execution_reference) is None:
                raise NotThere
            return tutoring.assign(session, row.execution_reference, row.tutor, by=person.id, today=today)

        rows, wrong = row_results.each_read(asked, TutorOfPlacement)
        done, refused = row_results.each_done(
            session, rows, one, in_order_of=lambda row: row.execution_reference
        )
        wrong |= refused
        results = [
            TutorResult(
                index=index,
                refusal=wrong.get(index),
                execution_reference=rows[index].execution_reference if index in rows else None,
                is_changed=done.get(index, False),
            )
            for index in range(len(asked.rows))
        ]
        return idempotency.reply_of(TutorAnswer(done=len(done), refused=len(wrong), results=results))

    return await writing.written(request, Rows, ApiScope.ASSIGN, work=work)
