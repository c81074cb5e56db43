"""A proposal's transfers as the files that leave us: pain.001 for the bank, and tables for people.

One of the few rooms that know the bank's document models. The same transfers give the same bytes: what
varies (message id, instant) is the proposal's own number and the instant it was prepared.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from stdnum import iban, iso11649

from foundation.errors import Refused
from foundation.spreadsheets import CellKind as Holds
from foundation.spreadsheets import CellValue, SheetColumn
from foundation.text import Text
from invoicing.payment.bank_files import pain001 as pain
from invoicing.payment.bank_files.banks import WISHES, BankName, BankWishes, PainVersion
from invoicing.payment.payable import PayableKind, ReferenceKind, ocr_of, reference_kind
from invoicing.payment.transfers import Transfer, TransferPart
from orders.register.parties import AccountScheme, Address, Buyer, PaymentAccount
from peppol.xml.iso20022 import serialise

_NAME_MAX, _WORDS_MAX, _NUMBER_MAX = 70, 140, 35
_POSTAL_CODE_MAX, _TOWN_MAX = 16, 35
# What every bank takes (the CGI's Latin set) and the Swedish messages.
_FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ÅÄÖåäöÉéÜü]")

COLUMNS = (
    SheetColumn("end_to_end", width=24),
    SheetColumn("supplier"),
    SheetColumn("payee_name", width=32),
    SheetColumn("scheme", width=12),
    SheetColumn("account", width=26),
    SheetColumn("kind", width=12),
    SheetColumn("document", width=20),
    SheetColumn("issued_on", Holds.DAY, 12),
    SheetColumn("reference", width=26),
    SheetColumn("amount", Holds.AMOUNT, 14),
    SheetColumn("transfer_amount", Holds.AMOUNT, 16),
    SheetColumn("currency", width=10),
    SheetColumn("pay_on", Holds.DAY, 12),
)


class NoDebtorAccount(Refused):
    """The installation has not said which account payments are made from."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Kontot som betalningar görs från är inte inställt. Sätt BILLING_DEBTOR_IBAN och "
                "BILLING_DEBTOR_BIC."
            ),
        )


class BankWishesUnmet(Refused):
    """A setting is not as the bank that is named wants it."""

    def __init__(self, setting: str, example: str) -> None:
        super().__init__(
            Text(
                "%(setting)s är inte så som banken vill ha det. Skriv det som i avtalet med banken, till exempel "
                "%(example)s.",
                setting=setting,
                example=example,
            ),
        )


@dataclass(frozen=True, slots=True)
class Debtor:
    """The account we pay from. `customer_id` is what the bank calls us, where it wants to be told.

    Raises NoDebtorAccount, or BankWishesUnmet where the bank is named and something is not as it wants it.
    """

    iban: str
    bic: str
    customer_id: str = ""
    bank: BankName = BankName.OTHER
    version: PainVersion | None = None

    def __post_init__(self) -> None:
        if not iban.is_valid(self.iban) or not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", self.bic):
            raise NoDebtorAccount
        wishes = self.wishes
        if wishes.bics and self.bic[:8] not in wishes.bics:
            raise BankWishesUnmet("BILLING_DEBTOR_BIC", wishes.bics[0])
        if wishes.customer_id and not wishes.customer_id.fullmatch(self.customer_id):
            raise BankWishesUnmet("BILLING_DEBTOR_CUSTOMER_ID", wishes.example)

    @property
    def wishes(self) -> BankWishes:
        """What the bank wants of the file."""
        return WISHES[self.bank]

    @property
    def pain_version(self) -> PainVersion:
        """The version that is written: the one set, or else the bank's."""
        return self.version or self.wishes.version


def pain001(
    buyer: Buyer,
    debtor: Debtor,
    transfers: Sequence[Transfer],
    *,
    message_id: str,
    pay_on: date,
    created: datetime,
) -> bytes:
    """The payment order, judged by its schema. Raises `UnwritableDocument` or `BankFileRefused`."""
    count, sum_of_all = str(len(transfers)), sum((each.amount.amount for each in transfers), Decimal(0))
    ids = [pain.OtherId(id=buyer.organisation_number)]
    if debtor.customer_id:
        ids = [pain.OtherId(id=debtor.customer_id, scheme=pain.Coded(code="BANK"))]
    us = pain.Party(
        name=plain(buyer.name, _NAME_MAX),
        id=pain.PartyId(organisation=pain.OrganisationId(others=tuple(ids))),
    )
    header = pain.GroupHeader(
        id=message_id,
        created=created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        count=count,
        sum=sum_of_all,
        initiator=us,
    )
    level = debtor.wishes.service_level
    of_9 = debtor.pain_version is PainVersion.V09
    institution = pain.Institution(bic_of_9=debtor.bic) if of_9 else pain.Institution(bic=debtor.bic)
    order: dict[str, Any] = {
        "id": message_id,
        "method": "TRF",
        "batch": True,
        "count": count,
        "sum": sum_of_all,
        "type": pain.PaymentType(
            service_level=pain.ServiceLevel(code=level) if level else None,
            purpose=pain.CategoryPurpose(code="SUPP"),
        ),
        "debtor": us,
        "account": pain.Account(id=pain.AccountId(iban=debtor.iban), currency=buyer.currency),
        "agent": pain.Agent(institution=institution),
        "transfers": tuple(_transfer(each) for each in transfers),
    }
    if of_9:
        day = pain.ExecutionDay(day=pay_on)
        return serialise(
            pain.CreditTransfer9(header=header, payments=(pain.PaymentInformation9(execute_on=day, **order),))
        )
    return serialise(
        pain.CreditTransfer(header=header, payments=(pain.PaymentInformation(execute_on=pay_on, **order),))
    )


def rows(transfers: Sequence[Transfer], *, pay_on: date) -> list[tuple[CellValue, ...]]:
    """One row for each part of each transfer; credits are below zero. As COLUMNS."""
    return [
        (
            transfer.end_to_end,
            transfer.supplier,
            transfer.payee_name,
            str(transfer.account.scheme),
            transfer.account.number,
            str(part.kind),
            part.number,
            part.issued_on,
            part.reference,
            part.amount.amount if part.kind is PayableKind.INVOICE else -part.amount.amount,
            transfer.amount.amount,
            transfer.amount.currency,
            pay_on,
        )
        for transfer in transfers
        for part in transfer.parts
    ]


def plain(text: str, most: int) -> str:
    """`text` in the messages every bank takes, cut to what the field holds.

    >>> plain("Kaffe & Té – \u0141ódź AB", 20)
    'Kaffe + Té - odz AB'
    """
    dashes = (
        " ".join(text.split())
        .replace("–", "-")
        .replace("—", "-")
        .replace("’", "'")
        .replace("”", "'")
        .replace("&", "+")
    )
    kept = "".join(
        each if not _FOREIGN.match(each) else unicodedata.normalize("NFD", each)[0] for each in dashes
    )
    return " ".join(_FOREIGN.sub("", kept).split())[:most].strip() or "-"


def _transfer(transfer: Transfer) -> pain.Transfer:
    currency = transfer.amount.currency
    return pain.Transfer(
        id=pain.PaymentId(instruction=transfer.end_to_end, end_to_end=transfer.end_to_end),
        amount=pain.InstructedAmount(instructed=pain.CurrencyAmount(transfer.amount.amount, currency)),
        agent=_agent(transfer.account),
        creditor=pain.Party(name=plain(transfer.payee_name, _NAME_MAX), address=_address(transfer.address)),
        account=pain.Account(id=_account(transfer.account)),
        remittance=_remittance(transfer),
    )


def _agent(account: PaymentAccount) -> pain.Agent | None:
    members = {
        AccountScheme.BANKGIRO: pain.BANKGIRO_MEMBER,
        AccountScheme.PLUSGIRO: pain.PLUSGIRO_MEMBER,
    }
    member = members.get(account.scheme)
    if member is None:
        return None
    clearing = pain.ClearingMember(system=pain.Coded(code="SESBA"), member=member)
    return pain.Agent(institution=pain.Institution(clearing=clearing))


def _account(account: PaymentAccount) -> pain.AccountId:
    match account.scheme:
        case AccountScheme.IBAN:
            return pain.AccountId(iban=account.number)
        case AccountScheme.BANKGIRO:
            scheme = pain.Coded(proprietary="BGNR")
        case AccountScheme.PLUSGIRO:
            scheme = pain.Coded(code="BBAN")
    return pain.AccountId(other=pain.OtherId(id=account.number, scheme=scheme))


def _remittance(transfer: Transfer) -> pain.Remittance:
    """What the supplier asked for (BT-83), or else the number of the invoice; several documents one by one."""
    if len(transfer.parts) > 1:
        return pain.Remittance(structured=tuple(_referred(part, transfer.account) for part in transfer.parts))
    (part,) = transfer.parts
    if found := _creditor_reference(part, transfer.account):
        return pain.Remittance(structured=(pain.Structured(reference=found),))
    return pain.Remittance(words=plain(part.reference or part.number, _WORDS_MAX))


def _referred(part: TransferPart, account: PaymentAccount) -> pain.Structured:
    amount = pain.CurrencyAmount(part.amount.amount, part.amount.currency)
    is_invoice = part.kind is PayableKind.INVOICE
    is_text = is_invoice and reference_kind(part.reference, account) is ReferenceKind.TEXT
    return pain.Structured(
        document=pain.ReferredDocument(
            type=pain.CodedChoice(choice=pain.Coded(code="CINV" if is_invoice else "CREN")),
            number=plain(part.number, _NUMBER_MAX),
            issued_on=part.issued_on,
        ),
        amount=pain.ReferredAmount(remitted=amount) if is_invoice else pain.ReferredAmount(credited=amount),
        reference=_creditor_reference(part, account) if is_invoice else None,
        words=plain(part.reference, _WORDS_MAX) if is_text else None,
    )


def _creditor_reference(part: TransferPart, account: PaymentAccount) -> pain.CreditorReference | None:
    """The reference where machines read it: an OCR number to a giro account, ISO 11649 to an IBAN."""
    scor = pain.Coded(code="SCOR")
    match reference_kind(part.reference, account):
        case ReferenceKind.OCR:
            kind = pain.ReferenceType(choice=scor)
            return pain.CreditorReference(type=kind, reference=ocr_of(part.reference, account))
        case ReferenceKind.RF:
            kind = pain.ReferenceType(choice=scor, issuer="ISO")
            return pain.CreditorReference(type=kind, reference=iso11649.compact(part.reference))
        case _:
            return None


def _address(address: Address | None) -> pain.PostalAddress | None:
    """The whole address the banks ask for, or none: a part of one breaks their rule."""
    if address is None:
        return None
    code, town = plain(address.postal_code, _POSTAL_CODE_MAX), plain(address.city, _TOWN_MAX)
    if "-" in (code, town):
        return None
    return pain.PostalAddress(postal_code=code, town=town, country=address.country)
