"""Each refusal of the gate in full: where, what was found, what would have been right; and each limit at its edge."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from peppol.findings import Finding, Severity
from peppol.xml import gate_tree
from peppol.xml.gate import admit, admit_metadata, admit_to_identify, date_of, decimal_of
from peppol.xml.gate_errors import LIMITS, GateRefused, GateRule, Limits, refuse

INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
KINDS = "Order, OrderResponse, Invoice, CreditNote, ApplicationResponse"


def document(inside: str = "", *, attributes: str = "", before: str = "") -> bytes:
    """An invoice in the usual prefixes, its root on the line after `before`."""
    return (
        f'{before}<Invoice xmlns="{INVOICE}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}"{attributes}>{inside}</Invoice>'
    ).encode()


def told(data: bytes, limits: Limits = LIMITS) -> Finding:
    with pytest.raises(GateRefused) as caught:
        admit(data, limits)
    return caught.value.finding


def fatal(
    rule: GateRule, location: str = "", line: int = 0, found: str = "", expected: str = "", detail: str = ""
) -> Finding:
    return Finding(rule.value, Severity.FATAL, location, line, found, expected, detail)


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (b"", fatal(GateRule.EMPTY)),
        (b" \r\n\t\xef\xbb\xbf", fatal(GateRule.EMPTY)),
        (b"%PDF-1.7", fatal(GateRule.NOT_XML, line=1, found="PDF", expected="XML")),
        (b"PK\x03\x04", fatal(GateRule.NOT_XML, line=1, found="ZIP", expected="XML")),
        (b"hej", fatal(GateRule.NOT_XML, line=1, expected="XML")),
        (b"hej \xe5", fatal(GateRule.ENCODING, line=1, found="e5", expected="UTF-8")),
        (b"\xff\xfe<\x00", fatal(GateRule.ENCODING, line=1, found="UTF-16", expected="UTF-8")),
        (
            b"\xef\xbb\xbf\xef\xbb\xbf<a/>",
            fatal(GateRule.ENCODING, line=1, found="BOM, BOM", expected="UTF-8"),
        ),
        (
            document(before='<?xml version="1.1"?>'),
            fatal(GateRule.VERSION, line=1, found="1.1", expected="1.0"),
        ),
        (
            document(before='<?xml version="1.0" encoding="latin-1"?>'),
            fatal(GateRule.ENCODING, line=1, found="latin-1", expected="UTF-8"),
        ),
        (document("\n\n<a>\0</a>"), fatal(GateRule.ENCODING, line=3, found="00", expected="UTF-8")),
        (
            document("\n<cbc:ID>").replace(b"<cbc:ID>", b"<cbc:ID>\xe5\xe4\xf6\xe9\xe8"),
            fatal(GateRule.ENCODING, line=2, found="e5 e4 f6 e9", expected="UTF-8"),
        ),
        (
            document("\n<!doctype x>"),
            fatal(GateRule.DOCTYPE, location="/", line=2, found="<!doctype"),
        ),
        (document("\n<cbc:ID>1"), fatal(GateRule.MALFORMED, line=2)),
        (document("\n<cbc:ID>1</cbc:ID>\n")[:-10], fatal(GateRule.TRUNCATED, line=3)),
        (document("\n<x:ID/>"), fatal(GateRule.PREFIX, line=2)),
        (
            b'<Letter xmlns="urn:x"/>',
            fatal(GateRule.KIND, location="/Letter", line=1, found="{urn:x}Letter", expected=KINDS),
        ),
        (
            b"\n<Letter/>",
            fatal(GateRule.KIND, location="/Letter", line=2, found="Letter", expected=KINDS),
        ),
        (
            document('\n<cac:Party><x xmlns="urn:x"/></cac:Party>'),
            fatal(
                GateRule.NAMESPACE,
                location="/Invoice/cac:Party/x",
                line=2,
                found="{urn:x}x",
                expected="UBL 2.1",
            ),
        ),
        (
            document('<cbc:ID xmlns:x="urn:x" x:y="1"/>'),
            fatal(
                GateRule.NAMESPACE,
                location="/Invoice/cbc:ID",
                line=1,
                found="{urn:x}y",
                expected="UBL 2.1",
            ),
        ),
        (
            document("\n<cbc:ID>F\u202e1002</cbc:ID>"),
            fatal(
                GateRule.IDENTIFIER,
                location="/Invoice/cbc:ID",
                line=2,
                found="F[U+202E]1002",
                detail="U+202E",
            ),
        ),
        (
            document('<cbc:Amount currencyID="S\u200bEK"/>'),
            fatal(
                GateRule.IDENTIFIER,
                location="/Invoice/cbc:Amount",
                line=1,
                found="S[U+200B]EK",
                detail="U+200B",
            ),
        ),
    ],
    ids=lambda each: each.rule if isinstance(each, Finding) else "",
)
def test_a_refusal_says_where_and_what_and_what_would_have_been_right(data: bytes, finding: Finding) -> None:
    assert told(data) == finding


def a(count: int) -> str:
    return "<cbc:Note/>" * count


@pytest.mark.parametrize(
    ("limits", "fits", "too_much", "finding"),
    [
        (
            {"bytes_max": len(document()) + 2},
            document("  "),
            document("   "),
            fatal(GateRule.SIZE, found=str(len(document()) + 3), expected=str(len(document()) + 2)),
        ),
        (
            {"elements_max": 1001},
            document(a(1000)),
            document(a(1001)),
            fatal(GateRule.ELEMENTS, found="1 002", expected="1 001"),
        ),
        (
            {"attributes_max": 4},
            document('<cbc:ID a="1"/>'),
            document('<cbc:ID a="1" b="2"/>'),
            fatal(GateRule.ATTRIBUTES, found="5", expected="4"),
        ),
        (
            {"attributes_per_element_max": 2},
            document('<cbc:ID a="1" b="2"/>'),
            document('\n<cbc:ID a="1" b="2" c="3"/>'),
            fatal(GateRule.ATTRIBUTES, location="/Invoice/cbc:ID", line=2, found="3", expected="2"),
        ),
        (
            {"depth_max": 3},
            document("<cac:Party><cbc:ID/></cac:Party>"),
            document("<cac:Party><cac:Party><cbc:ID/></cac:Party></cac:Party>"),
            fatal(GateRule.DEPTH, expected="3"),
        ),
        (
            {"name_max": 8},
            document("<cbc:Name12345/>").replace(b"Name12345", b"Name1234").replace(b"Invoice ", b"Invoice "),
            document("\n<cbc:Name12345/>"),
            fatal(GateRule.NAME, location="/Invoice/cbc:Name12345", line=2, found="Name12345", expected="8"),
        ),
        (
            {"name_max": 9},
            document('<cbc:ID attribute="1"/>'),
            document('\n<cbc:ID attributes="1"/>'),
            fatal(GateRule.NAME, location="/Invoice/cbc:ID", line=2, found="attributes", expected="9"),
        ),
        (
            {"declarations_per_element_max": 4},
            document("<cbc:ID/>", attributes=' xmlns:p="urn:p"'),
            document("<cbc:ID/>", attributes=' xmlns:p="urn:p" xmlns:q="urn:q"'),
            fatal(GateRule.DECLARATIONS, found="5", expected="4"),
        ),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_what_a_limit_reaches_comes_in_and_one_more_does_not(
    limits: dict[str, int], fits: bytes, too_much: bytes, finding: Finding
) -> None:
    held = replace(LIMITS, **limits)
    assert isinstance(admit(fits, held), etree._Element)
    assert told(too_much, held) == finding


def test_a_text_may_be_as_long_as_the_gate_says_and_an_attached_file_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("peppol.xml.gate.TEXT_MAX", 1000)
    monkeypatch.setattr(gate_tree, "TEXT_MAX", 1000)

    def note(count: int) -> bytes:
        return document(f"\n<cbc:Note>{'x' * count}</cbc:Note><cbc:Note>{'y' * 900}</cbc:Note>")

    admit(note(1000))
    assert told(note(1001)) == fatal(
        GateRule.TEXT, location="/Invoice/cbc:Note[1]", line=2, found="1 001", expected="1 000"
    )
    file = f"<cbc:EmbeddedDocumentBinaryObject>{'x' * 5000}</cbc:EmbeddedDocumentBinaryObject>"
    admit(document(file))
    long_name = file.replace("Object>x", f'Object filename="{"n" * 1001}">x', 1)
    assert told(document(long_name)).rule == GateRule.TEXT


@pytest.mark.parametrize(("length", "shown"), [(80, "x" * 80), (81, "x" * 77 + "...")])
def test_what_was_found_is_shown_as_far_as_eighty_characters(length: int, shown: str) -> None:
    with pytest.raises(GateRefused) as caught:
        refuse(GateRule.KIND, found="x" * length)
    assert caught.value.finding.found == shown


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"location": "/Invoice", "line": 3}, "GATE-KIND at /Invoice"),
        ({"line": 3}, "GATE-KIND at line 3"),
        ({}, "GATE-KIND"),
    ],
)
def test_a_refusal_names_itself_and_its_place(where: dict[str, object], said: str) -> None:
    with pytest.raises(GateRefused) as caught:
        refuse(GateRule.KIND, **where)  # type: ignore[arg-type]
    assert str(caught.value) == said


# A register's answer, and a document that is only to be identified ------------------------------


def test_a_registers_answer_may_be_of_any_namespace_and_is_judged_as_strictly() -> None:
    assert admit_metadata(b'\xef\xbb\xbf<a xmlns="urn:x" b="1"/>').tag == "{urn:x}a"
    for bad, rule in (
        (b"<!DOCTYPE a><a/>", GateRule.DOCTYPE),
        (b"", GateRule.EMPTY),
        (b"<a><b></a>", GateRule.MALFORMED),
        (b"<" + b"x" * 201 + b"/>", GateRule.NAME),
        (b"<a>" * 101 + b"</a>" * 101, GateRule.DEPTH),
        (b"<a " + b" ".join(b'b%d="1"' % each for each in range(51)) + b"/>", GateRule.ATTRIBUTES),
    ):
        with pytest.raises(GateRefused) as caught:
            admit_metadata(bad)
        assert caught.value.finding.rule == rule


@pytest.mark.parametrize(
    "data",
    [
        document(),
        b"\n\n " + document(before='<?xml version="1.0" encoding="latin-1"?>') + b"\x00\x1a",
        document("<cbc:Note>\u00e5</cbc:Note>").decode().encode("cp1252"),
        document("<cbc:Note>\u00e5</cbc:Note>").decode().encode("utf-16"),
        document("<cbc:ID>F\u202e1</cbc:ID>"),
    ],
    ids=["good", "blanks", "Windows", "UTF-16", "not seen"],
)
def test_whom_a_refused_document_is_from_is_looked_for_with_a_soft_hand(data: bytes) -> None:
    assert admit_to_identify(data).tag == f"{{{INVOICE}}}Invoice"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (document("   "), GateRule.SIZE),
        (b"<!DOCTYPE a><a/>", GateRule.DOCTYPE),
        (b"<a/>", GateRule.KIND),
        (b"", GateRule.EMPTY),
        (b"\xff\xfe<\x00a\x00/\x00>\x00\n", GateRule.MALFORMED),
    ],
    ids=["size", "doctype", "kind", "empty", "half a letter"],
)
def test_what_may_be_dangerous_is_not_looked_into(data: bytes, rule: GateRule) -> None:
    with pytest.raises(GateRefused) as caught:
        admit_to_identify(data, replace(LIMITS, bytes_max=len(document()) + 2))
    assert caught.value.finding.rule == rule


# Edges that only one place has -------------------------------------------------------------------


def test_what_stands_before_the_root_is_looked_past_for_a_kilobyte() -> None:
    admit(b" " * 1023 + document())
    assert told(b" " * 1024 + document()) == fatal(GateRule.NOT_XML, line=1, expected="XML")


def test_declarations_are_counted_for_each_element_by_itself() -> None:
    held = replace(LIMITS, declarations_per_element_max=4)
    inside = '<cac:Party xmlns:p="urn:p" xmlns:q="urn:q"><cbc:ID xmlns:r="urn:r"/></cac:Party>'
    admit(document(inside, attributes=' xmlns:s="urn:s"'), held)


def test_a_root_that_is_no_document_is_named_as_far_as_eighty_letters() -> None:
    assert told(b"<" + b"x" * 80 + b"/>").location == "/" + "x" * 80
    assert told(b"<" + b"x" * 81 + b"/>").location == "/" + "x" * 80


def test_a_hidden_character_in_an_attribute_of_the_longest_name_is_what_is_told() -> None:
    held = replace(LIMITS, name_max=10)
    assert told(document('<cbc:ID attributes="\u200b"/>'), held).rule == GateRule.IDENTIFIER


@pytest.mark.parametrize(
    ("read", "text", "rule", "expected"),
    [(decimal_of, "1e5", GateRule.NUMBER, "1234.50"), (date_of, "31/1", GateRule.DATE, "YYYY-MM-DD")],
)
def test_a_value_that_cannot_be_read_says_where_it_stood(
    read: Callable[..., object], text: str, rule: GateRule, expected: str
) -> None:
    with pytest.raises(GateRefused) as caught:
        read(text, location="/Invoice/cbc:X", line=7)
    assert caught.value.finding == fatal(
        rule, location="/Invoice/cbc:X", line=7, found=text, expected=expected
    )


BANK = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"


@pytest.mark.parametrize(
    ("inside", "finding"),
    [
        (f'<Ntry xmlns="{BANK}"><Amt>1</Amt></Ntry>', None),
        (
            '<Note xmlns="urn:x"/>',
            fatal(
                GateRule.NAMESPACE,
                location="/Document/Note",
                line=1,
                found="{urn:x}Note",
                expected="ISO 20022",
            ),
        ),
    ],
    ids=["its own", "foreign"],
)
def test_a_banks_file_holds_elements_of_banks(inside: str, finding: Finding | None) -> None:
    data = f'<Document xmlns="{BANK}">{inside}</Document>'.encode()
    assert told(data).rule == GateRule.KIND
    if finding is None:
        admit(data, root_checked_by=lambda root: None)
        return
    with pytest.raises(GateRefused) as caught:
        admit(data, root_checked_by=lambda root: None)
    assert caught.value.finding == finding


def test_an_element_of_a_bank_is_foreign_to_an_invoice() -> None:
    assert told(document(f'<Ntry xmlns="{BANK}"/>')) == fatal(
        GateRule.NAMESPACE, location="/Invoice/Ntry", line=1, found=f"{{{BANK}}}Ntry", expected="UBL 2.1"
    )
