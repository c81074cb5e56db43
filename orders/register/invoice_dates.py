"""What an invoice's own date means here: from when it is paid, and how a date that cannot be right is taken."""

from enum import StrEnum


class PaymentStart(StrEnum):
    """Which day the days of payment run from (räntelagen 1975:635: thirty days from the demand that has come).

    `issue` is what was done before there was a choice.
    """

    ISSUE = "issue"
    RECEIPT = "receipt"
    LATER = "later"


class DateWeight(StrEnum):
    """What a date that is not as expected leads to: it is told, the invoice is held, or it is in question."""

    NOTE = "note"
    HOLD = "hold"
    QUESTION = "question"
