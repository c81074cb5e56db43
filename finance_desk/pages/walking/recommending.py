"""Which action a document's page puts first, and why: the one that ends the matter with the least to do."""

from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Final

from foundation.money import Money
from foundation.text import Text
from invoicing.decisions.rules import Action
from invoicing.exceptions.case import Case
from invoicing.matching.deviations import SUGGESTED
from invoicing.model import InvoiceState

SMALL: Final = Decimal(1)
"""A difference up to this is what rounding gives, in the invoice's currency: a credit note costs everybody more."""


def recommended(
    case: Case, *, may: AbstractSet[str], stake: Money | None, limit: Money | None, is_claim: bool
) -> tuple[Action, Text] | None:
    """The action and its reason; None where none is better than the others, or nothing waits for a person.

    `stake` is what an acceptance would be worth, None where none is possible; `limit` the person's own, None
    for no limit.
    """
    if case.invoice.state is not InvoiceState.IN_QUESTION or is_claim:
        return None
    suggested = bool(case.credits if case.is_credit else case.lines) or any(
        each.suggestions for each in case.line_choices
    )
    points_nowhere = any(each.code in SUGGESTED for each in case.match.deviations)
    if "LINK" in may and suggested and points_nowhere:
        return Action.LINK, Text("dokumentet pekar inte ut vad det gäller, och det finns förslag.")
    within = stake is not None and (limit is None or stake <= limit)
    if "ACCEPT" in may and stake is not None and within and abs(stake.amount) <= SMALL:
        return Action.ACCEPT, Text("skillnaden är liten, och du får godta den.")
    if "ASK_CREDIT" in may and not case.is_credit:
        return Action.ASK_CREDIT, Text("leverantören rättar felet med kredit och en ny faktura.")
    return None
