"""Payments to the bank: pain.001.001.03 and .09 as the Swedish banks agreed to read them, from one model.

A bankgiro number is a proprietary account (BGNR) at clearing member 9900 of SESBA, a plusgiro number a
BBAN at 9960, everything else an IBAN. An OCR number is a structured creditor reference (SCOR); what is
none is said in words. Several invoices and credit notes in one transfer are referred documents (CINV,
CREN), whose amounts add up to the transfer. The versions differ in how a BIC and the day of execution are written. An
address is postal code, town and country, or is left out: since 15 November 2026 a country alone breaks the banks' rule.
Source: Swedish Common Interpretation of ISO 20022 Payment Messages, appendix 1.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from peppol.xml.iso20022 import BankDocument, element, with_attribute

BANKGIRO_MEMBER, PLUSGIRO_MEMBER = "9900", "9960"


@with_attribute
class CurrencyAmount:
    """An amount of money with its currency."""

    value: Decimal
    ccy: str


@element
class Coded:
    """A code of a published list, or a word of the country's own."""

    code: Annotated[str | None, "Cd"] = None
    proprietary: Annotated[str | None, "Prtry"] = None


@element
class OtherId:
    """An identification that is no IBAN and no BIC."""

    id: str
    scheme: Annotated[Coded | None, "SchmeNm"] = None


@element
class OrganisationId:
    """An organisation by its numbers."""

    others: Annotated[tuple[OtherId, ...], "Othr"]


@element
class PartyId:
    """Who a party is."""

    organisation: Annotated[OrganisationId, "OrgId"]


@element
class PostalAddress:
    """Postal code, town and country, each in its own element; never a part of them."""

    postal_code: Annotated[str, "PstCd"]
    town: Annotated[str, "TwnNm"]
    country: Annotated[str, "Ctry"]


@element
class Party:
    """The one who pays, or is paid."""

    name: Annotated[str | None, "Nm"] = None
    address: Annotated[PostalAddress | None, "PstlAdr"] = None
    id: PartyId | None = None


@element
class AccountId:
    """An IBAN, or a giro number."""

    iban: Annotated[str | None, "IBAN"] = None
    other: Annotated[OtherId | None, "Othr"] = None


@element
class Account:
    """An account and, for our own, its currency."""

    id: AccountId
    currency: Annotated[str | None, "Ccy"] = None


@element
class ClearingMember:
    """A member of the Swedish clearing."""

    system: Annotated[Coded, "ClrSysId"]
    member: Annotated[str, "MmbId"]


@element
class Institution:
    """A bank by BIC, as version 3 or version 9 writes it, or by its place in the clearing."""

    bic: Annotated[str | None, "BIC"] = None
    bic_of_9: Annotated[str | None, "BICFI"] = None
    clearing: Annotated[ClearingMember | None, "ClrSysMmbId"] = None


@element
class Agent:
    """A party's bank."""

    institution: Annotated[Institution, "FinInstnId"]


@element
class PaymentId:
    """What both ends know the payment by; it comes back in the bank's report."""

    instruction: Annotated[str, "InstrId"]
    end_to_end: Annotated[str, "EndToEndId"]


@element
class InstructedAmount:
    """What is to be paid."""

    instructed: Annotated[CurrencyAmount, "InstdAmt"]


@element
class CodedChoice:
    """A code inside its choice."""

    choice: Annotated[Coded, "CdOrPrtry"]


@element
class ReferredDocument:
    """An invoice (CINV) or a credit note (CREN) the transfer is about."""

    type: Annotated[CodedChoice, "Tp"]
    number: Annotated[str, "Nb"]
    issued_on: Annotated[date | None, "RltdDt"] = None


@element
class ReferredAmount:
    """The document's part of the transfer: paid, or taken off."""

    credited: Annotated[CurrencyAmount | None, "CdtNoteAmt"] = None
    remitted: Annotated[CurrencyAmount | None, "RmtdAmt"] = None


@element
class ReferenceType:
    """What sort of reference it is, and who issues it: ISO for ISO 11649 (RF)."""

    choice: Annotated[Coded, "CdOrPrtry"]
    issuer: Annotated[str | None, "Issr"] = None


@element
class CreditorReference:
    """The reference the supplier asked for: an OCR number, or one of ISO 11649."""

    type: Annotated[ReferenceType, "Tp"]
    reference: Annotated[str, "Ref"]


@element
class Structured:
    """What one part of the transfer is about."""

    document: Annotated[ReferredDocument | None, "RfrdDocInf"] = None
    amount: Annotated[ReferredAmount | None, "RfrdDocAmt"] = None
    reference: Annotated[CreditorReference | None, "CdtrRefInf"] = None
    words: Annotated[str | None, "AddtlRmtInf"] = None


@element
class Remittance:
    """What the transfer is about: in words, or part by part."""

    words: Annotated[str | None, "Ustrd"] = None
    structured: Annotated[tuple[Structured, ...], "Strd"] = ()


@element
class Transfer:
    """One payment to one account."""

    id: Annotated[PaymentId, "PmtId"]
    amount: Annotated[InstructedAmount, "Amt"]
    agent: Annotated[Agent | None, "CdtrAgt"] = None
    creditor: Annotated[Party, "Cdtr"]
    account: Annotated[Account, "CdtrAcct"]
    remittance: Annotated[Remittance, "RmtInf"]


@element
class CategoryPurpose:
    """Why: SUPP for suppliers."""

    code: Annotated[str, "Cd"]


@element
class ServiceLevel:
    """How quick: NURG is as a giro payment always is."""

    code: Annotated[str, "Cd"]


@element
class PaymentType:
    """What sort of payment; the service level stands where the bank wants it."""

    service_level: Annotated[ServiceLevel | None, "SvcLvl"] = None
    purpose: Annotated[CategoryPurpose, "CtgyPurp"]


@element
class ExecutionDay:
    """The day of execution as version 9 writes it."""

    day: Annotated[date, "Dt"]


@element
class PaymentInformation9:
    """Payments from one account on one day, version 9."""

    id: Annotated[str, "PmtInfId"]
    method: Annotated[str, "PmtMtd"]
    batch: Annotated[bool, "BtchBookg"]
    count: Annotated[str, "NbOfTxs"]
    sum: Annotated[Decimal, "CtrlSum"]
    type: Annotated[PaymentType, "PmtTpInf"]
    execute_on: Annotated[ExecutionDay, "ReqdExctnDt"]
    debtor: Annotated[Party, "Dbtr"]
    account: Annotated[Account, "DbtrAcct"]
    agent: Annotated[Agent, "DbtrAgt"]
    transfers: Annotated[tuple[Transfer, ...], "CdtTrfTxInf"]


@element
class PaymentInformation:
    """Payments from one account on one day, version 3."""

    id: Annotated[str, "PmtInfId"]
    method: Annotated[str, "PmtMtd"]
    batch: Annotated[bool, "BtchBookg"]
    count: Annotated[str, "NbOfTxs"]
    sum: Annotated[Decimal, "CtrlSum"]
    type: Annotated[PaymentType, "PmtTpInf"]
    execute_on: Annotated[date, "ReqdExctnDt"]
    debtor: Annotated[Party, "Dbtr"]
    account: Annotated[Account, "DbtrAcct"]
    agent: Annotated[Agent, "DbtrAgt"]
    transfers: Annotated[tuple[Transfer, ...], "CdtTrfTxInf"]


@element
class GroupHeader:
    """The message itself. `created` is YYYY-MM-DDThh:mm:ss."""

    id: Annotated[str, "MsgId"]
    created: Annotated[str, "CreDtTm"]
    count: Annotated[str, "NbOfTxs"]
    sum: Annotated[Decimal, "CtrlSum"]
    initiator: Annotated[Party, "InitgPty"]


@element
class CreditTransfer(BankDocument):
    """CustomerCreditTransferInitiation, version 3."""

    message: ClassVar[str] = "pain.001.001.03"
    content_name: ClassVar[str] = "CstmrCdtTrfInitn"

    header: Annotated[GroupHeader, "GrpHdr"]
    payments: Annotated[tuple[PaymentInformation, ...], "PmtInf"]


@element
class CreditTransfer9(BankDocument):
    """CustomerCreditTransferInitiation, version 9."""

    message: ClassVar[str] = "pain.001.001.09"
    content_name: ClassVar[str] = "CstmrCdtTrfInitn"

    header: Annotated[GroupHeader, "GrpHdr"]
    payments: Annotated[tuple[PaymentInformation9, ...], "PmtInf"]
