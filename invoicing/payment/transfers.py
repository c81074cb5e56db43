"""From the items of a proposal to the transfers of a file: what is netted with what. Pure.

An invoice is a transfer of its own, so that it carries its own OCR number. A credit of a paid invoice is
taken off the supplier's largest invoices to the same account, as few as are needed for something to be left;
a credit that does not fit waits for the next proposal. A transfer is always above zero.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from foundation.money import Money, total
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.payment.payable import PayableKind
from orders.register.parties import Address, PaymentAccount


class ProposalState(StrEnum):
    """How far a payment proposal has come."""

    DRAFT = "DRAFT"
    ATTESTED = "ATTESTED"
    EXPORTED = "EXPORTED"
    PAID = "PAID"
    REFUSED = "REFUSED"  # nothing in it was paid in the end
    WITHDRAWN = "WITHDRAWN"


PROPOSAL_WORDS: Final[Mapping[ProposalState, Text]] = {
    ProposalState.DRAFT: Text("Väntar på attest"),
    ProposalState.ATTESTED: Text("Attesterat"),
    ProposalState.EXPORTED: Text("Hos banken"),
    ProposalState.PAID: Text("Betalt"),
    ProposalState.REFUSED: Text("Avvisat av banken"),
    ProposalState.WITHDRAWN: Text("Återtaget"),
}
"""What people call each state."""


class ItemState(StrEnum):
    """How far one item has come."""

    PROPOSED = "PROPOSED"
    ATTESTED = "ATTESTED"
    EXPORTED = "EXPORTED"
    PAID = "PAID"
    TAKEN_OUT = "TAKEN_OUT"
    REFUSED = "REFUSED"  # the bank did not carry it out
    RETURNED = "RETURNED"  # the money came back


ITEM_WORDS: Final[Mapping[ItemState, Text]] = {
    ItemState.PROPOSED: Text("Väntar på attest"),
    ItemState.ATTESTED: Text("Attesterad"),
    ItemState.EXPORTED: Text("Hos banken"),
    ItemState.PAID: Text("Betald"),
    ItemState.TAKEN_OUT: Text("Uttagen"),
    ItemState.REFUSED: Text("Avvisad av banken"),
    ItemState.RETURNED: Text("Kom tillbaka"),
}
"""What people call each state."""


_P, _I = ProposalState, ItemState
_RELOAD = Text("Ladda om och se hur det står.")
PROPOSAL_FOLLOWS = Transitions(
    {
        _P.DRAFT: {_P.ATTESTED, _P.WITHDRAWN},
        _P.ATTESTED: {_P.DRAFT, _P.EXPORTED, _P.WITHDRAWN},
        _P.EXPORTED: {_P.PAID, _P.REFUSED},
    },
    ends={_P.PAID, _P.REFUSED, _P.WITHDRAWN},
    remedy=_RELOAD,
    words=PROPOSAL_WORDS,
)
ITEM_FOLLOWS = Transitions(
    {
        _I.PROPOSED: {_I.ATTESTED, _I.TAKEN_OUT},
        _I.ATTESTED: {_I.PROPOSED, _I.EXPORTED, _I.TAKEN_OUT},
        _I.EXPORTED: {_I.PAID, _I.REFUSED, _I.RETURNED},
        _I.PAID: {_I.RETURNED},  # by two people
    },
    ends={_I.TAKEN_OUT, _I.REFUSED, _I.RETURNED},
    remedy=_RELOAD,
    words=ITEM_WORDS,
)
LIVE = (ItemState.PROPOSED, ItemState.ATTESTED, ItemState.EXPORTED, ItemState.PAID)
UNDER_WAY = (ItemState.PROPOSED, ItemState.ATTESTED, ItemState.EXPORTED)
"""The states of what is not decided yet: a claim that is being taken off is left alone until then."""
SENT = (ItemState.EXPORTED, ItemState.PAID, ItemState.REFUSED, ItemState.RETURNED)
"""The states of what has left us, whatever the bank answered."""


def proposal_name(number: str) -> Text:
    """What a refusal calls a proposal, and each item of it."""
    return Text("Betalningsförslag %(number)s", number=number)


@dataclass(frozen=True, slots=True)
class TransferPart:
    """One item of a transfer. `amount` is above zero also for a credit."""

    item_id: int
    kind: PayableKind
    number: str
    issued_on: date
    amount: Money
    reference: str


@dataclass(frozen=True, slots=True)
class ToSend:
    """An item with the account it goes to, and whose account that is; `address` is None where nobody knows it."""

    part: TransferPart
    supplier: str
    payee_name: str
    account: PaymentAccount
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment to one account: its parts add up to `amount`. The bank knows it by `end_to_end`."""

    end_to_end: str
    supplier: str
    payee_name: str
    account: PaymentAccount
    amount: Money
    parts: tuple[TransferPart, ...]
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Netted:
    """The transfers of a file, and the credits that did not fit."""

    transfers: tuple[Transfer, ...]
    left_out: tuple[ToSend, ...]


def netted(items: Sequence[ToSend], *, message_id: str) -> Netted:
    """Put the items together. The same items give the same transfers, in the same order, with the same ids."""
    groups: dict[tuple[str, PaymentAccount, str], list[ToSend]] = defaultdict(list)
    for item in sorted(items, key=lambda each: each.part.item_id):
        groups[item.supplier, item.account, item.part.amount.currency].append(item)
    made: list[list[ToSend]] = []
    left_out: list[ToSend] = []
    for group in groups.values():
        together, left = _merged(group)
        made += together
        left_out += left
    made.sort(key=lambda each: min(item.part.item_id for item in each))
    return Netted(
        tuple(_transfer(group, f"{message_id}-{number:05}") for number, group in enumerate(made, 1)),
        tuple(left_out),
    )


def _merged(group: list[ToSend]) -> tuple[list[list[ToSend]], list[ToSend]]:
    invoices = sorted(
        (each for each in group if each.part.kind is PayableKind.INVOICE),
        key=lambda each: (-each.part.amount.amount, each.part.item_id),
    )
    credits = [each for each in group if each.part.kind is PayableKind.CREDIT]
    room = sum(each.part.amount.amount for each in invoices)
    taken: list[ToSend] = []
    left: list[ToSend] = []
    for credit in credits:
        amount = credit.part.amount.amount
        if amount < room:
            taken.append(credit)
            room -= amount
        else:
            left.append(credit)
    if not taken:
        return [[each] for each in invoices], left
    off = sum(each.part.amount.amount for each in taken)
    count, covered = 0, 0 * off
    while covered <= off:
        covered += invoices[count].part.amount.amount
        count += 1
    bundle = [*invoices[:count], *taken]
    return [bundle, *([each] for each in invoices[count:])], left


def _transfer(group: list[ToSend], end_to_end: str) -> Transfer:
    first = group[0]
    currency = first.part.amount.currency
    paid = total(
        (each.part.amount for each in group if each.part.kind is PayableKind.INVOICE), currency=currency
    )
    off = total(
        (each.part.amount for each in group if each.part.kind is PayableKind.CREDIT), currency=currency
    )
    return Transfer(
        end_to_end,
        first.supplier,
        first.payee_name,
        first.account,
        paid - off,
        tuple(each.part for each in group),
        first.address,
    )
