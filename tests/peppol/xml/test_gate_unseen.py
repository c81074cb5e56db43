"""What people do not see: characters around and inside values, bytes before the first, and texts only searched."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from peppol.xml.gate import admit, admit_metadata, admit_to_search, as_text
from peppol.xml.gate_errors import LIMITS, GateRefused, GateRule
from tests.peppol.xml.test_gate_refusals import document, told

# Characters that are not seen, around and inside what is compared --------------------------------

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
PASTED = "\ufeff%s\u200b"
"""What hangs on to something that was copied from a web page."""


def of_kind(kind: str, inside: str) -> bytes:
    return document(inside).decode().replace("Invoice-2", f"{kind}-2").replace("Invoice", kind).encode()


def of_party(value: str) -> str:
    return f"<cac:Party><cbc:EndpointID>{value}</cbc:EndpointID></cac:Party>"


def of_line(value: str) -> str:
    return f"<cac:OrderLineReference><cbc:LineID>{value}</cbc:LineID></cac:OrderLineReference>"


def of_buyer(value: str) -> str:
    return f"<cbc:BuyerReference>{value}</cbc:BuyerReference>"


@pytest.mark.parametrize("kind", ["Invoice", "CreditNote"])
@pytest.mark.parametrize("written", [of_line, of_buyer])
def test_what_a_bill_refers_to_may_have_been_pasted_with_something_around_it(
    kind: str, written: Callable[[str], str]
) -> None:
    admit(of_kind(kind, written(PASTED % "400000001")))
    assert told(of_kind(kind, written("4000\u200b00001"))).rule == GateRule.IDENTIFIER


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("Invoice", "<cbc:ID>%s</cbc:ID>"),
        ("Invoice", of_party("%s")),
        ("Order", of_line("%s")),
        ("Order", of_buyer("%s")),
        ("ApplicationResponse", of_line("%s")),
    ],
)
def test_nothing_else_may_have_something_around_it_that_is_not_seen(kind: str, inside: str) -> None:
    assert told(of_kind(kind, inside % (PASTED % "400000001"))).rule == GateRule.IDENTIFIER


def test_an_address_on_an_envelope_holds_no_character_that_is_not_seen() -> None:
    def envelope(receiver: str) -> bytes:
        header = f"<StandardBusinessDocumentHeader><Receiver><Identifier>{receiver}</Identifier></Receiver>"
        return (
            f'<StandardBusinessDocument xmlns="{SBDH}">{header}</StandardBusinessDocumentHeader>'
            f"{document().decode()}</StandardBusinessDocument>"
        ).encode()

    admit(envelope("\r\n\t0007:2021002114 "))
    refused = told(envelope("0007:2021\u00ad002114"))
    assert (refused.rule, refused.found) == (GateRule.IDENTIFIER, "0007:2021[U+00AD]002114")
    assert refused.location.endswith("/StandardBusinessDocumentHeader/Receiver/Identifier")


# Where in the bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "\n", "\n\n", " \n", "\r\n"])
def test_a_line_is_counted_from_the_first_byte(before: str) -> None:
    assert told(f"{before}<!DOCTYPE a><a/>".encode()).line == 1 + before.count("\n")


@pytest.mark.parametrize("letter", ["X", "n", "t", "0", "\\"])
def test_only_blanks_are_nothing(letter: str) -> None:
    assert told(letter.encode()).rule == GateRule.NOT_XML
    assert told(f" \t\r\n{letter * 3}\n".encode()).rule == GateRule.NOT_XML
    # Nor may anything but blanks stand before the first element.
    assert told(f" \r\n{letter}".encode() + document()).rule == GateRule.NOT_XML
    assert told(b" \t\r\n" + document() + letter.encode()).rule == GateRule.MALFORMED


@pytest.mark.parametrize("place", [0, 1, 5])
def test_a_null_anywhere_is_another_encoding(place: int) -> None:
    data = b"a" * place + b"\x00bc"
    assert (told(data).rule, told(data).found) == (GateRule.ENCODING, "00")


def test_an_element_may_declare_as_many_names_as_the_limit_says_wherever_it_stands() -> None:
    held = replace(LIMITS, declarations_per_element_max=4)
    four = " ".join(f'xmlns:p{each}="urn:p"' for each in range(4))
    admit(document(f"<cbc:ID/><cac:Party {four}><cbc:ID/><cbc:Name {four}/></cac:Party>"), held)
    five = f'{four} xmlns:q="urn:q"'
    assert told(document(f"<cac:Party><cbc:Name {five}/></cac:Party>"), held).rule == GateRule.DECLARATIONS


@pytest.mark.parametrize(("length", "shown"), [(80, 80), (81, 80), (200, 80)])
def test_a_place_names_each_element_as_far_as_eighty_letters(length: int, shown: int) -> None:
    inside = f'<cac:Party><{"x" * length} xmlns="urn:x"/></cac:Party>'
    assert told(document(inside)).location == "/Invoice/cac:Party/" + "x" * shown


def test_a_registers_answer_has_as_many_attributes_and_is_as_deep_as_the_limits_say() -> None:
    held = replace(LIMITS, attributes_per_element_max=2, depth_max=2, name_max=4)
    admit_metadata(b'<abcd a="1" b="2"><e a="1" b="2"/></abcd>', held)
    for data, rule in (
        (b'<a a="1" b="2" c="3"/>', GateRule.ATTRIBUTES),
        (b"<a><b><c/></b></a>", GateRule.DEPTH),
        (b"<abcde/>", GateRule.NAME),
    ):
        with pytest.raises(GateRefused) as caught:
            admit_metadata(data, held)
        assert caught.value.finding.rule == rule


# What is only searched ---------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_to_search_is_read_in_whichever_encoding_it_seems_to_be(encoding: str) -> None:
    written = '\r\n<?xml version="1.0"?><a>Åre\n</a>\x00\x1a'.encode(encoding)
    assert as_text(written) == "<a>Åre\n</a>"


def test_nothing_of_a_text_to_search_is_lost_but_the_first_declaration() -> None:
    inside = b'<a>8507099805<?xml version="1.0"?></a>'
    assert as_text(b'<?xml version="1.0"?>' + inside) == inside.decode()
    # Bytes that are no letters in any encoding hide nothing of what stands around them.
    assert as_text(b"<a>\x81\xe5 850709-9805\x8f</a>") == "<a>\ufffdå 850709-9805\ufffd</a>"
    assert as_text(b"\xff\xfe8\x005\x000\x00\x00\xd8") == "850\ufffd"


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>'])
def test_what_is_searched_has_its_comments_and_instructions(before: bytes) -> None:
    root = admit_to_search(before + b"<a><!-- 850709 --><?b 9805?><c>d</c></a>", LIMITS)
    assert root is not None
    assert [each.text for each in root.iter()] == [None, " 850709 ", "9805", "d"]


@pytest.mark.parametrize(
    "data", [b"", b"<a>", b"<!DOCTYPE a><a/>", b"%PDF-1.7", b"\xff\xfe<\x00", b"<a/>" * 2, b"   <a/>" * 99]
)
def test_what_cannot_be_read_or_may_be_dangerous_is_not_searched_as_xml(data: bytes) -> None:
    assert admit_to_search(data, replace(LIMITS, bytes_max=100)) is None
