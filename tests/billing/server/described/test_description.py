"""The description of the machine API: as the routes say, with real examples, and as the file in the repository."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from billing.server.app import create_app
from billing.server.described import description
from billing.server.described.description import EXAMPLES, as_text, operations
from operations.settings import Settings
from tests.billing.server.described.asking import asked
from tests.billing.server.described.recording import Recorder
from tests.support.project import PROJECT
from tests.support.stories.system import a_system

KEPT = PROJECT / "docs" / "openapi.json"
AGAIN = "BILLING_WRITE_GOLDEN=1 pytest tests/billing/server/described"


@cache
def told() -> Mapping[str, Any]:
    """What the application says of itself."""
    return create_app(Settings(database_url="sqlite://")).openapi()


def test_the_examples_are_what_is_answered(tmp_path: Path) -> None:
    recorder = Recorder(told())
    numbers = count()
    for answer in asked(lambda: a_system(f"sqlite:///{tmp_path / f'billing-{next(numbers)}.sqlite'}")):
        recorder.note(answer)
    found = json.dumps(recorder.examples, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        EXAMPLES.write_text(found, encoding="utf-8")
        description.recorded.cache_clear()
        told.cache_clear()
    assert found == EXAMPLES.read_text(encoding="utf-8"), f"the examples have changed: {AGAIN}"


def test_the_file_in_the_repository_is_what_the_application_says() -> None:
    found = as_text(told())
    if os.environ.get("BILLING_WRITE_GOLDEN"):
        KEPT.write_text(found, encoding="utf-8")
    assert found == KEPT.read_text(encoding="utf-8"), f"docs/openapi.json has changed: {AGAIN}"


def test_every_operation_has_a_name_of_its_own_a_summary_and_an_example() -> None:
    found = [operation for _, _, operation in operations(told())]
    names = [each["operationId"] for each in found]
    assert len(names) == len(set(names)) >= 15
    lacking = [
        f"{each['operationId']}: {what}"
        for each in found
        for what in ("summary", "description", "tags")
        if not each.get(what)
    ]
    lacking += [f"{name}: an example of a good answer" for name in names if not _good(name)]
    lacking += [f"{name} is no operation" for name in description.recorded() if name not in names]
    assert lacking == [], (
        "a new resource is asked for in the guide (docs/api.md), or in asking.py beside this"
    )


def test_every_example_is_of_the_form_that_is_described() -> None:
    whole = Resource.from_contents(told(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:described", whole)
    wrong, count = [], 0
    for name, place, content in _bodies():
        if "example" not in content or "xml" in place or not content["schema"]:
            continue
        count += 1
        schema = _from_the_whole(content["schema"])
        for error in Draft202012Validator(schema, registry=registry).iter_errors(content["example"]):
            wrong.append(f"{name} {place} {error.json_path}: {error.message[:200]}")
    assert wrong == []
    assert count >= 15


def test_no_example_holds_a_secret() -> None:
    assert re.findall(r"(?:rm[kt]|whsec)_(?!EXAMPLE)\w+", KEPT.read_text(encoding="utf-8")) == []


def _good(name: str) -> bool:
    answers = description.recorded().get(name, {}).get("answers", {})
    return any(status.startswith("2") for status in answers)


def _bodies() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for _, _, operation in operations(told()):
        name = operation["operationId"]
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            yield name, f"body {media_type}", content
        for status, answer in operation["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                yield name, f"{status} {media_type}", content


def _from_the_whole(part: Any) -> Any:  # noqa: ANN401 - as JSON has it
    """A schema whose references begin at the whole description."""
    if isinstance(part, list):
        return [_from_the_whole(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        name: f"urn:described{each}" if name == "$ref" else _from_the_whole(each)
        for name, each in part.items()
    }
