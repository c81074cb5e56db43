"""What an installation has set about paying: its account, its ledger's accounts, and where control data is from."""

from typing import Final

from bookkeeping.ledger_accounts import LedgerAccounts, accounts_from
from invoicing.payment.files import Debtor
from invoicing.payment_control.fetching import ControlDataSource
from operations.settings import Settings

# An account that banks use in their own examples; a demo's files go nowhere.
EXAMPLE_DEBTOR: Final = Debtor("SE4550000000058398257466", "ESSESESS")


def debtor_of(settings: Settings) -> Debtor:
    """The account payments are made from. Raises NoDebtorAccount, BankWishesUnmet; a demo has an example's."""
    if settings.is_demo and not settings.debtor_iban:
        return EXAMPLE_DEBTOR
    return Debtor(
        settings.debtor_iban,
        settings.debtor_bic,
        settings.debtor_customer_id,
        settings.debtor_bank,
        settings.debtor_pain_version,
    )


def ledger_of(settings: Settings) -> LedgerAccounts:
    """The accounts of the ledger. Raises AccountsRefused."""
    return accounts_from(settings.ledger_accounts)


def control_source_of(settings: Settings) -> ControlDataSource:
    """Where control data of suppliers is fetched; without an address where none is set."""
    return ControlDataSource(settings.control_data_url, settings.control_data_token.get_secret_value())
