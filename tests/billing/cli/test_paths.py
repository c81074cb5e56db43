"""From invoice to payment on the command line: why, credit, payment, and the statement that tells of them."""

import csv
import io
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from foundation.formatting import kronor
from foundation.money import Money
from peppol.documents import billing
from peppol.xml import codec
from tests.support.command_line import FOREIGN, ORDER, REFERENCE, SUPPLIER, Desk, a_desk, prepare


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


# why, credit, payment -------------------------------------------------------------------------


def test_an_invoice_that_cannot_be_accepted_in_part_says_why_and_none_is_expected(desk: Desk) -> None:
    first = desk.invoice("F-1")
    second = desk.again(first, "F-2")
    desk.run("receive", first)
    desk.run("receive", second, code=3)
    assert "kan inte godkännas i delar" in desk.run("credit", "accept-in-part", "F-2", code=1).err
    assert "kan inte godkännas i delar" in desk.run("credit", "withdraw-part", "F-2", code=1).err
    assert desk.run("credit", "expected", "--json").out.strip() == "[]"


def test_an_invoice_in_question_is_explained_credited_and_invoiced_anew(desk: Desk) -> None:
    first = desk.invoice("F-1")
    second = desk.again(first, "F-2")
    desk.run("receive", first)
    assert (
        "F-2 IN_QUESTION: Orderrad 001 är redan fakturerad med F-1" in desk.run("receive", second, code=3).out
    )
    explained = desk.run("explain", "F-2").out
    for words in ("✓ köpare: stämmer", "✗ inte fakturerad förut: avviker", "åtgärdas av: leverantören"):
        assert words in explained
    assert "✓ buyer: agrees" in desk.run("explain", "F-2", "--lang", "en").out
    assert "bara för en faktura som avviker" in desk.run("credit", "request", "F-1", code=1).err
    asked = desk.run("credit", "request", "F-2", "--by", "officer-1", "--on", "2026-02-06").out
    assert asked == "F-2: CREDIT_REQUESTED. Leverantören får svaret RE.\n"
    assert "Kredit begärd" in desk.run("credit", "request", "F-2", code=1).err
    assert "Krediterar F-2" in desk.run("receive", desk.credit_of(second, "K-2"), "--on", "2026-02-07").out
    (judgement,) = desk.run("explain", "F-2", "--json").json["judgements"]
    assert judgement["codes"] == ["ALREADY_INVOICED"]
    assert judgement["tree"]["name"] == "invoice"
    assert desk.run("invoices", "list", "--state", "CREDITED", "--json").json[0]["number"] == "F-2"
    desk.run("check")


def test_after_a_credit_the_line_is_flipped_under_the_next_number(desk: Desk) -> None:
    given = f"F-{ORDER}-001"
    invoice = desk.invoice(given)
    desk.run("receive", invoice, desk.credit_of(invoice, "K-1"))
    document = codec.parse(billing.Invoice, desk.run("flip", ORDER, "001").raw)
    assert document.id == f"{given}-2"


def test_the_same_number_of_two_suppliers_asks_for_the_supplier(desk: Desk) -> None:
    desk.run("receive", desk.invoice("F-1"))
    assert "ingen faktura F-7" in desk.run("explain", "F-7", code=4).err
    assert "F-1" in desk.run("explain", "#1", "--supplier", SUPPLIER).out
    assert desk.run("explain", "F-1", "--supplier", "5599992020", code=4).err


def test_two_people_pay_what_is_due_and_a_later_credit_is_a_claim(desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    desk.run("receive", invoice, "--on", "2026-02-05")
    assert desk.run("payments", "due", "--on", "2026-03-06", "--json").json == []
    (due,) = desk.run("payments", "due", "--on", "2026-03-07", "--json").json
    assert kronor(Money.of(due["amount"])) in desk.run("payments", "due", "--on", "2026-03-07").out
    pay = ("payments", "pay", "--on", "2026-03-07", "--prepared-by", "person-1", "--attested-by")
    assert "en annan" in desk.run(*pay, "person-1", code=1).err
    assert "10000001" in desk.run(*pay, "person-2").out
    assert desk.run(*pay, "person-2", "--json").json == []
    desk.run("receive", desk.credit_of(invoice, "K-1"), "--on", "2026-03-10")
    (claim,) = desk.run("payments", "claims", "--json").json
    assert (claim["invoice"], claim["amount"], claim["currency"]) == ("F-1", due["amount"], "SEK")
    assert "F-1" in desk.run("payments", "claims").out
    desk.run("check")


def test_a_timeline_tells_everything_in_order_of_days(desk: Desk) -> None:
    first = desk.invoice("F-1")
    second = desk.again(first, "F-2")
    desk.run("receive", first, "--on", "2026-02-05")
    desk.run("receive", second, "--on", "2026-02-06", code=3)
    desk.run("credit", "request", "F-2", "--by", "officer-1", "--on", "2026-02-09")
    desk.run("receive", desk.credit_of(second, "K-2"), "--on", "2026-02-10")
    pay = ("--on", "2026-03-07", "--prepared-by", "person-1", "--attested-by", "person-2")
    desk.run("payments", "pay", *pay)
    told = desk.run("timeline", REFERENCE, "--json").json["happenings"]
    assert [each["on"] for each in told] == sorted(each["on"] for each in told)
    days = {(each["kind"], each["document"]): each["on"] for each in told}
    assert days["DECISION", "B1"] == "2026-01-12"
    assert days["RECEIPT", f"{ORDER}/001"] == "2026-02-03"
    assert days["CREDIT_REQUEST", "F-2"] == "2026-02-09"
    assert days["CREDITED", "F-2"] == days["CREDIT_NOTE", "K-2"] == "2026-02-10"
    assert days["PAYMENT", "10000001"] == "2026-03-07"
    assert days["EVENT", "E6"] == "2026-03-10"
    assert "officer-1" in desk.run("timeline", REFERENCE).out
    assert "asked for by officer-1" in desk.run("--lang", "en", "timeline", REFERENCE).out
    assert "nowhere är okänd" in desk.run("timeline", "nowhere", code=4).err


def test_the_whole_path_is_the_same_on_both_databases(tmp_path: Path, database_url: str) -> None:
    desk = Desk(tmp_path, database_url)
    prepare(desk)
    first = desk.invoice("F-1")
    second = desk.again(first, "F-2")
    desk.run("receive", first, second, first, "--on", "2026-02-05", code=3)
    desk.run("credit", "request", "F-2", "--on", "2026-02-06")
    desk.run("receive", desk.credit_of(second, "K-2"), "--on", "2026-02-07")
    desk.run("payments", "pay", "--on", "2026-03-07", "--prepared-by", "a", "--attested-by", "b")
    desk.run("post", "deliver", "--folder", tmp_path / "ap")
    assert desk.run("orders", "due", "--json").json == []
    assert "✗ inte fakturerad förut: avviker" in desk.run("explain", "F-2").out
    states = [each["state"] for each in desk.run("invoices", "list", "--json").json]
    assert states == ["PAID", "CREDITED", "SETTLED"]
    assert len(desk.run("inbox", "list", "--json").json) == 4
    kinds = [each["kind"] for each in desk.run("timeline", REFERENCE, "--json").json["happenings"]]
    assert (kinds.count("JUDGED"), kinds.count("ANSWER"), kinds.count("RECEIPT")) == (3, 5, 2)
    assert desk.run("reconcile", "--json").json["total"]["open"] == "0.00"
    assert "Allt stämmer" in desk.run("check").out


# statement and invariants ---------------------------------------------------------------------


def test_the_statement_is_summed_filtered_and_written_as_csv(desk: Desk) -> None:
    desk.run("receive", desk.invoice("F-1"))
    whole = desk.run("reconcile", "--json").json
    assert whole["keys"] == ["execution_reference", "supplier", "month"]
    assert whole["total"]["ordered"] == str(sum(Decimal(row["ordered"]) for row in whole["rows"]))
    (january,) = desk.run("reconcile", "--month", "2026-01", "--by", "article", "--json").json["rows"]
    assert (january["article"], january["not_approved"]) == ("BASIC", "0.00")
    assert desk.run("reconcile", "--reference", "nowhere", "--json").json["rows"] == []
    path = desk.folder / "statement.csv"
    desk.run("reconcile", "--csv", path, "--by", "supplier")
    (row,) = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    assert (row["supplier"], row["ordered"]) == (SUPPLIER, whole["total"]["ordered"])
    assert kronor(Money.of(whole["total"]["ordered"])) in desk.run("reconcile").out.splitlines()[-1]


def test_a_whole_database_checks_and_a_changed_amount_is_named(desk: Desk) -> None:
    assert "Allt stämmer" in desk.run("check").out
    with sqlite3.connect(desk.folder / "billing.sqlite") as database:
        database.execute(
            "update line_account set amount_received = amount_received - 100 where line_id = '001'"
        )
    database.close()
    assert f"order line {ORDER}/001" in desk.run("check", code=1).out
    assert desk.run("check", "--json", code=1).json[0]["invariant"] == "line accounts"


# validation -----------------------------------------------------------------------------------


def test_documents_are_validated_without_a_database(desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    nowhere = Desk(desk.folder, "sqlite:////proc/nowhere/billing.sqlite")
    wrong = desk.folder / "wrong.xml"
    wrong.write_bytes(invoice.read_bytes().replace(b">380<", b">999<"))
    assert "giltig" in nowhere.run("validate", invoice).out
    told = nowhere.run("validate", invoice, wrong, FOREIGN, "--json", code=3).json
    assert [(each["kind"], each["valid"]) for each in told] == [
        ("invoice", True),
        ("invoice", False),
        (None, False),
    ]
    assert list(told[1]) == ["file", "kind", "valid", "release", "finding_count", "rules", "findings"]
    keys = ["rule", "severity", "location", "line", "found", "expected", "message", "remedy", "actor"]
    assert list(told[1]["findings"][0]) == keys
    assert "ogiltig" in nowhere.run("validate", wrong, code=3).out
    assert "invalid" in nowhere.run("validate", wrong, "--lang", "en", code=3).out
    assert nowhere.run("validate", desk.folder / "missing.xml", code=1).err
