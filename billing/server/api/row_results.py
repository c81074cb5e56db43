"""Many rows in one request: each is tried by itself and has a result in its place; a wrong one stops no other."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, JsonValue, TypeAdapter

from billing.server.bodies.json_bodies import JsonBody, read
from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from web.problems import ProblemResponse
from web.refusals.problem_codes import code_of

ROWS_MOST: Final = 200

Row = TypeVar("Row", bound=JsonBody)
Done = TypeVar("Done")
_VALUE: Final[TypeAdapter[Any]] = TypeAdapter(JsonValue)


class Rows(JsonBody):
    """The rows of a request; each is read by itself."""

    rows: Annotated[list[JsonValue], Field(min_length=1, max_length=ROWS_MOST)]


class RowRefusal(BaseModel):
    """Why a row was not done."""

    code: str = Field(description="As in problem documents.")
    detail_sv: str
    detail_en: str
    pointer: str = Field(description="Where in the body it is, as a JSON Pointer after #.")


class RowResult(BaseModel):
    """What came of one row; `index` counts from 0 as the rows stood in the request."""

    index: int
    refusal: RowRefusal | None = Field(description="Null: it is done.")


def described(row: type[BaseModel], name: str) -> type[BaseModel]:
    """The model of a request's rows by its name, for the description of the interface.

    It says what a row is, and leaves open what else may stand there: that is told in its place and turns nothing away.
    """
    return type(
        name,
        (JsonBody,),
        {
            "__doc__": f"At most {ROWS_MOST} rows; one that is wrong stops no other.",
            "__annotations__": {
                "rows": Annotated[
                    list[row | JsonValue],  # type: ignore[valid-type]
                    Field(min_length=1, max_length=ROWS_MOST, description="The rows, each read by itself."),
                ]
            },
        },
    )


def each_read(rows: Rows, model: type[Row]) -> tuple[dict[int, Row], dict[int, RowRefusal]]:
    """The rows that can be read, by their places, and why the others cannot."""
    found: dict[int, Row] = {}
    wrong: dict[int, RowRefusal] = {}
    for index, value in enumerate(rows.rows):
        try:
            found[index] = read(model, _VALUE.dump_json(value), at=f"#/rows/{index}")
        except ProblemResponse as refused:
            wrong[index] = _refusal(refused.code, refused.detail, refused.pointer or f"#/rows/{index}")
    return found, wrong


def each_done(
    session: Session,
    rows: dict[int, Row],
    work: Callable[[Row], Done],
    *,
    in_order_of: Callable[[Row], Any],
) -> tuple[dict[int, Done], dict[int, RowRefusal]]:
    """What came of each row, tried by itself in a step that is undone where it is refused.

    `in_order_of` is what a row holds: all who hold several take them in one order, so that nobody waits in a circle.
    """
    done: dict[int, Done] = {}
    wrong: dict[int, RowRefusal] = {}
    for index, row in sorted(rows.items(), key=lambda each: (in_order_of(each[1]), each[0])):
        try:
            with journal.attempt(session):
                done[index] = work(row)
        except Refused as refused:
            wrong[index] = refusal_of(refused, index)
    return done, wrong


def refusal_of(refused: Refused, index: int) -> RowRefusal:
    """A refusal of the business, at its row."""
    return _refusal(code_of(type(refused)), refused.text, f"#/rows/{index}")


def _refusal(code: str, detail: Text, pointer: str) -> RowRefusal:
    return RowRefusal(code=code, detail_sv=detail.sv, detail_en=detail.en, pointer=pointer)
