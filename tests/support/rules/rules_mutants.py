"""Documents broken on purpose, drawn by hypothesis, for asking two engines the same question.

A mutant is a valid document after one to three changes: an element taken away, doubled,
moved, renamed or added; a text or number changed; an attribute taken away, changed or
added; VAT categories swapped.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from hypothesis import strategies as st
from lxml import etree

from peppol.rules.shared.ubl_elements import ELEMENTS
from tests.support.rules.rules_documents import CAC, CBC, Entry, Facts, Line, a_tree, facts

_FIVE: Final = Decimal("5.00")

BASES: Final[tuple[Facts, ...]] = (
    facts(),
    facts(rich=True),
    facts(lines=3, rich=True, entries=(Entry(Decimal("50.00")), Entry(Decimal("25.50"), charge=True))),
    facts(credit_note=True),
    facts(credit_note=True, rich=True, prepaid=Decimal("10.00"), rounding=Decimal("0.40")),
    facts("E", "0", rich=True),
    facts("AE", "0", buyer_vat="SE202100211401", rich=True),
    facts("K", "0", buyer_vat="DE123456789", rich=True),
    facts("G", "0", entries=(Entry(_FIVE, category="G", percent="0"),)),
    facts("O", None, entries=(Entry(_FIVE, charge=True, category="O", percent=None),)),
    facts("Z", "0", entries=(Entry(_FIVE, category="Z", percent="0"),)),
    facts("L", "7", lines=2, entries=(Entry(_FIVE, charge=True, category="L", percent="7"),)),
    facts("M", "4", rich=True, entries=(Entry(_FIVE, category="M", percent="4"),)),
    replace(
        facts(rich=True, tax_currency="EUR"),
        lines=(
            Line(),
            Line(percent="12"),
            Line(category="E", percent="0", allowance=Decimal("10.00"), charge=Decimal("3.00")),
        ),
    ),
)

# Values both the published lists of 2024 and those of today hold, or neither.
_TEXTS: Final = (
    *("", " ", "0", "0.00", "0.0", "-1", "1", "25", "25.00", "12", "7", "100", "1.005", "1.995", "12.345"),
    *("1900.00", "1900.004", "-1900.00", " 95.00 ", "+5", ".5", "5.", "1000000.01", "2375.00", "475.00"),
    *(
        "S",
        "Z",
        "E",
        "AE",
        "K",
        "G",
        "O",
        "L",
        "M",
        "B",
        " S ",
        "s",
        "XX",
        "VAT",
        "vat",
        " VAT ",
        "TAX",
        "GST",
    ),
    *(
        "true",
        "false",
        "1",
        "30",
        "58",
        "49",
        "31",
        "380",
        "381",
        "130",
        "50",
        "95",
        "FC",
        "SEK",
        "EUR",
        "XX1",
    ),
    *("SE", "IT", "GR", "EL123", "SE556036079301", "D", "12", "2026-10-01", "2026-12-31", "2025-01-01"),
    *(
        "2026-10-31Z",
        "2.1",
        "2.0",
        "VATEX-EU-O",
        "vatex-eu-ae",
        "#AAI#text",
        "#XXX#text",
        "#text",
        "35",
        "1234567890",
    ),
    *("12345678901", "Exempel Matchning AB", "Matchning", "Factoring AB"),
)
_STEPS: Final = tuple(
    Decimal(step)
    for step in (
        *("0.01", "-0.01", "0.004", "-0.004", "0.005", "0.5", "-0.5", "0.99", "-0.99", "1.00", "-1.00"),
        *("1.01", "-1.01", "100", "-100", "0.1", "0.001"),
    )
)
_ATTRIBUTES: Final = {
    "currencyID": ("SEK", "EUR", "XXQ", ""),
    "schemeID": ("0007", "0088", "SEPA", "sepa", "ABT", "9999", ""),
    "unitCode": ("DAY", "C62", "XYZQ"),
    "listID": ("STI", "QQQ"),
    "mimeCode": ("application/pdf", "text/html"),
    "filename": ("a.pdf",),
    "name": ("text",),
    "languageID": ("sv",),
    "schemeName": ("x",),
    "listAgencyID": ("6",),
    "unitCodeListID": ("UNECERec20",),
}
_BASIC: Final = """
    ID Note UUID IssueDate DueDate TaxPointDate Amount BaseAmount TaxAmount TaxableAmount PayableAmount
    PrepaidAmount PayableRoundingAmount AllowanceTotalAmount ChargeTotalAmount Percent Name CompanyID
    TaxExemptionReason TaxExemptionReasonCode DescriptionCode DocumentTypeCode InvoiceTypeCode
    CreditNoteTypeCode PaymentID PaymentDueDate StartDate PriceAmount TaxCurrencyCode UBLVersionID
    InvoicedQuantity CreditedQuantity
"""
_AGGREGATE: Final = """
    TaxCategory ClassifiedTaxCategory AllowanceCharge InvoiceLine CreditNoteLine PartyTaxScheme PayeeParty
    TaxRepresentativeParty Delivery InvoicePeriod PaymentMeans CardAccount PaymentMandate AddressLine
    AdditionalDocumentReference PartyIdentification DocumentReference PayerFinancialAccount
"""
_NAMES: Final = (
    *(f"{{{CBC}}}{local}" for local in _BASIC.split()),
    *(f"{{{CAC}}}{local}" for local in _AGGREGATE.split()),
)
_LEFT_OUT: Final = tuple(sorted(ELEMENTS))

Change = Callable[[etree._Element, st.DataObject], None]


def _elements(root: etree._Element) -> list[etree._Element]:
    return [element for element in root.iter() if element.getparent() is not None]


def _leaves(root: etree._Element) -> list[etree._Element]:
    return [element for element in _elements(root) if len(element) == 0]


def _pick(data: st.DataObject, among: list[etree._Element]) -> etree._Element:
    return among[data.draw(st.integers(0, len(among) - 1))]


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _delete(root: etree._Element, data: st.DataObject) -> None:
    element = _pick(data, _elements(root))
    _parent(element).remove(element)


def _duplicate(root: etree._Element, data: st.DataObject) -> None:
    element = _pick(data, _elements(root))
    element.addnext(deepcopy(element))


def _move(root: etree._Element, data: st.DataObject) -> None:
    element = _pick(data, _elements(root))
    below = set(element.iter())
    places = [place for place in root.iter() if place not in below and len(place)]
    _pick(data, places).append(element)


def _retag(root: etree._Element, data: st.DataObject) -> None:
    _pick(data, _elements(root)).tag = data.draw(st.sampled_from(_NAMES))


def _add(root: etree._Element, data: st.DataObject) -> None:
    element = etree.SubElement(_pick(data, list(root.iter())), data.draw(st.sampled_from(_NAMES)))
    element.text = data.draw(st.sampled_from(_TEXTS))


def _add_left_out(root: etree._Element, data: st.DataObject) -> None:
    place = root
    for name in data.draw(st.sampled_from(_LEFT_OUT)).split("/"):
        prefix, local = name.split(":")
        if prefix == "ext":
            return
        tag = f"{{{CAC if prefix == 'cac' else CBC}}}{local}"
        found = place.find(tag)
        place = etree.SubElement(place, tag) if found is None else found


def _text(root: etree._Element, data: st.DataObject) -> None:
    _pick(data, _leaves(root)).text = data.draw(st.sampled_from(_TEXTS))


def _number(root: etree._Element, data: st.DataObject) -> None:
    numbers = [(element, value) for element in _leaves(root) if (value := _decimal(element)) is not None]
    element, value = numbers[data.draw(st.integers(0, len(numbers) - 1))]
    element.text = f"{value + data.draw(st.sampled_from(_STEPS)):f}"


def _decimal(element: etree._Element) -> Decimal | None:
    try:
        return Decimal(element.text or "")
    except InvalidOperation:
        return None


def _attribute(root: etree._Element, data: st.DataObject) -> None:
    element = _pick(data, _leaves(root))
    names = [str(name) for name in element.attrib]
    removes = data.draw(st.booleans())
    if names and removes:
        del element.attrib[data.draw(st.sampled_from(names))]
        return
    name = data.draw(st.sampled_from(sorted(_ATTRIBUTES)))
    element.set(name, data.draw(st.sampled_from(_ATTRIBUTES[name])))


def _category(root: etree._Element, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B")))
    places = [*root.iter(f"{{{CAC}}}TaxCategory"), *root.iter(f"{{{CAC}}}ClassifiedTaxCategory")]
    if not places:
        return
    chosen = places if data.draw(st.booleans()) else [_pick(data, places)]
    percent = data.draw(st.sampled_from((None, "0", "25", "7", "-1")))
    for place in chosen:
        for identifier in place.findall(f"{{{CBC}}}ID"):
            identifier.text = code
        for rate in place.findall(f"{{{CBC}}}Percent"):
            if percent is not None:
                rate.text = percent


CHANGES: Final[tuple[Change, ...]] = (
    _delete,
    _delete,
    _duplicate,
    _move,
    _retag,
    _add,
    _add_left_out,
    _text,
    _text,
    _number,
    _number,
    _number,
    _attribute,
    _category,
    _category,
)


@st.composite
def mutants(draw: st.DrawFn, base: Facts) -> etree._Element:
    """A valid document after one to three changes."""
    root = a_tree(base)
    data = draw(st.data())
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3)):
        if len(root):
            change(root, data)
    return root
