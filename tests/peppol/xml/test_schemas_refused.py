"""What the schemas refuse: elements that may not stand there, and values badly written."""

import re

import pytest
from lxml import etree

from billing.tools.schemas.build_schemas import CAC, CBC, EXT, SETS
from billing.tools.schemas.notation import Shape, read_trees
from peppol.identifiers import DocumentKind
from peppol.rules.shared.ubl_elements import ELEMENTS
from peppol.xml.schemas import check
from tests.support.rules.schema_documents import a_document, find, told

WIDE = read_trees(SETS["outside/billing"][0])
BILLING = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


# what may not stand there ---------------------------------------------------------------------


def put(root: etree._Element, path: str, shapes: dict[str, Shape], document: str) -> bool:
    """Put an element of UBL in its place, parents as needed; False if UBL has no such place."""
    element, shape = root, shapes[document]
    for step in path.split("/"):
        prefix, name = step.split(":")
        order = [child.name for child in shape.children]
        if name not in order:
            return False
        child = shape.children[order.index(name)]
        if prefix != "ext" and (child.holds in shapes or child.holds == "Any") != (prefix == "cac"):
            return False
        tag = f"{{{ {'cac': CAC, 'cbc': CBC, 'ext': EXT}[prefix] }}}"
        there = element.find(tag + name)
        if there is None:
            there = etree.Element(tag + name)
            for number, other in enumerate(element):
                if order.index(etree.QName(other).localname) > order.index(name):
                    element.insert(number, there)
                    break
            else:
                element.append(there)
        element = there
        shape = shapes.get(child.holds, Shape("", "", ()))
    return True


@pytest.mark.parametrize("kind", BILLING)
def test_what_the_rules_warn_about_is_no_schema_fault_in_a_document_from_outside(kind: DocumentKind) -> None:
    # The published paths that UBL itself does not have: a credit note has no project, prepayment or
    # withheld tax, and two names are not written as UBL writes them.
    nowhere = set()
    for path in ELEMENTS:
        root = a_document(kind)
        if not put(root, path, WIDE, kind.root_name):
            nowhere.add(path)
            continue
        # A parent made on the way may lack what UBL asks for; nothing put there may be refused.
        refused = {each.detail for each in check(root, kind, outside=True)}
        assert refused <= {"missing", "value", "attribute-missing"}, path
        assert "unexpected" in {each.detail for each in check(root, kind)}, path
    line, other = ("InvoiceLine", "CreditNoteLine")
    if kind is DocumentKind.CREDIT_NOTE:
        line, other = other, line
    own = {path for path in nowhere if not path.startswith(f"cac:{other}")}
    expected = {f"cac:{line}/cac:Price/cbc:ValidityPeriod", f"cac:{line}/cac:Price/cbc:PriceList"}
    if kind is DocumentKind.CREDIT_NOTE:
        expected |= {path for path in ELEMENTS if path.startswith("cac:ProjectReference")}
        expected |= {"cac:PrepaidPayment", "cac:WithholdingTaxTotal"}
        expected |= {f"cac:{line}/cac:WithholdingTaxTotal", f"cac:{line}/cac:SubInvoiceLine"}
    assert own == expected


@pytest.mark.parametrize("kind", DocumentKind)
def test_extensions_and_versions_pass_from_outside_only(kind: DocumentKind) -> None:
    root = a_document(kind)
    extensions = etree.Element(f"{{{EXT}}}UBLExtensions")
    extension = etree.SubElement(extensions, f"{{{EXT}}}UBLExtension")
    content = etree.SubElement(extension, f"{{{EXT}}}ExtensionContent")
    etree.SubElement(content, "{urn:somebody}Signature").text = "x"
    version = etree.Element(f"{{{CBC}}}UBLVersionID")
    version.text = "2.1"
    root.insert(0, version)
    root.insert(0, extensions)
    assert check(root, kind, outside=True) == ()
    assert [each.found for each in check(root, kind)] == ["ext:UBLExtensions", "cbc:UBLVersionID"]
    etree.SubElement(content, "{urn:somebody}Signature").text = "a second one"
    extension.insert(0, etree.Element(f"{{{CBC}}}Percent"))
    assert {each.detail for each in check(root, kind, outside=True)} == {"unexpected"}


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("tag", [f"{{{CBC}}}Nonsense", f"{{{CAC}}}DocumentReferences", "{urn:x}Note"])
def test_an_element_that_ubl_does_not_have_is_refused_everywhere(
    kind: DocumentKind, outside: bool, tag: str
) -> None:
    root = a_document(kind)
    etree.SubElement(root, tag)
    [finding] = check(root, kind, outside=outside)
    assert finding.fatal
    assert (finding.rule, finding.detail) == ("XSD", "unexpected")
    assert etree.QName(tag).localname in finding.location


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("outside", [False, True])
def test_elements_in_another_order_than_ubl_s_are_refused(kind: DocumentKind, outside: bool) -> None:
    root = a_document(kind)
    issued = find(root, "cbc:IssueDate")
    root.append(issued)
    last = etree.QName(root[-2]).localname
    findings = told(check(root, kind, outside=outside))
    assert findings == [("misplaced", f"/{kind.root_name}/cbc:IssueDate", "cbc:IssueDate", f"cac:{last}")]


def test_a_repeated_element_is_counted() -> None:
    root = a_document(DocumentKind.ORDER, full=True)
    note = find(root, "cbc:Note")
    second = etree.Element(note.tag)
    second.text = "y"
    note.addnext(second)
    assert told(check(root, DocumentKind.ORDER)) == [("repeated", "/Order/cbc:Note[1]", "2", "1")]


def test_an_invoice_from_outside_may_repeat_what_ubl_lets_it_repeat() -> None:
    root = a_document(DocumentKind.INVOICE, full=True)
    note = find(root, "cbc:Note")
    second = etree.Element(note.tag)
    second.text = "y"
    note.addnext(second)
    assert check(root, DocumentKind.INVOICE, outside=True) == ()
    assert check(root, DocumentKind.INVOICE)


@pytest.mark.parametrize("kind", DocumentKind)
def test_another_kind_s_root_is_refused(kind: DocumentKind) -> None:
    other = DocumentKind.ORDER if kind is not DocumentKind.ORDER else DocumentKind.INVOICE
    [finding] = check(a_document(other), kind, outside=True)
    assert (finding.detail, finding.found, finding.expected) == ("root", other.root_name, kind.root_name)


def test_an_invoice_response_may_not_carry_what_only_a_message_level_response_may() -> None:
    root = a_document(DocumentKind.INVOICE_RESPONSE)
    answer = find(root, "cac:DocumentResponse/cac:Response")
    description = etree.SubElement(answer, f"{{{CBC}}}Description")
    description.text = "x"
    assert [each.detail for each in check(root, DocumentKind.INVOICE_RESPONSE)] == ["unexpected"]


# values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("cbc:IssueDate", "2026-02-30", "YYYY-MM-DD"),
        ("cbc:IssueDate", "2026-11-21Z", "YYYY-MM-DD"),
        ("cbc:IssueDate", "21/11/2026", "YYYY-MM-DD"),
        ("cbc:ID", "", "text"),
        ("cbc:ID", " \n\t", "text"),
        ("cbc:DocumentCurrencyCode", "KR", "ISO4217"),
        ("cbc:InvoiceTypeCode", "389", "INVOICE_TYPES_PEPPOL"),
        ("cac:LegalMonetaryTotal/cbc:PayableAmount", "1e3", "0.00"),
        ("cac:LegalMonetaryTotal/cbc:PayableAmount", "1 250,00", "0.00"),
        ("cac:LegalMonetaryTotal/cbc:PayableAmount", "NaN", "0.00"),
        ("cac:LegalMonetaryTotal/cbc:PayableAmount", "", "0.00"),
        ("cac:AllowanceCharge/cbc:ChargeIndicator", "1", "true, false"),
        ("cac:InvoiceLine/cac:Price/cac:AllowanceCharge/cbc:ChargeIndicator", "true", "false"),
        ("cac:InvoicePeriod/cbc:DescriptionCode", "7", "3, 35, 432"),
    ],
)
def test_a_badly_written_value_is_told_with_its_place(path: str, value: str, expected: str) -> None:
    root = a_document(DocumentKind.INVOICE, full=True)
    find(root, path).text = value
    [finding] = check(root, DocumentKind.INVOICE)
    assert (finding.detail, finding.found, finding.expected) == ("value", value.strip(), expected)
    assert re.sub(r"\[\d+\]", "", finding.location) == f"/Invoice/{path}"


@pytest.mark.parametrize("value", ["1e3", "NaN", "INF", "1_000", "١٢"])
def test_a_number_from_outside_must_be_a_decimal_number(value: str) -> None:
    root = a_document(DocumentKind.CREDIT_NOTE)
    find(root, "cac:LegalMonetaryTotal/cbc:PayableAmount").text = value
    assert [each.detail for each in check(root, DocumentKind.CREDIT_NOTE, outside=True)] == ["value"]


def test_codes_from_outside_are_left_to_the_rules() -> None:
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:InvoiceTypeCode").text = "389"
    find(root, "cbc:DocumentCurrencyCode").text = "KR"
    assert check(root, DocumentKind.INVOICE, outside=True) == ()


@pytest.mark.parametrize(
    ("kind", "path", "name", "value", "expected"),
    [
        (DocumentKind.INVOICE, "cac:LegalMonetaryTotal/cbc:PayableAmount", "currencyID", "kr", "ISO4217"),
        (DocumentKind.INVOICE, "cac:InvoiceLine/cbc:InvoicedQuantity", "unitCode", "dag", "UNECE_REC20"),
        (DocumentKind.ORDER, "cac:BuyerCustomerParty/cac:Party/cbc:EndpointID", "schemeID", "9955", "EAS"),
    ],
)
def test_a_badly_written_attribute_is_told_with_its_place(
    kind: DocumentKind, path: str, name: str, value: str, expected: str
) -> None:
    root = a_document(kind)
    find(root, path).set(name, value)
    assert told(check(root, kind)) == [("value", f"/{kind.root_name}/{path}/@{name}", value, expected)]


def test_an_unknown_attribute_is_refused_and_ubl_s_own_only_from_us() -> None:
    root = a_document(DocumentKind.ORDER_RESPONSE)
    find(root, "cbc:OrderResponseCode").set("listID", "UNCL4343")
    assert [each.detail for each in check(root, DocumentKind.ORDER_RESPONSE)] == ["attribute-unexpected"]
    assert check(root, DocumentKind.ORDER_RESPONSE, outside=True) == ()
    find(root, "cbc:OrderResponseCode").set("colour", "red")
    [finding] = check(root, DocumentKind.ORDER_RESPONSE, outside=True)
    assert finding.location == "/OrderResponse/cbc:OrderResponseCode/@colour"


@pytest.mark.parametrize("outside", [False, True])
def test_a_schema_hint_passes_and_an_empty_mark_does_not(outside: bool) -> None:
    root = a_document(DocumentKind.INVOICE)
    instance = "{http://www.w3.org/2001/XMLSchema-instance}"
    root.set(f"{instance}schemaLocation", "urn:x http://example.com/x.xsd")
    assert check(root, DocumentKind.INVOICE, outside=outside) == ()
    find(root, "cbc:ID").set(f"{instance}nil", "true")
    [finding] = check(root, DocumentKind.INVOICE, outside=outside)
    assert (finding.detail, finding.location) == ("attribute-unexpected", "/Invoice/cbc:ID/@nil")


def test_text_between_elements_is_refused() -> None:
    root = a_document(DocumentKind.INVOICE)
    find(root, "cac:LegalMonetaryTotal").tail = "Tack för er order"
    assert told(check(root, DocumentKind.INVOICE)) == [("text", "/Invoice", "Tack för er order", "")]
