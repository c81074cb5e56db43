"""Whoever connects a system reads of every parameter and every field what it is; nothing is left to be guessed."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from billing.server.app import create_app
from billing.server.described.description import operations
from billing.server.described.field_words import WORDS, worded
from operations.settings import Settings


@cache
def told() -> Mapping[str, Any]:
    """What the application says of its API."""
    app = create_app(Settings(database_url="sqlite://"))
    try:
        return app.openapi()
    finally:
        app.state.database.close()


def without_words(description: Mapping[str, Any]) -> list[str]:
    """Every parameter and every field, of what is sent and what is answered, that nothing is said of."""
    parameters = [
        f"{operation['operationId']}: {each['in']} {each['name']}"
        for _, _, operation in operations(description)
        for each in operation.get("parameters", ())
        if not each.get("description", "").strip()
    ]
    return parameters + [
        place for place, field in fields(description) if not field.get("description", "").strip()
    ]


def fields(part: object, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field of every shape, wherever the shape stands, with its place; of examples none."""
    if isinstance(part, list):
        for each in part:
            yield from fields(each, place)
    elif isinstance(part, dict):
        shape = part.get("properties")
        if isinstance(shape, dict):
            yield from ((f"{place}.{name}", field) for name, field in shape.items())
        for name, each in part.items():
            if name != "example":
                yield from fields(each, f"{place}/{name}")


def test_every_parameter_and_every_field_says_what_it_is() -> None:
    assert len(list(fields(told()))) > 1_000
    assert without_words(told()) == [], (
        "Field(description=…), Query(description=…), or described/field_words.py"
    )


def test_one_without_words_is_found_wherever_it_stands() -> None:
    planted = deepcopy(dict(told()))
    orders = planted["paths"]["/api/v1/orders"]["get"]
    del next(each for each in orders["parameters"] if each["name"] == "limit")["description"]
    form = planted["paths"]["/api/v1/token"]["post"]["requestBody"]["content"]
    del form["application/x-www-form-urlencoded"]["schema"]["properties"]["grant_type"]["description"]
    planted["components"]["schemas"]["ToldOrder"]["properties"]["currency"]["description"] = " "
    assert without_words(planted) == [
        "list_orders: query limit",
        "/paths//api/v1/token/post/requestBody/content/application/x-www-form-urlencoded/schema.grant_type",
        "/components/schemas/ToldOrder.currency",
    ]


def test_what_is_said_of_a_name_is_said_of_several_shapes() -> None:
    found = [(place.rpartition(".")[2], field["description"]) for place, field in fields(told())]
    assert [name for name, words in WORDS.items() if found.count((name, words)) < 2] == []


def test_what_a_model_says_of_its_own_field_stands() -> None:
    shape = {"properties": {"currency": {"description": "The currency of the account."}, "href": {}}}
    assert worded(shape)["properties"]["currency"]["description"] == "The currency of the account."
    assert worded(shape)["properties"]["href"]["description"] == WORDS["href"]
    assert worded({"example": shape}) == {"example": shape}
