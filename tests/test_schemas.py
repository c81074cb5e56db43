"""The schemas: what each kind of document may hold, and how a fault is told."""

import re
from pathlib import Path

import pytest
from lxml import etree

import xsd
from peppol import codelists
from peppol.identifiers import DocumentKind
from peppol.rules.findings import Finding
from peppol.rules.ubl_elements import ELEMENTS
from peppol.schemas import FINDINGS_MAX, check, describe, schema_file
from xsd.build_schemas import CAC, CBC, SETS, UBL, schemas
from xsd.notation import Child, Shape, UnreadableTree, read_trees

PROFILE = read_trees(SETS["profile"][0])
WIDE = read_trees(SETS["outside/billing"][0])
BILLING = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)

# A value that every list, pattern and type of the trees takes, by what the tree says.
SAMPLES = {
    "Text": "x",
    "Date": "2026-11-21",
    "Time": "10:30:00",
    "Decimal": "-12.50",
    "Boolean": "false",
    "Binary": "JVBERg==",
    "ISO4217": "SEK",
    "ISO3166": "SE",
    "UNECE_REC20": "DAY",
    "UNCL1001": "380",
    "UNCL1153": "AAA",
    "ICD": "0007",
    "EAS": "0007",
    "MIME_ORDER": "application/pdf",
    "MIME_BILLING": "application/pdf",
    "ORDER_TYPES": "220",
    "INVOICE_TYPES_PEPPOL": "380",
    "CREDIT_NOTE_TYPES_PEPPOL": "381",
    "UNCL2005": "35",
    "UNCL4219": "1",
    "UNCL4343_T76": "AP",
    "UNCL4343_T111": "UQ",
    "UNCL4343_MLR": "RE",
    "UNCL1229_T76": "5",
    "UNCL4461": "30",
    "UNCL5189|UNCL7161": "95",
    "UNCL5305": "S",
    "UNCL7143": "STI",
    "STATUS_REASON|STATUS_ACTION": "PRI",
    "STATUS_REASON_MLR": "BV",
    "STATUS_REASON_MLS": "FD",
    "ICD|'SEPA'": "SEPA",
}


def sample(values: str) -> str:
    return values.split("'")[1] if values.startswith("'") else SAMPLES[values]


def shape_of(kind: DocumentKind) -> Shape:
    return PROFILE[schema_file(kind).stem]


def written(parent: etree._Element, child: Child, *, full: bool) -> None:
    element = etree.SubElement(parent, f"{{{CAC if child.holds in PROFILE else CBC}}}{child.name}")
    for attribute in child.attributes:
        if attribute.mandatory or full:
            element.set(attribute.name, sample(attribute.values))
    if child.holds in PROFILE:
        fill(element, PROFILE[child.holds], full=full)
    else:
        element.text = sample(child.holds)


def fill(element: etree._Element, shape: Shape, *, full: bool) -> None:
    for child in shape.children:
        times = max(child.least, 2 if child.most != 1 else 1) if full else child.least
        for _ in range(times):
            written(element, child, full=full)


def a_document(kind: DocumentKind, *, full: bool = False) -> etree._Element:
    """A document of this kind with only what it must hold, or with all it may hold."""
    root = etree.Element(kind.root_tag, nsmap={None: kind.namespace, "cac": CAC, "cbc": CBC})
    fill(root, shape_of(kind), full=full)
    return root


def reread(root: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(root, pretty_print=True))


def find(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path, {"cac": CAC, "cbc": CBC})
    assert found is not None
    return found


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str]]:
    return [(each.detail, each.location, each.found, each.expected) for each in findings]


# --- what passes ----------------------------------------------------------------------------------------


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


# --- what is missing ------------------------------------------------------------------------------------


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


# --- what may not stand there ---------------------------------------------------------------------------


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
        tag = f"{{{CAC if prefix == 'cac' else CBC if prefix == 'cbc' else UBL + 'CommonExtensionComponents-2'}}}"
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


@pytest.mark.parametrize("kind", BILLING)
def test_extensions_and_versions_pass_from_outside_only(kind: DocumentKind) -> None:
    root = a_document(kind)
    extensions = etree.Element(f"{{{UBL}CommonExtensionComponents-2}}UBLExtensions")
    etree.SubElement(extensions, "{urn:somebody}Signature").text = "x"
    version = etree.Element(f"{{{CBC}}}UBLVersionID")
    version.text = "2.1"
    root.insert(0, version)
    root.insert(0, extensions)
    assert check(root, kind, outside=True) == ()
    assert [each.found for each in check(root, kind)] == ["ext:UBLExtensions", "cbc:UBLVersionID"]


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


# --- values ---------------------------------------------------------------------------------------------


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


# --- how it is told -------------------------------------------------------------------------------------


def test_a_finding_tells_line_and_position() -> None:
    root = a_document(DocumentKind.INVOICE, full=True)
    second = root.findall(f"{{{CAC}}}InvoiceLine")[1]
    second.remove(find(second, "cbc:ID"))
    read = reread(root)
    [finding] = check(read, DocumentKind.INVOICE)
    assert finding.location == "/Invoice/cac:InvoiceLine[2]"
    assert finding.line == read.findall(f"{{{CAC}}}InvoiceLine")[1].sourceline
    assert finding.line > 1


def test_a_hopeless_document_is_told_in_fifty_findings() -> None:
    root = a_document(DocumentKind.INVOICE)
    for _ in range(200):
        etree.SubElement(root, f"{{{CBC}}}Nonsense")
    assert len(check(root, DocumentKind.INVOICE)) == FINDINGS_MAX


def test_what_libxml2_refuses_never_passes_for_want_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peppol.schema_findings.findings_of", lambda root, path, most: ())
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:IssueDate").text = "imorgon"
    [finding] = check(root, DocumentKind.INVOICE)
    assert (finding.rule, finding.fatal, finding.detail) == ("XSD", True, "schema")
    assert "IssueDate" in finding.location
    assert "IssueDate" in describe(finding)


def test_a_long_value_is_cut_in_the_telling() -> None:
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:IssueDate").text = "9" * 5000
    [finding] = check(root, DocumentKind.INVOICE)
    assert len(finding.found) == 100


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:IssueDate").text = "imorgon"
    find(root, "cbc:ID").set("colour", "red")
    find(root, "cac:TaxTotal/cbc:TaxAmount").attrib.clear()
    find(root, "cac:InvoiceLine").append(find(root, "cac:InvoiceLine/cbc:ID"))
    root.append(etree.Element(f"{{{CBC}}}Nonsense"))
    root.insert(1, etree.fromstring(etree.tostring(root[0])))
    find(root, "cac:LegalMonetaryTotal").tail = "hej"
    root.remove(find(root, "cbc:DocumentCurrencyCode"))
    findings = check(root, DocumentKind.INVOICE) + check(root, DocumentKind.ORDER)
    assert {each.detail for each in findings} == {
        "root", "missing", "unexpected", "misplaced", "repeated", "value",
        "attribute-missing", "attribute-unexpected", "text",
    }  # fmt: skip
    for finding in findings:
        for lang in ("sv", "en"):
            assert re.fullmatch(r"\S.*[^.]\.", describe(finding, lang))
    by_detail = {each.detail: each for each in findings}
    assert describe(by_detail["value"]) == (
        "Värdet ”imorgon” i /Invoice/cbc:IssueDate är inte tillåtet. Det ska vara: ett datum, ÅÅÅÅ-MM-DD."
    )
    assert describe(by_detail["missing"], "en") == (
        "cbc:DocumentCurrencyCode is missing in /Invoice. Add the element."
    )
    with pytest.raises(ValueError, match="sv and en"):
        describe(findings[0], "de")


# --- the code lists -------------------------------------------------------------------------------------


def test_the_code_lists_have_as_many_codes_as_published() -> None:
    sizes = {
        "ISO4217": 178, "ISO3166": 251, "UNECE_REC20": 2162, "EAS": 82, "ICD": 243, "UNCL7161": 178,
        "UNCL5189": 19, "UNCL4461": 84, "UNCL5305": 10, "UNCL1001": 728, "INVOICE_TYPES_PEPPOL": 26,
        "CREDIT_NOTE_TYPES_PEPPOL": 5, "ORDER_TYPES": 6, "MIME_ORDER": 9, "MIME_BILLING": 6, "STATUS_REASON": 14,
        "STATUS_ACTION": 7,
    }  # fmt: skip
    assert {name: len(getattr(codelists, name)) for name in sizes} == sizes


def test_the_codes_of_this_service_are_in_their_lists() -> None:
    assert "SEK" in codelists.ISO4217
    assert "SE" in codelists.ISO3166
    assert {"DAY", "MON", "C62"} <= codelists.UNECE_REC20
    assert {"0007", "0088"} <= codelists.EAS & codelists.ICD
    assert "9955" not in codelists.EAS_EN
    assert codelists.EAS < codelists.EAS_EN
    assert codelists.INVOICE_TYPES_PEPPOL < codelists.INVOICE_TYPES_EN
    assert codelists.CREDIT_NOTE_TYPES_PEPPOL < codelists.CREDIT_NOTE_TYPES_EN
    assert {"0091", "0093", "0248"} <= codelists.ICD
    assert not {"0001", "0092", "0103", "0181", "0249"} & codelists.ICD


# --- the files ------------------------------------------------------------------------------------------


def test_the_schemas_are_what_the_trees_make() -> None:
    folder = Path(xsd.__file__).parent
    made = schemas()
    # The bank's formats are no trees of UBL; their schemas are written by hand.
    standing = [str(path.relative_to(folder)) for path in folder.rglob("*.xsd")]
    assert sorted(made) == sorted(name for name in standing if not name.startswith("bank/"))
    for path, text in made.items():
        assert (folder / path).read_bytes() == text.encode(), f"{path}: run python -m xsd.build_schemas"


def test_a_line_that_breaks_the_notation_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.txt").write_text("shape A\n  ID 1 Text\n  Name twice Text\n", encoding="utf-8")
    monkeypatch.setattr("xsd.notation.TREES", tmp_path)
    with pytest.raises(UnreadableTree, match=r"wrong\.txt line 3"):
        read_trees(("wrong",))
