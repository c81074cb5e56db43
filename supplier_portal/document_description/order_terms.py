"""The elements of an order (T01) as the buyer writes it, and of the order response (T76) as it is read."""

from typing import Final

from foundation.text import Text
from supplier_portal.document_description.terms import Term, Terms, address, second_line

_ADDRESS = ("tir01-032", "tir01-031", "tir01-024", "tir01-033")
_BUYER = "cac:BuyerCustomerParty/cac:Party"
_SELLER = "cac:SellerSupplierParty/cac:Party"
_INVOICEE = "cac:AccountingCustomerParty/cac:Party"
_PLACE = "cac:Delivery/cac:DeliveryLocation"
_UNIT = "cac:Delivery/cac:DeliveryParty"
_LINE = "cac:OrderLine/cac:LineItem"

ORDER: Final[Terms] = {
    "cbc:CustomizationID": Term(
        "tir01-001", Text("Vilken specifikation dokumentet följer. Alltid detta värde.")
    ),
    "cbc:ProfileID": Term(
        "tir01-002", Text("Vilken process ordern hör till: med eller utan ordersvar, som ni valt.")
    ),
    "cbc:ID": Term("tir01-003", Text("Ordernumret. Det ska stå på fakturan (BT-13).")),
    "cbc:IssueDate": Term("tir01-004", Text("Dagen ordern lades.")),
    "cbc:DocumentCurrencyCode": Term(
        "tir01-007", Text("Valutan för alla belopp, tre bokstäver enligt ISO 4217.")
    ),
    "cac:ValidityPeriod/cbc:EndDate": Term(
        "tir01-009",
        Text(
            "Sista dagen ordern gäller. Den är periodens sista dag, eller orderns egen dag om den är senare."
        ),
    ),
    "cac:OriginatorDocumentReference/cbc:ID": Term(
        "tir01-012",
        Text(
            "Beslutets nummer, eller genomförandereferensen om köparen lägger den här i stället för på försändelsen."
        ),
    ),
    "cac:Contract/cbc:ID": Term("tir01-019", Text("Avtalet ordern lagts på.")),
    f"{_BUYER}/cbc:EndpointID": Term("tir01-021", Text("Köparens adress i Peppol.")),
    f"{_BUYER}/cac:PartyIdentification/cbc:ID": Term("tir01-022", Text("Köparens organisationsnummer.")),
    f"{_BUYER}/cac:PartyName/cbc:Name": Term("tir01-023", Text("Köparens namn.")),
    **address(f"{_BUYER}/cac:PostalAddress", _ADDRESS, Text("Köparens adress")),
    f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName": Term(
        "tir01-044", Text("Köparens registrerade namn.")
    ),
    f"{_BUYER}/cac:PartyLegalEntity/cbc:CompanyID": Term("tir01-043", Text("Köparens organisationsnummer.")),
    f"{_BUYER}/cac:Contact/cbc:Name": Term(
        "tir01-050", Text("Vart ni vänder er: en funktion, aldrig en person.")
    ),
    f"{_BUYER}/cac:Contact/cbc:ElectronicMail": Term("tir01-049", Text("Funktionens e-postadress.")),
    f"{_SELLER}/cbc:EndpointID": Term("tir01-021", Text("Er adress i Peppol.")),
    f"{_SELLER}/cac:PartyName/cbc:Name": Term("tir01-023", Text("Ert namn.")),
    **address(f"{_SELLER}/cac:PostalAddress", _ADDRESS, Text("Er adress")),
    f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName": Term("tir01-044", Text("Ert registrerade namn.")),
    f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyID": Term("tir01-043", Text("Ert organisationsnummer.")),
    f"{_INVOICEE}/cac:PartyIdentification/cbc:ID": Term(
        "tir01-022", Text("Organisationsnumret för den som fakturan ställs till.")
    ),
    f"{_INVOICEE}/cac:PartyName/cbc:Name": Term("tir01-023", Text("Den som fakturan ställs till.")),
    **address(f"{_INVOICEE}/cac:PostalAddress", _ADDRESS, Text("Fakturaadressen")),
    **second_line(f"{_INVOICEE}/cac:PostalAddress", "tir01-027", Text("Fakturaadressen")),
    f"{_INVOICEE}/cac:PartyLegalEntity/cbc:RegistrationName": Term(
        "tir01-044", Text("Registrerat namn för den som fakturan ställs till.")
    ),
    f"{_PLACE}/cbc:ID": Term(
        "tir01-169", Text("Enheten hos er som utför tjänsten, med köparens beteckning.")
    ),
    **address(f"{_PLACE}/cac:Address", _ADDRESS, Text("Enhetens adress")),
    "cac:Delivery/cac:RequestedDeliveryPeriod/cbc:StartDate": Term(
        "tir01-099", Text("Hela orderns första dag.")
    ),
    "cac:Delivery/cac:RequestedDeliveryPeriod/cbc:EndDate": Term(
        "tir01-100", Text("Hela orderns sista dag.")
    ),
    f"{_UNIT}/cac:PartyName/cbc:Name": Term("tir01-102", Text("Enhetens namn.")),
    **address(f"{_UNIT}/cac:PostalAddress", _ADDRESS, Text("Enhetens adress")),
    "cac:Delivery/cac:Shipment/cbc:ID": Term("", Text("Alltid NA. Elementet krävs bredvid märkningen.")),
    "cac:Delivery/cac:Shipment/cac:TransportHandlingUnit/cbc:ShippingMarks": Term(
        "tir01-p036",
        Text(
            "Genomförandereferensen: det enda som pekar på deltagaren. Namn eller personnummer finns aldrig i en order."
        ),
    ),
    "cac:AnticipatedMonetaryTotal/cbc:LineExtensionAmount": Term(
        "tir01-115", Text("Summan av raderna, utan moms.")
    ),
    "cac:AnticipatedMonetaryTotal/cbc:PayableAmount": Term("tir01-118", Text("Orderns belopp, utan moms.")),
    f"{_LINE}/cbc:ID": Term("tir01-120", Text("Radens nummer. Det ska stå på fakturaraden (BT-132).")),
    f"{_LINE}/cbc:Quantity": Term(
        "tir01-132", Text("Beställt antal. Fakturera det som är inlevererat, inte detta.")
    ),
    f"{_LINE}/cbc:LineExtensionAmount": Term("tir01-128", Text("Radens belopp, utan moms.")),
    f"{_LINE}/cac:Delivery/cac:RequestedDeliveryPeriod/cbc:StartDate": Term(
        "tir01-126", Text("Radens första dag.")
    ),
    f"{_LINE}/cac:Delivery/cac:RequestedDeliveryPeriod/cbc:EndDate": Term(
        "tir01-127", Text("Radens sista dag.")
    ),
    f"{_LINE}/cac:Price/cbc:PriceAmount": Term("tir01-130", Text("Priset för en enhet, utan moms.")),
    f"{_LINE}/cac:Item/cbc:Name": Term("tir01-135", Text("Artikelns benämning i prislistan.")),
    f"{_LINE}/cac:Item/cac:SellersItemIdentification/cbc:ID": Term(
        "tir01-p020", Text("Artikelns nummer i prislistan.")
    ),
}

_ANSWERING = "cac:OrderLine/cac:LineItem"
_PROMISED = f"{_ANSWERING}/cac:Delivery/cac:PromisedDeliveryPeriod"
ORDER_RESPONSE: Final[Terms] = {
    "cbc:CustomizationID": Term(
        "tir76-001", Text("Vilken specifikation dokumentet följer. Alltid detta värde.")
    ),
    "cbc:ProfileID": Term("tir76-002", Text("Processen med ordersvar. Alltid detta värde.")),
    "cbc:ID": Term("tir76-003", Text("Ert nummer på svaret.")),
    "cbc:IssueDate": Term("tir76-004", Text("Dagen ni svarar.")),
    "cbc:OrderResponseCode": Term(
        "tir76-200",
        Text("AB mottagen, AP godtagen, CA godtagen med ändring, RE avböjd. Ordern ändras aldrig av svaret."),
    ),
    "cbc:Note": Term("tir76-006", Text("Vad ni vill säga om hela ordern. Skriv inget om en person.")),
    "cbc:DocumentCurrencyCode": Term("tir76-007", Text("Orderns valuta.")),
    "cac:OrderReference/cbc:ID": Term("tir76-011", Text("Orderns nummer.")),
    f"{_SELLER}/cbc:EndpointID": Term("tir76-021", Text("Er adress i Peppol.")),
    f"{_SELLER}/cac:PartyIdentification/cbc:ID": Term("tir76-022", Text("Ert organisationsnummer.")),
    f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName": Term("tir76-023", Text("Ert registrerade namn.")),
    f"{_BUYER}/cbc:EndpointID": Term("tir76-058", Text("Köparens adress i Peppol.")),
    f"{_BUYER}/cac:PartyIdentification/cbc:ID": Term("tir76-059", Text("Köparens organisationsnummer.")),
    f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName": Term(
        "tir76-060", Text("Köparens registrerade namn.")
    ),
    f"{_ANSWERING}/cbc:ID": Term("tir76-120", Text("Svarsradens nummer.")),
    f"{_ANSWERING}/cbc:Note": Term("tir76-204", Text("Vad ni vill säga om raden. Skriv inget om en person.")),
    f"{_ANSWERING}/cbc:LineStatusCode": Term(
        "tir76-202",
        Text("5 godtagen, 3 ändrad, 7 avböjd. Köparens handläggare läser det; ordern ändras inte."),
    ),
    f"{_ANSWERING}/cbc:Quantity": Term("tir76-132", Text("Antalet ni kan leverera.")),
    f"{_PROMISED}/cbc:StartDate": Term(
        "tir76-126", Text("Första dagen ni kan leverera."), example="2026-01-12"
    ),
    f"{_PROMISED}/cbc:EndDate": Term("tir76-127", Text("Sista dagen ni kan leverera."), example="2026-01-31"),
    f"{_ANSWERING}/cac:Price/cbc:PriceAmount": Term("tir76-130", Text("Priset för en enhet, utan moms.")),
    f"{_ANSWERING}/cac:Item/cbc:Name": Term("tir76-205", Text("Artikelns benämning.")),
    "cac:OrderLine/cac:SellerSubstitutedLineItem/cbc:ID": Term(
        "tir76-p002", Text("Nummer på det ni erbjuder i stället."), example="1"
    ),
    "cac:OrderLine/cac:SellerSubstitutedLineItem/cac:Item/cbc:Name": Term(
        "tir76-134", Text("Vad ni erbjuder i stället."), example="Ersättning per dag"
    ),
    "cac:OrderLine/cac:OrderLineReference/cbc:LineID": Term("tir76-201", Text("Orderradens nummer.")),
}
