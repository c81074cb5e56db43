"""A JSON body read into its model: what is wrong is told with where it stands, and nothing of it is done."""

from decimal import Decimal
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from billing.server.bodies import json_faults
from billing.server.bodies.reading_bodies import body_of
from foundation.formatting import number
from foundation.text import Text
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

MEDIA_TYPE: Final = "application/json"
BYTES_MAX: Final = 100_000

_Model = TypeVar("_Model", bound="JsonBody")
_TOO_LARGE: Final = Text("Begäran är större än %(bytes_max)s byte. Inget är gjort.")


class JsonBody(BaseModel):
    """A body of ours: what it does not know it does not take, and a number is no text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _whole(given: object) -> object:
    return int(given) if isinstance(given, float) and given.is_integer() else given


WHOLE: Final = BeforeValidator(_whole)
"""Of a whole number in a body, and last among what is said of it: 3.0 is one too, as JSON Schema has it."""


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a body with its parts in place: what refers to `$defs` leads nowhere in a description."""
    schema = model.model_json_schema()
    parts: dict[str, Any] = schema.pop("$defs", {})

    def placed(value: Any) -> Any:  # noqa: ANN401 - any part of a schema
        if isinstance(value, list):
            return [placed(each) for each in value]
        if not isinstance(value, dict):
            return value
        here = {name: placed(each) for name, each in value.items() if name != "$ref"}
        part = value.get("$ref", "").rpartition("/")[2]
        return {**placed(parts[part]), **here} if part else here

    placed_whole: dict[str, Any] = placed(schema)
    return placed_whole


async def json_bytes(request: Request, bytes_max: int = BYTES_MAX) -> bytes:
    """The body of a request that says it is JSON. Raises ProblemResponse (408, 413, 415)."""
    name, _, parameters = request.headers.get("Content-Type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if name.strip().lower() != MEDIA_TYPE or charset not in ("", "charset=utf-8"):
        raise ProblemResponse(
            ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka begäran som %(form)s i UTF-8.", form=MEDIA_TYPE)
        )
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemResponse(ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka begäran utan komprimering."))
    return await body_of(request, bytes_max, _TOO_LARGE.with_values(bytes_max=number(Decimal(bytes_max))))


def read(model: type[_Model], body: bytes, *, at: str = "#") -> _Model:
    """The body as its model. Raises ProblemResponse (400, 422) with a pointer to what is wrong.

    `at` is where in the whole body it stands, for a part that is read by itself.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        raise ProblemResponse(
            ProblemCode.BODY_UNREADABLE, Text("Begäran är inte JSON i UTF-8. Inget är gjort.")
        )
    pointer = at + "".join(f"/{_escaped(str(part))}" for part in first["loc"])
    raise ProblemResponse(
        ProblemCode.FIELD_NOT_ALLOWED,
        Text(
            "Uppgiften %(where)s är fel: %(what)s. Inget är gjort.",
            where=pointer,
            what=json_faults.said_of(first),
        ),
        pointer=pointer,
    )


def _escaped(part: str) -> str:
    """A part of a JSON Pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")
