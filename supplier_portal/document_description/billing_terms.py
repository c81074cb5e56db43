"""The elements of an invoice and a credit note: what our reader uses, the profile demands and the portal writes."""

from typing import Final

from foundation.text import Text
from supplier_portal.document_description.terms import Term, Terms, address

_SELLER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"
_TOTAL = "cac:LegalMonetaryTotal"
_ACCOUNT = "cac:PaymentMeans/cac:PayeeFinancialAccount"
_TAX = "cac:TaxTotal/cac:TaxSubtotal"
_EXTRA = Text("Rabatt (false) eller avgift (true) på hela fakturan. Undvik dem: beloppet ska bli orderns.")
_EXTRA_LINE = Text("Rabatt (false) eller avgift (true) på raden. Undvik dem: beloppet ska bli orderns.")

_SEARCHED = Text(
    "Inget krav. Saknas orderns nummer, eller är det fel, letar vi här efter det för att kunna föreslå rätt order. "
    "Skriv aldrig namn eller personnummer."
)


def _payee() -> dict[str, Term]:
    """Another payee than the seller (BG-10)."""
    party = "cac:PayeeParty"
    return {
        f"{party}/cac:PartyIdentification/cbc:ID": Term(
            "BT-60", Text("Betalningsmottagarens nummer, om den är en annan än ni."), example="5590000005"
        ),
        f"{party}/cac:PartyName/cbc:Name": Term(
            "BT-59",
            Text(
                "En annan betalningsmottagare än ni. Två personer hos köparen prövar den innan något betalas."
            ),
            example="Fordringsköp Exempel AB",
        ),
        f"{party}/cac:PartyLegalEntity/cbc:CompanyID": Term(
            "BT-61", Text("Betalningsmottagarens organisationsnummer."), example="5590000005"
        ),
    }


def _common(line: str, quantity: str) -> dict[str, Term]:
    """What an invoice and a credit note share; `line` is the line's element, `quantity` its quantity's."""
    return {
        "cbc:CustomizationID": Term(
            "BT-24", Text("Vilken specifikation dokumentet följer. Alltid detta värde.")
        ),
        "cbc:ProfileID": Term("BT-23", Text("Processen. Alltid detta värde.")),
        "cbc:ID": Term("BT-1", Text("Ert nummer på dokumentet. Samma nummer tas emot en gång.")),
        "cbc:IssueDate": Term(
            "BT-2",
            Text("Dokumentets dag. Betalningsdagen räknas från den, eller från dagen det kom till oss."),
        ),
        "cbc:Note": Term("BT-22", _SEARCHED, example="TEST-REFERENS"),
        "cbc:DocumentCurrencyCode": Term("BT-5", Text("Valutan, samma som orderns.")),
        "cbc:AccountingCost": Term(
            "BT-19", Text("Ett av ställena där genomförandereferensen får stå."), example="TEST-REFERENS"
        ),
        "cbc:BuyerReference": Term(
            "BT-10",
            Text("Det första stället där genomförandereferensen söks. Skriv aldrig namn."),
            example="TEST-REFERENS",
        ),
        "cac:InvoicePeriod/cbc:StartDate": Term(
            "BT-73", Text("Hela dokumentets första dag. Radens period går före."), example="2026-01-01"
        ),
        "cac:InvoicePeriod/cbc:EndDate": Term(
            "BT-74", Text("Hela dokumentets sista dag. Radens period går före."), example="2026-01-31"
        ),
        "cac:OrderReference/cbc:ID": Term(
            "BT-13", Text("Orderns nummer och inget annat. Blanksteg omkring tas bort."), demanded=True
        ),
        "cac:OrderReference/cbc:SalesOrderID": Term("BT-14", _SEARCHED, example="SO-1001"),
        "cac:AdditionalDocumentReference/cbc:DocumentDescription": Term(
            "BT-123", _SEARCHED, example="Tidrapport"
        ),
        f"{_BUYER}/cac:Contact/cbc:Name": Term("BT-56", _SEARCHED, example="TEST-REFERENS"),
        "cac:Delivery/cac:DeliveryLocation/cbc:ID": Term("BT-71", _SEARCHED, example="TEST-REFERENS"),
        "cac:DespatchDocumentReference/cbc:ID": Term("BT-16", _SEARCHED, example="LEV-1001"),
        "cac:ReceiptDocumentReference/cbc:ID": Term("BT-15", _SEARCHED, example="MOT-1001"),
        "cac:OriginatorDocumentReference/cbc:ID": Term("BT-17", _SEARCHED, example="UPPH-1001"),
        "cac:ContractDocumentReference/cbc:ID": Term(
            "BT-12", Text("Avtalet. Står det, ska det vara orderns.")
        ),
        "cac:AdditionalDocumentReference/cbc:ID": Term(
            "BT-18", Text("Genomförandereferensen, om typen bredvid är 130."), example="TEST-REFERENS"
        ),
        "cac:AdditionalDocumentReference/cbc:DocumentTypeCode": Term(
            "BT-18", Text("130 säger att numret är det fakturerade objektet."), example="130"
        ),
        f"{_SELLER}/cbc:EndpointID": Term("BT-34", Text("Er adress i Peppol. Svaren går dit.")),
        f"{_SELLER}/cac:PartyIdentification/cbc:ID": Term(
            "BT-29", Text("Ert organisationsnummer, om det inte står i BT-30."), example="5599999999"
        ),
        f"{_SELLER}/cac:PartyName/cbc:Name": Term(
            "BT-28", Text("Namnet ni är kända under. Inget krav, men en del program kräver det.")
        ),
        **address(f"{_SELLER}/cac:PostalAddress", ("BT-35", "BT-37", "BT-38", "BT-40"), Text("Er adress")),
        f"{_SELLER}/cac:PartyTaxScheme/cbc:CompanyID": Term(
            "BT-31, BT-32",
            Text("Ert momsnummer (VAT), och med TAX texten Godkänd för F-skatt."),
            demanded=True,
        ),
        f"{_SELLER}/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID": Term(
            "BT-31, BT-32", Text("VAT för moms, TAX för F-skatt.")
        ),
        f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName": Term("BT-27", Text("Ert registrerade namn.")),
        f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyID": Term(
            "BT-30", Text("Ert organisationsnummer, tio siffror: det ni känns igen på."), demanded=True
        ),
        f"{_BUYER}/cbc:EndpointID": Term("BT-49", Text("Köparens adress i Peppol.")),
        f"{_BUYER}/cac:PartyIdentification/cbc:ID": Term(
            "BT-46", Text("Köparens organisationsnummer, om det inte står i BT-47."), example="2021002114"
        ),
        f"{_BUYER}/cac:PartyName/cbc:Name": Term("BT-45", Text("Köparens namn. Inget krav.")),
        **address(
            f"{_BUYER}/cac:PostalAddress", ("BT-50", "BT-52", "BT-53", "BT-55"), Text("Fakturaadressen")
        ),
        f"{_BUYER}/cac:PartyTaxScheme/cbc:CompanyID": Term("BT-48", Text("Köparens momsnummer.")),
        f"{_BUYER}/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID": Term("BT-48", Text("VAT för moms.")),
        f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName": Term(
            "BT-44", Text("Köparens registrerade namn.")
        ),
        f"{_BUYER}/cac:PartyLegalEntity/cbc:CompanyID": Term(
            "BT-47",
            Text("Köparens organisationsnummer: fakturan ska vara ställd till köparen."),
            demanded=True,
        ),
        **_payee(),
        "cac:PaymentMeans/cbc:PaymentMeansCode": Term("BT-81", Text("30, betalning till konto.")),
        "cac:PaymentMeans/cbc:PaymentID": Term(
            "BT-83", Text("Betalningens referens: OCR eller fakturanumret.")
        ),
        f"{_ACCOUNT}/cbc:ID": Term(
            "BT-84", Text("Kontot. Köparen betalar bara till konton ni anmält; detta väljer ett av dem.")
        ),
        f"{_ACCOUNT}/cac:FinancialInstitutionBranch/cbc:ID": Term(
            "BT-86", Text("SE:BANKGIRO eller SE:PLUSGIRO; inget för IBAN.")
        ),
        "cac:AllowanceCharge/cbc:ChargeIndicator": Term("BG-20, BG-21", _EXTRA, example="false"),
        "cac:AllowanceCharge/cbc:Amount": Term(
            "BT-92, BT-99", Text("Rabattens eller avgiftens belopp."), example="0.00"
        ),
        "cac:TaxTotal/cbc:TaxAmount": Term("BT-110", Text("Momsen i dokumentets valuta.")),
        f"{_TAX}/cbc:TaxableAmount": Term("BT-116", Text("Det som momsen räknas på.")),
        f"{_TAX}/cbc:TaxAmount": Term("BT-117", Text("Momsen för kategorin och satsen.")),
        f"{_TAX}/cac:TaxCategory/cbc:ID": Term("BT-118", Text("Momskategorin, den som prislistan säger.")),
        f"{_TAX}/cac:TaxCategory/cbc:Percent": Term("BT-119", Text("Momssatsen i procent.")),
        f"{_TAX}/cac:TaxCategory/cbc:TaxExemptionReasonCode": Term(
            "BT-121",
            Text("Varför ingen moms tas ut, som kod; bara för den som är undantagen."),
            example="VATEX-EU-132",
        ),
        f"{_TAX}/cac:TaxCategory/cbc:TaxExemptionReason": Term(
            "BT-120",
            Text("Varför ingen moms tas ut, i ord; bara för den som är undantagen."),
            example="Undantagen från skatteplikt",
        ),
        f"{_TAX}/cac:TaxCategory/cac:TaxScheme/cbc:ID": Term("BT-118", Text("VAT för moms.")),
        f"{_TOTAL}/cbc:LineExtensionAmount": Term("BT-106", Text("Summan av raderna, utan moms.")),
        f"{_TOTAL}/cbc:TaxExclusiveAmount": Term("BT-109", Text("Dokumentets belopp utan moms.")),
        f"{_TOTAL}/cbc:TaxInclusiveAmount": Term("BT-112", Text("Dokumentets belopp med moms.")),
        f"{_TOTAL}/cbc:PrepaidAmount": Term(
            "BT-113",
            Text("Redan betalt. Används inte i det här flödet."),
            example="0.00",
        ),
        f"{_TOTAL}/cbc:PayableRoundingAmount": Term(
            "BT-114", Text("Öresutjämning, om ni har den."), example="0.50"
        ),
        f"{_TOTAL}/cbc:PayableAmount": Term("BT-115", Text("Att betala.")),
        f"{line}/cbc:ID": Term("BT-126", Text("Radens eget nummer i dokumentet.")),
        f"{line}/cbc:Note": Term("BT-127", _SEARCHED, example="TEST-REFERENS"),
        f"{line}/cbc:AccountingCost": Term("BT-133", _SEARCHED, example="TEST-REFERENS"),
        f"{line}/cac:DocumentReference/cbc:ID": Term("BT-128", _SEARCHED, example="TEST-REFERENS"),
        f"{line}/cac:Item/cac:BuyersItemIdentification/cbc:ID": Term(
            "BT-156", _SEARCHED, example="TEST-REFERENS"
        ),
        f"{line}/cac:Item/cac:AdditionalItemProperty/cbc:Name": Term(
            "BT-160", Text("Vad egenskapen bredvid heter."), example="Ordernummer"
        ),
        f"{line}/cac:Item/cac:AdditionalItemProperty/cbc:Value": Term(
            "BT-161", _SEARCHED, example="TEST-REFERENS"
        ),
        f"{line}/cac:Item/cbc:Description": Term("BT-154", _SEARCHED, example="TEST-REFERENS"),
        f"{line}/cbc:{quantity}": Term("BT-129, BT-130", Text("Det inlevererade antalet, med orderns mått.")),
        f"{line}/cbc:LineExtensionAmount": Term("BT-131", Text("Radens belopp, utan moms.")),
        f"{line}/cac:InvoicePeriod/cbc:StartDate": Term(
            "BT-134", Text("Första dagen raden gäller, inom orderraden.")
        ),
        f"{line}/cac:InvoicePeriod/cbc:EndDate": Term(
            "BT-135", Text("Sista dagen raden gäller, inom orderraden.")
        ),
        f"{line}/cac:OrderLineReference/cbc:LineID": Term(
            "BT-132", Text("Orderradens nummer, med alla nollor."), demanded=True
        ),
        f"{line}/cac:OrderLineReference/cac:OrderReference/cbc:ID": Term(
            "BT-188",
            Text("Radens order, när en faktura får gälla flera order. Annars gäller fakturans ordernummer."),
            example="2100000002",
        ),
        f"{line}/cac:AllowanceCharge/cbc:ChargeIndicator": Term("BG-27, BG-28", _EXTRA_LINE, example="false"),
        f"{line}/cac:AllowanceCharge/cbc:Amount": Term(
            "BT-136, BT-141", Text("Rabattens eller avgiftens belopp."), example="0.00"
        ),
        f"{line}/cac:Item/cbc:Name": Term("BT-153", Text("Artikelns benämning.")),
        f"{line}/cac:Item/cac:SellersItemIdentification/cbc:ID": Term(
            "BT-155", Text("Artikelns nummer i prislistan.")
        ),
        f"{line}/cac:Item/cac:ClassifiedTaxCategory/cbc:ID": Term("BT-151", Text("Radens momskategori.")),
        f"{line}/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent": Term(
            "BT-152", Text("Radens momssats i procent.")
        ),
        f"{line}/cac:Item/cac:ClassifiedTaxCategory/cac:TaxScheme/cbc:ID": Term(
            "BT-151", Text("VAT för moms.")
        ),
        f"{line}/cac:Price/cbc:PriceAmount": Term("BT-146", Text("Orderradens pris, utan moms.")),
        f"{line}/cac:Price/cbc:BaseQuantity": Term(
            "BT-149, BT-150", Text("Hur många enheter priset är för; en, om inget står."), example="1"
        ),
    }


_PRECEDING = "cac:BillingReference/cac:InvoiceDocumentReference"

INVOICE: Final[Terms] = {
    **_common("cac:InvoiceLine", "InvoicedQuantity"),
    "cbc:DueDate": Term("BT-9", Text("Förfallodagen. Köparen betalar på avtalets dag, vad som än står här.")),
    "cbc:InvoiceTypeCode": Term(
        "BT-3",
        Text("380, faktura. Andra koder som profilen tillåter prövas också; självfakturor tas inte emot."),
    ),
    "cac:ProjectReference/cbc:ID": Term(
        "BT-11", Text("Det sista stället där genomförandereferensen söks."), example="TEST-REFERENS"
    ),
    f"{_PRECEDING}/cbc:ID": Term(
        "BT-25", Text("Bara på en faktura med minusbelopp: fakturan som krediteras."), example="F-1001"
    ),
    f"{_PRECEDING}/cbc:IssueDate": Term("BT-26", Text("Den fakturans dag."), example="2026-02-03"),
    "cac:PaymentTerms/cbc:Note": Term("BT-20", Text("Betalningsvillkoret i ord. Avtalets villkor gäller.")),
}
CREDIT_NOTE: Final[Terms] = {
    **_common("cac:CreditNoteLine", "CreditedQuantity"),
    "cac:PaymentMeans/cbc:PaymentDueDate": Term(
        "BT-9",
        Text("Förfallodagen. Den spelar ingen roll på en kreditfaktura."),
        example="2026-03-05",
    ),
    "cbc:CreditNoteTypeCode": Term("BT-3", Text("381, kreditfaktura.")),
    f"{_PRECEDING}/cbc:ID": Term(
        "BT-25",
        Text("Fakturan som krediteras: hela, eller de rader vi har begärt krediterade."),
        demanded=True,
    ),
    f"{_PRECEDING}/cbc:IssueDate": Term("BT-26", Text("Den fakturans dag.")),
}
