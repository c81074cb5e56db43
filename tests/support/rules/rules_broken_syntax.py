"""Documents that break UBL's syntax rules and the bounds on what may repeat: what is changed, and what then speaks."""

from tests.support.rules.rules_broken import (
    ALLOWANCE,
    BUYER,
    CARD,
    CHARGE,
    FILE,
    GROUP,
    LINE,
    OBJECT,
    REPRESENTATIVE,
    RICH,
    SELLER,
    VAT,
    WITH_ENTRIES,
)
from tests.support.rules.rules_documents import facts
from tests.support.rules.rules_edits import add, case, mark, put, twice, unmark, without

SYNTAX_CASES = [
    case(
        "UBL-DT-06", unmark(f"{FILE}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "mimeCode"), given=RICH
    ),
    case(
        "UBL-DT-07", unmark(f"{FILE}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "filename"), given=RICH
    ),
    case("UBL-DT-18", mark("cbc:ID", name="x")),
    case("UBL-SR-01", twice("cac:ContractDocumentReference"), given=RICH),
    case(
        "UBL-SR-02",
        add(
            ".",
            "<cac:ReceiptDocumentReference><cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID></cac:ReceiptDocumentReference>",
        ),
    ),
    case(
        "UBL-SR-03",
        add(
            ".",
            "<cac:DespatchDocumentReference><cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID></cac:DespatchDocumentReference>",
        ),
    ),
    case("UBL-SR-04", twice(OBJECT), given=RICH),
    case("UBL-SR-05", twice("cac:PaymentTerms"), given=RICH),
    case("UBL-SR-06", twice("cac:BillingReference/cac:InvoiceDocumentReference"), given=RICH),
    case("UBL-SR-08", twice("cac:InvoicePeriod"), given=RICH),
    case("UBL-SR-09", twice(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    case("UBL-SR-10", twice(f"{SELLER}/cac:PartyName"), given=RICH),
    case("UBL-SR-11", twice(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID")),
    case("UBL-SR-12", twice(f"{SELLER}/cac:PartyTaxScheme")),
    case("UBL-SR-13 UBL-SR-42", add(SELLER, VAT.format("F-skatt", "TAX"), VAT.format("F-skatt", "TAX"))),
    case(
        "UBL-SR-14",
        add(
            f"{SELLER}/cac:PartyLegalEntity",
            "<cbc:CompanyLegalForm>a</cbc:CompanyLegalForm><cbc:CompanyLegalForm>b</cbc:CompanyLegalForm>",
        ),
    ),
    case("UBL-SR-15", twice(f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    case(
        "UBL-SR-16",
        add(BUYER, "<cac:PartyIdentification><cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID></cac:PartyIdentification>"),
    ),
    case("UBL-SR-17", twice(f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID")),
    case("UBL-SR-18", add(BUYER, VAT.format("SE1", "VAT"), VAT.format("SE2", "vat"))),
    case("UBL-SR-19", twice("cac:PayeeParty/cac:PartyName"), given=RICH),
    case(
        "UBL-SR-20",
        add(
            "cac:PayeeParty",
            "<cac:PartyIdentification><cbc:ID>1</cbc:ID></cac:PartyIdentification><cac:PartyIdentification><cbc:ID>2</cbc:ID></cac:PartyIdentification>",
        ),
        given=RICH,
    ),
    case("UBL-SR-21", twice("cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID"), given=RICH),
    case("UBL-SR-22", twice(f"{REPRESENTATIVE}/cac:PartyName"), given=RICH),
    case("UBL-SR-23", twice(f"{REPRESENTATIVE}/cac:PartyTaxScheme"), given=RICH),
    case("UBL-SR-24", twice("cac:Delivery"), given=RICH),
    case("UBL-SR-25", twice("cac:Delivery/cac:DeliveryParty/cac:PartyName"), given=RICH),
    case("UBL-SR-26", twice("cac:PaymentMeans/cbc:PaymentID")),
    case("UBL-SR-27", twice("cac:PaymentMeans/cbc:PaymentMeansCode")),
    case("UBL-SR-28", twice("cac:PaymentMeans/cac:PaymentMandate/cbc:ID"), given=RICH),
    case(
        "UBL-SR-29",
        add(
            SELLER,
            '<cac:PartyIdentification><cbc:ID schemeID="SEPA">1</cbc:ID></cac:PartyIdentification>' * 2,
        ),
    ),
    case("UBL-SR-30", twice(f"{ALLOWANCE}/cbc:AllowanceChargeReason"), given=WITH_ENTRIES),
    case("UBL-SR-31", twice(f"{CHARGE}/cbc:AllowanceChargeReason"), given=WITH_ENTRIES),
    case("UBL-SR-32", twice(f"{GROUP}/cac:TaxCategory/cbc:TaxExemptionReason"), given=facts("E", "0")),
    case("UBL-SR-33", twice(f"{FILE}/cbc:DocumentDescription"), given=RICH),
    case("UBL-SR-34", add(LINE, "<cbc:Note>a</cbc:Note><cbc:Note>b</cbc:Note>")),
    case("UBL-SR-35", twice(f"{LINE}/cac:OrderLineReference")),
    case("UBL-SR-36", twice(f"{LINE}/cac:InvoicePeriod")),
    case(
        "UBL-SR-37",
        add(
            f"{LINE}/cac:Price",
            '<cac:AllowanceCharge><cbc:Amount currencyID="SEK">1</cbc:Amount></cac:AllowanceCharge>' * 2,
        ),
    ),
    case("UBL-SR-39", add(".", "<cac:ProjectReference><cbc:ID>1</cbc:ID></cac:ProjectReference>" * 2)),
    case("UBL-SR-40", add(BUYER, "<cac:PartyName><cbc:Name>a</cbc:Name></cac:PartyName>" * 2)),
    case("UBL-SR-43 UBL-CR-665", put(f"{OBJECT}/cbc:DocumentTypeCode", "50"), given=RICH),
    case(
        "UBL-CR-665 UBL-SR-43",
        without(f"{OBJECT}/cbc:DocumentTypeCode"),
        given=RICH,
        story="a scheme without the type",
    ),
    case("UBL-SR-44", twice("cac:PaymentMeans"), put("cac:PaymentMeans[2]/cbc:PaymentID", "1108")),
    case(
        "UBL-SR-45",
        add("cac:PaymentMeans", "<cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>" * 2),
        given=facts(credit_note=True),
    ),
    case(
        "UBL-SR-46",
        twice("cac:PaymentMeans"),
        mark("cac:PaymentMeans[1]/cbc:PaymentMeansCode", name="a"),
        mark("cac:PaymentMeans[2]/cbc:PaymentMeansCode", name="a"),
    ),
    case("UBL-SR-47", twice("cac:PaymentMeans"), put("cac:PaymentMeans[2]/cbc:PaymentMeansCode", "58")),
    case("UBL-SR-48", twice(f"{LINE}/cac:Item/cac:ClassifiedTaxCategory")),
    case(
        "UBL-SR-49", add("cac:InvoicePeriod", "<cbc:DescriptionCode>35</cbc:DescriptionCode>" * 2), given=RICH
    ),
    case("UBL-SR-50", add(f"{LINE}/cac:Item", "<cbc:Description>a</cbc:Description>" * 2)),
    case(
        "UBL-SR-51",
        add(f"{SELLER}/cac:PostalAddress", "<cac:AddressLine><cbc:Line>a</cbc:Line></cac:AddressLine>" * 2),
    ),
    case("UBL-SR-52", add(LINE, "<cac:DocumentReference><cbc:ID>1</cbc:ID></cac:DocumentReference>" * 2)),
    case(
        "UBL-SR-53",
        add(
            BUYER,
            "<cac:PartyTaxScheme><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>",
        ),
    ),
    case("UBL-SR-53 BR-S-02", without(f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID")),
    case("UBL-SR-54", add("cac:PaymentMeans", CARD.format("1234") * 2)),
    case("UBL-SR-55 UBL-SR-28", twice("cac:PaymentMeans/cac:PaymentMandate"), given=RICH),
    case(
        "UBL-SR-56",
        add(".", "<cac:OriginatorDocumentReference><cbc:ID>1</cbc:ID></cac:OriginatorDocumentReference>" * 2),
    ),
    case("UBL-CR-002", add(".", "<cbc:UBLVersionID>2.3</cbc:UBLVersionID>")),
    case("UBL-CR-412", add("cac:PaymentMeans", "<cbc:PaymentDueDate>2026-12-01</cbc:PaymentDueDate>")),
    case("UBL-CR-666", add(OBJECT, "<cac:Attachment/>"), given=RICH),
    case("UBL-CR-673", add(OBJECT, "<cbc:DocumentDescription>a</cbc:DocumentDescription>"), given=RICH),
]
