"""The command line as its users meet it: what is printed, what is kept, and what a command ends with.

The stories run on a copy of one prepared database: a placement decided in January 2026 with
its first two months reported and approved, and a retroactive interruption that was kept aside.
"""

import csv
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_command
from typer.testing import CliRunner

from invoicing.flipping import Numbered, credit_note_of
from orders.values import Money
from peppol import billing, ubl
from supplier_portal.cli import app
from supplier_portal.cli_refusals import stopped_by
from supplier_portal.printing import csv_text, kronor, number, plain

PROJECT = Path(__file__).resolve().parent.parent
REGISTER = PROJECT / "fixtures" / "demo" / "register"
BAD_REGISTER = PROJECT / "fixtures" / "bad_register"
FOREIGN = PROJECT / "fixtures" / "bad" / "gate" / "xinclude.xml"
# Built once: two hundred commands are given below.
COMMAND = get_command(app)
SUPPLIER = "5599991014"
REFERENCE = "300000001"
ORDER = "2100000001"


@dataclass(frozen=True)
class Answer:
    """What a command said and ended with."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - a test knows the shape it asks for
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A folder with a database, and the command line in front of it."""

    folder: Path
    address: str = ""

    @property
    def url(self) -> str:
        return self.address or f"sqlite:///{self.folder / 'billing.sqlite'}"

    def run(self, *words: object, code: int = 0, columns: str | None = None) -> Answer:
        environment = {"BILLING_DATABASE_URL": self.url, "COLUMNS": columns}
        with CliRunner().isolation(env=environment) as (out, err, _):
            with pytest.raises(SystemExit) as ended:
                COMMAND.main([str(word) for word in words], prog_name="billing")
            sys.stdout.flush()
            raw, complaint = out.getvalue(), err.getvalue().decode()
        answer = Answer(int(ended.value.code or 0), raw.decode("utf-8", "replace"), complaint, raw)
        assert answer.code == code, (words, answer.out, answer.err)
        assert "Traceback" not in answer.out + answer.err
        return answer

    def invoice(self, name: str, **options: str) -> Path:
        """The invoice of the first line, flipped into a file."""
        path = self.folder / f"{name}.xml"
        line = options.get("line", "001")
        self.run("flip", ORDER, line, "--number", name, "--on", "2026-02-05", "--out", path)
        return path

    def again(self, invoice: Path, name: str) -> Path:
        """The same invoice under another number."""
        old = invoice.stem.encode()
        path = self.folder / f"{name}.xml"
        path.write_bytes(invoice.read_bytes().replace(old, name.encode()))
        return path

    def credit_of(self, invoice: Path, name: str) -> Path:
        """The credit note of a whole invoice."""
        document = ubl.parse(billing.Invoice, invoice.read_bytes())
        path = self.folder / f"{name}.xml"
        path.write_bytes(ubl.serialise(credit_note_of(document, given=Numbered(name, document.issue_date))))
        return path


def an_event(number: int, kind_of_event: str, day: str, **data: object) -> str:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": f"E{number}",
            "source": "urn:test:decisions",
            "type": kind_of_event,
            "time": f"{day}T09:00:00Z",
            "data": data,
        }
    )


def a_decision(number: int = 1, reference: str = REFERENCE) -> str:
    return an_event(
        number,
        "placement.decided",
        "2026-01-12",
        decision_id=f"B{number}",
        execution_reference=reference,
        supplier=SUPPLIER,
        contract="AVT-1001",
        unit={
            "id": "UV-101",
            "name": "Fyrbåken Umeå",
            "address": {"street": "Båkvägen 3", "city": "Umeå", "postal_code": "903 00"},
        },
        delivery_area="LO-NORD",
        level="C",
        period={"start": "2026-01-15", "end": "2026-07-14"},
        decided_on="2026-01-12",
    )


def a_report(number: int, month: str, day: str) -> Iterator[str]:
    for step, kind in enumerate(("report.filed", "report.approved")):
        yield an_event(
            number + step,
            kind,
            day,
            execution_reference=REFERENCE,
            month=month,
            version=1,
            at=f"{day}T10:00:00Z",
            by="person-1",
        )


EVENTS = (
    a_decision(),
    *a_report(2, "2026-01", "2026-02-03"),
    *a_report(4, "2026-02", "2026-03-03"),
    an_event(
        6,
        "interruption.registered",
        "2026-03-10",
        execution_reference=REFERENCE,
        registered_on="2026-03-10",
        effective_on="2026-02-20",
        reason="WORK",
    ),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    desk = Desk(folder)
    desk.run("init")
    desk.run("register", "load", REGISTER)
    (folder / "events.jsonl").write_text("\n".join(EVENTS), encoding="utf-8")
    desk.run("events", "load", folder / "events.jsonl")
    return folder


@pytest.fixture
def desk(prepared: Path, tmp_path: Path) -> Desk:
    shutil.copy(prepared / "billing.sqlite", tmp_path)
    return Desk(tmp_path)


@pytest.fixture
def empty_desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- the tables and the register ---------------------------------------------------------------------------


def test_a_database_without_tables_says_which_command_makes_them(empty_desk: Desk) -> None:
    assert "billing init" in empty_desk.run("orders", "list", code=1).err


def test_init_says_where_the_tables_are_and_may_be_run_twice(empty_desk: Desk) -> None:
    for _ in range(2):
        assert "billing.sqlite" in empty_desk.run("init").out
    assert "register load" in empty_desk.run("flip", ORDER, "001", code=1).err


def test_the_same_register_is_loaded_once(desk: Desk) -> None:
    assert "oförändrat" in desk.run("register", "load", REGISTER).out


def test_every_problem_of_a_register_stands_on_a_line_with_its_place(desk: Desk) -> None:
    lines = desk.run("register", "load", BAD_REGISTER, code=1).err.splitlines()
    assert len(lines) > 15
    assert all(re.match(r"\w+\.toml(:\d+)?: \S", line) for line in lines)


# --- events ------------------------------------------------------------------------------------------------


def test_known_events_and_lines_that_are_no_events_are_counted_and_named(desk: Desk) -> None:
    path = desk.folder / "more.jsonl"
    path.write_bytes("\n".join([*EVENTS, "", "{"]).encode() + b"\n\xff\n")
    told = desk.run("events", "load", path, "--json").json
    assert (told["repeated"], told["quarantined"]) == (6, 2)
    assert [problem["place"].rpartition(":")[2] for problem in told["problems"]] == ["8", "9"]
    assert desk.run("inbox", "show", "2", "--raw").raw == b"\xff"


def test_a_file_that_cannot_be_read_ends_with_1_and_the_others_are_loaded(desk: Desk) -> None:
    path = desk.folder / "second.jsonl"
    path.write_text(a_decision(20, "300000002"), encoding="utf-8")
    told = desk.run("events", "load", desk.folder / "nowhere.jsonl", path, code=1)
    assert "nowhere.jsonl finns inte" in told.err
    assert "1 införda" in told.out


def test_an_event_that_could_not_be_applied_is_shown_with_its_reason(desk: Desk) -> None:
    (kept,) = desk.run("events", "list", "--state", "UNAPPLIABLE", "--json").json
    assert kept["event_id"] == "E6"
    assert "bakåt i tiden" in kept["reason"]
    assert "retroactive" in desk.run("events", "list", "--lang", "en").out
    assert "1 kunde inte införas" in desk.run("events", "replay").out


def test_the_schema_of_events_is_json(desk: Desk) -> None:
    assert len(desk.run("events", "schema").json["oneOf"]) == 13


# --- orders ------------------------------------------------------------------------------------------------


def test_an_order_is_listed_and_shown_with_how_far_its_lines_have_come(desk: Desk) -> None:
    (listed,) = desk.run("orders", "list", "--supplier", SUPPLIER, "--reference", REFERENCE, "--json").json
    shown = desk.run("orders", "show", ORDER, "--json").json
    assert listed["number"] == shown["number"] == ORDER
    assert listed["amount"] == str(sum(Decimal(line["amount_ordered"]) for line in shown["lines"]))
    assert [line["amount_received"] != "0.00" for line in shown["lines"]] == [True, True] + [False] * 5
    assert desk.run("orders", "list", "--supplier", "0000000000", "--json").json == []
    amount = kronor(Money.of(listed["amount"]))
    assert amount in desk.run("orders", "list").out
    assert amount in desk.run("orders", "show", ORDER).out


def test_an_order_leaves_as_the_very_bytes_of_its_letter(desk: Desk) -> None:
    body = desk.run("orders", "xml", ORDER).raw
    desk.run("post", "deliver", "--folder", desk.folder / "ap")
    (sent,) = (desk.folder / "ap" / "outbox").rglob(f"order-{ORDER}-*.xml")
    assert sent.read_bytes() == body


def test_an_unknown_order_ends_with_4(desk: Desk) -> None:
    for words in (("orders", "show", "1"), ("orders", "xml", "1"), ("flip", "1", "001")):
        assert "Det finns ingen order 1" in desk.run(*words, code=4).err


def test_a_result_waits_for_its_day_and_is_placed_when_asked(desk: Desk) -> None:
    events = (
        an_event(
            30,
            "interruption.registered",
            "2026-03-12",
            execution_reference=REFERENCE,
            registered_on="2026-03-12",
            effective_on="2026-03-31",
            reason="WORK",
        ),
        an_event(
            31,
            "outcome.approved",
            "2026-04-10",
            execution_reference=REFERENCE,
            kind="WORK",
            started_on="2026-04-01",
            stage="R1",
            approved_on="2026-04-10",
            extent_percent=100,
        ),
    )
    path = desk.folder / "outcome.jsonl"
    path.write_text("\n".join(events), encoding="utf-8")
    desk.run("events", "load", path)
    assert desk.run("orders", "due", "--on", "2026-06-30", "--json").json == []
    due = desk.run("orders", "due", "--on", "2026-07-01", "--json").json
    assert [each["article"] for each in due] == ["RESULT", "SPEED_BONUS"]
    assert "2 ordrar lagda" in desk.run("orders", "due", "--today", "2026-07-01", "--place").out
    assert desk.run("orders", "due", "--on", "2026-07-01", "--json").json == []
    kinds = [each["kind"] for each in desk.run("timeline", REFERENCE, "--json").json["happenings"]]
    assert kinds.count("ORDER") == 3
    assert "INTERRUPTION" in kinds


# --- invoices in -------------------------------------------------------------------------------------------


def test_a_flipped_invoice_is_accepted_and_its_copy_is_a_repeat(desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    assert "ACCEPTED: Stämmer med order 2100000001" in desk.run("receive", invoice, "--on", "2026-02-05").out
    assert "REPEAT" in desk.run("receive", invoice).out
    (held,) = desk.run("invoices", "list", "--json").json
    assert (held["state"], held["pays_on"]) == ("ACCEPTED", "2026-03-07")


def test_a_line_is_flipped_once_and_only_when_received(desk: Desk) -> None:
    desk.run("receive", desk.invoice("F-1"))
    assert "redan fakturerad med F-1" in desk.run("flip", ORDER, "001", code=3).err
    assert "not received" in desk.run("flip", ORDER, "003", "--lang", "en", code=3).err
    assert "har ingen rad 099" in desk.run("flip", ORDER, "099", code=4).err


def test_the_invoice_of_a_line_is_numbered_after_it(desk: Desk) -> None:
    document = ubl.parse(billing.Invoice, desk.run("flip", ORDER, "002", "--on", "2026-03-05").raw)
    assert (document.id, document.issue_date.isoformat()) == (f"F-{ORDER}-002", "2026-03-05")


def test_files_that_are_no_invoices_are_kept_and_end_with_3(desk: Desk) -> None:
    other = desk.again(desk.invoice("F-1"), "F-9")
    conflict = desk.folder / "conflict.xml"
    conflict.write_bytes((desk.folder / "F-1.xml").read_bytes() + b"\n")
    told = desk.run("receive", desk.folder / "F-1.xml", FOREIGN, conflict, "--json", code=3).json
    assert [each["letter_state"] for each in told] == ["HANDLED", "QUARANTINED", "CONFLICT"]
    assert all(each["sentence"] for each in told)
    told = desk.run("receive", desk.folder / "missing.xml", desk.folder, other, code=1)
    assert "missing.xml finns inte" in told.err
    assert "är en mapp" in told.err
    assert "F-9 IN_QUESTION" in told.out


def test_a_letter_received_before_the_register_is_read_with_the_next(empty_desk: Desk, desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    (desk.folder / "billing.sqlite").unlink()
    desk.run("init")
    assert "Registret är tomt" in desk.run("receive", invoice, code=1).err
    assert desk.run("inbox", "list", "--json").json[0]["state"] == "ARRIVED"
    desk.run("register", "load", REGISTER)
    assert "REPEAT" in desk.run("receive", invoice).out
    (held,) = desk.run("invoices", "list", "--json").json
    assert held["codes"] == ["ORDER_UNKNOWN"]


def test_a_letter_is_shown_with_what_it_became_and_with_its_bytes(desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    desk.run("receive", invoice, invoice, FOREIGN, code=3)
    assert [each["state"] for each in desk.run("inbox", "list", "--json").json] == [
        "HANDLED",
        "REPEAT",
        "QUARANTINED",
    ]
    assert len(desk.run("inbox", "list", "--state", "REPEAT", "--json").json) == 1
    shown = desk.run("inbox", "show", "1", "--json").json
    assert shown["document"]["number"] == "F-1"
    assert "F-1 ACCEPTED" in desk.run("inbox", "show", "1").out
    for letter in ("1", "2"):
        assert desk.run("inbox", "show", letter, "--raw").raw == invoice.read_bytes()
    assert "brev 9" in desk.run("inbox", "show", "9", code=4).err


def test_letters_go_out_and_come_in_through_a_folder(desk: Desk) -> None:
    folder = desk.folder / "ap"
    (folder / "inbox").mkdir(parents=True)
    shutil.move(desk.invoice("F-1"), folder / "inbox")
    told = desk.run("post", "collect", "--folder", folder, "--on", "2026-02-05")
    assert "1 nya brev" in told.out
    assert "F-1 ACCEPTED" in told.out
    assert "2 brev lämnade, 0 väntar" in desk.run("post", "deliver", "--folder", folder).out
    assert [each["kind"] for each in desk.run("post", "list", "--state", "SENT", "--json").json] == [
        "order",
        "invoice-response",
    ]
    assert "0007:5599991014" in desk.run("post", "list").out
    assert "finns inte" in desk.run("post", "collect", "--folder", folder / "nowhere", code=4).err


def test_letters_that_cannot_be_handed_over_stay_and_end_with_1(desk: Desk) -> None:
    folder = desk.folder / "ap"
    folder.write_text("not a folder", encoding="utf-8")
    assert "0 brev lämnade, 1 väntar" in desk.run("post", "deliver", "--folder", folder, code=1).out


# --- why, credit, payment ----------------------------------------------------------------------------------


def test_an_invoice_in_question_is_explained_credited_and_invoiced_anew(desk: Desk) -> None:
    first = desk.invoice("F-1")
    second = desk.again(first, "F-2")
    desk.run("receive", first)
    assert "F-2 IN_QUESTION: Orderrad 001 har redan fakturan F-1" in desk.run("receive", second, code=3).out
    explained = desk.run("explain", "F-2").out
    for words in ("✓ köpare: stämmer", "✗ inte fakturerad förut: avviker", "åtgärdas av: leverantören"):
        assert words in explained
    assert "✓ buyer: agrees" in desk.run("explain", "F-2", "--lang", "en").out
    assert "bara för en faktura som avviker" in desk.run("credit", "request", "F-1", code=1).err
    asked = desk.run("credit", "request", "F-2", "--by", "officer-1", "--on", "2026-02-06").out
    assert asked == "F-2: CREDIT_REQUESTED. Leverantören får svaret RE.\n"
    assert "CREDIT_REQUESTED" in desk.run("credit", "request", "F-2", code=1).err
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
    document = ubl.parse(billing.Invoice, desk.run("flip", ORDER, "001").raw)
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
    desk.run("init")
    desk.run("register", "load", REGISTER)
    (tmp_path / "events.jsonl").write_text("\n".join(EVENTS), encoding="utf-8")
    desk.run("events", "load", tmp_path / "events.jsonl")
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


# --- statement and invariants ------------------------------------------------------------------------------


def test_the_statement_is_summed_filtered_and_written_as_csv(desk: Desk) -> None:
    desk.run("receive", desk.invoice("F-1"))
    whole = desk.run("reconcile", "--json").json
    assert whole["keys"] == ["execution_reference", "supplier", "month"]
    assert whole["total"]["ordered"] == str(sum(Decimal(row["ordered"]) for row in whole["rows"]))
    (january,) = desk.run("reconcile", "--month", "2026-01", "--by", "article", "--json").json["rows"]
    assert (january["article"], january["to_invoice"]) == ("BASIC", "0.00")
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


# --- validation --------------------------------------------------------------------------------------------


def test_documents_are_validated_without_a_database(empty_desk: Desk, desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    wrong = desk.folder / "wrong.xml"
    wrong.write_bytes(invoice.read_bytes().replace(b">380<", b">999<"))
    assert "giltig" in desk.run("validate", invoice).out
    told = desk.run("validate", invoice, wrong, FOREIGN, "--json", code=3).json
    assert [(each["kind"], each["valid"]) for each in told] == [
        ("invoice", True),
        ("invoice", False),
        (None, False),
    ]
    assert list(told[1]) == ["file", "kind", "valid", "release", "findings"]
    keys = ["rule", "severity", "location", "line", "found", "expected", "message", "remedy", "actor"]
    assert list(told[1]["findings"][0]) == keys
    assert "ogiltig" in desk.run("validate", wrong, code=3).out
    assert "invalid" in desk.run("validate", wrong, "--lang", "en", code=3).out
    assert desk.run("validate", desk.folder / "missing.xml", code=1).err


# --- the door ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "list", "--lang", "de"),
        ("orders", "due", "--on", "yesterday"),
        ("reconcile", "--by", "colour"),
        ("reconcile", "--month", "2026-13"),
        ("invoices", "list", "--state", "LOST"),
        ("payments", "pay"),
        ("receive",),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_2(desk: Desk, words: tuple[str, ...]) -> None:
    assert "Error" in desk.run(*words, code=2).err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "går inte att tolka"),
        ("postgresql://payer:hush@h:port/d", "går inte att tolka"),
        ("postgresql://payer:hush@127.0.0.1:1/d", "svarar inte som väntat"),
        ("mysql://payer:hush@h/d", "stöds inte"),
        (f"sqlite:///{FOREIGN}", "svarar inte som väntat"),
        ("sqlite:////proc/nowhere/billing.sqlite", "finns inte"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence_without_its_password(
    desk: Desk, url: str, sentence: str
) -> None:
    told = desk.run("--database", url, "orders", "list", code=1)
    assert sentence in told.err
    assert "hush" not in told.err


def test_the_common_options_may_stand_before_or_after_the_command(empty_desk: Desk, desk: Desk) -> None:
    other = f"sqlite:///{desk.folder / 'other.sqlite'}"
    desk.run("--database", other, "init")
    assert desk.run("orders", "list", "--database", other, "--json").json == []
    assert desk.run("--lang", "en", "orders", "show", "1", code=4).err.startswith("There is no order 1")
    assert desk.run("--lang", "en", "orders", "show", "1", "--lang", "sv", code=4).err.startswith("Det finns")


def test_a_fault_of_the_program_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped_by(ZeroDivisionError("a value nobody should see"), "sv") == 1
    assert capsys.readouterr().err == (
        "Ett fel i programmet (ZeroDivisionError). Det som redan skrivits står kvar. "
        "Kör om med --trace och anmäl det.\n"
    )


@pytest.mark.parametrize("columns", ["80", "120"])
def test_every_table_fits_the_terminal_and_keeps_its_amounts(desk: Desk, columns: str) -> None:
    first = desk.invoice("F-1")
    desk.run("receive", first)
    desk.run("receive", desk.again(first, "F-2"), FOREIGN, code=3)
    amount = kronor(Money.of(desk.run("orders", "list", "--json").json[0]["amount"]))
    for words in (
        ("orders", "list"),
        ("orders", "show", ORDER),
        ("timeline", REFERENCE),
        ("reconcile",),
        ("invoices", "list"),
        ("explain", "F-2"),
        ("inbox", "list"),
        ("post", "list"),
        ("events", "list"),
        ("payments", "due", "--on", "2026-12-01"),
    ):
        out = desk.run(*words, columns=columns).out
        assert max(map(len, out.splitlines())) <= int(columns), words
        assert "\x1b" not in out
        if words[0] in ("orders", "timeline", "reconcile"):
            assert amount in out, words


def test_a_name_cannot_steer_the_terminal(desk: Desk) -> None:
    path = desk.folder / "\x1b[2J‮.xml"
    path.write_bytes(FOREIGN.read_bytes())
    for command in ("receive", "validate"):
        assert "\x1b" not in desk.run(command, path, code=3).out
    for words in (("list",), ("show", "1")):
        out = desk.run("inbox", *words).out
        assert "\x1b" not in out
        assert "‮" not in out


def test_the_program_ends_with_130_when_it_is_interrupted(desk: Desk) -> None:
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "supplier_portal.cli", "receive", str(pipe)]
    environment = {**os.environ, "BILLING_DATABASE_URL": desk.url}
    program = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # Opening waits until the program has opened the other end, and then it reads.
    with program, pipe.open("wb"):
        program.send_signal(signal.SIGINT)
        _, complaint = program.communicate(timeout=20)
    assert program.returncode == 130
    assert complaint == "Avbruten.\n"


# --- printing ----------------------------------------------------------------------------------------------


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_printed_the_swedish_way_is_the_same_amount(amount: Decimal) -> None:
    printed = kronor(Money(amount))
    assert Decimal(printed.replace(" ", "").replace(",", ".")) == amount
    assert re.fullmatch(r"-?\d{1,3}( \d{3})*,\d\d", printed)


def test_amounts_and_quantities_are_printed_the_swedish_way() -> None:
    assert kronor(Money.of("11590.00")) == "11 590,00"
    assert kronor(Money.of("-0.50", "EUR")) == "-0,50 EUR"
    assert (number(Decimal("21.0000")), number(Decimal("95.5000"))) == ("21", "95,5")


@given(st.text())
def test_what_is_printed_holds_nothing_a_terminal_obeys(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", plain(text))


@given(st.lists(st.tuples(st.text(), st.decimals(places=2, allow_nan=False, allow_infinity=False))))
def test_a_spreadsheet_calculates_nothing_from_a_text(rows: list[tuple[str, Decimal]]) -> None:
    written = csv_text(["text", "amount"], rows)
    for text, amount in list(csv.reader(io.StringIO(written, newline="")))[1:]:
        assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert Decimal(amount).is_finite()
