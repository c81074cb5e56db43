"""A claim from raised to its end at the command line: by two people, demanded, repaid in parts."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from billing.cli.cli import app
from invoicing.model import SupplierInvoice
from tests.support.stories.bank_writes import Line, Part, account
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import DEBTOR
from tests.support.stories.system import System, a_system

RUNNER = CliRunner()
FIRST, SECOND = "user-11", "user-13"
CLAIM = "60000001"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    monkeypatch.setenv("BILLING_DEBTOR_IBAN", DEBTOR.iban)
    monkeypatch.setenv("BILLING_DEBTOR_BIC", DEBTOR.bic)
    with a_system(url, begun=two_months) as system:
        yield system


@pytest.fixture
def paid(system: System) -> SupplierInvoice:
    return ClaimDesk(system).paid()


def run(*words: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, [*words, "--lang", "en"])
    assert result.exit_code == code, result.output
    return result.output


def claims(*words: str, code: int = 0) -> str:
    return run("receivables", *words, code=code)


def left() -> str:
    (found,) = json.loads(claims("list", "--everything", "--json"))
    return f"{found['state']} {found['left']}"


def test_a_claim_goes_from_raised_to_settled_without_a_page(system: System, paid: SupplierInvoice) -> None:
    asked = (
        "--cause",
        "WRONG_MONTH",
        "--reason",
        "Månaden var avbruten",
        "--by",
        FIRST,
        "--on",
        "2026-05-02",
    )
    assert CLAIM in claims("ask", paid.number, *asked)
    assert "another" in claims("answer", CLAIM, "confirm", "--by", FIRST, "--on", "2026-05-02", code=1)
    claims("answer", CLAIM, "confirm", "--by", SECOND, "--on", "2026-05-02")
    assert "2026-06-02" in claims("demand", CLAIM, "--by", FIRST, "--on", "2026-05-03")
    came = ("--came-on", "2026-05-20", "--reference", "BG 7", "--on", "2026-05-20")
    assert "usage" in claims("repaid", CLAIM, *came, "--amount", "tusen", "--by", FIRST, code=2).lower()
    claims("repaid", CLAIM, *came, "--amount", "1 000,00", "--by", FIRST)
    assert "has noted it already" not in claims("repaid-step", CLAIM, "take-back", "--by", FIRST, code=1)
    assert "2,375.00 SEK left" in claims(
        "repaid-step", CLAIM, "take-back", "--by", FIRST, "--reason", "Fel fordran"
    )
    claims("repaid", CLAIM, *came, "--amount", "1 000,00", "--by", FIRST)
    claims("repaid-step", CLAIM, "confirm", "--by", FIRST, code=1)
    claims("repaid-step", CLAIM, "confirm", "--by", SECOND)
    assert left() == "DEMANDED 1375.00"
    claims("repaid", CLAIM, *came, "--by", FIRST)
    assert "Settled, 0.00 SEK left." in claims("repaid-step", CLAIM, "confirm", "--by", SECOND)
    first, _ = json.loads(claims("deposits", CLAIM, "--json"))
    taken = ("deposit-undo", CLAIM, str(first["id"]))
    claims(*taken, "ask", "--by", FIRST, "--reason", "Banken ringde", "--on", "2026-05-22")
    assert "Said to be taken back" in claims("deposits", CLAIM)
    claims(*taken, "confirm", "--by", FIRST, code=1)
    assert "1,000.00 SEK left" in claims(*taken, "confirm", "--by", SECOND)


def test_a_deposit_that_names_the_invoice_alone_is_noted_by_a_command(system: System, tmp_path: Path) -> None:
    ClaimDesk(system).paid("2026-0117")
    asked = (
        "--cause",
        "WRONG_MONTH",
        "--reason",
        "Månaden var avbruten",
        "--by",
        FIRST,
        "--on",
        "2026-05-02",
    )
    claims("ask", "2026-0117", *asked)
    claims("answer", CLAIM, "confirm", "--by", SECOND, "--on", "2026-05-02")
    part = Part("", "2375.00", remittance="2026-0117")
    file = tmp_path / "camt.xml"
    file.write_bytes(account(Line("2375.00", (part,), direction="CRDT", day="2026-05-20")))
    told = json.loads(
        run("payments", "bank", str(file), "--by", FIRST, "--json", "--on", date(2026, 5, 20).isoformat())
    )
    (row,) = told["entries"]
    assert row["outcome"] == "DEPOSIT_UNNOTED"
    assert CLAIM in run("payments", "note-deposit", str(row["id"]), "--by", FIRST, "--on", "2026-05-20")
    claims("repaid-step", CLAIM, "confirm", "--by", SECOND)
    assert left() == "SETTLED 0.00"
