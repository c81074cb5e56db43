"""The guide to the API: every example of it is sent, and answers as it says."""

import json
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from accounts.sealed_secrets import fresh_key
from orders.register import files as register_files
from orders.register.report_approval import ReportApproval
from peppol.xml import codec
from tests.billing.server.api.suppliers.test_placements import add_tutors
from tests.support.project import PROJECT
from tests.support.servers.api import TODAY, a_client, an_auditor, api
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system, example_register

GUIDE = PROJECT / "docs" / "api.md"
RESOURCES = PROJECT / "docs" / "api-resources.md"
OF_THE_BUYER = PROJECT / "docs" / "api-buyers.md"
DOCUMENTS = PROJECT / "docs" / "api-documents.md"
IN_NOVEMBER = datetime(2026, 11, 5, 8, tzinfo=UTC)
_EXAMPLE = re.compile(r"^\$ (curl .*)\n((?!\$|```).*)$", re.MULTILINE)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


def sent(
    portal: httpx.Client, written: str, values: Mapping[str, str], files: Mapping[str, bytes] | None = None
) -> httpx.Response:
    """What a line of curl asks, asked of the portal."""

    def filled(word: str) -> str:
        for name, value in values.items():
            word = word.replace(f"${name}", value)
        assert "$" not in word, written
        return word

    words = iter([filled(each) for each in shlex.split(written)[1:]])
    method, headers, form, url = "GET", {}, list[str](), ""
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
                content = (files or {})[next(words).removeprefix("@")]
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


def told(system: System) -> dict[str, str]:
    """What has happened before the guide's examples are sent, and what their variables stand for."""
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    number, secret = a_client(system)
    return {
        "SECRET": secret,
        "CLIENT": f"client-{number}",
        "ORDER": system.order("100000101").number,
        "TEST_KEY": a_client(system, is_test=True)[1],
    }


def told_of_resources(system: System) -> dict[str, str]:
    """The same for the page of what comes before the invoice."""
    reference = "100000101"
    system.change_register(example_register(report_approval=ReportApproval.BY_OFFICER))
    system.decide(reference, start=date(2026, 8, 1))
    add_tutors(system, "handledare-7")
    system.report(reference, "2026-08", on=date(2026, 9, 1))
    return {
        "SECRET": a_client(system)[1],
        "ASSIGNING": a_client(system, ApiScope.ASSIGN)[1],
        "CASE": reference,
        "ORDER": system.order(reference).number,
    }


def told_of_documents(system: System) -> tuple[dict[str, str], dict[str, bytes]]:
    """A received line that is invoiced by XML, one that is by a batch, and an invoice in question; and the XML."""
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
    }
    return values, {"invoice.xml": codec.serialise(system.flip(order, "001", number="E-17", on=TODAY))}


def told_of_the_buyer(system: System) -> dict[str, str]:
    """What has happened before the examples of the buyer's guide."""
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    register = system.register
    other = replace(register, policy=replace(register.policy, payment_terms_days=31))
    tables = register_files.written(other)
    return {
        "DOCUMENTS": a_client(system, ApiScope.DOCUMENTS_READ, supplier="")[1],
        "DOCUMENT": str(invoice.id),
        "FINANCE": a_client(system, ApiScope.FINANCE_READ, supplier="")[1],
        "REGISTER": a_client(system, ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE, supplier="")[1],
        # As it stands between the quotes of a shell.
        "TABLES": json.dumps(tables).replace("'", "\\u0027"),
        "AUDIT": an_auditor(system, date(2025, 1, 1), date(2026, 12, 31))[1],
        "SUPPLIER": a_client(system, ApiScope.VIEW)[1],
    }


def answered(
    portal: httpx.Client,
    values: dict[str, str],
    guide: Path = GUIDE,
    files: Mapping[str, bytes] | None = None,
) -> Iterator[tuple[str, str, httpx.Response]]:
    """Every example as it is written, what it says is answered, and what is."""
    for place, (written, shown) in enumerate(_EXAMPLE.findall(guide.read_text(encoding="utf-8"))):
        answer = sent(portal, written, {**values, "UUID": str(uuid.UUID(int=place))}, files)
        if "access_token" in answer.text:
            values["TOKEN"] = answer.json()["access_token"]
        if "Location" in answer.headers:
            values["MADE"] = answer.headers["Location"]
        if "/sandbox/orders" in written:
            values["TRIED"] = answer.json()["orders"][0]
        if "whsec_" in answer.text:
            values["WEBHOOK"] = str(answer.json()["id"])
        if "ETag" in answer.headers:
            values["ETAG"] = answer.headers["ETag"]
        yield written, shown, answer


def run(
    portal: httpx.Client,
    guide: Path,
    values: dict[str, str],
    files: Mapping[str, bytes] | None = None,
    *,
    at_least: int,
) -> None:
    """Send every example of a guide in its order, and hold what is answered to what it shows."""
    count = 0
    for written, shown, answer in answered(portal, values, guide, files):
        assert answer.headers["Content-Type"].startswith("application/"), written
        found, expected = answer.json(), as_shown(shown)
        assert list(found) == list(expected), (written, answer.text)
        for key, value in expected.items():
            # What is shown as null is either left open or empty.
            assert value is None or found[key] == value, (written, key, found[key])
        count += 1
    assert count >= at_least


def test_every_example_is_answered_as_it_says(system: System) -> None:
    with api(system, secret_keys=fresh_key()) as portal:
        run(portal, GUIDE, told(system), at_least=18)


def test_every_example_of_the_resources_is_answered_as_it_says(system: System) -> None:
    with api(system, now=IN_NOVEMBER) as portal:
        run(portal, RESOURCES, told_of_resources(system), at_least=15)


def test_every_example_about_documents_is_answered_as_it_says(system: System) -> None:
    values, files = told_of_documents(system)
    with api(system) as portal:
        run(portal, DOCUMENTS, values, files, at_least=13)


def test_every_example_of_the_buyers_guide_is_answered_as_it_says(system: System) -> None:
    with api(system) as portal:
        run(portal, OF_THE_BUYER, told_of_the_buyer(system), at_least=12)


def test_the_guide_names_every_scope_and_setting_of_clients() -> None:
    told = GUIDE.read_text(encoding="utf-8")
    for scope in ("events:write", "events:read", "ledger:answer", "figures:read", "supplier:view"):
        assert f"`{scope}`" in told
    assert "`BILLING_API_REQUESTS`" in told
