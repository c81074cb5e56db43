"""The guides to the API: every example of them is sent, and answers as it says."""

import json
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from accounts.api_clients.model import BUYER_SCOPES, ApiScope
from orders.register import files as register_files
from tests.support.project import PROJECT
from tests.support.servers.api import a_client, an_auditor, api
from tests.support.stories.system import System, a_system

GUIDE = PROJECT / "docs" / "api.md"
OF_THE_BUYER = PROJECT / "docs" / "api-buyers.md"
_EXAMPLE = re.compile(r"^\$ (curl .*)\n((?!\$|```).*)$", re.MULTILINE)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


def sent(portal: httpx.Client, written: str, values: Mapping[str, str]) -> httpx.Response:
    """What a line of curl asks, asked of the portal."""
    for name, value in values.items():
        written = written.replace(f"${name}", value)
    assert "$" not in written, written
    words, method, headers, form, url = iter(shlex.split(written)[1:]), "GET", {}, list[str](), ""
    auth: tuple[str, str] | None = None
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                form.append(next(words))
            case "-u":
                user, _, secret = next(words).partition(":")
                auth = (user, secret)
            case _:
                assert not word.startswith("-"), f"{word} is not understood here"
                url = word.removeprefix("https://portal.example")
    if form and "Content-Type" not in headers:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return portal.request(method, url, headers=headers, content="&".join(form), auth=auth)


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
    assert answered_as_shown(system, GUIDE, values) >= 8


def test_every_example_of_the_buyers_guide_is_answered_as_it_says(system: System) -> None:
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    register = system.register
    other = replace(register, policy=replace(register.policy, payment_terms_days=31))
    tables = register_files.written(other)
    values = {
        "DOCUMENTS": a_client(system, ApiScope.DOCUMENTS_READ, supplier="")[1],
        "DOCUMENT": str(invoice.id),
        "FINANCE": a_client(system, ApiScope.FINANCE_READ, supplier="")[1],
        "REGISTER": a_client(system, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE, supplier="")[1],
        # As it stands between the quotes of a shell.
        "TABLES": json.dumps(tables).replace("'", "\\u0027"),
        "AUDIT": an_auditor(system, date(2025, 1, 1), date(2026, 12, 31))[1],
        "SUPPLIER": a_client(system, ApiScope.VIEW)[1],
        "UUID": str(uuid.UUID(int=8)),
    }
    assert answered_as_shown(system, OF_THE_BUYER, values) >= 12


def answered_as_shown(system: System, guide: Path, values: dict[str, str]) -> int:
    """Send every example of a guide and hold what is answered against what it shows; how many there are."""
    examples = _EXAMPLE.findall(guide.read_text(encoding="utf-8"))
    with api(system) as portal:
        for written, shown in examples:
            answer = sent(portal, written, values)
            found, expected = answer.json(), as_shown(shown)
            assert list(found) == list(expected), (written, answer.text)
            for key, value in expected.items():
                # What is shown as null is either left open or empty.
                assert value is None or found[key] == value, (written, key)
            if "access_token" in found:
                values["TOKEN"] = found["access_token"]
    return len(examples)


def test_the_guide_names_every_scope_and_setting_of_clients() -> None:
    told = GUIDE.read_text(encoding="utf-8")
    for scope in ("events:write", "events:read", "ledger:answer", "figures:read", "supplier:view"):
        assert f"`{scope}`" in told
    assert "`BILLING_API_REQUESTS`" in told
    reading = OF_THE_BUYER.read_text(encoding="utf-8")
    for scope in BUYER_SCOPES - {ApiScope.EVENTS_WRITE, ApiScope.EVENTS_READ}:
        assert f"`{scope.value}`" in told + reading
