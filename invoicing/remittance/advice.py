"""What one bank payment is made of, as its payee reads it: invoices paid, credits taken off, the sum that came. Pure.

The bank's statement shows one sum. Where it is not one invoice's own, each answer, page and file says how it is made
up: that is what a remittance advice is for (ISO 20022 remt.001; a document of its own that Peppol has not).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from foundation.formatting import kronor
from foundation.money import Money, total
from foundation.text import JoinedText, Text
from invoicing.payment.payable import PayableKind

_NAMED_AT_MOST: Final = 60
"""So many documents are named in a sentence; how many more there are is said, and the portal shows them."""


@dataclass(frozen=True, slots=True)
class RemittancePart:
    """One document in the payment: an invoice, or the credit note that takes `about` back. `amount` is above zero."""

    kind: PayableKind
    document: str
    about: str
    amount: Money

    @property
    def signed(self) -> Money:
        """What the part does to the sum."""
        return self.amount if self.kind is PayableKind.INVOICE else -self.amount

    @property
    def words(self) -> Text:
        """The part in a sentence."""
        if self.kind is PayableKind.INVOICE:
            return Text("faktura %(number)s %(amount)s", number=self.document, amount=kronor(self.amount))
        if self.document == self.about:
            return Text(
                "avräknad fordran för %(about)s %(amount)s", about=self.about, amount=kronor(self.signed)
            )
        return Text(
            "avräknad kredit %(number)s av %(about)s %(amount)s",
            number=self.document,
            about=self.about,
            amount=kronor(self.signed),
        )


@dataclass(frozen=True, slots=True)
class Remittance:
    """A payment by what the bank knows it by (end-to-end id), and all its parts: invoices first."""

    payment: str
    supplier: str
    parts: tuple[RemittancePart, ...]

    @property
    def amount(self) -> Money:
        """The sum that came to the account."""
        return total((each.signed for each in self.parts), currency=self.parts[0].amount.currency)

    @property
    def says_more(self) -> bool:
        """Whether there is more to say than that one invoice was paid by its own sum."""
        return len(self.parts) > 1

    @property
    def words(self) -> Text:
        """The payment in one sentence.

        >>> paid = RemittancePart(PayableKind.INVOICE, "F-1", "", Money.of("2612.50"))
        >>> back = RemittancePart(PayableKind.CREDIT, "K-1", "F-0", Money.of("1000.00"))
        >>> print(Remittance("RM30000001-00001", "5560001111", (paid, back)).words.en)  # doctest: +NORMALIZE_WHITESPACE
        Payment RM30000001-00001 of 1 612,50 SEK is made up of: invoice F-1 2 612,50, credit K-1 of F-0 taken off
        -1 000,00.
        """
        return Text(
            "Betalning %(payment)s på %(amount)s %(currency)s består av: %(parts)s.",
            payment=self.payment,
            amount=kronor(Money(self.amount.amount, "SEK")),
            currency=self.amount.currency,
            parts=JoinedText(", ", self._named()),
        )

    def _named(self) -> Iterable[Text]:
        yield from (each.words for each in self.parts[:_NAMED_AT_MOST])
        more = len(self.parts) - _NAMED_AT_MOST
        if more > 0:
            yield Text("och %(count)s till, som står i leverantörsportalen", count=more)
