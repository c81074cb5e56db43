"""Payment between German parties in BIS Billing: DE-R-019, -020, -023, -024 and -025.

The means of payment fit their code (BT-81), and SEPA accounts are valid IBANs. Each
group may hold its own details alone: account, card or mandate (BG-17, BG-18, BG-19).
"""

import re
from collections.abc import Callable
from typing import Final

from peppol.rules.engine.checks import holds, present_check
from peppol.rules.engine.rulebook import WARNING, Book, Context, RuleVerdict, Test
from peppol.rules.engine.tree import Node
from peppol.rules.shared.trading_countries import both_in

_TRANSFERS: Final = frozenset({"30", "58"})
_CARDS: Final = frozenset({"48", "54", "55"})
_DEBITS: Final = frozenset({"59"})
_SEPA_TRANSFER: Final = "58"
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{0,30}")
_BLANKS: Final = re.compile(r"[ \t\r\n]")

GERMAN_PAYMENTS: Final = Book("DE-R", "3.0.21")
"""The rules of this module; one pattern."""

_both_german: Final = both_in("DE")


def is_iban(text: str) -> bool:
    """Country, two check digits, up to 30 letters or digits; blanks aside. The number leaves 1 by 97.

    As published, small letters in the account count by their own code, so they do not pass.
    """
    account = _BLANKS.sub("", text)
    if _IBAN.fullmatch(account) is None:
        return False
    moved = account[4:] + account[:4]
    return int("".join(str(ord(sign) - (55 if ord(sign) > 64 else 48)) for sign in moved)) % 97 == 1


def _paid_by(codes: frozenset[str]) -> Callable[[Node], bool]:
    return lambda means: means.value_of("cbc:PaymentMeansCode") in codes and _both_german(means)


def _means(codes: frozenset[str]) -> Context:
    return GERMAN_PAYMENTS.context(
        "/Invoice/cac:PaymentMeans | /CreditNote/cac:PaymentMeans", when=_paid_by(codes)
    )


def _has_neither(*names: str) -> Test:
    def has_neither(means: Node) -> RuleVerdict:
        found = [name for name in names if means.has(name)]
        return holds(not found, found=" ".join(found))

    return has_neither


_TRANSFER: Final = _means(_TRANSFERS)


@_TRANSFER.rule("DE-R-019", WARNING)
def transfer_has_an_iban(means: Node) -> RuleVerdict:
    """The account (BT-84) of a SEPA transfer (BT-81 is 58) should be a valid IBAN."""
    account = means.text_of("cac:PayeeFinancialAccount", "cbc:ID")
    return holds(means.value_of("cbc:PaymentMeansCode") != _SEPA_TRANSFER or is_iban(account), found=account)


_TRANSFER.add(
    "DE-R-023-1",
    present_check("cac:PayeeFinancialAccount"),
    "A transfer (BT-81 is 30 or 58) names its account (BG-17).",
)
_TRANSFER.add(
    "DE-R-023-2",
    _has_neither("cac:CardAccount", "cac:PaymentMandate"),
    "A transfer (BT-81 is 30 or 58) names neither card (BG-18) nor mandate (BG-19).",
)

_CARD: Final = _means(_CARDS)
_CARD.add(
    "DE-R-024-1",
    present_check("cac:CardAccount"),
    "A card payment (BT-81 is 48, 54 or 55) names its card (BG-18).",
)
_CARD.add(
    "DE-R-024-2",
    _has_neither("cac:PayeeFinancialAccount", "cac:PaymentMandate"),
    "A card payment (BT-81 is 48, 54 or 55) names neither account (BG-17) nor mandate (BG-19).",
)

_DIRECT_DEBIT: Final = _means(_DEBITS)


@_DIRECT_DEBIT.rule("DE-R-020", WARNING)
def direct_debit_has_an_iban(means: Node) -> RuleVerdict:
    """The debited account (BT-91) of a SEPA direct debit (BT-81 is 59) should be a valid IBAN."""
    account = means.text_of("cac:PaymentMandate", "cac:PayerFinancialAccount", "cbc:ID")
    return holds(is_iban(account), found=account)


_DIRECT_DEBIT.add(
    "DE-R-025-1",
    present_check("cac:PaymentMandate"),
    "A direct debit (BT-81 is 59) names its mandate (BG-19).",
)
_DIRECT_DEBIT.add(
    "DE-R-025-2",
    _has_neither("cac:PayeeFinancialAccount", "cac:CardAccount"),
    "A direct debit (BT-81 is 59) names neither account (BG-17) nor card (BG-18).",
)
