"""What a person decided about tax to withhold (skatteavdrag), as it stands among the acceptances of a document."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import TypeAdapter
from sqlalchemy import select

from foundation.sql import Session, among
from foundation.text import Text
from invoicing.decisions.tables import acceptance
from invoicing.matching.deviations import Deviation, DeviationCode

_DEVIATIONS = TypeAdapter(tuple[Deviation, ...])


class TaxReason(StrEnum):
    """Why an invoice of a supplier without F-tax is released; codes alone, since what lies behind may be personal.

    The first four mean that no tax is withheld (SFL 10 kap.), the last that it is.
    """

    APPROVED_WHEN_AGREED = "F_TAX_WHEN_AGREED"
    APPROVED_WHEN_PAID = "F_TAX_WHEN_PAID"
    NOT_PAY_FOR_WORK = "F_TAX_NOT_WORK"
    EXEMPT = "F_TAX_EXEMPT"
    WITHHELD = "F_TAX_WITHHELD"

    @property
    def label(self) -> Text:
        """The reason for people."""
        return _WORDS[self]


_WORDS = {
    TaxReason.APPROVED_WHEN_AGREED: Text("Inget avdrag: godkänd när ersättningen bestämdes"),
    TaxReason.APPROVED_WHEN_PAID: Text("Inget avdrag: godkänd när den betalas"),
    TaxReason.NOT_PAY_FOR_WORK: Text("Inget avdrag: inte ersättning för arbete"),
    TaxReason.EXEMPT: Text("Inget avdrag: undantagen genom lag eller beslut"),
    TaxReason.WITHHELD: Text("Skatteavdrag: resten betalas för hand"),
}


def words_of(reason: str) -> str | Text:
    """The reason of an acceptance for people: a coded one in words, any other as it was written."""
    return TaxReason(reason).label if reason in set(TaxReason) else reason


def withheld(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The tax to withhold of each of these documents that a person has decided is withheld, as an amount."""
    question = select(acceptance.c.invoice_id, acceptance.c.deviations).where(
        among(session, acceptance.c.invoice_id, list(ids)),
        acceptance.c.withdrawn == 0,
        acceptance.c.reason == TaxReason.WITHHELD,
    )
    return {
        row.invoice_id: each.expected
        for row in session.execute(question)
        for each in _DEVIATIONS.validate_json(row.deviations)
        if each.code is DeviationCode.F_TAX
    }
