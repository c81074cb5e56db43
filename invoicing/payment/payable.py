"""What is paid for an invoice, to which account, and the fingerprint of what was attested. Pure.

The account is always one of the register's: the invoice chooses among them and never brings its own. The
fingerprint is over everything an attest vouches for, so whatever changes afterwards - the document, its
match, the amount, the account, the day - makes it another one, and the attest no longer counts.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import luhn

from foundation.money import Money
from foundation.text import NO_TEXT, Text
from invoicing.model import InvoiceState
from invoicing.payment.attest_rights import Subject
from orders.register.parties import AccountScheme, PaymentAccount, compact_account


class PayableKind(StrEnum):
    """What an item of a proposal does to the payment."""

    INVOICE = "INVOICE"
    CREDIT = "CREDIT"


@dataclass(frozen=True, slots=True)
class Payable:
    """An invoice to be paid, or a claim to be taken off, as it stands now. `reference` is an OCR number or empty.

    `is_owed`: the claim stands undisputed, so that it may be taken off. `held_back` says why nothing is paid to its
    supplier now, whatever was attested; empty where it may be.
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
    message_sha256: str
    match_id: int
    match_sha256: str
    articles: frozenset[str]
    areas: frozenset[str]
    decided_by: frozenset[str]
    account_confirmed_by: frozenset[str]
    held_back: Text = NO_TEXT
    is_owed: bool = False

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

    @property
    def is_payable(self) -> bool:
        """Whether it may still be paid, or taken off."""
        return self.state is InvoiceState.ACCEPTED if self.kind is PayableKind.INVOICE else self.is_owed

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


def ocr_of(reference: str, account: PaymentAccount) -> str:
    """The reference as an OCR number, where it is one and goes to a giro account; otherwise empty.

    An OCR number is 2 to 25 digits of which the last is a check digit (Luhn).
    """
    digits = compact_account(reference)
    is_ocr = digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 25 and luhn.is_valid(digits)
    return digits if is_ocr and account.scheme is not AccountScheme.IBAN else ""
