"""The codes of problems, told: what each is answered with, and whether the same request may come through later."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from web import problems
from web.refusals import problem_meanings
from web.refusals.problem_codes import RETRYABLE_STATUSES, STATUS_OF, refusals
from web.refusals.refusal_statuses import comes_through_later, status_of

router = APIRouter(prefix="/api/v1", tags=["problems"])

_KEPT_SECONDS: Final = 3600


class ToldProblem(BaseModel):
    """One code."""

    code: str = Field(description="What kind of problem it is; a code never changes its meaning.")
    status: int = Field(description="The HTTP status it comes with.")
    title_sv: str = Field(description="The status in words, in Swedish: the `title` of the problem.")
    title_en: str = Field(description="The same in English.")
    meaning_sv: str = Field(description="What the code means and what to do, in Swedish.")
    meaning_en: str = Field(description="The same in English.")
    retryable: bool = Field(description="Whether the very same request may come through later.")


@router.get("/problems", summary="Read the codes of problems", response_model=list[ToldProblem])
def list_problems() -> Response:
    """Every code there is, in the order of the alphabet; `type` of a problem leads here."""
    told = [each.model_dump() for each in told_problems()]
    return JSONResponse(told, headers={"Cache-Control": f"public, max-age={_KEPT_SECONDS}"})


def told_problems() -> list[ToldProblem]:
    """Every code there is among what has been loaded, in the order of the alphabet."""
    told = {str(code): (status, status in RETRYABLE_STATUSES) for code, status in STATUS_OF.items()}
    told |= {code: (status_of(kind), comes_through_later(kind)) for code, kind in refusals().items()}
    return [_told(code, status, retryable=later) for code, (status, later) in sorted(told.items())]


def _told(code: str, status: int, *, retryable: bool) -> ToldProblem:
    title = problems.title_of(status)
    meaning = problem_meanings.meaning_of(code, status)
    return ToldProblem(
        code=code,
        status=status,
        title_sv=title.sv,
        title_en=title.en,
        meaning_sv=meaning.sv,
        meaning_en=meaning.en,
        retryable=retryable,
    )
