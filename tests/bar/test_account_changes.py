"""Row 27: forty invoices, each with something about its payee or its number, and what is paid of them by itself.

Every case has a placement of its own and goes the whole way: in at the mailbox, judged, and into the proposal of what
is due. What names an account or a payee that is not registered never comes that far; what only writes the registered
ones in another way does, to the registered account.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest

from invoicing.model import InvoiceState
from peppol.documents import billing, shapes
from tests.support.stories.paying import PayDesk
from tests.support.stories.system import FYRBAKEN, System, a_system

Edit = Callable[[billing.Invoice], billing.Invoice]
Tell = Callable[[str, object], None]

CAME, DUE = date(2026, 2, 3), date(2026, 5, 10)
OWN, STRANGE = "5999107", "5050-1055"


def to(number: str, *, code: str = "30", branch: str | None = "SE:BANKGIRO") -> Edit:
    """The invoice names this account."""
    place = shapes.Reference(id=branch) if branch else None
    account = billing.FinancialAccount(id=number, financial_institution_branch=place)

    def edit(invoice: billing.Invoice) -> billing.Invoice:
        means = billing.PaymentMeans(payment_means_code=shapes.Code(code), payee_financial_account=account)
        return replace(invoice, payment_means=(means,))

    return edit


def payee(name: str, company: str | None = None, *, account: str = OWN) -> Edit:
    """The invoice is to be paid to somebody."""
    entity = billing.PayeeLegalEntity(company_id=shapes.Identifier(company, "0007")) if company else None
    party = billing.PayeeParty(party_name=shapes.PartyName(name=name), party_legal_entity=entity)
    return lambda invoice: replace(to(account)(invoice), payee_party=party)


def factored(edit: Edit) -> Edit:
    """The invoice says by its type that it was sold."""
    return lambda invoice: replace(edit(invoice), invoice_type_code="393")


CHANGED: Mapping[str, Edit] = {
    "another bankgiro": to(STRANGE),
    "another bankgiro without its kind": to(STRANGE, branch=None),
    "another plusgiro": to("1234566", branch="SE:PLUSGIRO"),
    "one digit more": to(f"{OWN}0"),
    "one digit less": to(OWN[:-1]),
    "two digits in each other's place": to("5991907"),
    "the last digit another": to("5999106"),
    "a Swedish IBAN": to("SE4550000000058398257466", code="58", branch="ESSESESS"),
    "a foreign IBAN": to("DE89370400440532013000", code="58", branch=None),
    "a bank account": to("12345678901", code="42", branch="5000"),
    "the registered number in an IBAN": to("SE4550000000000005999107", code="58", branch=None),
    "letters that look like digits": to("59991O7"),
    "the number of the company": to(FYRBAKEN),
    "two accounts, one of them strange": lambda invoice: replace(
        invoice, payment_means=(*to(OWN)(invoice).payment_means, *to(STRANGE)(invoice).payment_means)
    ),
    "a factoring company and its account": payee("Fordringsköp Exempel AB", "5590000005", account="991-2346"),
    "a factoring company and the seller's account": payee("Fordringsköp Exempel AB", "5590000005"),
    "a factoring company without its number": payee("Fordringsköp Exempel AB"),
    "the seller's name and another's number": payee("FYRBÅKEN EXEMPEL AB", "5590000005"),
    "a factored invoice to the seller": factored(to(OWN)),
    "a factored invoice to a strange account": factored(to(STRANGE)),
}
"""What must not be paid before two people have looked."""

UNCHANGED: Mapping[str, Edit] = {
    "as it was": lambda invoice: invoice,
    "with its hyphen": to("599-9107"),
    "with a blank": to("599 9107"),
    "with a blank that does not break": to("599\N{NO-BREAK SPACE}9107"),
    "with its kind before it": to("BG 599-9107"),
    "with its kind written out": to("Bankgironr 599-9107"),
    "filled up with zeros": to("0005999107"),
    "without its kind": to(OWN, branch=None),
    "under the code of a bank transfer": to(OWN, code="58", branch=None),
    "under the code of a plusgiro": to(OWN, code="50"),
    "without an account": lambda invoice: replace(invoice, payment_means=()),
    "the seller as its own payee": payee("Vi själva", FYRBAKEN),
    "the seller as its own payee in capitals": payee("FYRBÅKEN   exempel ab"),
}
"""What is paid as ever."""

AGAIN: Mapping[str, str] = {
    "with its hyphen gone": "F{}",
    "with a blank": "F {}",
    "with a letter after it": "F-{}A",
    "with a nought before it": "F-0{}",
    "in small letters": "f-{}",
    "another number": "M-{}",
    "a reminder of it": "F-{}-P",
}
"""Under which number a line that is paid is invoiced once more; F-{} is the first one's."""


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def bill(system: System, place: int) -> billing.Invoice:
    """The invoice of the first month of a new placement."""
    reference = f"1000001{place:02}"
    system.decide(reference)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    return system.flip(system.order(reference).number, number=f"F-{place}", on=CAME)


def paid_by_itself(system: System) -> Mapping[int, str]:
    """What is proposed for payment when all of it is due: the invoice, and the account."""
    desk = PayDesk(system)
    return {each.invoice_id: each.account.number for each in desk.items(desk.propose(on=DUE))}


def test_nothing_strange_is_paid_by_itself_and_nothing_usual_is_held(
    system: System, record_property: Tell
) -> None:
    cases = {**CHANGED, **UNCHANGED}
    sent = {name: system.send(edit(bill(system, place))) for place, (name, edit) in enumerate(cases.items())}
    proposed = paid_by_itself(system)
    strange = [name for name in CHANGED if sent[name].id in proposed]
    held = [name for name in UNCHANGED if proposed.get(sent[name].id) != OWN]
    assert (strange, held) == ([], [])
    waits = {name: sent[name].state for name in CHANGED if sent[name].state is InvoiceState.ACCEPTED}
    assert waits == {}, "none of them is accepted and only held back from the payment"
    record_property("changed", len(CHANGED))
    record_property("unchanged", len(UNCHANGED))


def test_what_is_invoiced_again_is_paid_once_and_the_first_is_not_held_for_it(
    system: System, record_property: Tell
) -> None:
    first, again = {}, {}
    for place, (name, number) in enumerate(AGAIN.items()):
        invoice = bill(system, place)
        first[name] = system.send(invoice)
        again[name] = system.send(replace(invoice, id=number.format(place)))
    proposed = paid_by_itself(system)
    assert [name for name in AGAIN if again[name].id in proposed] == []
    assert [name for name in AGAIN if first[name].id not in proposed] == []
    record_property("invoiced_again", len(AGAIN))
