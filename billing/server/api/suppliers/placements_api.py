"""A supplier's placements: the list page by page, one of them with its months, and who is its tutor.

Convention: who sees which is the portal's own question (`supplier_portal.queries.placements`), asked with the client as
the person it counts as; another's placement does not exist.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, paging
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.paging import (
    Cursor,
    Limit,
    Listing,
    Next,
    UpdatedAfter,
    UpdatedCursor,
    UpdatedReferences,
)
from billing.server.api.suppliers import told_placements
from billing.server.api.suppliers.told_placements import OnePlacement, ToldPlacement
from foundation.errors import NotThere
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from supplier_portal import month_filing
from supplier_portal.pages.query_params import register_of, scope_of
from supplier_portal.queries import order_changes
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries.placements import PlacementFilter, PlacementRow, PlacementsAre
from supplier_portal.queries.reports import DueMonth, ReportFilter
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["placements"], dependencies=BEARER)

SEES: Final = (ApiScope.ASSIGN, ApiScope.REPORT, ApiScope.VIEW)
REFERENCE: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}$"

AskedReference = Annotated[str, Path(pattern=REFERENCE, description="The execution reference.")]
WantedReference = Annotated[str | None, Query(pattern=REFERENCE, description="One execution reference.")]
WantedUnit = Annotated[str | None, Query(max_length=60, description="The id of a delivery unit.")]
WantedState = Literal["coming", "ongoing", "interrupted", "ended", "cancelled", "to_assign"]


class PlacementPage(BaseModel):
    """A page of placements, in the order of their references."""

    placements: list[ToldPlacement] = Field(description="The placements of this page, by their references.")
    next: Next
    updated_cursor: UpdatedCursor
    updated_references: UpdatedReferences


@router.get(
    "/placements",
    summary="List placements",
    response_model=PlacementPage,
    responses={
        **REFUSALS,
        **paging.REFUSALS,
        200: {"description": f"A page of placements. {paging.PAGE}"},
    },
)
def list_placements(
    request: Request,
    reference: WantedReference = None,
    state: Annotated[WantedState | None, Query(description="`to_assign`: it needs a tutor.")] = None,
    unit: WantedUnit = None,
    days_from: Annotated[date | None, Query(description="It has a day on or after this one.")] = None,
    days_to: Annotated[date | None, Query(description="It has a day on or before this one.")] = None,
    updated_after: UpdatedAfter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """The supplier's placements that the client may see."""
    signed_in(request, *SEES)
    scope, today = scope_of(request.state.person), today_of(request)
    wanted = PlacementFilter(
        state=PlacementsAre(state) if state else None,
        unit=unit or "",
        days_from=days_from,
        days_to=days_to,
        references=(reference,) if reference else None,
        after=cursor or "",
        by_reference=True,
    )

    def changed(session: Session, cases: Sequence[str]) -> list[ToldPlacement]:
        own = tuple(each for each in cases if not reference or each == reference)
        return _told(session, scope, replace(wanted, references=own), None, today)

    listing = Listing(
        order_changes.of_placements(scope),
        lambda session: _told(session, scope, wanted, limit + 1, today),
        lambda row: row.execution_reference,
        changed,
    )
    page = paging.found(request, listing, limit=limit, updated_after=updated_after)
    told = PlacementPage(
        placements=list(page.rows),
        next=page.next,
        updated_cursor=page.updated_cursor,
        updated_references=page.updated_references,
    )
    return paging.answered(told, page.next)


@router.get(
    "/placements/{reference:path}",
    summary="Read a placement",
    response_model=OnePlacement,
    responses={
        **REFUSALS,
        200: {"description": "The placement with its months, and its `ETag`."},
        304: {"description": "It is as `If-None-Match` has it."},
        422: paging.WRONG,
    },
)
def read_placement(request: Request, reference: AskedReference) -> Response:
    """One placement with its periods, months, orders and what was told of it."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            scope = scope_of(request.state.person)
            told = placement_in(session, scope, reference, today=today_of(request))
    except OperationalError:
        raise later() from None
    return conditional.answered(request, told)


def placement_in(session: Session, scope: Scope, reference: str, *, today: date) -> OnePlacement:
    """A placement within the scope. Raises NotThere."""
    wanted = PlacementFilter(references=(reference,), by_reference=True)
    found = _told(session, scope, wanted, 1, today)
    if not found:
        raise NotThere
    placement = placement_store.get(session, reference)
    return told_placements.one_placement(
        found[0],
        placement.periods,
        month_filing.months_of(session, placement, today=today),
        informative_store.of_placement(session, reference),
        register_of(session).service(placement.service),
    )


def _told(
    session: Session, scope: Scope, wanted: PlacementFilter, limit: int | None, today: date
) -> list[ToldPlacement]:
    """The placements of the filter, with the orders and the months due of each."""
    rows: list[PlacementRow] = placement_queries.listed(session, scope, wanted, today=today, limit=limit)
    references = tuple(each.execution_reference for each in rows)
    if not references:
        return []
    numbers = order_queries.numbers_of(session, scope, references)
    due: dict[str, list[DueMonth]] = {}
    for each in report_queries.due_among(
        session,
        scope,
        ReportFilter(references=references),
        today=today,
        days=register_of(session).policy.days_until_report_reminder,
        limit=None,
    ):
        due.setdefault(each.execution_reference, []).append(each)
    return [
        told_placements.told_placement(
            row,
            numbers.get(row.execution_reference, []),
            due.get(row.execution_reference, []),
            today=today,
        )
        for row in rows
    ]
