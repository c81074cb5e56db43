"""What an installation has set about paying: the account it pays from, and the accounts of its ledger."""

from typing import Final

from invoicing.bookkeeping.ledger_accounts import LedgerAccounts, accounts_from
from invoicing.payment.files import Debtor
from operations.settings import Settings

# An account that banks use in their own examples; a demo's files go nowhere.
_EXAMPLE: Final = Debtor("SE4550000000058398257466", "ESSESESS")


def debtor_of(settings: Settings) -> Debtor:
    """The account payments are made from. Raises NoDebtorAccount; a demo has an example's."""
    if settings.is_demo and not settings.debtor_iban:
        return _EXAMPLE
    return Debtor(settings.debtor_iban, settings.debtor_bic, settings.debtor_customer_id)


def ledger_of(settings: Settings) -> LedgerAccounts:
    """The accounts of the ledger. Raises AccountsRefused."""
    return accounts_from(settings.ledger_accounts)
