"""The schemas: what each kind of document may hold, and what it must."""

import re

import pytest
from lxml import etree

from billing.tools.schemas.build_schemas import CAC, CBC
from billing.tools.schemas.notation import Shape
from peppol.identifiers import DocumentKind
from peppol.xml.schemas import check
from tests.support.rules.schema_documents import PROFILE, a_document, find, shape_of, told

# what passes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("full", [False, True])
def test_the_smallest_and_the_fullest_document_of_each_kind_pass(kind: DocumentKind, full: bool) -> None:
    root = a_document(kind, full=full)
    assert check(root, kind) == ()
    assert check(root, kind, outside=True) == ()


def test_the_prefixes_are_the_senders_choice() -> None:
    text = etree.tostring(a_document(DocumentKind.INVOICE, full=True), encoding="unicode")
    other = re.sub(r"\bcbc\b(?=[:=])", "b", re.sub(r"\bcac\b(?=[:=])", "ns7", text))
    assert "ns7:InvoiceLine" in other
    assert check(etree.fromstring(other), DocumentKind.INVOICE) == ()


def test_a_document_is_not_changed_by_being_checked() -> None:
    root = a_document(DocumentKind.ORDER)
    root.append(root[0])
    before = etree.tostring(root)
    assert check(root, DocumentKind.ORDER)
    assert etree.tostring(root) == before


# what is missing ------------------------------------------------------------------------------


def mandatory(element: etree._Element, shape: Shape) -> list[tuple[etree._Element, str]]:
    """Every element of a document whose absence the profile does not allow, with its prefixed name."""
    found = []
    for child in shape.children:
        prefix, namespace = ("cac", CAC) if child.holds in PROFILE else ("cbc", CBC)
        for each in element.findall(f"{{{namespace}}}{child.name}"):
            if child.least and len(element.findall(str(each.tag))) == 1:
                found.append((each, f"{prefix}:{child.name}"))
            if child.holds in PROFILE:
                found += mandatory(each, PROFILE[child.holds])
    return found


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_mandatory_element_is_missed_by_name(kind: DocumentKind) -> None:
    root = a_document(kind, full=True)
    cases = mandatory(root, shape_of(kind))
    assert len(cases) > 10
    for element, name in cases:
        parent = element.getparent()
        assert parent is not None
        place = parent.index(element)
        parent.remove(element)
        assert ("missing", name) in {(each.detail, each.expected) for each in check(root, kind)}, name
        parent.insert(place, element)
    assert check(root, kind) == ()


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_mandatory_attribute_is_missed_by_name(kind: DocumentKind) -> None:
    root = a_document(kind)
    cases = [(element, str(name)) for element in root.iter("*") for name in element.attrib]
    assert cases
    for element, name in cases:
        value = element.attrib.pop(name)
        assert [(each.detail, each.expected) for each in check(root, kind)] == [
            ("attribute-missing", f"@{name}")
        ]
        element.set(name, value)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            DocumentKind.ORDER,
            "CustomizationID ProfileID ID IssueDate DocumentCurrencyCode BuyerCustomerParty SellerSupplierParty"
            " OrderLine",
        ),
        (
            DocumentKind.INVOICE,
            "CustomizationID ProfileID ID IssueDate InvoiceTypeCode DocumentCurrencyCode AccountingSupplierParty"
            " AccountingCustomerParty TaxTotal LegalMonetaryTotal InvoiceLine",
        ),
        (
            DocumentKind.CREDIT_NOTE,
            "CustomizationID ProfileID ID IssueDate CreditNoteTypeCode DocumentCurrencyCode"
            " AccountingSupplierParty AccountingCustomerParty TaxTotal LegalMonetaryTotal CreditNoteLine",
        ),
        (
            DocumentKind.ORDER_RESPONSE,
            "CustomizationID ProfileID ID IssueDate OrderResponseCode DocumentCurrencyCode OrderReference"
            " SellerSupplierParty BuyerCustomerParty",
        ),
        (
            DocumentKind.INVOICE_RESPONSE,
            "CustomizationID ProfileID ID IssueDate SenderParty ReceiverParty DocumentResponse",
        ),
    ],
)
def test_the_smallest_document_holds_what_the_profile_asks_for(kind: DocumentKind, names: str) -> None:
    assert [etree.QName(child).localname for child in a_document(kind)] == names.split()


def test_an_invoice_without_what_the_law_asks_for_hears_of_everything_at_once() -> None:
    root = a_document(DocumentKind.INVOICE)
    for name in ("cbc:ID", "cbc:IssueDate", "cac:TaxTotal", "cac:InvoiceLine"):
        root.remove(find(root, name))
    assert told(check(root, DocumentKind.INVOICE)) == [
        ("missing", "/Invoice", "", "cbc:ID"),
        ("missing", "/Invoice", "", "cbc:IssueDate"),
        ("missing", "/Invoice", "", "cac:TaxTotal"),
        ("missing", "/Invoice", "", "cac:InvoiceLine"),
    ]
