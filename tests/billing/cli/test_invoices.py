"""Invoices on the command line: flipped, received, kept aside, and shown as messages."""

import shutil
from pathlib import Path

import pytest

from peppol.documents import billing
from peppol.xml import codec
from tests.support.command_line import FOREIGN, ORDER, REGISTER, Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def test_a_flipped_invoice_is_accepted_and_its_copy_is_a_repeat(desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    assert "ACCEPTED: Stämmer med order 2100000001" in desk.run("receive", invoice, "--on", "2026-02-05").out
    assert "REPEAT" in desk.run("receive", invoice).out
    (document,) = desk.run("invoices", "list", "--json").json
    assert (document["state"], document["pays_on"]) == ("ACCEPTED", "2026-03-07")


def test_a_line_is_flipped_once_and_only_when_received(desk: Desk) -> None:
    desk.run("receive", desk.invoice("F-1"))
    assert "redan fakturerad med F-1" in desk.run("flip", ORDER, "001", code=3).err
    assert "not received" in desk.run("flip", ORDER, "003", "--lang", "en", code=3).err
    assert "har ingen rad 099" in desk.run("flip", ORDER, "099", code=4).err


def test_the_invoice_of_a_line_is_numbered_after_it(desk: Desk) -> None:
    document = codec.parse(billing.Invoice, desk.run("flip", ORDER, "002", "--on", "2026-03-05").raw)
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


def test_a_message_received_before_the_register_is_read_with_the_next(desk: Desk) -> None:
    invoice = desk.invoice("F-1")
    (desk.folder / "billing.sqlite").unlink()
    desk.run("init")
    assert "Registret är tomt" in desk.run("receive", invoice, code=1).err
    assert desk.run("inbox", "list", "--json").json[0]["state"] == "ARRIVED"
    desk.run("register", "load", REGISTER)
    assert "REPEAT" in desk.run("receive", invoice).out
    (document,) = desk.run("invoices", "list", "--json").json
    assert document["codes"] == ["ORDER_UNKNOWN"]


def test_a_message_is_shown_with_what_it_became_and_with_its_bytes(desk: Desk) -> None:
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
    for message in ("1", "2"):
        assert desk.run("inbox", "show", message, "--raw").raw == invoice.read_bytes()
    assert "meddelande 9" in desk.run("inbox", "show", "9", code=4).err


def test_messages_go_out_and_come_in_through_a_folder(desk: Desk) -> None:
    folder = desk.folder / "ap"
    (folder / "inbox").mkdir(parents=True)
    shutil.move(desk.invoice("F-1"), folder / "inbox")
    told = desk.run("post", "collect", "--folder", folder, "--on", "2026-02-05")
    assert "1 nya meddelanden" in told.out
    assert "F-1 ACCEPTED" in told.out
    assert "2 meddelanden lämnade, 0 väntar" in desk.run("post", "deliver", "--folder", folder).out
    assert [each["kind"] for each in desk.run("post", "list", "--state", "SENT", "--json").json] == [
        "order",
        "invoice-response",
    ]
    assert "0007:5599991014" in desk.run("post", "list").out
    assert "finns inte" in desk.run("post", "collect", "--folder", folder / "nowhere", code=4).err


def test_messages_that_cannot_be_handed_over_stay_and_end_with_1(desk: Desk) -> None:
    folder = desk.folder / "ap"
    folder.write_text("not a folder", encoding="utf-8")
    assert "0 meddelanden lämnade, 1 väntar" in desk.run("post", "deliver", "--folder", folder, code=1).out
