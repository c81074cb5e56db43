"""A personal identity number is found wherever in a message it stands, and however it is written there."""

import html
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies
from lxml import etree
from stdnum import luhn

from peppol.envelope.opening import DECLARATION
from peppol.identifiers import DocumentKind
from peppol.validation.personal_data import personal_numbers_in
from peppol.validation.quick_search import is_clear
from peppol.xml.gate import admit_to_search
from peppol.xml.gate_errors import MESSAGE_LIMITS
from peppol.xml.gate_tree import CBC
from tests.support.project import FIXTURES, GOLDEN
from tests.support.rules.schema_documents import a_document
from tests.support.stories.personal_numbers import SOMEBODY, WRITINGS, number, numbers

KINDS = tuple(DocumentKind)
_FILE = f"{{{CBC}}}EmbeddedDocumentBinaryObject"
Place = tuple[int, str]


def places(root: etree._Element) -> Iterator[Place]:
    """Every place of a document that bears text: an element by its position, and each attribute of it."""
    for position, element in enumerate(root.iter()):
        if len(element) == 0 and element.tag != _FILE:
            yield position, ""
        yield from ((position, str(name)) for name in element.attrib)


def plant(element: etree._Element, attribute: str, text: str) -> None:
    if attribute:
        element.set(attribute, text)
    else:
        element.text = text


def planted(kind: DocumentKind, place: Place, text: str) -> bytes:
    root = a_document(kind, full=True)
    plant(list(root.iter())[place[0]], place[1], text)
    return etree.tostring(root, encoding="utf-8")


ALL_PLACES = [(kind, place) for kind in KINDS for place in places(a_document(kind, full=True))]


def found(body: bytes) -> frozenset[str]:
    """What a search finds; what the quick search lets by without one holds nothing."""
    seen = personal_numbers_in(body)
    if seen and admit_to_search(body, MESSAGE_LIMITS) is not None:
        assert not is_clear(body)
    return seen


def test_there_are_places_of_every_kind_of_document() -> None:
    assert {kind for kind, _ in ALL_PLACES} == set(DocumentKind)
    assert len(ALL_PLACES) > 1_200
    assert "filename" in {name for _, (_, name) in ALL_PLACES}


@pytest.mark.parametrize("kind", KINDS)
def test_no_place_of_a_document_is_passed_over(kind: DocumentKind) -> None:
    """Every element and every attribute there may be, each with a number of its own; the way of writing goes round."""
    root, ways = a_document(kind, full=True), list(WRITINGS.values())
    elements, put = list(root.iter()), {}
    for turn, place in enumerate(places(root)):
        somebody = number(date(1940 + turn % 60, 1 + turn % 12, 1 + turn % 28), 1 + turn % 999)
        put[somebody[2:]] = place
        plant(elements[place[0]], place[1], ways[turn % len(ways)](somebody))
    seen = found(etree.tostring(root))
    missed = [place for somebody, place in put.items() if somebody not in seen]
    assert missed == []
    assert len(put) == len(list(places(a_document(kind, full=True))))


@pytest.mark.law
@given(strategies.sampled_from(ALL_PLACES), strategies.sampled_from(sorted(WRITINGS)), numbers)
def test_any_number_in_any_place_in_any_form_is_found(
    at: tuple[DocumentKind, Place], way: str, twelve: str
) -> None:
    assert found(planted(*at, WRITINGS[way](twelve))) == {twelve[2:]}


@pytest.mark.parametrize("way", sorted(WRITINGS))
def test_each_way_of_writing_is_found(way: str) -> None:
    assert found(f"<a>{WRITINGS[way](SOMEBODY)}</a>".encode()) == {SOMEBODY[2:]}


def test_numbers_that_stand_for_one_are_found() -> None:
    """Before a number is given: a letter counts as 1 and the month may be 00; somebody's own has neither."""
    interim = number(date(1980, 1, 1), 123)[2:]
    assert found(f"<a>{interim[:6]}-T{interim[7:]}</a>".encode()) == {interim}
    without_month = f"800060123{luhn.calc_check_digit('800060123')}"
    assert found(f"<a>{without_month[:6]}-{without_month[6:]}</a>".encode()) == {without_month}


# What numbers are made of, and what stands around and within them; no piece is a number by itself.
_PIECES = (
    *(
        "8",
        "80",
        "19",
        "00",
        "01",
        "12",
        "31",
        "61",
        "800101",
        "8001",
        "0101",
        "1234",
        "T123",
        "-",
        " - ",
        "+",
        " ",
        "\n",
    ),
    *(
        ".",
        "/",
        ":",
        "_",
        "SE",
        "SE ",
        "01",
        "å",
        "ß",
        "\u2013",
        "\u00a0",
        "１",
        "3f2a9c10-7b4d-4e6f-9a1b-0c2d3e4f5061",
    ),
    *(
        "<b/>",
        "<b>",
        "</b>",
        "<!--x-->",
        "<?x y?>",
        "<![CDATA[1]]>",
        "&#49;",
        "&amp;",
        "&quot;",
        "<b c='",
        "'/>",
    ),
)


@pytest.mark.law
@given(strategies.lists(strategies.sampled_from(_PIECES), max_size=9), numbers, strategies.integers(0, 9))
def test_what_the_quick_search_lets_by_holds_no_number(pieces: list[str], twelve: str, where: int) -> None:
    """`found` asserts it, of whatever can be read as XML."""
    pieces[where:where] = list(WRITINGS["a hyphen"](twelve)) if where % 2 else [twelve[2:6], *twelve[6:]]
    found(f"<a>{''.join(pieces)}</a>".encode())
    found(f"<a><n>{'</n><n>'.join(pieces)}</n></a>".encode())


@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_search_lets_by_what_has_no_number_near(kind: DocumentKind) -> None:
    """Else it would be of no use: a document of each kind, the order numbers of ours in it."""
    root = a_document(kind, full=False)
    for element in root.iter():
        if len(element) == 0 and element.text:
            element.text = "2100000001"
    assert is_clear(etree.tostring(root, encoding="utf-8", xml_declaration=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_document_of_each_kind_holds_none(kind: DocumentKind) -> None:
    assert found(etree.tostring(a_document(kind, full=True))) == frozenset()


@pytest.mark.parametrize(
    "path", [*sorted(GOLDEN.glob("*.xml")), *sorted(FIXTURES.rglob("messages/**/*.xml"))], ids=str
)
def test_none_of_our_examples_is_taken_for_one(path: Path) -> None:
    assert found(path.read_bytes()) == frozenset()


TEN = f"{SOMEBODY[2:8]}-{SOMEBODY[8:]}"
ENTITIES = "".join(f"&#{ord(sign)};" for sign in TEN)
HEXADECIMAL = "".join(f"&#x{ord(sign):x};" for sign in TEN)


@pytest.mark.parametrize(
    "inside",
    [
        f"<cbc:Note>{ENTITIES}</cbc:Note>",
        f"<cbc:Note>{HEXADECIMAL}</cbc:Note>",
        f'<cbc:Note languageID="{ENTITIES}"/>',
        f"<cbc:Note><![CDATA[{TEN}]]></cbc:Note>",
        f"<cbc:Note>{TEN[:4]}<![CDATA[{TEN[4:]}]]></cbc:Note>",
        f"<cbc:Note>{TEN[:4]}<!-- ett ord -->{TEN[4:]}</cbc:Note>",
        f"<cbc:Note>{TEN[:4]}<?ett ord?>{TEN[4:]}</cbc:Note>",
        f"<cbc:Note>{TEN[:4]}<cbc:ID/>{TEN[4:]}</cbc:Note>",
        f"<cbc:Note>{TEN[:6]}<cbc:ID/>\n{TEN[6:]}</cbc:Note>",
        f"<cbc:Note>{TEN[:6]}<cbc:ID></cbc:ID>\n{TEN[6:]}</cbc:Note>",
        f"<cbc:Note>{TEN[:6]}3f2a9c10-7b4d-4e6f-9a1b-0c2d3e4f5061{TEN[6:]}</cbc:Note>",
        f"<!-- {TEN} -->",
        f"<?ett {TEN}?>",
        f"<cbc:Note/>{TEN}",
        f"<cbc:Note>\n  {TEN}\n</cbc:Note>",
        f'<ext:UBLExtensions xmlns:ext="urn:x"><ext:Any><ext:Thing>{TEN}</ext:Thing></ext:Any></ext:UBLExtensions>',
        f'<a xmlns="urn:{TEN}"/>',
        f'<cbc:Note xmlns:n="urn:{TEN}"/>',
        f"<x{SOMEBODY}/>",
        f'<a x{SOMEBODY}="1"/>',
    ],
)
@pytest.mark.parametrize("end", ["</Invoice>", ""], ids=["whole", "cut off"])
def test_whatever_xml_can_hide_a_number_in(inside: str, end: str) -> None:
    body = f'<Invoice xmlns:cbc="{CBC}">{inside}{end}'
    assert found(DECLARATION + body.encode()) == {SOMEBODY[2:]}


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- {TEN} --><Invoice/>".encode(),
        f"<Invoice/><!-- {TEN} -->".encode(),
        f"<?ett {TEN}?><Invoice/>".encode(),
        f"<!DOCTYPE a [<!ENTITY b '{TEN}'>]><a>&b;</a>".encode(),
        f"<a>{TEN}</a>".encode("utf-16"),
        f"\ufeff<a>{TEN}</a>".encode(),
        f"<?xml version='1.0' encoding='ISO-8859-1'?><a>Åsa {TEN}</a>".encode("latin-1"),
        f"Deltagare;{TEN};frånvaro".encode(),
        b'{"note": "' + TEN.encode() + b'"}',
    ],
    ids=[
        "comment first",
        "comment last",
        "instruction",
        "entity",
        "UTF-16",
        "mark",
        "Latin-1",
        "CSV",
        "JSON",
    ],
)
def test_bytes_of_any_kind_are_searched(body: bytes) -> None:
    assert found(body) == {SOMEBODY[2:]}


def test_the_name_of_a_file_is_searched_and_the_file_is_not() -> None:
    file = f'<cbc:EmbeddedDocumentBinaryObject xmlns:cbc="{CBC}" filename="%s">%s</cbc:EmbeddedDocumentBinaryObject>'
    assert found((file % (f"{html.escape(TEN)}.pdf", "JVBERg==")).encode()) == {SOMEBODY[2:]}
    assert found((file % ("bilaga.pdf", SOMEBODY)).encode()) == frozenset()


@pytest.mark.parametrize(
    "piece", ["1", "19", "1912 12 12 12-", "9-", "<b/>1", "<!---->", "&#49;", " ", "-", "<", "１"]
)
def test_the_cost_grows_with_the_size_alone(piece: str) -> None:
    """Eight times the text takes about eight times the time; a square would be sixty-four."""

    def cost(times: int) -> float:
        body = f"<a><n>{piece * times}</n></a>".encode()
        begun = time.process_time()
        found(body)
        return time.process_time() - begun

    assert cost(16_000) < 28 * max(cost(2_000), 0.002)
