"""Structure rules: one broken thing in a whole document gives one finding, under its official number."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

import pytest
from lxml import etree

from peppol.rules.engine.engine import RuleSet, judge
from peppol.rules.engine.rulebook import Book
from peppol.rules.ordering.order import T01
from peppol.rules.ordering.order_model import ORDER
from peppol.rules.ordering.response_models import INVOICE_RESPONSE, MESSAGE_LEVEL_RESPONSE, ORDER_RESPONSE
from peppol.rules.ordering.responses import T71, T76, T111
from peppol.rules.shared.structure import Model, ModelPlace, model
from tests.support.stories.in_words import tree

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
MODELS = [
    (ORDER, T01, 276),
    (ORDER_RESPONSE, T76, 94),
    (INVOICE_RESPONSE, T111, 54),
    (MESSAGE_LEVEL_RESPONSE, T71, 38),
]

# Numbers as published in the May 2026 release, looked up one by one.
PUBLISHED = {
    "PEPPOL-T01": """
        B00108 -cac:OrderLine
        B00109 @schemaLocation
        B00110 +
        B00801 cbc:OrderTypeCode
        B01001 cbc:DocumentCurrencyCode
        B01301 cac:ValidityPeriod -cbc:EndDate
        B01302 cac:ValidityPeriod +
        B02302 cac:AdditionalDocumentReference +
        B02601 cac:AdditionalDocumentReference/cac:Attachment +
        B02701 cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject -@mimeCode
        B02702 cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject @mimeCode
        B02703 cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject -@filename
        B03702 cac:BuyerCustomerParty/cac:Party -cac:PartyLegalEntity
        B03802 cac:BuyerCustomerParty/cac:Party/cbc:EndpointID @schemeID
        B06502 cac:BuyerCustomerParty/cac:Party/cac:PartyLegalEntity/cac:RegistrationAddress/cac:Country +
        B07203 cac:SellerSupplierParty/cac:Party -cac:PartyLegalEntity
        B10301 cac:OriginatorCustomerParty/cac:Party +
        B11501 cac:AccountingCustomerParty/cac:Party/cbc:EndpointID -@schemeID
        B13101 cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode
        B15901 cac:Delivery/cac:DeliveryLocation/cac:Address/cac:AddressLine -cbc:Line
        B17201 cac:Delivery/cac:DeliveryParty/cac:PartyName -cbc:Name
        B19301 cac:Delivery/cac:Shipment/cbc:ShippingPriorityLevelCode
        B19401 cac:Delivery/cac:Shipment/cac:TransportHandlingUnit +
        B20304 cac:AllowanceCharge +
        B21501 cac:AllowanceCharge/cac:TaxCategory/cac:TaxScheme -cbc:ID
        B22003 cac:AnticipatedMonetaryTotal +
        B23502 cac:AnticipatedMonetaryTotal/cbc:PayableAmount @currencyID
        B24501 cac:OrderLine/cac:LineItem/cbc:PartialDeliveryIndicator
        B25801 cac:OrderLine/cac:LineItem/cac:Delivery/cac:DeliveryLocation/cac:Address/cac:AddressLine -cbc:Line
        B26701 cac:OrderLine/cac:LineItem/cac:OriginatorParty +
        B28501 cac:OrderLine/cac:LineItem/cac:Price/cbc:BaseQuantity @unitCode
        B28801 cac:OrderLine/cac:LineItem/cac:Price/cac:AllowanceCharge/cbc:ChargeIndicator
        B30302 cac:OrderLine/cac:LineItem/cac:Item/cac:StandardItemIdentification/cbc:ID @schemeID
        B32301 cac:OrderLine/cac:LineItem/cac:Item/cac:AdditionalItemProperty/cbc:NameCode -@listID
        B33101 cac:OrderLine/cac:LineItem/cac:Item/cac:ItemInstance/cac:LotIdentification +
        B33301 cac:OrderLine/cac:QuotationLineReference -cbc:LineID
        B23702 cac:OrderLine +
    """,
    "PEPPOL-T76": """
        B00301 cbc:ProfileID
        B00801 cbc:OrderResponseCode
        B01502 cac:SellerSupplierParty/cac:Party +
        B02801 cac:BuyerCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID @schemeID
        B03802 cac:OrderLine -cac:OrderLineReference
        B04201 cac:OrderLine/cac:LineItem/cbc:LineStatusCode
        B05501 cac:OrderLine/cac:LineItem/cac:Price/cbc:BaseQuantity -@unitCode
        B06801 cac:OrderLine/cac:SellerSubstitutedLineItem/cac:Item +
        B08701 cac:OrderLine/cac:SellerSubstitutedLineItem/cac:Item/cac:AdditionalItemProperty/cbc:NameCode -@listID
        B09302 cac:OrderLine/cac:OrderLineReference +
        B00111 +
    """,
    "PEPPOL-T111": """
        B00802 cac:SenderParty -cac:PartyLegalEntity
        B01601 cac:SenderParty/cac:Contact +
        B03001 cac:DocumentResponse/cac:Response/cbc:ResponseCode
        B03301 cac:DocumentResponse/cac:Response/cac:Status/cbc:StatusReasonCode
        B03302 cac:DocumentResponse/cac:Response/cac:Status/cbc:StatusReasonCode -@listID
        B03303 cac:DocumentResponse/cac:Response/cac:Status/cbc:StatusReasonCode @listID
        B03602 cac:DocumentResponse/cac:Response/cac:Status/cac:Condition +
        B04201 cac:DocumentResponse/cac:DocumentReference/cbc:DocumentTypeCode
        B05301 cac:DocumentResponse/cac:RecipientParty/cac:PartyName -cbc:Name
        B00109 +
    """,
    "PEPPOL-T71": """
        B00301 cbc:ProfileID
        B01901 cac:DocumentResponse/cac:DocumentReference/cbc:DocumentTypeCode
        B02202 cac:DocumentResponse/cac:LineResponse/cac:LineReference +
        B02402 cac:DocumentResponse/cac:LineResponse/cac:Response -cac:Status
        B02801 cac:DocumentResponse/cac:LineResponse/cac:Response/cac:Status/cbc:StatusReasonCode
        B01303 cac:DocumentResponse +
    """,
}


def whole(place: ModelPlace, parent: etree._Element | None = None) -> etree._Element:
    """A document with everything the model knows, once, and codes from their lists."""
    prefix, _, local = place.name.rpartition(":")
    space = NAMESPACES.get(prefix, f"{UBL}{local}-2")
    tag = f"{{{space}}}{local}"
    element = etree.Element(tag) if parent is None else etree.SubElement(parent, tag)
    for attribute in place.attributes:
        element.set(attribute.name, min(attribute.codes.values) if attribute.codes else "x")
    if not place.children:
        element.text = min(place.codes.values) if place.codes else "1"
    for child in place.children:
        whole(child, element)
    return element


def at(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path, NAMESPACES) if path else root
    assert found is not None
    return found


def broken(root: etree._Element, path: str, how: str) -> etree._Element:
    """A copy with one thing broken: -child or -@attribute taken away, @attribute or value strange, + a stranger."""
    copy = deepcopy(root)
    element = at(copy, path)
    if how == "+":
        etree.SubElement(element, f"{{{NAMESPACES['cbc']}}}UUID").text = "1"
    elif how == "@schemaLocation":
        element.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "x")
    elif how.startswith("-@"):
        del element.attrib[how[2:]]
    elif how.startswith("@"):
        element.set(how[1:], "strange")
    elif how.startswith("-"):
        element.remove(at(element, how[1:]))
    else:
        element.text = "strange"
    return copy


def breakages(place: ModelPlace, path: str = "") -> Iterator[tuple[str, str]]:
    """Everything the model lets one break."""
    if not path:
        yield path, "@schemaLocation"
    if place.codes:
        yield path, "value"
    for attribute in place.attributes:
        if attribute.mandatory:
            yield path, f"-@{attribute.name}"
        if attribute.codes:
            yield path, f"@{attribute.name}"
    for child in place.children:
        if child.mandatory:
            yield path, f"-{child.name}"
        yield from breakages(child, f"{path}/{child.name}".lstrip("/"))
    if place.children and not place.open:
        yield path, "+"


def structure_findings(root: etree._Element, book: Book) -> Counter[str]:
    start = f"{book.family}-B"
    found = judge(root, RuleSet("structure", (book,)))
    return Counter(finding.rule for finding in found if finding.rule.startswith(start))


@pytest.mark.parametrize(("tree_of", "book", "count"), MODELS, ids=lambda each: getattr(each, "family", ""))
def test_one_broken_thing_gives_one_finding_and_all_rules_are_reached(
    tree_of: Model, book: Book, count: int
) -> None:
    document = whole(tree_of.root)
    rules = RuleSet("structure", (book,))
    start = f"{book.family}-B"
    own = {info.id for info in rules.infos if info.id.startswith(start)}
    assert len(own) == count
    assert structure_findings(document, book) == {}
    reached = set()
    for path, how in breakages(tree_of.root):
        findings = [each for each in judge(broken(document, path, how), rules) if each.rule.startswith(start)]
        assert len(findings) == 1, (path, how, findings)
        assert path in findings[0].location
        reached.add(findings[0].rule)
    assert reached == own


def published() -> Iterator[tuple[Model, Book, str, str, str]]:
    for tree_of, book, _ in MODELS:
        for line in filter(None, map(str.strip, PUBLISHED[book.family].splitlines())):
            number, *rest = line.split()
            path = next((word for word in rest if word[0] not in "+-@"), "")
            how = next((word for word in rest if word[0] in "+-@"), "value")
            yield tree_of, book, f"{book.family}-{number}", path, how


@pytest.mark.parametrize(
    ("tree_of", "book", "rule", "path", "how"), list(published()), ids=lambda each: str(each)[:60]
)
def test_the_number_is_the_published_one(tree_of: Model, book: Book, rule: str, path: str, how: str) -> None:
    assert structure_findings(broken(whole(tree_of.root), path, how), book) == {rule: 1}


def test_a_stranger_is_one_finding_whatever_stands_inside() -> None:
    order = tree("Order\n  Signature\n    ID 1\n    SignatoryParty\n      PartyName\n        Name X\n")
    found = structure_findings(order, T01)
    assert found["PEPPOL-T01-B00110"] == 1
    assert not [rule for rule in found if not rule.startswith("PEPPOL-T01-B001")]


def test_two_strangers_are_two_findings() -> None:
    order = tree("Order\n  UUID 1\n  alien:Thing 2\n")
    assert structure_findings(order, T01)["PEPPOL-T01-B00110"] == 2


def test_what_may_repeat_is_not_the_rules_matter() -> None:
    assert structure_findings(tree("Order\n  Note En\n  Note Två\n"), T01)["PEPPOL-T01-B00110"] == 0


def test_an_unknown_code_list_is_refused_when_the_model_is_read() -> None:
    with pytest.raises(ValueError, match="no code list NOWHERE"):
        model("X", "Order\n  ID =NOWHERE\n")


def test_an_unknown_part_is_refused_when_the_model_is_read() -> None:
    with pytest.raises(ValueError, match="no part address"):
        model("X", "Order\n  <address>\n")


def test_a_jump_in_nesting_is_refused_when_the_model_is_read() -> None:
    with pytest.raises(ValueError, match="nested deeper"):
        model("X", "Order\n      ID\n")
