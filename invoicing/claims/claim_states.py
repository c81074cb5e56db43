"""How far a claim on a supplier has come, why it was raised, and which step may follow on which. Pure.

Whether a claim is overdue, partly repaid or planned to be set off is told by its days, its parts and the proposals:
what follows from other rows is not kept as a state, so it cannot differ from them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.model import INVOICE_WORDS, InvoiceState


class ClaimState(StrEnum):
    """How far a claim has come."""

    ASKED = "ASKED"  # one person says that it should be claimed
    RAISED = "RAISED"
    DEMANDED = "DEMANDED"  # a letter with a day to pay has been sent
    REMINDED = "REMINDED"
    DISPUTED = "DISPUTED"  # the supplier says that it does not owe it
    WRITE_OFF_ASKED = "WRITE_OFF_ASKED"
    SETTLED = "SETTLED"  # set off or repaid, to the öre
    WRITTEN_OFF = "WRITTEN_OFF"
    WITHDRAWN = "WITHDRAWN"  # it was never owed


class ClaimCause(StrEnum):
    """Why a supplier owes us what it was paid."""

    CREDIT = "CREDIT"
    REVOKED_RESULT = "REVOKED_RESULT"
    WRONG_MONTH = "WRONG_MONTH"
    PAID_WRONGLY = "PAID_WRONGLY"

    @property
    def words(self) -> Text:
        """What it is called."""
        return CAUSE_WORDS[self]


class PartWay(StrEnum):
    """How a part of a claim was given back, or is owed again.

    INTEREST is for late payment, and no part of what was owed. RETURNED is owed again since the payment that it was
    taken off came back, REPAYMENT_RETURNED since the bank took the deposit back, and INTEREST_RETURNED what of that was
    interest.
    """

    NETTED = "NETTED"
    REPAID = "REPAID"
    WRITTEN_OFF = "WRITTEN_OFF"
    INTEREST = "INTEREST"
    RETURNED = "RETURNED"
    REPAYMENT_RETURNED = "REPAYMENT_RETURNED"
    INTEREST_RETURNED = "INTEREST_RETURNED"

    @property
    def words(self) -> Text:
        """What it is called."""
        return PART_WORDS[self]


OWED_AGAIN: Final = (PartWay.RETURNED, PartWay.REPAYMENT_RETURNED)
"""What counts against what was given back."""

OF_INTEREST: Final = (PartWay.INTEREST, PartWay.INTEREST_RETURNED)
"""What is no part of what was owed."""


PART_WORDS: Final[Mapping[PartWay, Text]] = {
    PartWay.NETTED: Text("Avräknat på en betalning"),
    PartWay.REPAID: Text("Återbetalt"),
    PartWay.WRITTEN_OFF: Text("Avskrivet"),
    PartWay.INTEREST: Text("Dröjsmålsränta"),
    PartWay.RETURNED: Text("Betalningen kom tillbaka: åter skyldigt"),
    PartWay.REPAYMENT_RETURNED: Text("Banken tog tillbaka insättningen: åter skyldigt"),
    PartWay.INTEREST_RETURNED: Text("Banken tog tillbaka dröjsmålsränta"),
}

CLAIM_WORDS: Final[Mapping[ClaimState, Text]] = {
    ClaimState.ASKED: Text("Väntar på en andra person"),
    ClaimState.RAISED: Text("Öppen", context="state of a claim"),
    ClaimState.DEMANDED: Text("Krävd"),
    ClaimState.REMINDED: Text("Påmind"),
    ClaimState.DISPUTED: Text("Bestridd"),
    ClaimState.WRITE_OFF_ASKED: Text("Avskrivning begärd"),
    ClaimState.SETTLED: Text("Reglerad"),
    ClaimState.WRITTEN_OFF: Text("Avskriven"),
    ClaimState.WITHDRAWN: Text("Återtagen", context="claim"),
}
"""What people call each state."""

CAUSE_WORDS: Final[Mapping[ClaimCause, Text]] = {
    ClaimCause.CREDIT: Text("fakturan var betald och är krediterad"),
    ClaimCause.REVOKED_RESULT: Text("resultatet som fakturan gäller är återtaget"),
    ClaimCause.WRONG_MONTH: Text("månaden som fakturan gäller betalades av misstag"),
    ClaimCause.PAID_WRONGLY: Text("fakturan betalades av misstag"),
}
"""Why, as it stands in a letter after "eftersom"."""

_S = ClaimState
STANDING: Final = (_S.RAISED, _S.DEMANDED, _S.REMINDED)
"""What is owed and neither disputed nor about to be written off: only this is set off, demanded and reminded of."""

OPEN: Final = (*STANDING, _S.DISPUTED, _S.WRITE_OFF_ASKED)
"""What is owed, whatever is said about it."""

ENDED: Final = (_S.SETTLED, _S.WRITTEN_OFF, _S.WITHDRAWN)
"""Of these nothing is owed."""

CLAIM_FOLLOWS = Transitions(
    {
        _S.ASKED: {_S.RAISED, _S.WITHDRAWN},
        _S.RAISED: {_S.DEMANDED, _S.DISPUTED, _S.WRITE_OFF_ASKED, _S.SETTLED, _S.WITHDRAWN},
        _S.DEMANDED: {_S.REMINDED, _S.DISPUTED, _S.WRITE_OFF_ASKED, _S.SETTLED, _S.WITHDRAWN},
        _S.REMINDED: {_S.REMINDED, _S.DISPUTED, _S.WRITE_OFF_ASKED, _S.SETTLED, _S.WITHDRAWN},
        # Back to where it was when what the supplier says is answered, or nobody agrees to write it off. The bank may
        # have what was on its way already: so each can be settled.
        _S.DISPUTED: {*STANDING, _S.WRITE_OFF_ASKED, _S.SETTLED, _S.WITHDRAWN},
        _S.WRITE_OFF_ASKED: {*STANDING, _S.DISPUTED, _S.WRITTEN_OFF, _S.SETTLED, _S.WITHDRAWN},
        # The payment that it was taken off may come back, and the bank may take a deposit back: then it is owed again.
        _S.SETTLED: {_S.RAISED},
        _S.WRITTEN_OFF: {_S.RAISED},
    },
    ends={_S.WITHDRAWN},
    words=CLAIM_WORDS,
    remedy=Text("Ladda om och se hur fordran står."),
)
"""Which state of a claim may follow on which."""

_RECLAIMED_FROM: Final = {InvoiceState.PAID, InvoiceState.IN_QUESTION}
RECLAIMED = Transitions(
    {each: {InvoiceState.CREDIT_REQUESTED} for each in _RECLAIMED_FROM},
    ends=set(InvoiceState) - _RECLAIMED_FROM,
    words=INVOICE_WORDS,
)
"""What becomes of a paid invoice that is claimed back before its credit note has come.

Apart from the documents' own table on purpose: only a claim leads a paid invoice this way.
"""
