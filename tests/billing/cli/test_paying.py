"""The daily way of paying at the command line: propose, attest, export, and what the bank answers."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from billing.cli.cli import app
from billing.tools.demo import people
from foundation.apart.confined import Allowance, Excess, WorkEnded
from invoicing.payment.bank_files import movements
from invoicing.payment.bank_files.told import BankReport
from orders.register import store as register_store
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.paying import DEBTOR, PayDesk, notice
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
RUNNER = CliRunner()
# The accounts of the demo, by what they may do.
FINANCE, ATTESTER, ADMIN, OTHER_ADMIN = "user-6", "user-7", "user-9", "user-13"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    monkeypatch.setenv("BILLING_DEBTOR_IBAN", DEBTOR.iban)
    monkeypatch.setenv("BILLING_DEBTOR_BIC", DEBTOR.bic)
    with a_system(url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        yield system


def run(*words: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, [*words, "--lang", "en"])
    assert result.exit_code == code, result.output
    return result.output


def test_from_proposed_to_paid_and_booked(system: System, tmp_path: Path) -> None:
    day = ("--on", "2026-03-05")
    assert "Now another person attests." in run("payments", "propose", "--by", FINANCE, *day)
    assert "no right to attest" in run("payments", "attest", "30000001", "--by", ATTESTER, *day, code=1)
    with system.database.writing() as session:
        people.move_in(session, register_store.load(session), at=CLOCK)
    given = ("--person", ATTESTER, "--limit", "2375,00", "--by", ADMIN, "--on", "2026-01-01")
    assert "Proposal 1 waits for another administrator." in run("payments", "right", *given)
    assert "no right to attest" in run("payments", "attest", "30000001", "--by", ATTESTER, *day, code=1)
    run("people", "confirm", "1", "--by", OTHER_ADMIN)
    assert "everything" in run("payments", "right")
    assert "does not attest it" in run("payments", "attest", "30000001", "--by", FINANCE, *day, code=1)
    assert "1 rows attested." in run("payments", "attest", "30000001", "--by", ATTESTER, *day)
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        run("payments", "export", "30000001", "--by", FINANCE, "--dir", str(folder))
    names = sorted(path.name for path in first.iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["csv", "xlsx", "xml"]
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    answer = tmp_path / "camt.xml"
    answer.write_bytes(notice(("RM30000001-00001", "2375.00")))
    told = json.loads(run("payments", "bank", str(answer), "--by", FINANCE, "--json", *day))
    assert [each["outcome"] for each in told["entries"]] == ["PAID"]
    assert "The file was read before." in run("payments", "bank", str(answer), "--by", FINANCE, *day)
    (listed,) = json.loads(run("payments", "proposals", "--json"))
    assert (listed["state"], listed["amount"]) == ("PAID", "2375.00")
    (file,) = json.loads(run("ledger", "book", "--by", FINANCE, "--dir", str(first), "--json", *day))
    assert Path(file).read_bytes().count(b"#VER") == 2


def test_a_folder_of_the_banks_is_told_file_by_file_whatever_is_wrong_with_some(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = PayDesk(system)
    desk.give_right()
    proposal = desk.propose(on=date(2026, 3, 5))
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    folder = tmp_path / "from-the-bank"
    folder.mkdir()
    (folder / "1-none.xml").write_bytes(b"<Invoice/>")
    (folder / "2-gone.xml").symlink_to(folder / "elsewhere.xml")
    (folder / "3-costly.xml").write_bytes(b"<Costly/>")
    (folder / "4-paid.xml").write_bytes(notice((transfer.end_to_end, "2375.00")))
    read_file = movements.read_file

    def read(body: bytes) -> BankReport:
        if body == b"<Costly/>":
            raise WorkEnded(Excess.CPU, Allowance(1, 1, 1))
        return read_file(body)

    monkeypatch.setattr(movements, "read_file", read)
    words = ("payments", "bank", str(folder), "--by", FINANCE, "--on", "2026-03-05", "--lang", "en")
    result = RUNNER.invoke(app, [*words, "--json"])
    told = {each["file"]: each for each in json.loads(result.stdout)}
    assert result.exit_code == 1
    refused = {name: each["refused"] for name, each in told.items() if each["refused"]}
    assert list(refused) == ["1-none.xml", "2-gone.xml", "3-costly.xml"]
    assert "does not exist" in refused["2-gone.xml"]
    assert [each["outcome"] for each in told["4-paid.xml"]["entries"]] == ["PAID"]
    # In words each file is named where it is refused as well; those that can be read were read before.
    result = RUNNER.invoke(app, words)
    assert (result.exit_code, "The file was read before." in result.stdout) == (1, True)
    assert [each.partition(":")[0] for each in result.stderr.splitlines()] == list(refused)
    for name in refused:
        (folder / name).unlink()
    assert json.loads(run(*words, "--json"))[0]["repeated"] is True


def test_a_month_is_accrued_once_and_its_file_can_be_had_again(system: System, tmp_path: Path) -> None:
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    words = ("ledger", "accrue", "2026-02", "--by", "user-1", "--dir", str(tmp_path), "--on", "2026-03-10")
    (file,) = json.loads(run(*words, "--json"))
    before = Path(file).read_bytes()
    run(*words)
    assert Path(file).read_bytes() == before
    assert before.count(b"#VER") == 2


def test_what_is_open_is_named_and_a_past_day_asked_for(system: System, tmp_path: Path) -> None:
    (item,) = json.loads(run("reconcile", "--open", "--json"))
    assert (item["why"], item["document"], item["amount"]) == ("TO_PAY", "F-1", "1900.00")
    then = json.loads(run("reconcile", "--as-of", "2026-02-02", "--by", "delivery_area", "--json"))
    assert [(row["delivery_area"], row["approved"]) for row in then["rows"]] == [("LO-NORD", "0.00")]
    book = tmp_path / "statement.xlsx"
    run("reconcile", "--month", "2026-01", "--xlsx", str(book))
    assert book.read_bytes().startswith(b"PK")
