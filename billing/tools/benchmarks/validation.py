"""How fast documents are judged, beside the published rules run by Saxon in the same run.

`billing bench validation` prints it. Ours is the whole way of a document from outside:
gate, schema, all rules of the release, attachments. Theirs is reading the same text and
running the two published sets for invoices, EN 16931 and Peppol, compiled before, without
reading more of the report than whether it is empty.
The documents are made here: an invoice of the kind the service receives, with as many
lines as asked for; and the same with two elements in the wrong order, of which we also say
in words what the schema has against it. The seconds are the processor's, so that what else
the machine does counts for neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median, quantiles
from time import process_time
from typing import Final

from peppol.rules.engine.compiled import is_compiled
from peppol.validation import published_rules
from peppol.validation.validation import validate

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
 <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
 <cbc:ID>F-2026-1107</cbc:ID>
 <cbc:IssueDate>2026-11-02</cbc:IssueDate>
 <cbc:DueDate>2026-12-02</cbc:DueDate>
 <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
 <cbc:BuyerReference>RM-4711</cbc:BuyerReference>
 <cac:OrderReference><cbc:ID>1000123</cbc:ID></cac:OrderReference>
 <cac:AccountingSupplierParty><cac:Party>
  <cbc:EndpointID schemeID="0007">5560360793</cbc:EndpointID>
  <cac:PartyName><cbc:Name>Exempel Matchning</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Storgatan 1</cbc:StreetName><cbc:CityName>Falun</cbc:CityName>
   <cbc:PostalZone>791 30</cbc:PostalZone>
   <cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>SE556036079301</cbc:CompanyID>
   <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyTaxScheme><cbc:CompanyID>Godkänd för F-skatt</cbc:CompanyID>
   <cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Exempel Matchning AB</cbc:RegistrationName>
   <cbc:CompanyID schemeID="0007">5560360793</cbc:CompanyID></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party>
  <cbc:EndpointID schemeID="0007">2021002114</cbc:EndpointID>
  <cac:PostalAddress><cbc:CityName>Stockholm</cbc:CityName><cbc:PostalZone>113 99</cbc:PostalZone>
   <cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyLegalEntity><cbc:RegistrationName>Arbetsförmedlingen</cbc:RegistrationName>
   <cbc:CompanyID schemeID="0007">2021002114</cbc:CompanyID></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingCustomerParty>
 <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
  <cac:PayeeFinancialAccount><cbc:ID>58056201</cbc:ID>
   <cac:FinancialInstitutionBranch><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch>
  </cac:PayeeFinancialAccount></cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="SEK">{tax}</cbc:TaxAmount>
  <cac:TaxSubtotal><cbc:TaxableAmount currencyID="SEK">{net}</cbc:TaxableAmount>
   <cbc:TaxAmount currencyID="SEK">{tax}</cbc:TaxAmount>
   <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">{net}</cbc:LineExtensionAmount>
  <cbc:TaxExclusiveAmount currencyID="SEK">{net}</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="SEK">{gross}</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="SEK">{gross}</cbc:PayableAmount></cac:LegalMonetaryTotal>
"""
_LINE: Final = """ <cac:InvoiceLine><cbc:ID>{number}</cbc:ID>
  <cbc:InvoicedQuantity unitCode="DAY">20</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount currencyID="SEK">1900.00</cbc:LineExtensionAmount>
  <cac:InvoicePeriod><cbc:StartDate>2026-10-01</cbc:StartDate><cbc:EndDate>2026-10-31</cbc:EndDate></cac:InvoicePeriod>
  <cac:OrderLineReference><cbc:LineID>{number:03}</cbc:LineID></cac:OrderLineReference>
  <cac:Item><cbc:Name>Grundersättning</cbc:Name>
   <cac:SellersItemIdentification><cbc:ID>166</cbc:ID></cac:SellersItemIdentification>
   <cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="SEK">95.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
"""
_DAYS: Final = (("DueDate", "12-02"), ("IssueDate", "11-02"))
_NET_OF_A_LINE: Final = Decimal("1900.00")
_RECEIVED: Final = date(2026, 11, 21)
_PUBLISHED: Final = ("CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl")

# Lines, how often ours is run, how often theirs: enough for a p99 where it is quick, bounded where it is not.
_ROUNDS: Final = ((1, 1200, 120), (10, 600, 60), (100, 120, 20), (1000, 20, 4))
_TURNS: Final = 4


def an_invoice(lines: int) -> bytes:
    """A valid invoice from a made-up supplier with that many lines of 20 days at 95.00 SEK."""
    net = _NET_OF_A_LINE * lines
    tax = net / 4
    head = _HEAD.format(net=f"{net:.2f}", tax=f"{tax:.2f}", gross=f"{net + tax:.2f}")
    body = "".join(_LINE.format(number=number) for number in range(1, lines + 1))
    return f"{head}{body}</Invoice>".encode()


def in_disorder(invoice: bytes) -> bytes:
    """The invoice with its first day behind the last: no rule minds, the schema does."""
    due, issued = (f"<cbc:{name}>2026-{day}</cbc:{name}>".encode() for name, day in _DAYS)
    return invoice.replace(due, b"%").replace(issued, due).replace(b"%", issued)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the processor for each document of one size, by one engine."""

    engine: str
    lines: int
    seconds: tuple[float, ...]
    follows_schema: bool = True

    @property
    def per_second(self) -> float:
        """Documents a second, one after the other."""
        return len(self.seconds) / sum(self.seconds)

    @property
    def median_ms(self) -> float:
        """The median in milliseconds."""
        return median(self.seconds) * 1000

    @property
    def p99_ms(self) -> float:
        """What 99 of 100 stay below, in milliseconds; with few runs the slowest."""
        if len(self.seconds) < 100:
            return max(self.seconds) * 1000
        return quantiles(self.seconds, n=100)[98] * 1000


def bench_validation() -> tuple[Measured, ...]:
    """Measure ours and, where it is installed, Saxon's, on invoices of 1, 10, 100 and 1,000 lines.

    The two take turns in small portions, so that other work on the machine meets both.
    Raises AssertionError when one of them finds otherwise than it has to: then the times mean nothing.
    """
    engines = {"own": _ours} | ({"Saxon": _theirs} if published_rules.available() else {})
    measured: list[Measured] = []
    for follows_schema in (True, False):
        for lines, *rounds in _ROUNDS:
            data = an_invoice(lines) if follows_schema else in_disorder(an_invoice(lines))
            found = {engine: judge(data) for engine, judge in engines.items()}
            # The published rules know no schema.
            if found != {engine: follows_schema or engine == "Saxon" for engine in engines}:
                raise AssertionError(
                    "The invoice made for measuring is not as meant; the times would mean nothing."
                )
            seconds: dict[str, list[float]] = {engine: [] for engine in engines}
            for _ in range(_TURNS):
                for (engine, judge), count in zip(engines.items(), rounds, strict=False):
                    seconds[engine] += _timed(judge, data, count // _TURNS)
            for engine, times in seconds.items():
                measured.append(Measured(engine, lines, tuple(times), follows_schema))
    return tuple(measured)


def to_json(measured: Sequence[Measured]) -> list[Mapping[str, str | int | float]]:
    """The figures for a program: times in milliseconds.

    Where both engines ran, ours has `ratio` (its documents a second over Saxon's) and `ratio_median` (Saxon's
    median over its own, which a single slow run does not move).
    """
    theirs = _saxon(measured)
    return [
        {
            "engine": each.engine,
            "lines": each.lines,
            "follows_schema": each.follows_schema,
            "documents": len(each.seconds),
            "per_second": round(each.per_second, 1),
            "median_ms": round(each.median_ms, 3),
            "p99_ms": round(each.p99_ms, 3),
            **(_ratios(each, theirs[_about(each)]) if each.engine == "own" and theirs else {}),
        }
        for each in measured
    ]


def _saxon(measured: Sequence[Measured]) -> Mapping[tuple[int, bool], Measured]:
    return {_about(each): each for each in measured if each.engine == "Saxon"}


def _about(measured: Measured) -> tuple[int, bool]:
    return measured.lines, measured.follows_schema


def _ratios(ours: Measured, theirs: Measured) -> dict[str, float]:
    return {
        "ratio": round(ours.per_second / theirs.per_second, 1),
        "ratio_median": round(theirs.median_ms / ours.median_ms, 1),
    }


def to_text(measured: Sequence[Measured]) -> str:
    """The figures for a person: a table, and how many times faster ours is at the median."""
    rows = [
        f"{'engine':<8}{'schema':<10}{'lines':>5}{'documents/s':>14}{'median ms':>12}{'p99 ms':>11}"
        f"{'times faster':>15}"
    ]
    saxon = _saxon(measured)
    for each in measured:
        factor = (
            f"{saxon[_about(each)].median_ms / each.median_ms:.1f}" if each.engine == "own" and saxon else ""
        )
        rows.append(
            f"{each.engine:<8}{'followed' if each.follows_schema else 'broken':<10}{each.lines:>5}"
            f"{each.per_second:>14.1f}{each.median_ms:>12.3f}"
            f"{each.p99_ms:>11.3f}{factor:>15}"
        )
    rows.append(f"Our rules run {'compiled' if is_compiled() else 'as Python'}.")
    if not saxon:
        rows.append("Saxon is not installed; the extra 'official' brings it.")
    return "\n".join(rows)


def _timed(judge: Callable[[bytes], bool], data: bytes, rounds: int) -> list[float]:
    seconds: list[float] = []
    for _ in range(rounds):
        began = process_time()
        judge(data)
        seconds.append(process_time() - began)
    return seconds


def _ours(data: bytes) -> bool:
    return validate(data, on=_RECEIVED).valid


def _theirs(data: bytes) -> bool:
    text = data.decode().partition("?>")[2]
    return not any(
        "failed-assert" in report
        for report in [published_rules.published(name).report(text) for name in _PUBLISHED]
    )
