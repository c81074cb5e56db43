"""Broken documents for EN 16931: what is changed, and every rule that then speaks, as often as it does.

One table per topic, one line per case. The VAT families have tests of their own, and UBL's syntax a table of its own.
"""

from decimal import Decimal

from tests.support.rules.rules_documents import Entry, Facts, Line, facts
from tests.support.rules.rules_edits import add, case, mark, put, unmark, without

RICH = facts(rich=True)
CREDIT = facts(credit_note=True, rich=True)
WITH_ENTRIES = facts(rich=True, entries=(Entry(Decimal("50.00")), Entry(Decimal("25.50"), charge=True)))
ON_LINE = Facts(lines=(Line(allowance=Decimal("10.00"), charge=Decimal("3.00")),))
TWO_CURRENCIES = facts(tax_currency="EUR")
SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
TOTALS = "cac:LegalMonetaryTotal"
LINE = "cac:InvoiceLine"
GROUP = "cac:TaxTotal/cac:TaxSubtotal"
ALLOWANCE = "cac:AllowanceCharge[1]"
CHARGE = "cac:AllowanceCharge[2]"
OBJECT = "cac:AdditionalDocumentReference[1]"
FILE = "cac:AdditionalDocumentReference[2]"
COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"
REPRESENTATIVE = "cac:TaxRepresentativeParty"
CARD = "<cac:CardAccount><cbc:PrimaryAccountNumberID>{}</cbc:PrimaryAccountNumberID></cac:CardAccount>"
VAT = (
    "<cac:PartyTaxScheme><cbc:CompanyID>{}</cbc:CompanyID>"
    "<cac:TaxScheme><cbc:ID>{}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
)
DOCUMENT_CASES = [
    case("BR-01", without("cbc:CustomizationID")),
    case("BR-02", without("cbc:ID")),
    case("BR-02", put("cbc:ID", " \n "), story="blank"),
    case("BR-03", without("cbc:IssueDate")),
    case("BR-04", without("cbc:InvoiceTypeCode")),
    case("BR-04", without("cbc:CreditNoteTypeCode"), given=CREDIT, story="of a credit note"),
    case("BR-05", without("cbc:DocumentCurrencyCode")),
    case("BR-06", without(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    case("BR-07", without(f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    case("BR-08", without(f"{SELLER}/cac:PostalAddress")),
    case("BR-09", without(f"{SELLER}/{COUNTRY}")),
    case("BR-10", without(f"{BUYER}/cac:PostalAddress")),
    case("BR-11", without(f"{BUYER}/{COUNTRY}")),
    case("BR-16 BR-CO-10 BR-S-01 BR-S-08", without(LINE)),
    case("BR-17 UBL-SR-19 UBL-SR-20 UBL-SR-21", without("cac:PayeeParty/cac:PartyName"), given=RICH),
    case(
        "BR-17", put("cac:PayeeParty/cac:PartyName/cbc:Name", "Matchning"), given=RICH, story="is the seller"
    ),
    case("BR-18", without(f"{REPRESENTATIVE}/cac:PartyName"), given=RICH),
    case("BR-19", without(f"{REPRESENTATIVE}/cac:PostalAddress"), given=RICH),
    case("BR-20", without(f"{REPRESENTATIVE}/{COUNTRY}"), given=RICH),
    case("BR-29", put("cac:InvoicePeriod/cbc:EndDate", "2026-09-30"), given=RICH),
    case("BR-29", put("cac:InvoicePeriod/cbc:EndDate", "oktober"), given=RICH, story="no date"),
    case("BR-49", without("cac:PaymentMeans/cbc:PaymentMeansCode")),
    case("BR-50 BR-61", without("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID")),
    case("BR-51", add("cac:PaymentMeans", CARD.format("12345678901"))),
    case("BR-52", put(f"{FILE}/cbc:ID", ""), given=RICH),
    case("BR-53", without("cac:TaxTotal[2]"), given=TWO_CURRENCIES),
    case("BR-55 UBL-SR-07", without("cac:BillingReference/cac:InvoiceDocumentReference"), given=RICH),
    case("BR-56 UBL-SR-53", without(f"{REPRESENTATIVE}/cac:PartyTaxScheme/cbc:CompanyID"), given=RICH),
    case("BR-57", without("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country"), given=RICH),
    case("BR-61", without("cac:PaymentMeans/cac:PayeeFinancialAccount")),
    case("BR-62", unmark(f"{SELLER}/cbc:EndpointID", "schemeID")),
    case("BR-63", unmark(f"{BUYER}/cbc:EndpointID", "schemeID")),
    case(
        "BR-CO-03",
        add(".", "<cbc:TaxPointDate>2026-11-01</cbc:TaxPointDate>"),
        add("cac:InvoicePeriod", "<cbc:DescriptionCode>35</cbc:DescriptionCode>"),
        given=RICH,
    ),
    case("BR-CO-09", put(f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID", "556036079301")),
    case(
        "BR-CO-19",
        without("cac:InvoicePeriod/cbc:StartDate"),
        without("cac:InvoicePeriod/cbc:EndDate"),
        given=RICH,
    ),
    case(
        "BR-CO-26 BR-S-02",
        without(f"{SELLER}/cac:PartyTaxScheme"),
        without(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID"),
    ),
    case(
        "BR-CO-26 BR-S-02",
        without(f"{SELLER}/cac:PartyTaxScheme"),
        without(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID"),
        add(
            SELLER, '<cac:PartyIdentification><cbc:ID schemeID="SEPA">SE1</cbc:ID></cac:PartyIdentification>'
        ),
        story="a bank's reference is none",
    ),
]
TOTALS_CASES = [
    case("BR-12 BR-CO-10 BR-CO-13", without(f"{TOTALS}/cbc:LineExtensionAmount")),
    case("BR-13 BR-CO-13 BR-CO-15", without(f"{TOTALS}/cbc:TaxExclusiveAmount")),
    case("BR-14 BR-CO-15 BR-CO-16", without(f"{TOTALS}/cbc:TaxInclusiveAmount")),
    case("BR-15 BR-CO-16", without(f"{TOTALS}/cbc:PayableAmount")),
    case("BR-45 BR-CO-17 BR-S-08 BR-S-09", without(f"{GROUP}/cbc:TaxableAmount")),
    case("BR-46 BR-CO-14 BR-CO-17 BR-S-09", without(f"{GROUP}/cbc:TaxAmount")),
    case("BR-47 BR-48 BR-CO-17 BR-S-01", without(f"{GROUP}/cac:TaxCategory")),
    case("BR-48 BR-CO-17 BR-S-09", without(f"{GROUP}/cac:TaxCategory/cbc:Percent")),
    case("BR-CO-10", put(f"{LINE}/cbc:LineExtensionAmount", "1900.01")),
    case("BR-CO-11 BR-CO-13", put(f"{TOTALS}/cbc:AllowanceTotalAmount", "49.99"), given=WITH_ENTRIES),
    case("BR-CO-12 BR-CO-13", put(f"{TOTALS}/cbc:ChargeTotalAmount", "25.49"), given=WITH_ENTRIES),
    case("BR-CO-13 BR-CO-15", put(f"{TOTALS}/cbc:TaxExclusiveAmount", "1900.01")),
    case("BR-CO-14 BR-CO-15", put("cac:TaxTotal/cbc:TaxAmount", "475.01")),
    case("BR-CO-15 BR-CO-16", put(f"{TOTALS}/cbc:TaxInclusiveAmount", "2375.01")),
    case("BR-CO-15", mark("cac:TaxTotal/cbc:TaxAmount", currencyID="EUR"), story="no total in the currency"),
    case("BR-CO-16", put(f"{TOTALS}/cbc:PayableAmount", "2375.01")),
    case(
        "BR-CO-16",
        put(f"{TOTALS}/cbc:PrepaidAmount", "9.99"),
        given=facts(prepaid=Decimal("10.00"), rounding=Decimal("0.40")),
    ),
    case("BR-CO-14 BR-CO-17 BR-S-09", put(f"{GROUP}/cbc:TaxAmount", "476.00")),
    case("BR-CO-14", put(f"{GROUP}/cbc:TaxAmount", "475.99"), story="less than one unit off"),
    case("BR-CO-18 BR-S-01", without(GROUP)),
    case("BR-CO-10 BR-CO-13", put(f"{TOTALS}/cbc:LineExtensionAmount", "1e3"), story="no number"),
    case("BR-CO-16 BR-DEC-18 UBL-DT-01", put(f"{TOTALS}/cbc:PayableAmount", "2375.001")),
    case("BR-CO-10 BR-CO-13 BR-DEC-09 UBL-DT-01", put(f"{TOTALS}/cbc:LineExtensionAmount", "1900.001")),
    case(
        "BR-CO-11 BR-DEC-10 UBL-DT-01",
        put(f"{TOTALS}/cbc:AllowanceTotalAmount", "50.001"),
        given=WITH_ENTRIES,
    ),
    case(
        "BR-CO-12 BR-DEC-11 UBL-DT-01", put(f"{TOTALS}/cbc:ChargeTotalAmount", "25.501"), given=WITH_ENTRIES
    ),
    case("BR-CO-13 BR-DEC-12 UBL-DT-01", put(f"{TOTALS}/cbc:TaxExclusiveAmount", "1900.001")),
    case("BR-CO-15 BR-CO-16 BR-DEC-14 UBL-DT-01", put(f"{TOTALS}/cbc:TaxInclusiveAmount", "2375.001")),
    case(
        "BR-DEC-16 UBL-DT-01", put(f"{TOTALS}/cbc:PrepaidAmount", "10.000"), given=facts(prepaid=Decimal(10))
    ),
    case(
        "BR-DEC-17 UBL-DT-01",
        put(f"{TOTALS}/cbc:PayableRoundingAmount", "0.400"),
        given=facts(rounding=Decimal("0.40")),
    ),
    case("BR-DEC-19 UBL-DT-01", put(f"{GROUP}/cbc:TaxableAmount", "1900.001")),
    case("BR-DEC-20 UBL-DT-01", put(f"{GROUP}/cbc:TaxAmount", "475.000")),
]
LINE_CASES = [
    case("BR-21", without(f"{LINE}/cbc:ID")),
    case("BR-22 BR-23", without(f"{LINE}/cbc:InvoicedQuantity")),
    case(
        "BR-22 BR-23",
        without("cac:CreditNoteLine/cbc:CreditedQuantity"),
        given=CREDIT,
        story="of a credit note",
    ),
    case("BR-23", unmark(f"{LINE}/cbc:InvoicedQuantity", "unitCode")),
    case("BR-24 BR-CO-10 BR-S-08", without(f"{LINE}/cbc:LineExtensionAmount")),
    case("BR-25", without(f"{LINE}/cac:Item/cbc:Name")),
    case("BR-26 BR-27", without(f"{LINE}/cac:Price/cbc:PriceAmount")),
    case("BR-27", put(f"{LINE}/cac:Price/cbc:PriceAmount", "-95.00")),
    case(
        "BR-28",
        add(
            f"{LINE}/cac:Price",
            '<cac:AllowanceCharge><cbc:BaseAmount currencyID="SEK">-1</cbc:BaseAmount></cac:AllowanceCharge>',
        ),
    ),
    case("BR-30", put(f"{LINE}/cac:InvoicePeriod/cbc:EndDate", "2026-09-30")),
    case("BR-54", without(f"{LINE}/cac:Item/cac:AdditionalItemProperty/cbc:Value"), given=RICH),
    case("BR-64", unmark(f"{LINE}/cac:Item/cac:StandardItemIdentification/cbc:ID", "schemeID"), given=RICH),
    case(
        "BR-65",
        unmark(f"{LINE}/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode", "listID"),
        given=RICH,
    ),
    case("BR-CO-04 BR-S-01 UBL-SR-48 BR-S-08", without(f"{LINE}/cac:Item/cac:ClassifiedTaxCategory")),
    case(
        "BR-CO-20",
        without(f"{LINE}/cac:InvoicePeriod/cbc:StartDate"),
        without(f"{LINE}/cac:InvoicePeriod/cbc:EndDate"),
    ),
    case("BR-CO-10 BR-DEC-23 UBL-DT-01", put(f"{LINE}/cbc:LineExtensionAmount", "1900.005")),
]
ENTRY_CASES = [
    case("BR-31 BR-CO-11 BR-S-08", without(f"{ALLOWANCE}/cbc:Amount"), given=WITH_ENTRIES),
    case("BR-32 BR-S-08", without(f"{ALLOWANCE}/cac:TaxCategory"), given=WITH_ENTRIES),
    case(
        "BR-33 BR-CO-21",
        without(f"{ALLOWANCE}/cbc:AllowanceChargeReason"),
        without(f"{ALLOWANCE}/cbc:AllowanceChargeReasonCode"),
        given=WITH_ENTRIES,
    ),
    case("BR-36 BR-CO-12 BR-S-08", without(f"{CHARGE}/cbc:Amount"), given=WITH_ENTRIES),
    case("BR-37 BR-S-08", without(f"{CHARGE}/cac:TaxCategory"), given=WITH_ENTRIES),
    case(
        "BR-38 BR-CO-22",
        without(f"{CHARGE}/cbc:AllowanceChargeReason"),
        without(f"{CHARGE}/cbc:AllowanceChargeReasonCode"),
        given=WITH_ENTRIES,
    ),
    case("BR-41", without(f"{LINE}/{ALLOWANCE}/cbc:Amount"), given=ON_LINE),
    case("BR-42 BR-CO-23", without(f"{LINE}/{ALLOWANCE}/cbc:AllowanceChargeReason"), given=ON_LINE),
    case("BR-43", without(f"{LINE}/{CHARGE}/cbc:Amount"), given=ON_LINE),
    case("BR-44 BR-CO-24", without(f"{LINE}/{CHARGE}/cbc:AllowanceChargeReason"), given=ON_LINE),
    case("BR-DEC-01 UBL-DT-01", put(f"{ALLOWANCE}/cbc:Amount", "50.000"), given=WITH_ENTRIES),
    case(
        "BR-DEC-02 UBL-DT-01",
        add(ALLOWANCE, '<cbc:BaseAmount currencyID="SEK">1.000</cbc:BaseAmount>'),
        given=WITH_ENTRIES,
    ),
    case("BR-DEC-05 UBL-DT-01", put(f"{CHARGE}/cbc:Amount", "25.500"), given=WITH_ENTRIES),
    case(
        "BR-DEC-06 UBL-DT-01",
        add(CHARGE, '<cbc:BaseAmount currencyID="SEK">1.000</cbc:BaseAmount>'),
        given=WITH_ENTRIES,
    ),
    case("BR-DEC-24 UBL-DT-01", put(f"{LINE}/{ALLOWANCE}/cbc:Amount", "10.000"), given=ON_LINE),
    case(
        "BR-DEC-25 UBL-DT-01",
        add(f"{LINE}/{ALLOWANCE}", '<cbc:BaseAmount currencyID="SEK">1.000</cbc:BaseAmount>'),
        given=ON_LINE,
    ),
    case("BR-DEC-27 UBL-DT-01", put(f"{LINE}/{CHARGE}/cbc:Amount", "3.000"), given=ON_LINE),
    case(
        "BR-DEC-28 UBL-DT-01",
        add(f"{LINE}/{CHARGE}", '<cbc:BaseAmount currencyID="SEK">1.000</cbc:BaseAmount>'),
        given=ON_LINE,
    ),
]
CODE_CASES = [
    case("BR-CL-01", put("cbc:InvoiceTypeCode", "381")),
    case("BR-CL-01", put("cbc:CreditNoteTypeCode", "380"), given=CREDIT, story="of a credit note"),
    case("BR-CL-03", mark(f"{TOTALS}/cbc:PayableAmount", currencyID="kronor")),
    case("BR-CL-03", unmark(f"{TOTALS}/cbc:PayableAmount", "currencyID"), story="none"),
    case("BR-CL-04 BR-CO-15", put("cbc:DocumentCurrencyCode", "KR")),
    case("BR-CL-05 BR-53", put("cbc:TaxCurrencyCode", "KR"), given=TWO_CURRENCIES),
    case("BR-CL-06", add("cac:InvoicePeriod", "<cbc:DescriptionCode>36</cbc:DescriptionCode>"), given=RICH),
    case("BR-CL-07", mark(f"{OBJECT}/cbc:ID", schemeID="XYZ"), given=RICH),
    case("BR-CL-08", put("cbc:Note", "#XYZ#text"), given=RICH),
    case("BR-CL-10", mark(f"{SELLER}/cac:PartyIdentification/cbc:ID", schemeID="9999"), given=RICH),
    case(
        "BR-CL-10",
        add(BUYER, '<cac:PartyIdentification><cbc:ID schemeID="SEPA">1</cbc:ID></cac:PartyIdentification>'),
        story="a bank's reference of the buyer",
    ),
    case("BR-CL-11", mark(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID", schemeID="9999")),
    case(
        "BR-CL-13",
        mark(f"{LINE}/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode", listID="QQQ"),
        given=RICH,
    ),
    case("BR-CL-14", put(f"{BUYER}/{COUNTRY}", "Sverige")),
    case("BR-CL-15", put(f"{LINE}/cac:Item/cac:OriginCountry/cbc:IdentificationCode", "S"), given=RICH),
    case("BR-CL-16", put("cac:PaymentMeans/cbc:PaymentMeansCode", "0")),
    case("BR-CL-17 BR-S-01", put(f"{GROUP}/cac:TaxCategory/cbc:ID", "Q")),
    case("BR-CL-18 BR-S-01 BR-S-08", put(f"{LINE}/cac:Item/cac:ClassifiedTaxCategory/cbc:ID", "Q")),
    case("BR-CL-19", put(f"{ALLOWANCE}/cbc:AllowanceChargeReasonCode", "FC"), given=WITH_ENTRIES),
    case("BR-CL-20", put(f"{CHARGE}/cbc:AllowanceChargeReasonCode", "95"), given=WITH_ENTRIES),
    case(
        "BR-CL-21",
        mark(f"{LINE}/cac:Item/cac:StandardItemIdentification/cbc:ID", schemeID="9999"),
        given=RICH,
    ),
    case(
        "BR-CL-22",
        add(f"{GROUP}/cac:TaxCategory", "<cbc:TaxExemptionReasonCode>VATEX-SE</cbc:TaxExemptionReasonCode>"),
        given=facts("E", "0"),
    ),
    case("BR-CL-23", mark(f"{LINE}/cbc:InvoicedQuantity", unitCode="dagar")),
    case(
        "BR-CL-24",
        mark(f"{FILE}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject", mimeCode="text/html"),
        given=RICH,
    ),
    case("BR-CL-25", mark(f"{SELLER}/cbc:EndpointID", schemeID="0001")),
    case("BR-CL-26", mark("cac:Delivery/cac:DeliveryLocation/cbc:ID", schemeID="9999"), given=RICH),
]
CASES = [*DOCUMENT_CASES, *TOTALS_CASES, *LINE_CASES, *ENTRY_CASES, *CODE_CASES]
