"""The guide to the API: every example of it is sent, and answers as it says."""

import json
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import httpx
import pytest

from peppol.xml import codec
from tests.support.project import PROJECT
from tests.support.servers.api import TODAY, a_client, api
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

GUIDE = PROJECT / "docs" / "api.md"
DOCUMENTS = PROJECT / "docs" / "api-documents.md"
_EXAMPLE = re.compile(r"^\$ (curl .*)\n((?!\$|```).*)$", re.MULTILINE)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


def sent(
    portal: httpx.Client, written: str, values: Mapping[str, str], files: Mapping[str, bytes]
) -> httpx.Response:
    """What a line of curl asks, asked of the portal."""
    for name, value in values.items():
        written = written.replace(f"${name}", value)
    assert "$" not in written, written
    words, method, headers, form, url = iter(shlex.split(written)[1:]), "GET", {}, list[str](), ""
    auth: tuple[str, str] | None = None
    content: bytes | None = None
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                form.append(next(words))
            case "--data-binary":
                content = files[next(words).removeprefix("@")]
            case "-u":
                user, _, secret = next(words).partition(":")
                auth = (user, secret)
            case _:
                assert not word.startswith("-"), f"{word} is not understood here"
                url = word.removeprefix("https://portal.example")
    if form and "Content-Type" not in headers:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return portal.request(method, url, headers=headers, content=content or "&".join(form), auth=auth)


def as_shown(shown: str) -> dict[str, object]:
    """What an example says is answered; None where it says that there is something, and not what."""
    written = re.sub(r"\[…\]|\{…\}|(?<=: )…", "null", shown)
    told: dict[str, object] = json.loads(written)
    return {key: _held(value) for key, value in told.items()}


def _held(value: object) -> object:
    return None if isinstance(value, str) and "…" in value else value


def test_every_example_is_answered_as_it_says(system: System) -> None:
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    number, secret = a_client(system)
    values = {
        "SECRET": secret,
        "CLIENT": f"client-{number}",
        "ORDER": system.order("100000101").number,
        "UUID": str(uuid.UUID(int=7)),
    }
    with api(system) as portal:
        assert answered(portal, GUIDE, values) >= 8


def test_every_example_about_documents_is_answered_as_it_says(system: System) -> None:
    """A received line that is invoiced by XML, one that is by a batch, and an invoice that is in question."""
    system.decide()
    for month, day in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
        system.report("100000101", month, on=day)
    system.decide("100000102")
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    order = system.order("100000101").number
    other = system.flip(system.order("100000102").number, "001", number="F-1", on=date(2026, 2, 3))
    values = {
        "SECRET": a_client(system)[1],
        "ORDER": order,
        "DOCUMENT": str(system.send(billed(other, price="600.00"), on=date(2026, 2, 3)).id),
        "UUID": str(uuid.UUID(int=7)),
    }
    written = codec.serialise(system.flip(order, "001", number="E-17", on=TODAY))
    with api(system) as portal:
        assert answered(portal, DOCUMENTS, values, {"invoice.xml": written}) >= 14


def answered(
    portal: httpx.Client, guide: Path, values: dict[str, str], files: Mapping[str, bytes] | None = None
) -> int:
    """Send every example of a page and hold its answer to what stands there; how many there were."""
    examples = _EXAMPLE.findall(guide.read_text(encoding="utf-8"))
    for written, shown in examples:
        answer = sent(portal, written, values, files or {})
        found, expected = answer.json(), as_shown(shown)
        assert list(found) == list(expected), (written, answer.text)
        for key, value in expected.items():
            # What is shown as null is either left open or empty.
            assert value is None or found[key] == value, (written, key, found[key])
        if "access_token" in found:
            values["TOKEN"] = found["access_token"]
        if "Location" in answer.headers:
            values["MADE"] = answer.headers["Location"]
        if "ETag" in answer.headers:
            values["TAG"] = answer.headers["ETag"].replace('"', '\\"')
    return len(examples)


def test_the_guide_names_every_scope_and_setting_of_clients() -> None:
    told = GUIDE.read_text(encoding="utf-8")
    for scope in ("events:write", "events:read", "ledger:answer", "figures:read", "supplier:view"):
        assert f"`{scope}`" in told
    assert "`BILLING_API_REQUESTS`" in told
