"""What is paid for an invoice, to which account, and the fingerprint of what was attested. Pure.

The account is always one of the register's: the invoice chooses among them and never brings its own. The
fingerprint is over everything an attest vouches for, so whatever changes afterwards - the document, its
match, the amount, the account, the day - makes it another one, and the attest no longer counts.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum import iso11649, luhn

from foundation.money import Money
from foundation.text import NO_TEXT, Text
from invoicing.model import InvoiceState
from invoicing.payment.attest_rights import Subject
from invoicing.payment_control.controls import ControlRow
from orders.register.parties import AccountScheme, Address, PaymentAccount, compact_account


class PayableKind(StrEnum):
    """What an item of a proposal does to the payment."""

    INVOICE = "INVOICE"
    CREDIT = "CREDIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """What is paid for an invoice, or taken off for a claim, when and where to.

    `reference` is what the supplier asks to have written on the payment (BT-83), as given, or the beginning that a
    bank carries where it `is_reference_cut`; `address` the payee's, None where the register does not have it.

    `held_back` says why nothing is paid to its supplier now, whatever was attested; empty where it may be. `controls`
    are what the payment control came to, a row each; a claim that is taken off has none. `is_owed`: the claim
    stands undisputed, so that it may be taken off.
    """

    invoice_id: int
    kind: PayableKind
    number: str
    issued_on: date
    supplier: str
    supplier_name: str
    state: InvoiceState
    amount: Money
    pays_on: date
    account: PaymentAccount
    reference: str
    held_back: Text = NO_TEXT
    controls: tuple[ControlRow, ...] = ()
    address: Address | None = None
    is_owed: bool = False
    is_reference_cut: bool = False

    @property
    def payee_name(self) -> str:
        """Whose account it is: another payee's, or the supplier's own."""
        return self.account.payee_name or self.supplier_name

    @property
    def is_payable(self) -> bool:
        """Whether it may still be paid, or taken off."""
        return self.state is InvoiceState.ACCEPTED if self.kind is PayableKind.INVOICE else self.is_owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable(PaymentTerms):
    """An invoice to be paid, or a claim to be taken off, with all that an attest of it vouches for or looks at."""

    message_sha256: str
    match_id: int
    match_sha256: str
    articles: frozenset[str]
    areas: frozenset[str]
    decided_by: frozenset[str]
    account_confirmed_by: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """sha256 of what is attested, as 64 hexadecimal digits."""
        said = (
            self.kind,
            str(self.invoice_id),
            self.number,
            self.supplier,
            str(self.amount.amount),
            self.amount.currency,
            self.pays_on.isoformat(),
            self.account.scheme,
            self.account.number,
            self.reference,
            self.message_sha256,
            str(self.match_id),
            self.match_sha256,
        )
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def subject(self, prepared_by: str) -> Subject:
        """What the rights to attest look at."""
        return Subject(
            self.number,
            self.amount,
            self.supplier,
            self.articles,
            self.areas,
            prepared_by,
            self.decided_by,
            self.account_confirmed_by,
        )


REFERENCE_MAX: Final = 140
"""How many characters of a payment reference a bank carries (ISO 20022, Max140Text)."""


class ReferenceKind(StrEnum):
    """How a payment reference (BT-83) is written for the bank."""

    OCR = "OCR"  # to a giro account: digits with a check digit, read by machines
    RF = "RF"  # to an IBAN: a creditor reference of ISO 11649
    TEXT = "TEXT"  # anything else, word for word
    NONE = "NONE"


def reference_kind(reference: str, account: PaymentAccount) -> ReferenceKind:
    """What the reference is, to this account.

    >>> giro = PaymentAccount(AccountScheme.BANKGIRO, "599-9107")
    >>> [reference_kind(each, giro).value for each in ("1234566", "1234567", "KUND77-881", "")]
    ['OCR', 'TEXT', 'TEXT', 'NONE']
    >>> reference_kind("RF18 5390 0754 7034", PaymentAccount(AccountScheme.IBAN, "SE3550000000054910000003")).value
    'RF'
    """
    if not reference:
        return ReferenceKind.NONE
    if account.scheme is AccountScheme.IBAN:
        return ReferenceKind.RF if iso11649.is_valid(reference) else ReferenceKind.TEXT
    return ReferenceKind.OCR if ocr_of(reference, account) else ReferenceKind.TEXT


def ocr_of(reference: str, account: PaymentAccount) -> str:
    """The reference as an OCR number, where it is one and goes to a giro account; otherwise empty.

    An OCR number is 2 to 25 digits of which the last is a check digit (Luhn).
    """
    digits = compact_account(reference)
    is_ocr = digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 25 and luhn.is_valid(digits)
    return digits if is_ocr and account.scheme is not AccountScheme.IBAN else ""
