"""Which registered account an invoice means, and which one it is paid to. Pure.

An account on an invoice is compared, never learned. What decides is its digits: a number that is registered for the
supplier is right, whatever kind of account its code or branch names. The kind chooses only where two registered
accounts have the same digits; without one the register's first is meant.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from invoicing.matching import payees
from invoicing.model import AccountGiven, InvoiceContent, PayeeGiven, PaymentInstructions
from orders.register.parties import AccountScheme, PaymentAccount, Supplier, compact_account

_SIGNS = re.compile(r"[^0-9A-Z]")
# How people write the kind before the number; only before digits alone, since BG begins Bulgarian IBANs.
_KIND = re.compile(r"(BANKGIRO|PLUSGIRO|POSTGIRO|BG|PG)(?:NR)?([0-9]+)")
_KIND_OF = {
    "BANKGIRO": AccountScheme.BANKGIRO,
    "BG": AccountScheme.BANKGIRO,
    "PLUSGIRO": AccountScheme.PLUSGIRO,
    "POSTGIRO": AccountScheme.PLUSGIRO,
    "PG": AccountScheme.PLUSGIRO,
}


def kind_and_digits(given: AccountGiven) -> tuple[str, str]:
    """The kind of an account, empty where nothing tells it, and its number without any sign between.

    >>> kind_and_digits(AccountGiven("", "BG 599-9107"))
    (<AccountScheme.BANKGIRO: 'BANKGIRO'>, '5999107')
    """
    compact = _SIGNS.sub("", given.number.upper())
    written = _KIND.fullmatch(compact)
    if written is not None:
        return given.scheme or _KIND_OF[written[1]], written[2].lstrip("0")
    number = compact.removeprefix("IBAN")
    # A giro number begins with no zero; files of payments fill up with them.
    return given.scheme, number.lstrip("0") if number.isdigit() else number


def registered(given: AccountGiven, accounts: Iterable[PaymentAccount]) -> PaymentAccount | None:
    """The account among these with the same digits, that of the kind given before another; None where there is none."""
    kind, digits = kind_and_digits(given)
    same = [each for each in accounts if each.number == digits]
    return next((each for each in same if each.scheme == kind), same[0] if same else None)


def chosen(
    invoice: InvoiceContent | PaymentInstructions, supplier: Supplier, *, on: date
) -> PaymentAccount | None:
    """The account an invoice is paid to on a day: one it names if that is registered, otherwise the payee's first.

    None where it is to be paid to somebody else than the seller who has no account registered then.
    """
    holding = supplier.on(on).payment_accounts
    payee = payees.other_than_seller(invoice, supplier)
    if payee is not None:
        theirs = of_payee(holding, payee)
        # Who is not named has the account that is.
        first = theirs[0] if theirs and payee.name else None
        return _named(invoice.accounts, theirs) or first
    return _named(invoice.accounts, holding) or sellers_own(supplier, on=on)


def of_payee(accounts: Iterable[PaymentAccount], payee: PayeeGiven | None) -> tuple[PaymentAccount, ...]:
    """Those that this payee may be paid to. A seller may name another's; who is not named may be any other."""
    if payee is None:
        return tuple(accounts)
    if not payee.name:
        return tuple(each for each in accounts if not each.is_own)
    return tuple(each for each in accounts if payees.is_account_of(each, payee))


def words_of(account: PaymentAccount) -> str:
    """A registered account as people write it, and whose it is where not the supplier's own; alike in both languages.

    >>> words_of(PaymentAccount(AccountScheme.BANKGIRO, "5999107"))
    'bankgiro 599-9107'
    """
    said = number_of(account.scheme, account.number)
    return said if account.is_own else f"{said} ({account.payee_name})"


# A bankgiro's last digits stand apart from what comes before them.
_DIGITS_APART = 4


def number_of(scheme: str, number: str) -> str:
    """A kind of account and its compact number, as people write them: IBAN SE45 5000 0000 0583 9825 7466."""
    match scheme:
        case AccountScheme.BANKGIRO:
            return f"bankgiro {number[:-4]}-{number[-4:]}"
        case AccountScheme.PLUSGIRO:
            return f"plusgiro {number[:-1]}-{number[-1]}"
        case _:
            return f"IBAN {' '.join(number[place : place + 4] for place in range(0, len(number), 4))}"


def as_written(scheme: str, number: str) -> str:
    """An account a document names, as people write it; what is no number of its kind stays as it came.

    >>> as_written("BANKGIRO", "9912346"), as_written("", "12 34")
    ('bankgiro 991-2346', '12 34')
    """
    compact = compact_account(number)
    is_giro = scheme in (AccountScheme.BANKGIRO, AccountScheme.PLUSGIRO)
    is_number = scheme == AccountScheme.IBAN or (
        is_giro and compact.isdigit() and len(compact) > _DIGITS_APART
    )
    return number_of(scheme, compact) if is_number else f"{scheme} {number}".strip()


def sellers_own(supplier: Supplier, *, on: date, given: Sequence[AccountGiven] = ()) -> PaymentAccount:
    """The seller's own account: one that is named, otherwise its first."""
    own = supplier.on(on).own_accounts
    return _named(given, own) or own[0]


def _named(given: Sequence[AccountGiven], accounts: Sequence[PaymentAccount]) -> PaymentAccount | None:
    found = (registered(each, accounts) for each in given)
    return next((each for each in found if each is not None), None)
