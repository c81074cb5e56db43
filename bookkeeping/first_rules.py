"""The text that accounting rules begin as: the settings' accounts, as rules that code every row the same. Pure."""

from collections.abc import Mapping
from typing import Final

from bookkeeping.accounting_rules import read_rules
from bookkeeping.coding import RowRole
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.rule_reading import RulesRefused
from foundation.text import Text
from orders.terms import ArticleKind

_CHARTS: Final = ("state", "bas")
_OPENING: Final = """\
# Så konterar inställningen BILLING_LEDGER_ACCOUNTS. Ändra det som ska vara annat.
# This codes as the setting BILLING_LEDGER_ACCOUNTS does. Change what should be otherwise."""


def first_rules(accounts: LedgerAccounts, articles: Mapping[ArticleKind, Text]) -> str:
    """Rules that say what the accounts say, on the first chart that has them all; `articles` names the articles.

    Where no chart has them all the text is on the state's, and reading it tells which account does not fit.
    """
    texts = [_written(chart, accounts, articles) for chart in _CHARTS]
    return next((text for text in texts if _reads(text)), texts[0])


def _written(chart: str, accounts: LedgerAccounts, articles: Mapping[ArticleKind, Text]) -> str:
    roles = {role: getattr(accounts, role.value) for role in RowRole if role is not RowRole.COST}
    named = {accounts.cost_of(kind): name.sv for kind, name in articles.items()}
    parts = [
        _OPENING,
        f'chart = "{chart}"',
        "[accounts]",
        f'{RowRole.COST.value} = "{accounts.other}"',
        *(f'{role.value} = "{account}"' for role, account in roles.items()),
        "\n[names.account]",
        *(f'"{account}" = {_quoted(name)}' for account, name in sorted(named.items())),
        *(
            f'\n[[rule]]\narticle = "{kind.value}"\naccount = "{accounts.cost_of(kind)}"'
            for kind in ArticleKind
        ),
    ]
    return "\n".join(parts) + "\n"


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _reads(text: str) -> bool:
    try:
        read_rules(text)
    except RulesRefused:
        return False
    return True
