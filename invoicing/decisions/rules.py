"""What a person may do with a document the system could not settle alone, and what that changes. Pure.

The transitions are a table. An acceptance covers exactly the deviations it was given for: whatever is found
otherwise later is in question again. A link says which order line a document is for; the document itself
never changes, it is only read as the person says when it is judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Final

from foundation.errors import Refused
from foundation.money import Money
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.matching.deviations import (
    SUGGESTED,
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Weight,
)
from invoicing.model import (
    FOLLOWS,
    INVOICE_WORDS,
    CreditedReference,
    DocumentType,
    InvoiceContent,
    InvoiceState,
    SupplierInvoice,
)


class Action(StrEnum):
    """What a person can do to one document."""

    ASK_CREDIT = "ASK_CREDIT"
    ACCEPT = "ACCEPT"
    LINK = "LINK"
    UNLINK = "UNLINK"
    PARK = "PARK"
    ASK_SUPPLIER = "ASK_SUPPLIER"
    REJECT_DUPLICATE = "REJECT_DUPLICATE"
    ACCEPT_IN_PART = "ACCEPT_IN_PART"
    WITHDRAW_PART = "WITHDRAW_PART"
    DISPUTE = "DISPUTE"


class ActionState(StrEnum):
    """What has become of an action."""

    PENDING = "HELD"  # its answer leaves in a while; until then it can be undone
    STANDING = "STANDING"  # it answers nothing, and can be undone for as long as nothing came after it
    SENT = "SENT"
    LAPSED = "LAPSED"  # overtaken: the document stood elsewhere when the answer was to leave
    UNDONE = "UNDONE"


ACTION_WORDS: Final[Mapping[ActionState, Text]] = {
    ActionState.PENDING: Text("Svaret har inte gått än"),
    ActionState.STANDING: Text("Gäller", context="action"),
    ActionState.SENT: Text("Svaret har gått"),
    ActionState.LAPSED: Text("Dokumentet gick vidare först"),
    ActionState.UNDONE: Text("Ångrad"),
}
"""What people call each state."""


ACTION_FOLLOWS = Transitions(
    {
        ActionState.PENDING: {
            *(ActionState.STANDING, ActionState.SENT, ActionState.LAPSED, ActionState.UNDONE),
        },
        ActionState.STANDING: {ActionState.UNDONE},
    },
    ends={ActionState.SENT, ActionState.LAPSED, ActionState.UNDONE},
    words=ACTION_WORDS,
)

_S = InvoiceState
_JUDGED = frozenset({_S.IN_QUESTION, _S.PARKED, _S.ON_HOLD, _S.ACCEPTED})
#: From which state an action may be taken, and which states may come of it.
TRANSITIONS: Mapping[Action, Mapping[InvoiceState, frozenset[InvoiceState]]] = {
    Action.ASK_CREDIT: {_S.IN_QUESTION: frozenset({_S.CREDIT_REQUESTED})},
    Action.REJECT_DUPLICATE: {_S.IN_QUESTION: frozenset({_S.CREDIT_REQUESTED})},
    Action.DISPUTE: {_S.IN_QUESTION: frozenset({_S.CREDIT_REQUESTED})},
    Action.ACCEPT: {
        _S.IN_QUESTION: frozenset({_S.ACCEPTED, _S.ON_HOLD}),
        _S.ON_HOLD: frozenset({_S.ACCEPTED, _S.ON_HOLD}),
    },
    Action.ACCEPT_IN_PART: {
        _S.IN_QUESTION: frozenset({_S.PARTLY_ACCEPTED}),
        _S.PARKED: frozenset({_S.PARTLY_ACCEPTED}),
    },
    Action.WITHDRAW_PART: {_S.PARTLY_ACCEPTED: frozenset({_S.IN_QUESTION})},
    Action.LINK: {
        _S.IN_QUESTION: _JUDGED,
        _S.PARKED: _JUDGED,
    },
    Action.UNLINK: {state: frozenset({_S.IN_QUESTION}) for state in _JUDGED},
    Action.PARK: {_S.IN_QUESTION: frozenset({_S.IN_QUESTION})},
    Action.ASK_SUPPLIER: {
        _S.IN_QUESTION: frozenset({_S.IN_QUESTION}),
        _S.PARKED: frozenset({_S.PARKED}),
        _S.ON_HOLD: frozenset({_S.ON_HOLD}),
    },
}

# Apart from FOLLOWS on purpose: a document for which credit was asked may only be credited, and nothing in the
# system may take it anywhere else by itself. Only the person's own press, while its answer has not left, is taken back.
UNDOES = Transitions(
    {
        _S.CREDIT_REQUESTED: {_S.IN_QUESTION},
        _S.PARTLY_ACCEPTED: {_S.IN_QUESTION, _S.PARKED},
        _S.ACCEPTED: {_S.IN_QUESTION, _S.ON_HOLD},
        _S.ON_HOLD: {_S.IN_QUESTION, _S.ON_HOLD},
    },
    ends={_S.PARKED, _S.IN_QUESTION, _S.CREDITED, _S.PAID, _S.SETTLED},
    words=INVOICE_WORDS,
    beside=FOLLOWS.follows,
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
        DeviationCode.ISSUE_DATE,
        DeviationCode.LATE_PAYMENT_CLAIM,
    },
)

#: Whose expected value is no fact the document was held against: a suggestion, or the seller's name of today.
EXPECTED_IS_NO_FACT = SUGGESTED | {DeviationCode.PAYEE}

# A credit note is linked to its invoice, or answered; these are about what is to be paid.
OF_INVOICES = frozenset(
    {
        Action.ACCEPT,
        Action.UNLINK,
        Action.REJECT_DUPLICATE,
        Action.DISPUTE,
        Action.ACCEPT_IN_PART,
        Action.WITHDRAW_PART,
    }
)

_NAMES: Mapping[Action, Text] = {
    Action.ASK_CREDIT: Text("Begära kredit och ny faktura"),
    Action.ACCEPT: Text("Godta med skäl", context="action"),
    Action.LINK: Text("Koppla till orderrad", context="action"),
    Action.UNLINK: Text("Koppla loss", context="action"),
    Action.PARK: Text("Vila till en dag"),
    Action.ASK_SUPPLIER: Text("Fråga leverantören", context="action"),
    Action.REJECT_DUPLICATE: Text("Underkänn som dubblett", context="action"),
    Action.ACCEPT_IN_PART: Text("Godkänn raderna som stämmer", context="action"),
    Action.WITHDRAW_PART: Text("Ta tillbaka godkännandet i delar", context="action"),
    Action.DISPUTE: Text("Bestrida kravet", context="action"),
}


_STATES: Mapping[InvoiceState, Text] = {
    _S.PARKED: Text("väntar"),
    _S.IN_QUESTION: Text("avviker"),
    _S.ON_HOLD: Text("hålls för kontroll"),
    _S.ACCEPTED: Text("är godkänt"),
    _S.PARTLY_ACCEPTED: Text("är delvis godkänt"),
    _S.CREDIT_REQUESTED: Text("väntar på kredit"),
    _S.CREDITED: Text("är krediterat"),
    _S.PAID: Text("är betalt"),
    _S.SETTLED: Text("är kvittat"),
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
class LinkedLine:
    """Which order line a person says one line of an invoice (BT-126) is for; an empty one: none of ours."""

    invoice_line: str
    order_number: str
    line_id: str


@dataclass(frozen=True, slots=True)
class LineLink:
    """Which order line a person says a document is for (an empty line: none of ours), or which invoice it credits.

    With `lines` it is said line by line; a line that is not among them is read as the document has it.
    """

    id: int
    linked_by: str
    reason: str
    order_number: str
    line_id: str
    credited_number: str = ""
    lines: tuple[LinkedLine, ...] = ()


def name_of(action: Action) -> Text:
    """The action in words."""
    return _NAMES[action]


def state_words(state: InvoiceState) -> Text:
    """Where a document stands, as the end of a sentence."""
    return _STATES[state]


def check_action(action: Action, invoice: SupplierInvoice) -> None:
    """Raise ActionRefused where the action may not be taken on the document as it stands."""
    if invoice.state not in TRANSITIONS[action]:
        raise ActionRefused(
            Text(
                "%(action)s går för ett dokument som %(states)s; %(invoice_number)s %(state)s.",
                action=name_of(action),
                states=_either([_STATES[each] for each in InvoiceState if each in TRANSITIONS[action]]),
                invoice_number=invoice.number,
                state=_STATES[invoice.state],
            ),
        )
    if action in OF_INVOICES and (invoice.document_type is DocumentType.CREDIT_NOTE):
        raise ActionRefused(
            Text(
                "%(invoice_number)s är en kreditfaktura. Koppla den till sin faktura eller svara "
                "leverantören.",
                invoice_number=invoice.number,
            ),
        )
    if action in (Action.ACCEPT, Action.UNLINK) and invoice.paid_on is not None:
        raise ActionRefused(
            Text(
                "%(invoice_number)s är betald. Rätta den med en kreditfaktura.", invoice_number=invoice.number
            ),
        )


def check_outcome(action: Action, invoice: SupplierInvoice, state: InvoiceState) -> None:
    """Raise ActionRefused where the action would not come to what it is for."""
    if state not in TRANSITIONS[action][invoice.state]:
        raise ActionRefused(
            Text(
                "%(action)s räcker inte: %(invoice_number)s %(state)s efteråt. Välj en annan åtgärd.",
                action=name_of(action),
                invoice_number=invoice.number,
                state=_STATES[state],
            ),
        )


def acceptable(invoice: SupplierInvoice, match: Match) -> tuple[Deviation, ...]:
    """The deviations a person would accept. Raises ActionRefused where one of them cannot be accepted at all.

    What an invoice is held for besides, as its account, holds it still.
    """
    asked = tuple(
        each
        for each in match.deviations
        if each.weight is Weight.QUESTION or (each.weight is Weight.HOLD and each.code in ACCEPTABLE)
    )
    others = sorted({each.code.value for each in asked if each.code not in ACCEPTABLE})
    if others or not asked:
        raise ActionRefused(
            Text(
                "%(invoice_number)s kan inte godtas: %(codes)s. Begär kredit, koppla till rätt "
                "orderrad eller fråga.",
                invoice_number=invoice.number,
                codes=", ".join(others) or "-",
            ),
        )
    return asked


def is_late_payment_claim(match: Match) -> bool:
    """Whether the document was judged as a claim of late payment, which lies on no order."""
    return any(each.code is DeviationCode.LATE_PAYMENT_CLAIM for each in match.deviations)


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
        # Whoever linked it has seen which order it names.
        credits = (CreditedReference(link.credited_number, None),)
        lines = tuple(replace(line, order_number="") for line in invoice.lines)
        return replace(invoice, credits=credits, order_number="", lines=lines)
    if link.lines:
        return _linked_by_line(invoice, link.lines)
    return replace(
        invoice,
        order_number=link.order_number,
        lines=tuple(replace(line, order_line=link.line_id, order_number="") for line in invoice.lines),
    )


def standing_lines(invoice: InvoiceContent, link: LineLink | None) -> tuple[LinkedLine, ...]:
    """What a person has said already of each line that charges something, whether of the line or of all of it."""
    if link is None or link.credited_number:
        return ()
    if link.lines:
        return link.lines
    return tuple(LinkedLine(line.id, link.order_number, link.line_id) for line in invoice.charging_lines)


def _linked_by_line(invoice: InvoiceContent, links: Iterable[LinkedLine]) -> InvoiceContent:
    """The document with the order line of each linked line; its own order is then one of its lines'."""
    meant = {each.invoice_line: each for each in links}
    linked = replace(
        invoice,
        lines=tuple(
            replace(line, order_number=each.order_number, order_line=each.line_id)
            if (each := meant.get(line.id))
            else line
            for line in invoice.lines
        ),
    )
    first, *others = linked.orders
    if others:
        own = invoice.order_number if invoice.order_number in linked.orders else first
        return replace(linked, order_number=own)
    # For one order after all: as if the document alone had named it.
    return replace(
        linked, order_number=first, lines=tuple(replace(line, order_number="") for line in linked.lines)
    )


def _either(states: Iterable[Text]) -> Text:
    return reduce(lambda one, other: Text("%(one)s eller %(other)s", one=one, other=other), states)


def _key(deviation: Deviation) -> tuple[str, ...]:
    """What an acceptance is known by: what the document says, and what it was held against where that is a fact.

    A suggestion is no fact, nor is a name that the register gives the seller; either may change and nothing else has.
    """
    fact = "" if deviation.code in EXPECTED_IS_NO_FACT else deviation.expected
    return (deviation.code.value, deviation.line, deviation.found, fact)


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
