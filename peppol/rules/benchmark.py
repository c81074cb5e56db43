"""How fast documents are judged, beside the published rules run by Saxon in the same run.

`billing bench validation` prints it. The documents are made here: an invoice of the
kind the service receives, with as many lines as asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter
from typing import Final

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
  <cac:PayeeFinancialAccount><cbc:ID>5805-6201</cbc:ID>
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
_NET_OF_A_LINE: Final = Decimal("1900.00")


def an_invoice(lines: int) -> bytes:
    """A valid invoice from a made-up supplier with that many lines of 20 days at 95.00 SEK."""
    net = _NET_OF_A_LINE * lines
    tax = net / 4
    head = _HEAD.format(net=f"{net:.2f}", tax=f"{tax:.2f}", gross=f"{net + tax:.2f}")
    body = "".join(_LINE.format(number=number) for number in range(1, lines + 1))
    return f"{head}{body}</Invoice>".encode()
