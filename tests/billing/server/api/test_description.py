"""The description of the machine API as programs read it: whole in itself."""

from collections.abc import Iterator

from billing.server.app import create_app
from operations.settings import Settings


def references(part: object) -> Iterator[str]:
    """Where the parts of a description lead."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_reference_of_the_description_leads_somewhere() -> None:
    """Whoever generates a client from it stops at the first that does not."""
    description = create_app(Settings(database_url="sqlite://")).openapi()
    found = {*references(description)}
    assert found
    for reference in found:
        place: object = description
        for name in reference.removeprefix("#/").split("/"):
            assert isinstance(place, dict), reference
            assert name in place, reference
            place = place[name]
