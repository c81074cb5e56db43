"""A supplier's practice: the producer of its program and its habits, the same for all it sends, given by a seed."""

from dataclasses import dataclass
from random import Random

from billing.tools.producers.bill_writing import written
from billing.tools.producers.bills import Bill, Due
from billing.tools.producers.drafts import Desk, Draft, MistakenDesk
from billing.tools.producers.habits import Habit, drawn_habits
from billing.tools.producers.manners import MANNERS
from billing.tools.producers.mistakes import Mistake
from orders.register.parties import Supplier


@dataclass(frozen=True, slots=True)
class Practice:
    """How one supplier bills."""

    supplier: Supplier
    producer: str
    habits: tuple[Habit, ...]

    def draft(self, bill: Bill, due: Due, chance: Random) -> Draft:
        """The bill as this supplier has it, with its habits."""
        draft, desk = Draft(bill, MANNERS[self.producer]), Desk(due, self.supplier, chance)
        for habit in self.habits:
            draft = habit.change(draft, desk)
        return draft


def practice_of(supplier: Supplier, *, seed: int, place: str = "") -> Practice:
    """The practice that the seed gives a supplier, or one `place` of it that has a program of its own."""
    # Not for secrets: the point is that it can be repeated.
    chance = Random(f"{seed}/{supplier.organisation_number}/{place}")  # noqa: S311
    return Practice(supplier, chance.choice(list(MANNERS)), drawn_habits(chance))


def mistaken(draft: Draft, mistake: Mistake, desk: MistakenDesk) -> Draft | None:
    """The draft with a mistake; None where it cannot be made on it."""
    return mistake.change(draft, desk)


def body_of(draft: Draft) -> bytes:
    """The bytes that are sent."""
    return written(draft.bill, draft.manner)
