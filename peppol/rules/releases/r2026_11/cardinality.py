"""Exactly one of each element the model calls mandatory: PEPPOL-EN16931-R140 to R276, all fatal.

One line is one element with its path from the root, its rule in credit notes and in invoices, and
its business term (BT, BG of EN 16931). Where {Kind}, {Line} and {Quantity} stand the two kinds of
bill have names of their own. The rule is asked of the element around it, where that is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node

_TABLE: Final = """
cac:AccountingCustomerParty                                              R140 R209 BG-7
cac:AccountingCustomerParty/cac:Party                                    R141 R210 BG-7
cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity               R142 R211 BT-44
cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName         R143 R212 BT-44
cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID           R144 R213 BT-48
cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID   R145 R214 BT-48
cac:AccountingCustomerParty/cac:Party/cac:PostalAddress                  R146 R215 BG-8
cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:AddressLine/cbc:Line        R147 R216 BT-163
cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country      R148 R217 BT-55
cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode R149 R218 BT-55
cac:AccountingCustomerParty/cac:Party/cbc:EndpointID                     R150 R219 BT-49
cac:AccountingSupplierParty/cac:Party                                    R151 R220 BG-4
cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity               R152 R221 BT-27
cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName         R153 R222 BT-27
cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID           R154 R223 BT-31
cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID   R155 R224 BT-31
cac:AccountingSupplierParty/cac:Party/cac:PostalAddress                  R156 R225 BG-5
cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:AddressLine/cbc:Line        R157 R226 BT-162
cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country      R158 R227 BT-40
cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode R159 R228 BT-40
cac:AccountingSupplierParty/cac:Party/cbc:EndpointID                     R160 R229 BT-34
cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference/cbc:URI            R161 R230 BT-124
cac:AllowanceCharge/cac:TaxCategory                                      R162 R231 BT-95
cac:AllowanceCharge/cac:TaxCategory/cac:TaxScheme                        R163 R232 BT-95
cac:AllowanceCharge/cac:TaxCategory/cac:TaxScheme/cbc:ID                 R164 R233 BT-95
cac:AllowanceCharge/cac:TaxCategory/cbc:ID                               R165 R234 BT-95
cac:BillingReference/cac:InvoiceDocumentReference                        R166 R235 BG-3
cac:{Line}/cac:DocumentReference/cbc:DocumentTypeCode                    R167 R240 BT-128
cac:{Line}/cac:Item                                                      R168 -    BG-31
cac:{Line}/cac:Item/cac:AdditionalItemProperty/cbc:Value                 R169 R241 BT-161
cac:{Line}/cac:Item/cac:ClassifiedTaxCategory                            R170 R242 BG-30
cac:{Line}/cac:Item/cac:ClassifiedTaxCategory/cac:TaxScheme              R171 R243 BT-151
cac:{Line}/cac:Item/cac:ClassifiedTaxCategory/cac:TaxScheme/cbc:ID       R172 R244 BT-151
cac:{Line}/cac:Item/cac:ClassifiedTaxCategory/cbc:ID                     R173 R245 BT-151
cac:{Line}/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode              R174 R246 BT-158
cac:{Line}/cac:Item/cac:OriginCountry/cbc:IdentificationCode             R175 R247 BT-159
cac:{Line}/cac:Item/cbc:Name                                             R176 R248 BT-153
cac:{Line}/cac:Price                                                     R177 R249 BG-29
cac:{Line}/cbc:{Quantity}                                                R178 R250 BT-129
cac:{Line}/cbc:LineExtensionAmount                                       R179 R251 BT-131
cac:Delivery/cac:DeliveryLocation/cac:Address/cac:AddressLine/cbc:Line   R180 R236 BT-165
cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country                R181 R237 BT-80
cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode        R182 R238 BT-80
cac:Delivery/cac:DeliveryParty/cac:PartyName                             R183 R239 BT-70
cac:LegalMonetaryTotal/cbc:LineExtensionAmount                           R184 R252 BT-106
cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount                            R185 R253 BT-109
cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount                            R186 R254 BT-112
cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID                        R187 R255 BT-61
cac:PayeeParty/cac:PartyName                                             R188 R256 BT-59
cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID        R189 R257 BT-86
cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID                        R190 R258 BT-84
cac:PaymentMeans/cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID     R191 R259 BT-91
cac:PaymentTerms/cbc:Note                                                R192 R260 BT-20
cac:TaxRepresentativeParty/cac:PartyName                                 R193 R261 BT-62
cac:TaxRepresentativeParty/cac:PartyTaxScheme                            R194 R262 BT-63
cac:TaxRepresentativeParty/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID       R195 R263 BT-63
cac:TaxRepresentativeParty/cac:PartyTaxScheme/cbc:CompanyID              R196 R264 BT-63
cac:TaxRepresentativeParty/cac:PostalAddress                             R197 R265 BG-12
cac:TaxRepresentativeParty/cac:PostalAddress/cac:AddressLine/cbc:Line    R198 R266 BT-164
cac:TaxRepresentativeParty/cac:PostalAddress/cac:Country                 R199 R267 BT-69
cac:TaxRepresentativeParty/cac:PostalAddress/cac:Country/cbc:IdentificationCode         R200 R268 BT-69
cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme               R201 R269 BT-118
cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme/cbc:ID        R202 R270 BT-118
cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID                      R203 R271 BT-118
cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount                           R204 R272 BT-116
cbc:{Kind}TypeCode                                                       R205 R275 BT-3
cbc:CustomizationID                                                      R206 R273 BT-24
cbc:DocumentCurrencyCode                                                 R207 R274 BT-5
cbc:ProfileID                                                            R208 R276 BT-23
"""
_KINDS: Final = (("CreditNote", "CreditedQuantity"), ("Invoice", "InvoicedQuantity"))


@dataclass(frozen=True, slots=True)
class ExactlyOne:
    """One rule: where it is asked, from the root, and of which element below there must be one."""

    id: str
    context: str
    element: str
    term: str

    @property
    def meaning(self) -> str:
        """What the rule asks for, by the element around and the one within."""
        return f"{self.context.rpartition('/')[2]} holds exactly one {self.element} ({self.term})."


def _rules() -> Iterator[ExactlyOne]:
    for place, (kind, quantity) in enumerate(_KINDS):
        for line in _TABLE.split("\n")[1:-1]:
            path, *ids, term = line.split()
            if ids[place] == "-":
                continue
            whole = path.format(Kind=kind, Line=f"{kind}Line", Quantity=quantity)
            context, _, element = f"/{kind}/{whole}".rpartition("/")
            yield ExactlyOne(f"PEPPOL-EN16931-{ids[place]}", context, element, term)


EXACTLY_ONE: Final = tuple(_rules())
"""The 137 rules, those of credit notes first, as published."""


def _one_of(element: str) -> Test:
    def one_of(node: Node) -> RuleVerdict:
        found = node.kids.get(element)
        count = len(found) if found is not None else 0
        return None if count == 1 else Broken(found=str(count), expected="1")

    return one_of


def cardinality_book(release: str) -> Book:
    """The rules as a book of one pattern."""
    book = Book("PEPPOL-EN16931", release)
    contexts = {path: book.context(path, pattern="cardinality") for path in dict.fromkeys(_contexts())}
    for rule in EXACTLY_ONE:
        contexts[rule.context].add(rule.id, _one_of(rule.element), rule.meaning)
    return book


def _contexts() -> Iterator[str]:
    return (rule.context for rule in EXACTLY_ONE)
