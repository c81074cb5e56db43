"""The elements of an Invoice Response (T111), the buyer's answer to an invoice or a credit note."""

from typing import Final

from foundation.text import Text
from supplier_portal.document_description.terms import Term, Terms

_ANSWER = "cac:DocumentResponse/cac:Response"
_STATUS = f"{_ANSWER}/cac:Status"
_ABOUT = "cac:DocumentResponse/cac:DocumentReference"

INVOICE_RESPONSE: Final[Terms] = {
    "cbc:CustomizationID": Term(
        "tir111-006", Text("Vilken specifikation dokumentet följer. Alltid detta värde.")
    ),
    "cbc:ProfileID": Term("tir111-005", Text("Processen ni är registrerade för.")),
    "cbc:ID": Term("tir111-001", Text("Svarets nummer: köparens nummer på fakturan och svarets kod.")),
    "cbc:IssueDate": Term("tir111-002", Text("Dagen svaret gavs.")),
    "cac:SenderParty/cbc:EndpointID": Term("tir111-009", Text("Köparens adress i Peppol.")),
    "cac:SenderParty/cac:PartyIdentification/cbc:ID": Term(
        "tir111-008", Text("Köparens organisationsnummer.")
    ),
    "cac:SenderParty/cac:PartyLegalEntity/cbc:RegistrationName": Term("tir111-007", Text("Köparens namn.")),
    "cac:ReceiverParty/cbc:EndpointID": Term(
        "tir111-012", Text("Er adress i Peppol: den fakturan kom från.")
    ),
    "cac:ReceiverParty/cac:PartyIdentification/cbc:ID": Term("tir111-011", Text("Ert organisationsnummer.")),
    "cac:ReceiverParty/cac:PartyLegalEntity/cbc:RegistrationName": Term("tir111-010", Text("Ert namn.")),
    f"{_ANSWER}/cbc:ResponseCode": Term(
        "tir111-013",
        Text(
            "AB mottagen, IP under behandling, UQ fråga till er, CA godkänd med anmärkning, RE kreditera, AP godkänd "
            "för betalning, PD betald."
        ),
    ),
    f"{_ANSWER}/cbc:EffectiveDate": Term("tir111-014", Text("Från och med vilken dag svaret gäller.")),
    f"{_STATUS}/cbc:StatusReasonCode": Term(
        "tir111-015",
        Text(
            "Varför (listan OPStatusReason), eller vad ni ska göra (OPStatusAction): CNF kreditera hela, "
            "NIN ny faktura, NOA inget."
        ),
    ),
    f"{_STATUS}/cbc:StatusReason": Term(
        "tir111-016", Text("Skälet i ord, på svenska och engelska, med båda värdena.")
    ),
    f"{_STATUS}/cac:Condition/cbc:AttributeID": Term(
        "tir111-017", Text("Vilket fält som inte stämmer, med sin affärsterm.")
    ),
    f"{_STATUS}/cac:Condition/cbc:Description": Term("tir111-018", Text("Värdet köparen väntade sig.")),
    f"{_ABOUT}/cbc:ID": Term("tir111-020", Text("Ert nummer på dokumentet som besvaras.")),
    f"{_ABOUT}/cbc:IssueDate": Term("tir111-019", Text("Det dokumentets dag.")),
    f"{_ABOUT}/cbc:DocumentTypeCode": Term("tir111-021", Text("380 faktura, 381 kreditfaktura.")),
}
