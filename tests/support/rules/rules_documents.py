"""Invoices and credit notes for the rule tests, written by this project.

`a_document(...)` builds one from a few facts of the trade and keeps its sums right, so
that a test can break exactly one thing. All parties and numbers are made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
NAMES = {"cac": CAC, "cbc": CBC}
REASONS = {
    "E": "Undantag från skatteplikt",
    "AE": "Omvänd skattskyldighet",
    "K": "Unionsintern leverans",
    "G": "Export",
    "O": "Utanför moms",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What is sold: days or pieces at a price, in a VAT category."""

    quantity: Decimal = Decimal(20)
    price: Decimal = Decimal("95.00")
    category: str = "S"
    percent: str | None = "25"
    allowance: Decimal | None = None
    charge: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """Quantity times price, less the allowance, plus the charge."""
        whole = self.quantity * self.price + (self.charge or 0) - (self.allowance or 0)
        return whole.quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Entry:
    """An allowance or a charge on the whole document."""

    amount: Decimal
    charge: bool = False
    category: str = "S"
    percent: str | None = "25"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document is made from; sums follow."""

    credit_note: bool = False
    lines: Sequence[Line] = (Line(),)
    entries: Sequence[Entry] = ()
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    rich: bool = False
    seller_vat: str | None = "SE556036079301"
    buyer_vat: str | None = None
    tax_currency: str | None = None


def facts(category: str = "S", percent: str | None = "25", *, lines: int = 1, **changes: object) -> Facts:
    """Facts about a document whose lines all fall under one VAT category."""
    made = Facts(lines=tuple(Line(category=category, percent=percent) for _ in range(lines)))
    if category == "O":
        made = replace(made, seller_vat=None)
    return replace(made, **changes)  # type: ignore[arg-type]  # the caller names fields of Facts


def cents(amount: Decimal) -> Decimal:
    """The amount rounded to two decimals, half away from zero."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def a_tree(given: Facts | None = None) -> etree._Element:
    """The document as a tree."""
    return etree.fromstring(a_document(given))


def a_document(given: Facts | None = None) -> bytes:
    """The document as bytes."""
    made = given or Facts()
    kind = "CreditNote" if made.credit_note else "Invoice"
    groups = _groups(made)
    net = sum((line.net for line in made.lines), Decimal(0))
    charges = sum((entry.amount for entry in made.entries if entry.charge), Decimal(0))
    allowances = sum((entry.amount for entry in made.entries if not entry.charge), Decimal(0))
    exclusive = net + charges - allowances
    tax = sum((tax for _, _, _, tax in groups), Decimal(0))
    payable = exclusive + tax - (made.prepaid or 0) + (made.rounding or 0)
    body = "".join(
        (
            _head(made, kind),
            _parties(made),
            _payment(made),
            "".join(_entry(entry) for entry in made.entries),
            _tax(groups, tax, made),
            "<cac:LegalMonetaryTotal>",
            _amount("LineExtensionAmount", net),
            _amount("TaxExclusiveAmount", exclusive),
            _amount("TaxInclusiveAmount", exclusive + tax),
            _amount("AllowanceTotalAmount", allowances) if allowances else "",
            _amount("ChargeTotalAmount", charges) if charges else "",
            _amount("PrepaidAmount", made.prepaid) if made.prepaid is not None else "",
            _amount("PayableRoundingAmount", made.rounding) if made.rounding is not None else "",
            _amount("PayableAmount", payable),
            "</cac:LegalMonetaryTotal>",
            "".join(_line(line, number, made, kind) for number, line in enumerate(made.lines, start=1)),
        )
    )
    return (
        f'<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2"'
        f' xmlns:cac="{CAC}" xmlns:cbc="{CBC}">{body}</{kind}>'
    ).encode()


Group = tuple[str, str | None, Decimal, Decimal]


def _groups(made: Facts) -> list[Group]:
    taxable: dict[tuple[str, str | None], Decimal] = {}
    for line in made.lines:
        key = (line.category, line.percent)
        taxable[key] = taxable.get(key, Decimal(0)) + line.net
    for entry in made.entries:
        key = (entry.category, entry.percent)
        taxable[key] = taxable.get(key, Decimal(0)) + (entry.amount if entry.charge else -entry.amount)
    return [
        (category, percent, amount, cents(amount * Decimal(percent or 0) / 100))
        for (category, percent), amount in taxable.items()
    ]


def _amount(name: str, value: Decimal, currency: str = "SEK") -> str:
    return f'<cbc:{name} currencyID="{currency}">{value:.2f}</cbc:{name}>'


def _basic(name: str, value: str, attributes: str = "") -> str:
    return f"<cbc:{name}{attributes and ' ' + attributes}>{value}</cbc:{name}>"


def _scheme(name: str = "VAT") -> str:
    return f"<cac:TaxScheme><cbc:ID>{name}</cbc:ID></cac:TaxScheme>"


def _head(made: Facts, kind: str) -> str:
    typed = ("CreditNoteTypeCode", "381") if made.credit_note else ("InvoiceTypeCode", "380")
    parts = [
        _basic(
            "CustomizationID", "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
        ),
        _basic("ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"),
        _basic("ID", "F-1107"),
        _basic("IssueDate", "2026-11-02"),
        "" if made.credit_note else _basic("DueDate", "2026-12-02"),
        _basic(*typed),
        _basic("Note", "#AAI#Avser oktober") if made.rich else "",
        _basic("DocumentCurrencyCode", "SEK"),
        _basic("TaxCurrencyCode", made.tax_currency) if made.tax_currency else "",
        _basic("AccountingCost", "4711") if made.rich else "",
        _basic("BuyerReference", "RM-4711"),
    ]
    if made.rich:
        parts.append(
            "<cac:InvoicePeriod><cbc:StartDate>2026-10-01</cbc:StartDate>"
            "<cbc:EndDate>2026-10-31</cbc:EndDate></cac:InvoicePeriod>"
        )
    parts.append("<cac:OrderReference><cbc:ID>1000123</cbc:ID></cac:OrderReference>")
    if made.rich or made.credit_note:
        parts.append(
            "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F-1000</cbc:ID>"
            "</cac:InvoiceDocumentReference></cac:BillingReference>"
        )
    if made.rich:
        parts.append(
            "<cac:ContractDocumentReference><cbc:ID>K-1</cbc:ID></cac:ContractDocumentReference>"
            '<cac:AdditionalDocumentReference><cbc:ID schemeID="ABT">O-1</cbc:ID>'
            "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:AdditionalDocumentReference>"
            "<cac:AdditionalDocumentReference><cbc:ID>Bilaga</cbc:ID>"
            "<cbc:DocumentDescription>Rapport</cbc:DocumentDescription><cac:Attachment>"
            '<cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="rapport.csv">YQ=='
            "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
        )
    return "".join(parts)


def _address() -> str:
    return (
        "<cac:PostalAddress><cbc:StreetName>Storgatan 1</cbc:StreetName><cbc:CityName>Falun</cbc:CityName>"
        "<cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
    )


def _parties(made: Facts) -> str:
    vat = f"<cac:PartyTaxScheme><cbc:CompanyID>{made.seller_vat}</cbc:CompanyID>{_scheme()}</cac:PartyTaxScheme>"
    buyer = (
        f"<cac:PartyTaxScheme><cbc:CompanyID>{made.buyer_vat}</cbc:CompanyID>{_scheme()}</cac:PartyTaxScheme>"
    )
    seller_names = "<cac:PartyName><cbc:Name>Matchning</cbc:Name></cac:PartyName>" if made.rich else ""
    seller_ids = (
        '<cac:PartyIdentification><cbc:ID schemeID="0088">7300010000001</cbc:ID></cac:PartyIdentification>'
        if made.rich
        else ""
    )
    parts = [
        '<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="0007">5560360793</cbc:EndpointID>',
        seller_ids,
        seller_names,
        _address(),
        vat if made.seller_vat else "",
        "<cac:PartyLegalEntity><cbc:RegistrationName>Exempel Matchning AB</cbc:RegistrationName>"
        '<cbc:CompanyID schemeID="0007">5560360793</cbc:CompanyID></cac:PartyLegalEntity>',
        "</cac:Party></cac:AccountingSupplierParty>",
        '<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0007">2021002114</cbc:EndpointID>',
        _address(),
        buyer if made.buyer_vat else "",
        "<cac:PartyLegalEntity><cbc:RegistrationName>Arbetsförmedlingen</cbc:RegistrationName>"
        '<cbc:CompanyID schemeID="0007">2021002114</cbc:CompanyID></cac:PartyLegalEntity>',
        "</cac:Party></cac:AccountingCustomerParty>",
    ]
    if made.rich:
        parts.append(
            "<cac:PayeeParty><cac:PartyName><cbc:Name>Factoring AB</cbc:Name></cac:PartyName>"
            '<cac:PartyLegalEntity><cbc:CompanyID schemeID="0007">5566778899</cbc:CompanyID>'
            "</cac:PartyLegalEntity></cac:PayeeParty>"
        )
        if made.seller_vat:
            parts.append(
                "<cac:TaxRepresentativeParty><cac:PartyName><cbc:Name>Ombud AB</cbc:Name></cac:PartyName>"
                f"{_address()}<cac:PartyTaxScheme><cbc:CompanyID>SE556677889901</cbc:CompanyID>{_scheme()}"
                "</cac:PartyTaxScheme></cac:TaxRepresentativeParty>"
            )
        parts.append(
            "<cac:Delivery><cbc:ActualDeliveryDate>2026-10-31</cbc:ActualDeliveryDate><cac:DeliveryLocation>"
            '<cbc:ID schemeID="0088">7300010000001</cbc:ID><cac:Address><cbc:CityName>Falun</cbc:CityName>'
            "<cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:Address>"
            "</cac:DeliveryLocation><cac:DeliveryParty><cac:PartyName><cbc:Name>Kontoret</cbc:Name>"
            "</cac:PartyName></cac:DeliveryParty></cac:Delivery>"
        )
    return "".join(parts)


def _payment(made: Facts) -> str:
    mandate = "<cac:PaymentMandate><cbc:ID>M-1</cbc:ID></cac:PaymentMandate>" if made.rich else ""
    terms = "<cac:PaymentTerms><cbc:Note>30 dagar</cbc:Note></cac:PaymentTerms>" if made.rich else ""
    return (
        "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>1107</cbc:PaymentID>"
        "<cac:PayeeFinancialAccount><cbc:ID>5805-6201</cbc:ID><cac:FinancialInstitutionBranch>"
        "<cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount>"
        f"{mandate}</cac:PaymentMeans>{terms}"
    )


def _category(name: str, code: str, percent: str | None, reason: str = "") -> str:
    rate = _basic("Percent", percent) if percent is not None else ""
    why = _basic("TaxExemptionReason", reason) if reason else ""
    return f"<cac:{name}><cbc:ID>{code}</cbc:ID>{rate}{why}{_scheme()}</cac:{name}>"


def _entry(entry: Entry) -> str:
    code = "FC" if entry.charge else "95"
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(entry.charge).lower()}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReasonCode>{code}</cbc:AllowanceChargeReasonCode>"
        f"<cbc:AllowanceChargeReason>Avtalat</cbc:AllowanceChargeReason>{_amount('Amount', entry.amount)}"
        f"{_category('TaxCategory', entry.category, entry.percent)}</cac:AllowanceCharge>"
    )


def _tax(groups: Sequence[Group], tax: Decimal, made: Facts) -> str:
    parts = ["<cac:TaxTotal>", _amount("TaxAmount", tax)]
    for category, percent, taxable, amount in groups:
        parts += [
            "<cac:TaxSubtotal>",
            _amount("TaxableAmount", taxable),
            _amount("TaxAmount", amount),
            _category("TaxCategory", category, percent, REASONS.get(category, "")),
            "</cac:TaxSubtotal>",
        ]
    parts.append("</cac:TaxTotal>")
    if made.tax_currency:
        parts += [
            "<cac:TaxTotal>",
            _amount("TaxAmount", cents(tax / 11), made.tax_currency),
            "</cac:TaxTotal>",
        ]
    return "".join(parts)


def _line(line: Line, number: int, made: Facts, kind: str) -> str:
    quantity = "CreditedQuantity" if made.credit_note else "InvoicedQuantity"
    entries = "".join(
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{indicator}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReason>Avtalat</cbc:AllowanceChargeReason>{_amount('Amount', amount)}"
        "</cac:AllowanceCharge>"
        for indicator, amount in (("false", line.allowance), ("true", line.charge))
        if amount is not None
    )
    extra = (
        '<cac:StandardItemIdentification><cbc:ID schemeID="0160">07300010000001</cbc:ID>'
        "</cac:StandardItemIdentification><cac:OriginCountry><cbc:IdentificationCode>SE"
        "</cbc:IdentificationCode></cac:OriginCountry><cac:CommodityClassification>"
        '<cbc:ItemClassificationCode listID="STI">80101500</cbc:ItemClassificationCode>'
        "</cac:CommodityClassification>"
    )
    properties = (
        "<cac:AdditionalItemProperty><cbc:Name>Nivå</cbc:Name><cbc:Value>B</cbc:Value>"
        "</cac:AdditionalItemProperty>"
    )
    return (
        f"<cac:{kind}Line><cbc:ID>{number}</cbc:ID>"
        f'<cbc:{quantity} unitCode="DAY">{line.quantity}</cbc:{quantity}>'
        f"{_amount('LineExtensionAmount', line.net)}"
        "<cac:InvoicePeriod><cbc:StartDate>2026-10-01</cbc:StartDate><cbc:EndDate>2026-10-31</cbc:EndDate>"
        f"</cac:InvoicePeriod><cac:OrderLineReference><cbc:LineID>{number:03}</cbc:LineID>"
        f"</cac:OrderLineReference>{entries}<cac:Item><cbc:Name>Grundersättning</cbc:Name>"
        f"{extra if made.rich else ''}"
        f"{_category('ClassifiedTaxCategory', line.category, line.percent)}{properties if made.rich else ''}"
        f'</cac:Item><cac:Price><cbc:PriceAmount currencyID="SEK">{line.price}</cbc:PriceAmount></cac:Price>'
        f"</cac:{kind}Line>"
    )


def find(root: etree._Element, path: str) -> etree._Element:
    """The one element a path leads to; the test is wrong when there is none."""
    found = root.find(path, NAMES)
    assert found is not None, path
    return found
