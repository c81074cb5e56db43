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

from stdnum import iban

from foundation.errors import Refused
from foundation.spreadsheets import CellKind as Holds
from foundation.spreadsheets import CellValue, SheetColumn
from foundation.text import Text
from invoicing.payment.bank_files import pain001 as pain
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import Transfer, TransferPart
from orders.register.parties import AccountScheme, Buyer, PaymentAccount
from peppol.xml.iso20022 import serialise

_NAME_MAX, _WORDS_MAX, _NUMBER_MAX = 70, 140, 35
# What every bank takes (the CGI's Latin set) and the Swedish messages.
_FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ÅÄÖåäöÉéÜü]")

COLUMNS = (
    SheetColumn("end_to_end", width=24),
    SheetColumn("supplier"),
    SheetColumn("supplier_name", width=32),
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


@dataclass(frozen=True, slots=True)
class Debtor:
    """The account we pay from. `customer_id` is what the bank calls us, where it wants to be told."""

    iban: str
    bic: str
    customer_id: str = ""

    def __post_init__(self) -> None:
        if not iban.is_valid(self.iban) or not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", self.bic):
            raise NoDebtorAccount


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
    document = pain.CreditTransfer(
        header=pain.GroupHeader(
            id=message_id,
            created=created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            count=count,
            sum=sum_of_all,
            initiator=us,
        ),
        payments=(
            pain.PaymentInformation(
                id=message_id,
                method="TRF",
                batch=True,
                count=count,
                sum=sum_of_all,
                type=pain.PaymentType(purpose=pain.CategoryPurpose(code="SUPP")),
                execute_on=pay_on,
                debtor=us,
                account=pain.Account(id=pain.AccountId(iban=debtor.iban), currency=buyer.currency),
                agent=pain.Agent(institution=pain.Institution(bic=debtor.bic)),
                transfers=tuple(_transfer(each) for each in transfers),
            ),
        ),
    )
    return serialise(document)


def rows(transfers: Sequence[Transfer], *, pay_on: date) -> list[tuple[CellValue, ...]]:
    """One row for each part of each transfer; credits are below zero. As COLUMNS."""
    return [
        (
            transfer.end_to_end,
            transfer.supplier,
            transfer.supplier_name,
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
        creditor=pain.Party(
            name=plain(transfer.supplier_name, _NAME_MAX), address=pain.PostalAddress(country="SE")
        ),
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
    """A single invoice by its OCR number or in words; several documents one by one, with their amounts."""
    if len(transfer.parts) > 1:
        return pain.Remittance(structured=tuple(map(_referred, transfer.parts)))
    (part,) = transfer.parts
    if part.reference:
        return pain.Remittance(structured=(pain.Structured(reference=_ocr(part.reference)),))
    return pain.Remittance(words=plain(part.number, _WORDS_MAX))


def _referred(part: TransferPart) -> pain.Structured:
    amount = pain.CurrencyAmount(part.amount.amount, part.amount.currency)
    is_invoice = part.kind is PayableKind.INVOICE
    return pain.Structured(
        document=pain.ReferredDocument(
            type=pain.CodedChoice(choice=pain.Coded(code="CINV" if is_invoice else "CREN")),
            number=plain(part.number, _NUMBER_MAX),
            issued_on=part.issued_on,
        ),
        amount=pain.ReferredAmount(remitted=amount) if is_invoice else pain.ReferredAmount(credited=amount),
        reference=_ocr(part.reference) if part.reference and is_invoice else None,
    )


def _ocr(reference: str) -> pain.CreditorReference:
    return pain.CreditorReference(type=pain.CodedChoice(choice=pain.Coded(code="SCOR")), reference=reference)
