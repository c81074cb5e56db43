"""What a person may do with a document the system could not settle alone, and what that changes. Pure.

The transitions are a table. An acceptance covers exactly the deviations it was given for: whatever is found
otherwise later is in question again. A link says which order line a document is for; the document itself
never changes, it is only read as the person says when it is judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from foundation.errors import Refused
from foundation.money import Money
from foundation.transitions import Transitions
from invoicing.matching.deviations import (
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Weight,
)
from invoicing.model import CreditedReference, DocumentType, InvoiceContent, InvoiceState, SupplierInvoice


class Action(StrEnum):
    """What a person can do to one document."""

    ASK_CREDIT = "ASK_CREDIT"
    ACCEPT = "ACCEPT"
    LINK = "LINK"
    UNLINK = "UNLINK"
    PARK = "PARK"
    ASK_SUPPLIER = "ASK_SUPPLIER"
    REJECT_DUPLICATE = "REJECT_DUPLICATE"


class ActionState(StrEnum):
    """What has become of an action."""

    PENDING = "HELD"  # its answer leaves in a while; until then it can be undone
    STANDING = "STANDING"  # it answers nothing, and can be undone for as long as nothing came after it
    SENT = "SENT"
    LAPSED = "LAPSED"  # overtaken: the document stood elsewhere when the answer was to leave
    UNDONE = "UNDONE"


ACTION_FOLLOWS = Transitions(
    {
        ActionState.PENDING: {
            *(ActionState.STANDING, ActionState.SENT, ActionState.LAPSED, ActionState.UNDONE),
        },
        ActionState.STANDING: {ActionState.UNDONE},
    },
    ends={ActionState.SENT, ActionState.LAPSED, ActionState.UNDONE},
)

_S = InvoiceState
_JUDGED = frozenset({_S.IN_QUESTION, _S.PARKED, _S.ON_HOLD, _S.ACCEPTED})
#: From which state an action may be taken, and which states may come of it.
TRANSITIONS: Mapping[Action, Mapping[InvoiceState, frozenset[InvoiceState]]] = {
    Action.ASK_CREDIT: {_S.IN_QUESTION: frozenset({_S.CREDIT_REQUESTED})},
    Action.REJECT_DUPLICATE: {_S.IN_QUESTION: frozenset({_S.CREDIT_REQUESTED})},
    Action.ACCEPT: {_S.IN_QUESTION: frozenset({_S.ACCEPTED, _S.ON_HOLD})},
    Action.LINK: {
        _S.IN_QUESTION: _JUDGED,
        _S.PARKED: _JUDGED,
    },
    Action.UNLINK: {state: frozenset({_S.IN_QUESTION}) for state in _JUDGED},
    Action.PARK: {_S.IN_QUESTION: frozenset({_S.IN_QUESTION})},
    Action.ASK_SUPPLIER: {
        _S.IN_QUESTION: frozenset({_S.IN_QUESTION}),
        _S.PARKED: frozenset({_S.PARKED}),
    },
}

# Apart from FOLLOWS on purpose: a document for which credit was asked may only be credited, and nothing in the
# house may take it anywhere else by itself. Only the person's own press, while its answer has not left, is taken back.
UNDOES = Transitions(
    {
        _S.CREDIT_REQUESTED: {_S.IN_QUESTION},
        _S.ACCEPTED: {_S.IN_QUESTION},
        _S.ON_HOLD: {_S.IN_QUESTION},
    },
    ends={_S.PARKED, _S.IN_QUESTION, _S.CREDITED, _S.PAID, _S.SETTLED},
)
"""Where a document goes back to when a request for credit or an acceptance is undone."""

#: What a person may accept with a reason. The rest is somebody else's money, order or account.
ACCEPTABLE = frozenset(
    {
        DeviationCode.UNIT,
        DeviationCode.QUANTITY,
        DeviationCode.PRICE,
        DeviationCode.PERIOD,
        DeviationCode.AMOUNT,
        DeviationCode.VAT_AMOUNT,
    },
)

_WORDS: Mapping[Action, tuple[str, str]] = {
    Action.ASK_CREDIT: ("Begära kredit och ny faktura", "Asking for credit and a new invoice"),
    Action.ACCEPT: ("Godta med skäl", "Accepting with a reason"),
    Action.LINK: ("Koppla till orderrad", "Linking to an order line"),
    Action.UNLINK: ("Koppla loss", "Unlinking"),
    Action.PARK: ("Vila till en dag", "Resting until a day"),
    Action.ASK_SUPPLIER: ("Fråga leverantören", "Asking the supplier"),
    Action.REJECT_DUPLICATE: ("Avvisa som dubblett", "Rejecting as a duplicate"),
}


_STATES: Mapping[InvoiceState, tuple[str, str]] = {
    _S.PARKED: ("väntar", "waits"),
    _S.IN_QUESTION: ("avviker", "deviates"),
    _S.ON_HOLD: ("hålls för kontokontroll", "is held for an account check"),
    _S.ACCEPTED: ("är godkänt", "is accepted"),
    _S.CREDIT_REQUESTED: ("väntar på kredit", "waits for its credit note"),
    _S.CREDITED: ("är krediterat", "is credited"),
    _S.PAID: ("är betalt", "is paid"),
    _S.SETTLED: ("är kvittat", "is settled"),
}


class ActionRefused(Refused):
    """The document is in a state, or has deviations, from which the action may not be taken."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a person accepted: the deviations, and why."""

    id: int
    accepted_by: str
    reason: str
    difference: Money
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True)
class LineLink:
    """Which order line a person says a document is for (an empty line: none of ours), or which invoice it credits."""

    id: int
    linked_by: str
    reason: str
    order_number: str
    line_id: str
    credited_number: str = ""


def name_of(action: Action) -> tuple[str, str]:
    """The action in words, Swedish and English."""
    return _WORDS[action]


def state_words(state: InvoiceState) -> tuple[str, str]:
    """Where a document stands, as the end of a sentence, Swedish and English."""
    return _STATES[state]


def check_action(action: Action, invoice: SupplierInvoice) -> None:
    """Raise ActionRefused where the action may not be taken on the document as it stands."""
    if invoice.state not in TRANSITIONS[action]:
        sv, en = name_of(action)
        states = [_STATES[each] for each in InvoiceState if each in TRANSITIONS[action]]
        is_sv, is_en = _STATES[invoice.state]
        raise ActionRefused(
            f"{sv} går för ett dokument som {' eller '.join(one for one, _ in states)}; {invoice.number} {is_sv}.",
            f"{en} is for a document that {' or '.join(one for _, one in states)}; {invoice.number} {is_en}.",
        )
    if action in (Action.ACCEPT, Action.UNLINK, Action.REJECT_DUPLICATE) and (
        invoice.document_type is DocumentType.CREDIT_NOTE
    ):
        raise ActionRefused(
            f"{invoice.number} är en kreditfaktura. Koppla den till sin faktura eller svara leverantören.",
            f"{invoice.number} is a credit note. Link it to its invoice or answer the supplier.",
        )
    if action in (Action.ACCEPT, Action.UNLINK) and invoice.paid_on is not None:
        raise ActionRefused(
            f"{invoice.number} är betald. Rätta den med en kreditfaktura.",
            f"{invoice.number} is paid. Put it right with a credit note.",
        )


def check_outcome(action: Action, invoice: SupplierInvoice, state: InvoiceState) -> None:
    """Raise ActionRefused where the action would not come to what it is for."""
    if state not in TRANSITIONS[action][invoice.state]:
        sv, en = name_of(action)
        raise ActionRefused(
            f"{sv} räcker inte: {invoice.number} {_STATES[state][0]} efteråt. Välj en annan åtgärd.",
            f"{en} is not enough: {invoice.number} {_STATES[state][1]} afterwards. Choose another action.",
        )


def acceptable(invoice: SupplierInvoice, match: Match) -> tuple[Deviation, ...]:
    """The deviations a person would accept. Raises ActionRefused where one of them cannot be accepted at all."""
    asked = tuple(each for each in match.deviations if each.weight is Weight.QUESTION)
    others = sorted({each.code.value for each in asked if each.code not in ACCEPTABLE})
    if others or not asked:
        codes = ", ".join(others) or "-"
        raise ActionRefused(
            f"{invoice.number} kan inte godtas: {codes}. Begär kredit, koppla till rätt orderrad eller fråga.",
            f"{invoice.number} cannot be accepted: {codes}. Ask for credit, link it to its order line, or ask.",
        )
    return asked


def at_stake(invoice: SupplierInvoice, received: Money, deviations: Iterable[Deviation]) -> Money:
    """What an acceptance is worth: the difference from what was received, and tax that is wrong."""
    tax = sum(
        (
            abs(Decimal(each.found) - Decimal(each.expected))
            for each in deviations
            if each.code is DeviationCode.VAT_AMOUNT
        ),
        Decimal("0.00"),
    )
    return abs(invoice.amount_net - received) + Money(tax, invoice.currency)


def with_acceptance(match: Match, acceptance: Acceptance | None) -> Match:
    """The match with what was accepted told as a note; what is found otherwise now keeps its weight."""
    if acceptance is None:
        return match
    covered = {_key(each) for each in acceptance.deviations}
    return Match(_noted(match.tree, covered))


def as_linked(invoice: InvoiceContent, link: LineLink | None) -> InvoiceContent:
    """The document read as a person says it is meant."""
    if link is None:
        return invoice
    if link.credited_number:
        return replace(invoice, credits=(CreditedReference(link.credited_number, None),))
    return replace(
        invoice,
        order_number=link.order_number,
        lines=tuple(replace(line, order_line=link.line_id) for line in invoice.lines),
    )


def _key(deviation: Deviation) -> tuple[str, ...]:
    return (deviation.code.value, deviation.line, deviation.found, deviation.expected)


def _noted(group: Group, covered: set[tuple[str, ...]]) -> Group:
    return Group(
        group.name,
        tuple(
            _noted(each, covered)
            if isinstance(each, Group)
            else Check(each.name, each.outcome, tuple(_as_note(one, covered) for one in each.deviations))
            for each in group.checks
        ),
    )


def _as_note(deviation: Deviation, covered: set[tuple[str, ...]]) -> Deviation:
    if _key(deviation) not in covered:
        return deviation
    return replace(deviation, weight=Weight.NOTE, actor=DeviationActor.NOBODY, variant="accepted")
