"""A bill written as XML in the manner of a producer: element for element in UBL's order, by plain text.

On purpose not by the classes the product reads with: what two programs write differently (prefixes, the form of a
number, where a blank stands) is the whole point here.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from billing.tools.producers.bills import Bill, BillAccount, BillLine, BillParty, BillVat

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_OUTSIDE_VAT = "O"
_MAIL = "ekonomi@foretag.example"

NumberForm = Callable[[Decimal], str]


def with_two_decimals(value: Decimal) -> str:
    """As most write an amount: 22.00; a price keeps what it has beyond."""
    return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else f"{value.normalize():f}"


def shortest(value: Decimal) -> str:
    """Without zeros at the end: 22, 22.5."""
    return f"{value.normalize():f}"


def with_four_decimals(value: Decimal) -> str:
    """22.0000."""
    return f"{value:.4f}"


def as_a_float(value: Decimal) -> str:
    """22.0, 95.5."""
    text = shortest(value)
    return text if "." in text else f"{text}.0"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a producer writes. Prefixes end with a colon, or are empty for a namespace that is the document's own."""

    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>'
    prologue: str = ""
    mark: bool = False  # the byte order mark of UTF-8
    root: str = ""
    aggregate: str = "cac:"
    basic: str = "cbc:"
    gap: str = "\n"
    root_attributes: str = ""
    amount: NumberForm = with_two_decimals
    quantity: NumberForm = shortest
    price: NumberForm = with_two_decimals
    percent: NumberForm = shortest
    cdata: bool = False
    ubl_version: bool = False
    lists: bool = False  # the attributes that older profiles asked for
    institution: bool = False  # the branch of an account within a FinancialInstitution, as before BIS 3
    contact: bool = False
    comment: str = ""


def written(bill: Bill, manner: Manner) -> bytes:
    """The document's bytes, in UTF-8."""
    writer = _Writer(manner)
    name = "CreditNote" if bill.is_credit else "Invoice"
    root = f"{manner.root}{name}"
    namespaces = {
        manner.root: f"{_UBL}:{name}-2",
        manner.aggregate: f"{_UBL}:CommonAggregateComponents-2",
        manner.basic: f"{_UBL}:CommonBasicComponents-2",
    }
    declared = "".join(
        f' xmlns{":" if prefix else ""}{prefix.rstrip(":")}="{uri}"' for prefix, uri in namespaces.items()
    )
    parts = [
        manner.declaration + manner.prologue,
        f"<{root}{declared}{manner.root_attributes}>",
        *writer.content(bill),
        f"</{root}>",
    ]
    text = manner.gap.join(part for part in parts if part)
    return text.encode("utf-8-sig" if manner.mark else "utf-8")


class _Writer:
    """Writes the parts of one document; each method yields or gives elements as text."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner

    def basic(self, name: str, value: str | date | None, attributes: str = "", *, plain: bool = True) -> str:
        """An element with a text; nothing where there is none. One that is not `plain` may stand as CDATA."""
        if value is None or value == "":
            return ""
        text = f"<![CDATA[{value}]]>" if self.manner.cdata and not plain else escape(str(value))
        tag = f"{self.manner.basic}{name}"
        return f"<{tag}{attributes}>{text}</{tag}>"

    def aggregate(self, name: str, *parts: str) -> str:
        """An element of elements; nothing where all of them are empty."""
        kept = [part for part in parts if part]
        if not kept:
            return ""
        tag, gap = f"{self.manner.aggregate}{name}", self.manner.gap
        return f"<{tag}>{gap}{gap.join(kept)}{gap}</{tag}>"

    def money(self, name: str, value: Decimal, currency: str) -> str:
        """An amount with its currency."""
        return self.basic(name, self.manner.amount(value), f' currencyID="{currency}"')

    def content(self, bill: Bill) -> Iterator[str]:
        """Everything within the root, in the order of the schema."""
        yield from self._head(bill)
        yield from self._references(bill)
        yield self.aggregate("AccountingSupplierParty", self._party(bill.seller))
        yield self.aggregate("AccountingCustomerParty", self._party(bill.buyer))
        yield self._payee(bill)
        yield self.aggregate("Delivery", self.basic("ActualDeliveryDate", bill.delivered_on))
        yield from (self._means(each) for each in bill.accounts)
        yield self.aggregate("PaymentTerms", self.basic("Note", bill.terms, plain=False))
        yield self._adjustment(bill)
        yield self._tax(bill)
        yield self._totals(bill)
        yield from (self._line(bill, each) for each in bill.lines)

    def _head(self, bill: Bill) -> Iterator[str]:
        of_list = ' listID="UNCL1001" listAgencyID="6"' if self.manner.lists else ""
        currency_list = ' listID="ISO4217"' if self.manner.lists else ""
        if self.manner.ubl_version:
            yield self.basic("UBLVersionID", "2.1")
        yield self.basic("CustomizationID", _CUSTOMIZATION)
        yield self.basic("ProfileID", _PROFILE)
        if self.manner.comment:
            yield f"<!--{self.manner.comment}-->"
        yield self.basic("ID", bill.number)
        yield self.basic("IssueDate", bill.issued_on)
        if bill.is_credit:
            yield self.basic("CreditNoteTypeCode", bill.type_code, of_list)
        else:
            yield self.basic("DueDate", bill.due_on)
            yield self.basic("InvoiceTypeCode", bill.type_code, of_list)
        yield self.basic("Note", bill.note, plain=False)
        yield self.basic("DocumentCurrencyCode", bill.currency, currency_list)
        yield self.basic("AccountingCost", bill.accounting_cost)
        yield self.basic("BuyerReference", bill.buyer_reference)

    def _references(self, bill: Bill) -> Iterator[str]:
        yield self._period(bill.starts_on, bill.ends_on)
        order = self.basic("ID", bill.order_number)
        yield self.aggregate("OrderReference", order, self.basic("SalesOrderID", bill.sales_order))
        for number, day in bill.credits:
            named = (self.basic("ID", number), self.basic("IssueDate", day))
            yield self.aggregate("BillingReference", self.aggregate("InvoiceDocumentReference", *named))
        yield self.aggregate("ContractDocumentReference", self.basic("ID", bill.contract))
        if bill.attachment:
            file = b64encode(bill.attachment).decode()
            how = f' mimeCode="application/pdf" filename="{bill.number}.pdf"'
            document = self.aggregate("Attachment", self.basic("EmbeddedDocumentBinaryObject", file, how))
            yield self.aggregate("AdditionalDocumentReference", self.basic("ID", bill.number), document)
        yield self.aggregate("ProjectReference", self.basic("ID", bill.project))

    def _party(self, party: BillParty) -> str:
        scheme, value = party.endpoint.split(":", 1)
        written = f' schemeID="{party.number_scheme}"' if party.number_scheme else ""
        address = party.address
        mail = self.basic("ElectronicMail", _MAIL)
        return self.aggregate(
            "Party",
            self.basic("EndpointID", value, f' schemeID="{scheme}"'),
            self.aggregate("PartyIdentification", self.basic("ID", party.identification, ' schemeID="0007"')),
            self.aggregate("PartyName", self.basic("Name", party.trading_name, plain=False)),
            self.aggregate(
                "PostalAddress",
                self.basic("StreetName", address.street),
                self.basic("AdditionalStreetName", address.additional_street),
                self.basic("CityName", address.city),
                self.basic("PostalZone", address.postal_code),
                self.aggregate("Country", self.basic("IdentificationCode", address.country)),
            ),
            self._registration(party.vat_id, "VAT"),
            self._registration("Godkänd för F-skatt" if party.is_f_taxed else "", "TAX"),
            self.aggregate(
                "PartyLegalEntity",
                self.basic("RegistrationName", party.name, plain=False),
                self.basic("CompanyID", party.number, written),
            ),
            self.aggregate("Contact", self.basic("Name", "Ekonomi"), mail) if self.manner.contact else "",
        )

    def _registration(self, number: str, scheme: str) -> str:
        if not number:
            return ""
        return self.aggregate(
            "PartyTaxScheme",
            self.basic("CompanyID", number),
            self.aggregate("TaxScheme", self.basic("ID", scheme)),
        )

    def _payee(self, bill: Bill) -> str:
        return self.aggregate(
            "PayeeParty", self.aggregate("PartyName", self.basic("Name", bill.payee, plain=False))
        )

    def _means(self, account: BillAccount) -> str:
        branch = self.basic("ID", account.branch)
        if self.manner.institution:
            branch = self.aggregate("FinancialInstitution", branch)
        of_list = ' listID="UNCL4461"' if self.manner.lists else ""
        return self.aggregate(
            "PaymentMeans",
            self.basic("PaymentMeansCode", account.code, of_list),
            self.basic("PaymentID", account.reference),
            self.aggregate(
                "PayeeFinancialAccount",
                self.basic("ID", account.number),
                self.aggregate("FinancialInstitutionBranch", branch),
            )
            if account.number
            else "",
        )

    def _adjustment(self, bill: Bill) -> str:
        if not bill.allowance:
            return ""
        first = bill.vat[0]
        return self.aggregate(
            "AllowanceCharge",
            self.basic("ChargeIndicator", "false" if bill.allowance > 0 else "true"),
            self.basic("AllowanceChargeReason", "Rabatt" if bill.allowance > 0 else "Fakturaavgift"),
            self.money("Amount", abs(bill.allowance), bill.currency),
            self._category("TaxCategory", first.category, first.percent),
        )

    def _category(self, name: str, category: str, percent: Decimal, *reasons: str) -> str:
        rate = "" if category == _OUTSIDE_VAT else self.basic("Percent", self.manner.percent(percent))
        of_list = ' schemeID="UNCL5305"' if self.manner.lists else ""
        scheme = self.aggregate("TaxScheme", self.basic("ID", "VAT"))
        return self.aggregate(name, self.basic("ID", category, of_list), rate, *reasons, scheme)

    def _tax(self, bill: Bill) -> str:
        return self.aggregate(
            "TaxTotal",
            self.money("TaxAmount", bill.amount_vat, bill.currency),
            *(self._subtotal(bill, each) for each in bill.vat),
        )

    def _subtotal(self, bill: Bill, vat: BillVat) -> str:
        reasons = (
            self.basic("TaxExemptionReasonCode", bill.exemption_code),
            self.basic("TaxExemptionReason", bill.exemption_reason),
        )
        return self.aggregate(
            "TaxSubtotal",
            self.money("TaxableAmount", vat.taxable, bill.currency),
            self.money("TaxAmount", vat.tax, bill.currency),
            self._category("TaxCategory", vat.category, vat.percent, *(() if vat.tax else reasons)),
        )

    def _totals(self, bill: Bill) -> str:
        taken, added = max(bill.allowance, Decimal(0)), max(-bill.allowance, Decimal(0))
        optional = {
            "AllowanceTotalAmount": taken,
            "ChargeTotalAmount": added,
            "PrepaidAmount": bill.prepaid,
            "PayableRoundingAmount": bill.rounding,
        }
        return self.aggregate(
            "LegalMonetaryTotal",
            self.money("LineExtensionAmount", bill.amount_lines, bill.currency),
            self.money("TaxExclusiveAmount", bill.amount_net, bill.currency),
            self.money("TaxInclusiveAmount", bill.amount_gross, bill.currency),
            *(self.money(name, value, bill.currency) for name, value in optional.items() if value),
            self.money("PayableAmount", bill.amount_payable, bill.currency),
        )

    def _line(self, bill: Bill, line: BillLine) -> str:
        kind, quantity = (
            ("CreditNoteLine", "CreditedQuantity") if bill.is_credit else ("InvoiceLine", "InvoicedQuantity")
        )
        return self.aggregate(
            kind,
            self.basic("ID", line.id),
            self.basic("Note", line.note, plain=False),
            self.basic(quantity, self.manner.quantity(line.quantity), f' unitCode="{line.unit}"'),
            self.money("LineExtensionAmount", line.amount, bill.currency),
            self._period(line.starts_on, line.ends_on),
            self.aggregate("OrderLineReference", self.basic("LineID", line.order_line)),
            self._line_adjustment(bill, line),
            self._item(line),
            self._price(bill, line),
        )

    def _line_adjustment(self, bill: Bill, line: BillLine) -> str:
        if not line.allowance:
            return ""
        return self.aggregate(
            "AllowanceCharge",
            self.basic("ChargeIndicator", "false" if line.allowance > 0 else "true"),
            self.basic("AllowanceChargeReason", "Rabatt" if line.allowance > 0 else "Avgift"),
            self.money("Amount", abs(line.allowance), bill.currency),
        )

    def _item(self, line: BillLine) -> str:
        return self.aggregate(
            "Item",
            self.basic("Description", line.description, plain=False),
            self.basic("Name", line.name, plain=False),
            self.aggregate("SellersItemIdentification", self.basic("ID", line.article_number)),
            self._category("ClassifiedTaxCategory", line.vat_category, line.vat_percent),
        )

    def _price(self, bill: Bill, line: BillLine) -> str:
        currency = f' currencyID="{bill.currency}"'
        unit = f' unitCode="{line.unit}"'
        base = self.basic("BaseQuantity", shortest(line.base_quantity), unit) if line.base_quantity else ""
        discount = ""
        if line.gross_price is not None:
            discount = self.aggregate(
                "AllowanceCharge",
                self.basic("ChargeIndicator", "false"),
                self.basic("Amount", self.manner.amount(line.gross_price - line.price), currency),
                self.basic("BaseAmount", self.manner.amount(line.gross_price), currency),
            )
        price = self.basic("PriceAmount", self.manner.price(line.price), currency)
        return self.aggregate("Price", price, base, discount)

    def _period(self, start: date | None, end: date | None) -> str:
        return self.aggregate("InvoicePeriod", self.basic("StartDate", start), self.basic("EndDate", end))
