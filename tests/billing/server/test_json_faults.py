"""What is said of a wrong value in a JSON body: in both languages, whichever body and whatever is wrong with it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from billing.server.app import create_app
from billing.server.bodies import json_faults
from billing.server.bodies.json_bodies import JsonBody, read
from operations.settings import Settings
from web.problems import ProblemResponse

WRONG: tuple[object, ...] = (
    None,
    True,
    "",
    "x" * 3_000,
    "\x00",
    -1,
    10**30,
    1.5,
    [],
    [[]],
    {},
    {"x": 1},
    "2026-13-45",
    "2026-01-01T25",
)


def bodies() -> list[type[JsonBody]]:
    """Every body that the API takes."""
    create_app(Settings(database_url="sqlite://"))
    found, waiting = set[type[JsonBody]](), [JsonBody]
    while waiting:
        for each in waiting.pop().__subclasses__():
            if each not in found and each.__module__.startswith("billing."):
                found.add(each)
                waiting.append(each)
    return sorted(found, key=lambda each: each.__name__)


def faults(model: type[BaseModel], value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - whatever is sent
    try:
        model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        yield from error.errors(include_url=False, include_input=False)


def test_whatever_is_wrong_with_a_body_is_said_in_both_languages() -> None:
    every = bodies()
    assert len(every) > 15
    lacking, count = set[str](), 0
    for model in every:
        tried = [{}, [], {"nobody's": 1}]
        tried += [{name: wrong} for name in model.model_fields for wrong in WRONG]
        for value in tried:
            for fault in faults(model, value):
                count += 1
                told = json_faults.said_of(fault)
                if fault["type"] not in json_faults.FAULTS or "%(" in told.sv or told.sv == told.en:
                    lacking.add(f"{model.__name__}: {fault['type']}: {told.sv}")
    assert lacking == set()
    assert count > 500


class Sent(JsonBody):
    """A body with a list in it."""

    letters: tuple[str, ...]


def test_a_value_is_pointed_to_and_the_sentence_says_what_to_do() -> None:
    with pytest.raises(ProblemResponse) as raised:
        read(Sent, b'{"letters": ["a", 2]}')
    assert "#/letters/1" in raised.value.detail.sv
    assert raised.value.detail.sv.endswith("skriv text. Inget är gjort.")
