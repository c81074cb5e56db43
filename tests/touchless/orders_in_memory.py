"""Orders of a year in memory: the truth about them, the same as facts of a match, and what may be billed on them.

Everything is drawn from a seed. An order line stands in one way for the whole year (`Standing`), so that a million
bills can be judged beside each other without books.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from billing.tools.producers.bills import Bill, Due, OrderedLine, bill_of
from billing.tools.producers.drafts import Draft
from billing.tools.producers.mistakes import Standing
from billing.tools.producers.practices import Practice, practice_of
from foundation.money import DAY
from foundation.periods import six_months_from
from orders.register.parties import Supplier
from orders.register.register import Register
from tests.entitlement.calendar_of_days import each_day, is_working_day
from tests.touchless.truth import TrueBill, TrueLine, TrueOrder, Truth

FIRST_DAY = date(2026, 1, 5)
DAY_OF_JUDGEMENT = date(2026, 12, 30)
_PIECE = "C62"
_PRACTICES = 12
"""So many programs does one supplier have here: its units bill by themselves, so that every habit meets every other."""


@dataclass(frozen=True, slots=True)
class Billable:
    """An order line with what may be billed on it, whose it is, how it stands, and the bill it has had, if any."""

    due: Due
    supplier: Supplier
    standing: Standing
    earlier: Draft | None = None
    practice: Practice | None = None  # whose the earlier bill is

    @property
    def place(self) -> tuple[str, str]:
        """The order's number and the line's."""
        return self.due.order_number, self.due.line.line_id


@dataclass(slots=True)
class OrdersInMemory:
    """All orders: true, and as they may be billed, by standing and by supplier."""

    register: Register
    truth: Truth
    by_standing: dict[Standing, list[Billable]] = field(default_factory=lambda: defaultdict(list))
    by_supplier: dict[str, list[Billable]] = field(default_factory=lambda: defaultdict(list))
    practices: dict[str, list[Practice]] = field(default_factory=dict)
    last_days: dict[str, date] = field(default_factory=dict)
    """The last day of an order that was interrupted."""


def orders_of_a_year(register: Register, *, seed: int, count: int) -> OrdersInMemory:
    """So many orders of the register's suppliers, with their lines and receipts."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    made = OrdersInMemory(register, truth_of(register))
    suppliers = [
        register.supplier(each.supplier)
        for each in register.contracts
        if not register.area(each.areas[0]).esf
    ]
    for number in range(count):
        _add_order(made, chance.choice(suppliers), f"{2_100_000_000 + number}", chance, seed)
    return made


def truth_of(register: Register) -> Truth:
    """What the register says, as plain facts."""
    return Truth(
        buyer=register.buyer.organisation_number,
        accounts={
            each.organisation_number: frozenset(account.number for account in each.payment_accounts)
            for each in register.suppliers
        },
        today=DAY_OF_JUDGEMENT,
    )


def _add_order(made: OrdersInMemory, supplier: Supplier, number: str, chance: Random, seed: int) -> None:
    owner = supplier.organisation_number
    if owner not in made.practices:
        places = map(str, range(_PRACTICES))
        made.practices[owner] = [practice_of(supplier, seed=seed, place=each) for each in places]
    vat = supplier.on(DAY_OF_JUDGEMENT).vat
    order = TrueOrder(owner, made.register.buyer.currency, (vat.category.value, Fraction(vat.percent)), {})
    made.truth.orders[number] = order
    order.is_called_off = chance.random() < 0.04
    for line_id, line in _lines(made, number, chance):
        order.lines[line_id] = line
        standing = _standing(order, line, chance)
        due = _due(made.register, number, order, line_id, line, supplier)
        earlier, practice = None, None
        if standing in (Standing.BILLED, Standing.CREDITED):
            practice = chance.choice(made.practices[owner])
            earlier = _earlier(made, practice, due, chance, is_credited=standing is Standing.CREDITED)
            line.billed_by = earlier.bill.number if standing is Standing.BILLED else ""
        billable = Billable(due, supplier, standing, earlier, practice)
        made.by_standing[standing].append(billable)
        made.by_supplier[owner].append(billable)


def _lines(made: OrdersInMemory, number: str, chance: Random) -> Iterator[tuple[str, TrueLine]]:
    """The months of half a year, from some day on cut short by an interruption, or one result."""
    start = FIRST_DAY + timedelta(days=chance.randrange(150))
    if chance.random() < 0.15:
        price = chance.choice((150_000, 800_000, 1_100_050, 200_000))
        yield "001", TrueLine(_PIECE, price, start, start, 1, False, 1)
        return
    period = six_months_from(start)
    price = chance.choice((6_000, 8_000, 9_500, 12_345, 10_001))
    last_day = (
        period.start + timedelta(days=chance.randrange(20, 170)) if chance.random() < 0.3 else period.end
    )
    if last_day < period.end:
        made.last_days[number] = last_day
    for place, month in enumerate(period.months(), 1):
        ordered = sum(map(is_working_day, each_day(month.start, month.end)))
        received = sum(map(is_working_day, each_day(month.start, min(month.end, last_day))))
        if ordered:
            line = TrueLine(DAY, price, month.start, month.end, ordered, True, received)
            yield f"{place:03}", line


def _standing(order: TrueOrder, line: TrueLine, chance: Random) -> Standing:
    """How the line stands; one without a day is never received."""
    drawn = chance.random()
    if order.is_called_off:
        line.received = None
        return Standing.CANCELLED
    if not line.received or drawn < 0.06:
        line.received = None
        return Standing.AWAITED
    if drawn < 0.10:
        line.received = None
        return Standing.REVOKED
    if drawn < 0.20:
        return Standing.BILLED
    if drawn < 0.23:
        return Standing.CREDITED
    return Standing.CUT if line.received < line.ordered else Standing.FREE


def _due(
    register: Register, number: str, order: TrueOrder, line_id: str, line: TrueLine, supplier: Supplier
) -> Due:
    vat = supplier.on(line.last).vat
    last = line.last
    contract = next(each for each in register.contracts if each.supplier == order.supplier)
    price_list = next(each for each in register.price_lists if contract.id in each.contracts)
    article = price_list.articles[0]
    return Due(
        order_number=number,
        execution_reference=f"3{number[1:]}",
        contract=contract.id,
        currency=order.currency,
        line=OrderedLine(
            line_id, article.number, article.name, line.unit, Decimal(line.price).scaleb(-2), line.first, last
        ),
        quantity=Decimal(line.ordered if line.received is None else line.received),
        ordered=Decimal(line.ordered),
        starts_on=line.first,
        ends_on=last,
        vat_category=order.tax[0],
        vat_percent=vat.percent,
        exemption_code=vat.exemption_code,
        exemption_reason=vat.exemption_reason,
    )


def _earlier(
    made: OrdersInMemory, practice: Practice, due: Due, chance: Random, *, is_credited: bool
) -> Draft:
    number = f"T{due.order_number}-{due.line.line_id}"
    supplier = practice.supplier
    bill = bill_of(due, supplier=supplier, buyer=made.register.buyer, number=number, on=DAY_OF_JUDGEMENT)
    draft = practice.draft(bill, due, chance)
    made.truth.bills[supplier.organisation_number, number] = _true(draft.bill, is_credited=is_credited)
    return draft


def _true(bill: Bill, *, is_credited: bool) -> TrueBill:
    amounts = (bill.amount_net, bill.amount_vat, bill.amount_payable)
    net, vat, payable = (int(each.scaleb(2)) for each in amounts)
    return TrueBill(net, vat, payable, bill.currency, is_credited)
