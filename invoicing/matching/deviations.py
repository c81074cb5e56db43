"""Deviations and the tree of a match: values that a person can read and a program can walk.

A deviation names the value found on the invoice and the value expected, where each comes
from, and who must act. How grave it is (`Weight`) decides the verdict: the gravest one of
all wins. Words are made of it by `deviation_texts.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum


class DeviationCode(StrEnum):
    """What a check looks at, and what it calls a deviation. The order is the order of the checks."""

    LATE_PAYMENT_CLAIM = "LATE_PAYMENT_CLAIM"
    NO_DEMAND = "NO_DEMAND"
    ORDER_MISSING = "ORDER_MISSING"
    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    ORDER_NOT_SUPPLIERS = "ORDER_NOT_SUPPLIERS"
    BUYER = "BUYER"
    CURRENCY = "CURRENCY"
    LINE_MISSING = "LINE_MISSING"
    LINE_UNKNOWN = "LINE_UNKNOWN"
    SEVERAL_LINES = "SEVERAL_LINES"
    SEVERAL_ORDERS = "SEVERAL_ORDERS"
    NOT_RECEIVED = "NOT_RECEIVED"
    ALREADY_INVOICED = "ALREADY_INVOICED"
    UNIT = "UNIT"
    QUANTITY = "QUANTITY"
    PRICE = "PRICE"
    PERIOD = "PERIOD"
    AMOUNT = "AMOUNT"
    VAT_CATEGORY = "VAT_CATEGORY"
    VAT_RATE = "VAT_RATE"
    VAT_AMOUNT = "VAT_AMOUNT"
    F_TAX = "F_TAX"
    PAYEE = "PAYEE"
    PAYEE_ACCOUNT = "PAYEE_ACCOUNT"
    ISSUE_DATE = "ISSUE_DATE"
    DUE_DATE = "DUE_DATE"
    EXECUTION_REFERENCE = "EXECUTION_REFERENCE"
    CONTRACT = "CONTRACT"
    # A credit note, or a negative invoice, against the invoice it credits.
    CREDIT_REFERENCE_MISSING = "CREDIT_REFERENCE_MISSING"
    CREDIT_SEVERAL = "CREDIT_SEVERAL"
    CREDIT_UNKNOWN = "CREDIT_UNKNOWN"
    CREDIT_OF_CREDIT = "CREDIT_OF_CREDIT"
    ALREADY_CREDITED = "ALREADY_CREDITED"
    CREDIT_AMOUNT = "CREDIT_AMOUNT"
    CREDIT_CURRENCY = "CREDIT_CURRENCY"
    CREDIT_LINE = "CREDIT_LINE"
    CREDIT_ORDER = "CREDIT_ORDER"


#: What these expect is a suggestion, which nobody claims and which may be another tomorrow.
SUGGESTED = frozenset(
    {
        DeviationCode.ORDER_MISSING,
        DeviationCode.ORDER_UNKNOWN,
        DeviationCode.LINE_MISSING,
        DeviationCode.LINE_UNKNOWN,
        DeviationCode.CREDIT_REFERENCE_MISSING,
        DeviationCode.CREDIT_UNKNOWN,
    }
)


class Weight(IntEnum):
    """What a deviation leads to; the greatest of a match decides."""

    NOTE = 0
    HOLD = 1
    PARK = 2
    QUESTION = 3


class Verdict(StrEnum):
    """What comes of a match."""

    ACCEPT = "ACCEPT"
    HOLD = "HOLD"
    PARK = "PARK"
    QUESTION = "QUESTION"


VERDICT_OF = {
    Weight.NOTE: Verdict.ACCEPT,
    Weight.HOLD: Verdict.HOLD,
    Weight.PARK: Verdict.PARK,
    Weight.QUESTION: Verdict.QUESTION,
}


class Source(StrEnum):
    """Where a value comes from."""

    INVOICE = "INVOICE"
    ORDER = "ORDER"
    ORDER_LINE = "ORDER_LINE"
    RECEIPT = "RECEIPT"
    INTERRUPTION = "INTERRUPTION"
    CANCELLATION = "CANCELLATION"
    REGISTER = "REGISTER"
    ARITHMETIC = "ARITHMETIC"
    EARLIER_INVOICE = "EARLIER_INVOICE"
    BUYER = "BUYER"
    POLICY = "POLICY"
    NOTHING = "NOTHING"


class DeviationActor(StrEnum):
    """Who must act."""

    SUPPLIER = "SUPPLIER"
    BUYER = "BUYER"
    NOBODY = "NOBODY"


# Variants: what was received is taken back, since its report or its other approval was.
REVOKED_REPORT, REVOKED = "revoked_report", "revoked"
# A variant: the document is rejected, so that what might still have saved it no longer does.
REJECTED = "rejected"
# A variant: the participant was away for the whole of it, and came back later.
ABSENT = "absent"
# A variant: the document and its order agree, and it is our register that has lost the supplier.
UNREGISTERED = "unregistered"
# A variant: the month is reported, and it is the buyer who has not received it yet.
WITH_BUYER = "with_buyer"
# A variant: what was received was approved otherwise than by a report of a month.
UNREPORTED = "unreported"

# A variant: a line that names no order line, beside others that do, is like nothing that waits for an invoice.
BESIDES = "besides"


class SuggestionBasis(StrEnum):
    """What a suggestion rests on, the surest first; a variant, with the place (BT) where it rests on one."""

    NAMED = "named"  # the number stands in the document
    PARTICIPANT = "participant"  # the document names the participant it is for
    ORDER = "order"  # a credit note names the order of the invoice
    SLIP = "slip"  # the number given differs in one character, and the amount is the same
    SUM = "sum"  # the amount is the same


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is not as agreed.

    `line` is the invoice line's id (BT-126) or empty for the document. `reference` says more
    exactly where the expected value stands: a receipt's month and version, an order line, an
    earlier invoice. `variant` picks a more telling sentence for the same code.
    """

    code: DeviationCode
    weight: Weight
    term: str
    found: str
    expected: str
    expected_from: Source
    line: str = ""
    found_from: Source = Source.INVOICE
    reference: str = ""
    actor: DeviationActor = DeviationActor.SUPPLIER
    variant: str = ""


class CheckOutcome(StrEnum):
    """What a check came to."""

    AGREES = "AGREES"
    DEVIATES = "DEVIATES"
    NOT_LOOKED_AT = "NOT_LOOKED_AT"


@dataclass(frozen=True, slots=True)
class Check:
    """A leaf of the tree: one check of one thing, and its deviations where it has any."""

    name: str
    outcome: CheckOutcome
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A branch of the tree: the whole document, or one order line."""

    name: str
    checks: tuple["Check | Group", ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Match:
    """The whole result: the tree, what deviates in it in the order of the checks, and what follows from it."""

    tree: Group
    deviations: tuple[Deviation, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "deviations", tuple(_deviations(self.tree)))

    @property
    def verdict(self) -> Verdict:
        """What the gravest deviation leads to; acceptance when there is none but notes."""
        return VERDICT_OF[max((deviation.weight for deviation in self.deviations), default=Weight.NOTE)]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all deviations, each once, gravest first and otherwise in the order of the checks."""
        ranked = sorted(self.deviations, key=lambda deviation: -deviation.weight)
        return tuple(dict.fromkeys(deviation.code.value for deviation in ranked))


def check(name: str, deviations: tuple[Deviation, ...]) -> Check:
    """A check that was made: it agrees where it found no deviation."""
    return Check(name, CheckOutcome.DEVIATES if deviations else CheckOutcome.AGREES, deviations)


def not_looked_at(name: str) -> Check:
    """A check that cannot be made because an earlier one failed."""
    return Check(name, CheckOutcome.NOT_LOOKED_AT)


def question(
    code: DeviationCode,
    term: str,
    found: str,
    expected: str,
    expected_from: Source,
    *,
    line: str = "",
    reference: str = "",
    variant: str = "",
) -> Deviation:
    """A deviation the supplier must put right: credit in full and a new invoice."""
    return Deviation(
        code,
        Weight.QUESTION,
        term,
        found,
        expected,
        expected_from,
        line=line,
        reference=reference,
        variant=variant,
    )


def note(
    code: DeviationCode,
    term: str,
    found: str,
    expected: str,
    expected_from: Source,
    *,
    reference: str = "",
    variant: str = "",
) -> Deviation:
    """A deviation worth knowing that stops nothing."""
    return Deviation(
        code,
        Weight.NOTE,
        term,
        found,
        expected,
        expected_from,
        reference=reference,
        variant=variant,
        actor=DeviationActor.NOBODY,
    )


def plain(value: Decimal) -> str:
    """A number without trailing zeros and never with an exponent; a fraction keeps two decimals."""
    text = f"{value:f}"
    if "." not in text:
        return text
    whole, decimals = text.split(".")
    kept = decimals.rstrip("0")
    return whole if not kept else f"{whole}.{kept.ljust(2, '0')}"


def price_text(price: Decimal, base_quantity: Decimal = Decimal(1)) -> str:
    """A price with at least two decimals, and for how many units where that is not one."""
    text = plain(price)
    written = text if "." in text else f"{text}.00"
    return written if base_quantity == 1 else f"{written} / {plain(base_quantity)}"


def percent(rate: Decimal | None) -> str:
    """A VAT rate, or nothing where none is given."""
    return "" if rate is None else plain(rate)


def _deviations(node: Check | Group) -> Iterator[Deviation]:
    if isinstance(node, Check):
        yield from node.deviations
    else:
        for child in node.checks:
            yield from _deviations(child)
