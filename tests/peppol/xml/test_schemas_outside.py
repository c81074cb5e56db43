"""From outside all of UBL 2.1 is taken: its attributes and its repetitions, on every kind of document."""

from copy import deepcopy
from datetime import date

import pytest
from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.validation.validation import validate
from peppol.xml.schemas import check
from tests.peppol.rules.test_ordering import ORDER
from tests.peppol.rules.test_responses import GOOD
from tests.support.rules.schema_documents import a_document, find
from tests.support.stories.in_words import xml

DAY = date(2026, 11, 30)
# The attributes of UBL's data types, told by the last part of an element's name.
ATTRIBUTES = {
    "Code": "listID listAgencyID listAgencyName listName listVersionID name languageID listURI listSchemeURI",
    "ID": "schemeID schemeName schemeAgencyID schemeAgencyName schemeVersionID schemeDataURI schemeURI",
    "Quantity": "unitCode unitCodeListID unitCodeListAgencyID unitCodeListAgencyName",
    "Amount": "currencyID currencyCodeListVersionID",
    "Object": "mimeCode format encodingCode characterSetCode uri filename",
    "Numeric": "format",
    "Percent": "format",
    "Name": "languageID languageLocaleID",
    "Note": "languageID languageLocaleID",
    "Description": "languageID languageLocaleID",
}


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_attribute_of_ubl_s_data_types_passes_on_every_kind(kind: DocumentKind) -> None:
    root = a_document(kind, full=True)
    marked = 0
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        ending = next((each for each in ATTRIBUTES if name.endswith(each)), "")
        for attribute in ATTRIBUTES.get(ending, "").split() if not len(element) else ():
            element.set(attribute, "sv")
            marked += 1
    assert marked > 40
    assert check(root, kind, outside=True) == ()
    assert check(root, kind)


@pytest.mark.parametrize("kind", DocumentKind)
def test_an_attribute_of_another_data_type_is_refused(kind: DocumentKind) -> None:
    root = a_document(kind)
    find(root, "cbc:CustomizationID").set("languageID", "sv")
    assert [each.detail for each in check(root, kind, outside=True)] == ["attribute-unexpected"]


@pytest.mark.parametrize("language", ["", "ej ett språk"])
def test_a_language_that_is_none_is_refused(language: str) -> None:
    root = a_document(DocumentKind.ORDER, full=True)
    find(root, "cbc:Note").set("languageID", language)
    assert [each.detail for each in check(root, DocumentKind.ORDER, outside=True)] == ["value"]


ORDER_WITH_LISTS = xml(ORDER).replace(
    b"<cbc:DocumentCurrencyCode>", b'<cbc:DocumentCurrencyCode listID="ISO4217" listAgencyID="6">'
)


def test_an_order_that_names_its_code_lists_is_valid() -> None:
    assert xml(ORDER) != ORDER_WITH_LISTS
    assert validate(ORDER_WITH_LISTS, on=DAY).findings == ()


REPEATED = [
    ("PEPPOL-T76", "cac:SellerSupplierParty/cac:Party/cac:PartyLegalEntity", DocumentKind.ORDER_RESPONSE),
    ("PEPPOL-T76", "cac:Delivery", DocumentKind.ORDER_RESPONSE),
    ("PEPPOL-T111", "cac:SenderParty/cac:PartyLegalEntity", DocumentKind.INVOICE_RESPONSE),
    ("PEPPOL-T71", "cac:DocumentResponse", DocumentKind.MLR),
]


@pytest.mark.parametrize(("family", "path", "kind"), REPEATED)
def test_an_answer_may_repeat_what_ubl_lets_it_repeat(family: str, path: str, kind: DocumentKind) -> None:
    root = etree.fromstring(xml(GOOD[family]))
    again = find(root, path)
    again.addnext(deepcopy(again))
    assert check(root, kind, outside=True) == ()
    assert [each.detail for each in check(root, kind)] == ["repeated"]
    assert validate(etree.tostring(root), on=DAY).valid
