"""The checks of who is paid and to which account: both are compared with the register, and neither is learned. Pure.

What is paid goes to an account that is the payee's on the day of payment. An invoice that is to be paid to somebody
else than its seller is held until two people have registered that payee's account or said that the seller is paid.
"""

from datetime import date

from invoicing.matching import payee_accounts, payees
from invoicing.matching.deviations import Deviation, DeviationActor, DeviationCode, Source, Weight, note
from invoicing.matching.facts import Facts
from invoicing.model import AccountGiven, InvoiceContent
from orders.register.parties import PaymentAccount, Supplier

ABSENT_ACCOUNT, DEBITED, BY_CARD = "absent", "debited", "by_card"
# Means of payment (UNCL4461) by which the seller draws the money itself, or has had it from a card.
_DEBITED, _BY_CARD = frozenset({"49", "59"}), frozenset({"48", "54", "55"})
FACTORED = "factored"


def payee(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """Whether the seller is to be paid, or somebody else who has an account registered for it."""
    supplier = facts.supplier
    if supplier is None:
        return ()
    other = payees.other_than_seller(invoice, supplier)
    if other is None or payee_accounts.chosen(invoice, supplier, on=facts.pays_on(invoice)) is not None:
        return ()
    return (
        Deviation(
            DeviationCode.PAYEE,
            Weight.HOLD,
            "BT-59",
            found=payees.words_of(other),
            expected=supplier.name,
            expected_from=Source.REGISTER,
            actor=DeviationActor.BUYER,
            variant="" if other.name else FACTORED,
        ),
    )


def account(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """Whether each account is registered. One that is the supplier's on another day stops nothing, nor does none."""
    supplier = facts.supplier
    if supplier is None:
        return ()
    pays = facts.pays_on(invoice)
    other = payees.other_than_seller(invoice, supplier)
    holding = payee_accounts.of_payee(supplier.on(pays).payment_accounts, other)
    every = payee_accounts.of_payee(supplier.payment_accounts, other)
    if other is not None and payee_accounts.chosen(invoice, supplier, on=pays) is None:
        # A payee without any account is what deviates, and not its account too.
        return ()
    if not invoice.accounts:
        return _absent(invoice, supplier, pays=pays)
    expected = ", ".join(written(each) for each in holding)
    judged = (_judged(given, holding, every, pays=pays, expected=expected) for given in invoice.accounts)
    return tuple(each for each in judged if each is not None)


def _absent(invoice: InvoiceContent, supplier: Supplier, *, pays: date) -> tuple[Deviation, ...]:
    """To which account an invoice is paid that names none, also where it thinks that we do not pay it ourselves."""
    to = payee_accounts.chosen(invoice, supplier, on=pays)
    if to is None or invoice.amount_payable.amount <= 0:
        return ()
    told = payee_accounts.words_of(to)
    for variant, means in ((DEBITED, _DEBITED), (BY_CARD, _BY_CARD)):
        if given := [each for each in invoice.payment_means if each in means]:
            return (
                note(DeviationCode.PAYEE_ACCOUNT, "BT-81", given[0], told, Source.REGISTER, variant=variant),
            )
    return (note(DeviationCode.PAYEE_ACCOUNT, "BT-84", "", told, Source.REGISTER, variant=ABSENT_ACCOUNT),)


def written(account: PaymentAccount) -> str:
    """An account as the register has it: what kind, and its number."""
    return f"{account.scheme} {account.number}"


def _judged(
    given: AccountGiven,
    holding: tuple[PaymentAccount, ...],
    every: tuple[PaymentAccount, ...],
    *,
    pays: date,
    expected: str,
) -> Deviation | None:
    if payee_accounts.registered(given, holding) is not None:
        return None
    found = f"{given.scheme} {given.number}".strip()
    # The last of its times: what is registered anew for a later day has not ended.
    known = payee_accounts.registered(given, tuple(reversed(every)))
    if known is not None:
        ended = known.valid_to is not None and known.valid_to < pays
        return note(
            DeviationCode.PAYEE_ACCOUNT,
            "BT-84",
            found,
            expected,
            Source.REGISTER,
            reference=str(known.valid_to if ended else known.valid_from),
            variant="ended" if ended else "early",
        )
    return Deviation(
        DeviationCode.PAYEE_ACCOUNT,
        Weight.HOLD,
        "BT-84",
        found=found,
        expected=expected,
        expected_from=Source.REGISTER,
        actor=DeviationActor.BUYER,
    )
