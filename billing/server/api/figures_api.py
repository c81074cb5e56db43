"""The service's own figures over HTTP: counts by month, for a system with a scope of its own.

Nobody is in them: a count that is too small is null (`orders.figures.disclosure`), the same here as on the page.
"""

from collections.abc import Callable
from datetime import date
from time import thread_time
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in, turn_of
from finance_desk import figure_files
from foundation.database import Database
from foundation.errors import Refused
from foundation.formatting import Json
from foundation.periods import Month
from foundation.text import Text
from orders.figures import service_figures
from orders.figures.counts import Dimension
from orders.register import store as register_store
from orders.register.store import NoRegister
from web import problems
from web.access import settings_of
from web.pages import database_of, today_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

router = APIRouter(prefix="/api/v1", tags=["service figures"], dependencies=BEARER)

_MONTH: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


_TOO_MUCH: Final = Text(
    "Siffrorna har lästs så mycket med nyckeln som går på en minut. Vänta %(seconds)s och fråga igen."
)


class Counts(BaseModel):
    """One group's counts, of a month or of them all; null is a count that is not told."""

    key: Annotated[str, Field(description="Empty for the whole, and for a number that is a person's.")]
    name: str = Field(description="What the group is called.")
    figures: Annotated[
        dict[str, int | None],
        Field(
            description="`ongoing` at the end of the month; `started`; `ended`, of whom `interrupted` and `ran_out`; "
            "for each stage of results `r1_approved` that fall due and `r1_invoiced` of them; `speed_bonuses`."
        ),
    ]


class MonthCounts(Counts):
    """One group's counts of a month."""

    month: Annotated[str, Field(pattern=_MONTH)]


class AreaSuppliers(BaseModel):
    """How many suppliers are approved in a delivery area."""

    area: str = Field(description="The delivery area, by its id.")
    name: str = Field(description="What it is called.")
    approved: int = Field(description="How many suppliers are approved in it.")


class SupplierCounts(BaseModel):
    """The suppliers approved on a day, those of them with ongoing placements, and their unique addresses."""

    day: date = Field(description="The day they are counted.")
    approved: int = Field(description="How many suppliers are approved.")
    active: int = Field(description="How many of them have ongoing placements.")
    unique_addresses: int = Field(description="How many addresses they have, each counted once.")
    approved_by_area: list[AreaSuppliers] = Field(description="How many are approved in each delivery area.")


class FiguresAnswer(BaseModel):
    """The figures by group and month, of the service as one by month, and summed by group over the months."""

    service: str
    by: Dimension = Field(description="What the groups are.")
    from_month: Annotated[str, Field(alias="from", pattern=_MONTH)] = Field(
        description="The first month, as YYYY-MM."
    )
    to_month: Annotated[str, Field(alias="to", pattern=_MONTH)] = Field(
        description="The last month, as YYYY-MM."
    )
    counted_to: Annotated[date, Field(description="The last day that is counted in the last month.")]
    least_told: Annotated[int, Field(description="The smallest count above zero that is told.")]
    rows: list[MonthCounts] = Field(description="The counts of each group, month by month.")
    whole: list[MonthCounts] = Field(description="The counts of the service as one, month by month.")
    sums: list[Counts] = Field(description="The counts of each group over the months.")
    suppliers: SupplierCounts = Field(description="How many suppliers there are.")


AskedKey = Annotated[
    str, Query(max_length=60, description="One group; it is told as it is among the others.")
]


class _Question(BaseModel):
    """What is asked for, as it is written."""

    service: str
    first: str | None
    last: str | None
    by: Dimension | None
    supplier: str
    area: str
    level: str


@router.get(
    "/service-figures",
    summary="Read the service's figures",
    response_model=FiguresAnswer,
    responses={
        **REFUSALS,
        200: {"description": "The figures; a count that could be traced to somebody is null."},
        409: problem(
            "The question is well formed and has no answer: months that have not begun, run backwards or are too "
            "many, an unknown service, or two dimensions crossed."
        ),
        422: problem("A parameter has a value that is not allowed."),
    },
)
async def read_service_figures(
    request: Request,
    first: Annotated[
        str | None,
        Query(alias="from", pattern=_MONTH, description="YYYY-MM; eleven months before `to`, if not given."),
    ] = None,
    last: Annotated[
        str | None, Query(alias="to", pattern=_MONTH, description="YYYY-MM; this month, if not given.")
    ] = None,
    by: Annotated[Dimension | None, Query(description="What the figures are told by.")] = None,
    service: Annotated[str, Query(max_length=60, description="The first service, if not given.")] = "",
    supplier: AskedKey = "",
    area: AskedKey = "",
    level: AskedKey = "",
) -> Response:
    """Counts of a range of months, along one dimension at a time."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.FIGURES_READ)).client
    asked = _Question(
        service=service, first=first, last=last, by=by, supplier=supplier, area=area, level=level
    )
    async with turn_of(request, client, _TOO_MUCH) as spent:
        told = await to_thread.run_sync(_told, request, database_of(request), asked, spent)
    return JSONResponse(told)


def _told(request: Request, database: Database, asked: _Question, spent: Callable[[float], object]) -> Json:
    """The answer's content; `spent` is told the processor's seconds. Raises ProblemResponse (409, 503)."""
    begun, today = thread_time(), today_of(request)
    try:
        with database.reading() as session:
            register = register_store.load(session)
            wanted = service_figures.asked(
                register,
                today=today,
                service=asked.service,
                first=Month.parse(asked.first) if asked.first else None,
                last=Month.parse(asked.last) if asked.last else None,
                by=asked.by,
                supplier=asked.supplier,
                area=asked.area,
                level=asked.level,
            )
            least = settings_of(request).figures_least
            found = service_figures.service_figures(session, register, wanted, today=today, least=least)
            return figure_files.figures_json(found, register, problems.language_of(request))
    except OperationalError:
        raise later() from None
    except NoRegister:
        raise
    except Refused as refusal:
        raise ProblemResponse(ProblemCode.QUESTION_WITHOUT_ANSWER, refusal.text) from None
    finally:
        spent(thread_time() - begun)
