"""Bills of a year, one after the other: right ones with their suppliers' habits, wrong ones with one mistake each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from billing.tools.producers.bills import bill_of, credit_of
from billing.tools.producers.drafts import Draft, MistakenDesk
from billing.tools.producers.mistakes import Mistake, Standing, drawn_mistake
from billing.tools.producers.practices import Practice, body_of, mistaken
from tests.touchless.orders_in_memory import DAY_OF_JUDGEMENT, Billable, OrdersInMemory

_CREDITS = 40
"""So many in a thousand are credit notes with nothing wrong."""
_TO_INVOICE = (Standing.FREE, Standing.CUT, Standing.CREDITED)


@dataclass(frozen=True, slots=True)
class MadeBill:
    """A bill's bytes, and what whoever made it knows: its mistake, or the habits it has where it has none."""

    body: bytes
    mistake: Mistake | None
    practice: Practice

    @property
    def causes(self) -> tuple[str, ...]:
        """What it is counted under."""
        if self.mistake is not None:
            return (self.mistake.name,)
        return (self.practice.producer, *(each.name for each in self.practice.habits))

    def told(self) -> str:
        """In words, for whoever reads a difference."""
        return f"{', '.join(self.causes)} ({self.practice.producer})\n{self.body.decode()}"


def bills_of_a_year(made: OrdersInMemory, *, seed: int, count: int) -> Iterator[MadeBill]:
    """So many bills; the same seed gives the same bytes."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    for number in range(count):
        yield _bill(made, f"F{seed:03}{number:07}", drawn_mistake(chance), chance)


def _bill(made: OrdersInMemory, number: str, mistake: Mistake | None, chance: Random) -> MadeBill:
    billable, draft, practice = _right(made, number, mistake.made_for if mistake else None, chance)
    if mistake is not None:
        wrong = mistaken(draft, mistake, _desk(made, billable, chance))
        if wrong is not None:
            return MadeBill(body_of(wrong), mistake, practice)
        if mistake.made_for not in _TO_INVOICE:
            return _bill(made, number, None, chance)
    return MadeBill(body_of(draft), None, practice)


def _right(
    made: OrdersInMemory, number: str, standing: Standing | None, chance: Random
) -> tuple[Billable, Draft, Practice]:
    """The bill for a line that stands so; where that is left open, for one that may be billed, or a credit."""
    if standing is None and chance.randrange(1000) < _CREDITS:
        standing = Standing.CREDIT
    lines = {Standing.CREDIT: Standing.BILLED}.get(standing or Standing.FREE, standing)
    billable = chance.choice(made.by_standing[lines or chance.choice(_TO_INVOICE)])
    practice = chance.choice(made.practices[billable.supplier.organisation_number])
    on = DAY_OF_JUDGEMENT - timedelta(days=chance.randrange(5))
    if standing in (Standing.CREDIT, Standing.CREDITED):
        earlier, whose = billable.earlier, billable.practice
        assert earlier is not None
        assert whose is not None
        return billable, Draft(credit_of(earlier.bill, number=number, on=on), earlier.manner), whose
    bill = bill_of(billable.due, supplier=billable.supplier, buyer=made.register.buyer, number=number, on=on)
    return billable, practice.draft(bill, billable.due, chance), practice


def _desk(made: OrdersInMemory, billable: Billable, chance: Random) -> MistakenDesk:
    due, supplier = billable.due, billable.supplier
    own = made.by_supplier[supplier.organisation_number]
    elsewhere = [
        each for each in chance.sample(own, min(8, len(own))) if not _fits(due_of=billable, line=each)
    ]
    other = _of_another(made, supplier.organisation_number, chance)
    second = [each.due.line.line_id for each in own if each.due.order_number == due.order_number]
    rest = [each for each in second if each != due.line.line_id]
    return MistakenDesk(
        due,
        supplier,
        chance,
        used_number=billable.earlier.bill.number if billable.earlier else None,
        own_elsewhere=elsewhere[0].place if elsewhere else None,
        others_order=other.place,
        others_number=other.supplier.organisation_number,
        second_line=rest[0] if rest else None,
    )


def _of_another(made: OrdersInMemory, number: str, chance: Random) -> Billable:
    others = [each for each in made.by_supplier if each != number]
    return chance.choice(made.by_supplier[chance.choice(others)])


def _fits(*, due_of: Billable, line: Billable) -> bool:
    """Whether the bill for one line could just as well be for the other."""
    if line.due.order_number == due_of.due.order_number:
        return True
    free = line.standing in _TO_INVOICE
    one, other = due_of.due, line.due
    return free and (one.quantity, one.line.price) == (other.quantity, other.line.price)
