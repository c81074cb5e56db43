"""The statement of random histories, by supplier and month and as of any day, against sums in whole öre.

Each history is one supplier's: what was ordered, closed, received, invoiced, judged, credited, paid, claimed back and
returned, on which day. What is expected is counted here from those events alone, in integers. The events are then laid
in the books' tables, many suppliers in one database, and the product adds them up.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from sqlalchemy import Table, insert

from foundation.database import Database
from invoicing.claims import tables as claim_tables
from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import Statement, StatementColumn, StatementKey, reconcile
from orders import tables as order_tables
from tests.bar import seeds
from tests.support.servers.system_databases import filled
from tests.support.stories.system import System, example_register

FIRST: Final = date(2025, 11, 3)
DAYS: Final = 200
BY: Final = (StatementKey.SUPPLIER, StatementKey.MONTH)
Sums = dict[tuple[str, str], Counter[str]]


def day_of(number: int) -> date:
    """A day of a history, counted from its first."""
    return FIRST + timedelta(number)


# Histories ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class OrderLine:
    """A line: what was ordered from which day on, how it ended, and its receipts with what each takes back."""

    order: str
    line: str
    starts_on: date
    issued: int
    amount: int
    state: str = "OPEN"
    closed: int | None = None
    receipts: list[tuple[int, int, int | None]] = field(default_factory=list)

    @property
    def month(self) -> str:
        return self.starts_on.isoformat()[:7]

    def received(self, by: int) -> int:
        return sum(amount for day, amount, _ in self.receipts if day <= by)

    def stands(self, by: int) -> bool:
        come = [takes_back is None for day, _, takes_back in self.receipts if day <= by]
        return come.count(True) > come.count(False)


@dataclass(slots=True)
class Claim:
    """Two people claimed it back on a day; it fell on another, with its payment or since it was right after all."""

    raised: int
    fell: int | None = None
    with_payment: bool = False


@dataclass(slots=True)
class Invoice:
    """An invoice by its parts: of an order line, or of none; and what became of it on which days.

    `approved` are the days on which it was found right or otherwise; `paid` each payment and its coming back;
    `settled` each time all of it was given back, and the day it was owed again.
    """

    number: str
    came: int
    issued: int
    parts: list[tuple[OrderLine | None, int]]
    judged: list[tuple[int, str]] = field(default_factory=list)
    partial: list[tuple[int, int, int]] = field(default_factory=list)
    """Credit notes for a part: the day, the place of the part, and how much of it."""
    paid: list[tuple[int, int | None]] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    credited: int | None = None
    settled: list[tuple[int, int | None]] = field(default_factory=list)

    def is_approved(self, by: int) -> bool:
        """Right by what was found last, and not asked back."""
        found = [verdict for day, verdict in self.judged if day <= by]
        asked_back = any(
            each.raised <= by and (each.fell is None or each.fell > by or each.with_payment)
            for each in self.claims
        )
        # What was kept of a paid invoice as held or parked, before what followed was kept, stood all the same.
        right = ("ACCEPT", "HOLD", "PARK") if self.has_left(by) else ("ACCEPT",)
        return bool(found) and found[-1] in right and not asked_back and not self.is_credited(by)

    def has_left(self, by: int) -> bool:
        """Money has left for it and not come back."""
        return any(day <= by and not (back is not None and back <= by) for day, back in self.paid)

    def is_credited(self, by: int) -> bool:
        return self.credited is not None and self.credited <= by

    def is_paid(self, by: int) -> bool:
        """Money lies with the supplier: it has left, and neither come back nor been given back whole."""
        back = any(day <= by and not (again is not None and again <= by) for day, again in self.settled)
        return self.has_left(by) and not back


@dataclass(slots=True)
class History:
    """All of one supplier."""

    supplier: str
    lines: list[OrderLine]
    invoices: list[Invoice]


def a_history(seed: int) -> History:
    """A supplier's history, the same for the same number."""
    chance = Random(seed)  # noqa: S311 - a history to try, and no secret
    lines = [
        each
        for order in range(chance.randint(1, 2))
        for each in _lines(chance, f"{seed:07}{order}", chance.randint(1, 3))
    ]
    invoices = [_invoice(chance, f"F-{place}", lines) for place in range(chance.randint(0, 4))]
    return History(f"55{seed:08}", lines, invoices)


def _lines(chance: Random, order: str, many: int) -> Iterator[OrderLine]:
    issued = chance.randint(0, 60)
    for place in range(many):
        starts_on = (
            date(2025, 11, 1) if place == 0 else date(2025 + (10 + place) // 12, (10 + place) % 12 + 1, 1)
        )
        line = OrderLine(order, f"00{place + 1}", starts_on, issued, chance.randint(1, 10**7))
        what = chance.random()
        if what < 0.15:
            line.state, line.closed = "CANCELLED", issued + chance.randint(0, 60)
        elif what < 0.8:
            day = issued
            for _ in range(chance.choice((1, 1, 1, 2, 3))):
                # A month is received, and what was received is taken back before it is received anew.
                day += chance.randint(0, 40)
                if line.stands(day):
                    line.receipts.append((day, -line.receipts[-1][1], len(line.receipts) - 1))
                else:
                    line.receipts.append(
                        (day, chance.choice((line.amount, chance.randint(0, line.amount))), None)
                    )
        if line.state == "OPEN" and chance.random() < 0.2:
            line.state, line.closed = "CLOSED_UNUSED", issued + chance.randint(0, 150)
        yield line


def _invoice(chance: Random, number: str, lines: list[OrderLine]) -> Invoice:
    came = chance.randint(0, 80)
    chosen: list[OrderLine | None] = list(chance.sample(lines, chance.randint(1, min(3, len(lines)))))
    if chance.random() < 0.2:
        chosen.append(None)
    parts = [] if chance.random() < 0.1 else [(line, chance.randint(1, 10**7)) for line in chosen]
    invoice = Invoice(
        number, came, max(0, came - chance.randint(0, 20)), parts or [(None, chance.randint(1, 10**7))]
    )
    if not parts:
        invoice.parts = [(None, invoice.parts[0][1])]
    day = came

    def later(most: int = 25) -> int:
        nonlocal day
        day += chance.randint(0, most)
        return day

    invoice.judged.append((day, chance.choice(("ACCEPT", "ACCEPT", "ACCEPT", "QUESTION", "HOLD", "PARK"))))
    if chance.random() < 0.3:
        invoice.judged.append((later(), chance.choice(("ACCEPT", "QUESTION", "HOLD", "PARK"))))
    if chance.random() < 0.2 and invoice.parts[0][1] > 2:
        place = chance.randrange(len(invoice.parts))
        invoice.partial.append((later(), place, chance.randint(1, invoice.parts[place][1])))
    if chance.random() < 0.15:
        invoice.credited = later()
    elif invoice.judged[-1][1] == "ACCEPT" and chance.random() < 0.8:
        _money(chance, invoice, later)
    return invoice


def _money(chance: Random, invoice: Invoice, later: Callable[..., int]) -> None:
    """It is paid, and perhaps comes back and is paid again; claimed by two, credited, given back and owed again."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        invoice.paid.append((later(), None))
        if chance.random() < 0.25:
            claim = Claim(later())
            invoice.claims.append(claim)
            what = chance.random()
            if what < 0.3:
                # Nobody's fault: it is written off, judged anew and right.
                claim.fell = later()
                invoice.judged.append((claim.fell, "ACCEPT"))
            elif what < 0.5:
                claim.fell, claim.with_payment = later(), True
                invoice.paid[-1] = (invoice.paid[-1][0], claim.fell)
                if chance.random() < 0.5:
                    invoice.credited = later()
                return
            break
        if chance.random() < 0.4:
            invoice.paid[-1] = (invoice.paid[-1][0], later())
        else:
            break
    if invoice.paid[-1][1] is not None:
        return
    if chance.random() < 0.3 and not invoice.claims:
        invoice.judged.append((later(), chance.choice(("QUESTION", "HOLD", "PARK"))))
    if chance.random() < 0.4:
        invoice.credited = later()
    is_owed = invoice.credited is not None or any(each.fell is None for each in invoice.claims)
    if is_owed and chance.random() < 0.6:
        invoice.settled.append((later(), None))
        if chance.random() < 0.3:
            invoice.settled[-1] = (invoice.settled[-1][0], later())
            if chance.random() < 0.5:
                invoice.settled.append((later(), None))


# What is expected ----------------------------------------------------------------------------------------


def expected(histories: list[History], by: int) -> Sums:
    """The statement of all of them as of a day, in öre."""
    sums: Sums = defaultdict(Counter)
    for history in histories:
        for line in history.lines:
            if line.issued <= by:
                _add_line(sums[history.supplier, line.month], line, by)
            elif any(day <= by for day, _, _ in line.receipts):
                raise AssertionError("a line is received before it is ordered")
        for invoice in history.invoices:
            if invoice.came <= by:
                for place, (part, amount) in enumerate(invoice.parts):
                    month = part.month if part else day_of(invoice.issued).isoformat()[:7]
                    _add_part(sums[history.supplier, month], invoice, place, amount, by)
    return sums


def _add_line(row: Counter[str], line: OrderLine, by: int) -> None:
    row["ordered"] += line.amount
    row["received"] += line.received(by)
    has_ended = line.closed is not None and line.closed <= by
    if line.state == "CANCELLED":
        row["cancelled"] += line.amount * has_ended
    elif line.stands(by) or has_ended:
        row["closed_unused"] += line.amount - line.received(by)


def _add_part(row: Counter[str], invoice: Invoice, place: int, amount: int, by: int) -> None:
    less = sum(taken for day, of, taken in invoice.partial if of == place and day <= by)
    row["invoiced"] += amount
    row["credited"] += amount if invoice.is_credited(by) else less
    row["approved"] += (amount - less) * invoice.is_approved(by)
    row["paid"] += (amount - less) * invoice.is_paid(by)


# The books of them -----------------------------------------------------------------------------------------


def kronor(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


@dataclass(slots=True)
class Rows:
    """What is laid in each table, in an order that no foreign key minds."""

    of: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    receipts: int = 0
    invoices: int = 0
    numbers: int = 0

    def add(self, table: Table, **values: object) -> None:
        self.of.setdefault(table, []).append(values)

    def number(self) -> str:
        self.numbers += 1
        return f"{self.numbers:08}"


def lay(rows: Rows, history: History) -> None:
    """The rows that the events of a history leave behind."""
    reference = f"R{history.supplier}"
    rows.add(
        order_tables.placement,
        execution_reference=reference,
        supplier=history.supplier,
        contract_id="A",
        unit_id="U",
        unit="{}",
        delivery_area="LO",
        level="C",
        handling="NONE",
        state="ONGOING",
    )
    for order in sorted({each.order for each in history.lines}):
        of_order = [each for each in history.lines if each.order == order]
        rows.add(
            order_tables.purchase_order,
            number=order,
            article="BASIC",
            execution_reference=reference,
            decision_id=order,
            supplier=history.supplier,
            contract_id="A",
            unit_id="U",
            delivery_area="LO",
            price_list_id="P",
            day_convention="WORKDAYS",
            currency="SEK",
            starts_on=FIRST,
            ends_on=day_of(DAYS),
            issued_on=day_of(of_order[0].issued),
            amount=kronor(sum(each.amount for each in of_order)),
        )
        for line in of_order:
            _lay_line(rows, line, reference)
    for invoice in history.invoices:
        _lay_invoice(rows, invoice, history.supplier, reference)


def _lay_line(rows: Rows, line: OrderLine, reference: str) -> None:
    of_line = {"order_number": line.order, "line_id": line.line}
    rows.add(
        order_tables.order_line,
        **of_line,
        article_number="166",
        article_name="Grundersättning",
        unit="DAY",
        quantity=Decimal(1),
        price=kronor(line.amount),
        amount=kronor(line.amount),
        starts_on=line.starts_on,
        ends_on=line.starts_on,
    )
    first = rows.receipts
    for day, amount, takes_back in line.receipts:
        rows.receipts += 1
        rows.add(
            order_tables.receipt,
            id=rows.receipts,
            **of_line,
            execution_reference=reference,
            month=line.month,
            report_version=1,
            quantity=Decimal(1),
            amount=kronor(amount),
            received_on=day_of(day),
            reverses=None if takes_back is None else first + takes_back + 1,
        )
    rows.add(
        order_tables.line_account,
        **of_line,
        quantity_ordered=Decimal(1),
        quantity_received=Decimal(1) if line.stands(DAYS * 9) else Decimal(0),
        amount_ordered=kronor(line.amount),
        amount_received=kronor(line.received(DAYS * 9)),
        amount_claimed=Decimal(0),
        receipt_id=rows.receipts if line.stands(DAYS * 9) else None,
        state=line.state,
        closed_on=None if line.closed is None else day_of(line.closed),
    )


def _state(invoice: Invoice) -> str:
    """What the invoice has come to in the end."""
    if invoice.credited is not None:
        return "CREDITED"
    if any(each.fell is None or each.with_payment for each in invoice.claims):
        return "CREDIT_REQUESTED"
    has_money = any(back is None for _, back in invoice.paid)
    last = invoice.judged[-1][1]
    if last == "ACCEPT" or (has_money and last != "QUESTION"):
        return "PAID" if has_money else "ACCEPTED"
    return {"QUESTION": "IN_QUESTION", "HOLD": "ON_HOLD", "PARK": "PARKED"}[last]


def _document(rows: Rows, kind: str, supplier: str, number: str, **values: object) -> int:
    rows.invoices += 1
    usual = {
        "type_code": "380",
        "pays_on": day_of(DAYS),
        "currency": "SEK",
        "order_number": "",
        "endpoint": "0088:1",
        "amount_vat": Decimal(0),
        "content": "{}",
        "credited_net": Decimal(0),
        "paid_on": None,
    }
    rows.add(
        document_tables.invoice,
        id=rows.invoices,
        letter_id=rows.invoices,
        document_type=kind,
        supplier=supplier,
        number=number,
        **{**usual, **values},
    )
    return rows.invoices


def _lay_invoice(rows: Rows, invoice: Invoice, supplier: str, reference: str) -> None:
    total = kronor(sum(amount for _, amount in invoice.parts))
    on_no_line = all(line is None for line, _ in invoice.parts) and len(invoice.parts) == 1
    taken = Counter[int]()
    for _, place, amount in invoice.partial:
        taken[place] += amount
    number = _document(
        rows,
        "INVOICE",
        supplier,
        invoice.number,
        issued_on=day_of(invoice.issued),
        received_on=day_of(invoice.came),
        execution_reference="" if on_no_line else reference,
        amount_net=total,
        amount_payable=total,
        state=_state(invoice),
        credited_net=kronor(taken.total()),
    )
    for place, (line, amount) in enumerate(invoice.parts):
        # What lies on no line at all has no part; its sum is the whole invoice's.
        if not on_no_line or taken:
            rows.add(
                document_tables.invoice_part,
                invoice_id=number,
                position=place,
                order_number=line.order if line else "",
                line_id=line.line if line else "",
                amount_net=kronor(amount),
                credited_net=kronor(taken[place]),
            )
    for day, verdict in invoice.judged:
        rows.add(
            document_tables.match_made, invoice_id=number, made_on=day_of(day), verdict=verdict, tree="{}"
        )
    for place, (day, of, amount) in enumerate(invoice.partial):
        line, _ = invoice.parts[of]
        credit = _credit(rows, supplier, f"D{place}-{invoice.number}", day, amount)
        sums = {"amount_net": kronor(amount), "amount_vat": Decimal(0), "amount_payable": kronor(amount)}
        rows.add(
            document_tables.partial_credit,
            credit_id=credit,
            invoice_id=number,
            settled_on=day_of(day),
            **sums,
        )
        rows.add(
            document_tables.partial_credit_line,
            credit_id=credit,
            position=1,
            invoice_line="1",
            order_number=line.order if line else "",
            line_id=line.line if line else "",
            quantity=Decimal(1),
            amount_net=kronor(amount),
        )
    if invoice.credited is not None:
        credit = _credit(rows, supplier, f"K-{invoice.number}", invoice.credited, int(total * 100))
        rows.add(
            document_tables.credit_pair,
            credit_id=credit,
            invoice_id=number,
            settled_on=day_of(invoice.credited),
        )
    _lay_money(rows, invoice, supplier, number, total)


def _credit(rows: Rows, supplier: str, number: str, day: int, amount: int) -> int:
    return _document(
        rows,
        "CREDIT_NOTE",
        supplier,
        number,
        issued_on=day_of(day),
        received_on=day_of(day),
        execution_reference="",
        amount_net=kronor(amount),
        amount_payable=kronor(amount),
        state="SETTLED",
    )


def _lay_money(rows: Rows, invoice: Invoice, supplier: str, number: int, total: Decimal) -> None:
    money = {"supplier": supplier, "amount": total, "currency": "SEK"}
    two = {"first_by": "user-11", "second_by": "user-12"}
    for attempt, (day, back) in enumerate(invoice.paid, 1):
        payment = rows.number()
        rows.add(
            document_tables.payment,
            number=payment,
            invoice_id=number,
            attempt=attempt,
            paid_on=day_of(day),
            prepared_by="user-11",
            attested_by="user-12",
            **money,
        )
        if back is not None:
            rows.add(
                document_tables.payment_returned,
                payment=payment,
                invoice_id=number,
                returned_on=day_of(back),
                end_to_end="",
                **two,
            )
    for claim in invoice.claims:
        claimed = rows.number()
        rows.add(
            claim_tables.claim,
            number=claimed,
            ocr=f"{claimed}0",
            invoice_id=number,
            cause="WRONG_MONTH",
            amount_net=total,
            state="RAISED" if claim.fell is None else "WITHDRAWN",
            raised_on=day_of(claim.raised),
            asked_by="user-11",
            confirmed_by="user-12",
            reason="Fel månad",
            ended_by="" if claim.fell is None else "system" if claim.with_payment else "user-12",
            ended_on=None if claim.fell is None else day_of(claim.fell),
            **money,
        )
    for attempt, (day, again) in enumerate(invoice.settled, 1):
        rows.add(
            payment_tables.claim_settled,
            invoice_id=number,
            attempt=attempt,
            settled_on=day_of(day),
            how="REPAID",
            **money,
            **two,
        )
        if again is not None:
            rows.add(
                payment_tables.claim_reopened,
                invoice_id=number,
                attempt=attempt,
                reopened_on=day_of(again),
                end_to_end="",
                **two,
            )


# The two beside each other -----------------------------------------------------------------------------------


def _with_our_register(database: Database) -> None:
    System(database).change_register(example_register())


def _in_ore(statement: Statement) -> Sums:
    return {
        (row.key[0], row.key[1]): Counter(
            {column.value: int(getattr(row, column.value).amount.scaleb(2)) for column in StatementColumn}
        )
        for row in statement.rows
    }


def holds(url: str, numbers: range) -> None:
    """The statements of these histories in one database: as of some days, and as they stand in the end."""
    histories = [a_history(number) for number in numbers]
    rows = Rows()
    for history in histories:
        lay(rows, history)
    chance = Random(numbers.start)  # noqa: S311 - days to ask about, and no secret
    database = filled(url, "our register alone", _with_our_register)
    try:
        with database.writing() as session:
            for table in sorted(rows.of, key=list(table_order()).index):
                session.execute(insert(table), rows.of[table])
        with database.reading() as session:
            for by in (None, DAYS * 9, *(chance.randint(0, DAYS) for _ in range(3))):
                wanted = EntryFilter(as_of=None if by is None else day_of(by))
                statement = entry_queries.statement(session, wanted, by=BY)
                _compare(_in_ore(statement), expected(histories, DAYS * 9 if by is None else by), by, numbers)
                if len(histories) <= 100:
                    assert statement == reconcile(entry_queries.entries(session, wanted=wanted), by=BY)
    finally:
        database.close()


def table_order() -> Iterator[Table]:
    """The tables, those first that others speak of."""
    yield from (order_tables.placement, order_tables.purchase_order, order_tables.order_line)
    yield from (order_tables.receipt, order_tables.line_account, document_tables.invoice)
    yield from (document_tables.invoice_part, document_tables.match_made, document_tables.partial_credit)
    yield from (document_tables.partial_credit_line, document_tables.credit_pair, document_tables.payment)
    yield from (document_tables.payment_returned, claim_tables.claim)
    yield from (payment_tables.claim_settled, payment_tables.claim_reopened)


def _compare(found: Sums, wanted: Sums, by: int | None, numbers: range) -> None:
    for key in sorted({*found, *wanted}):
        told, right = found.get(key, Counter()), wanted.get(key, Counter())
        differs = {
            column.value: (told[column.value], right[column.value])
            for column in StatementColumn
            if told[column.value] != right[column.value]
        }
        assert not differs, (
            f"history {int(key[0][2:])} of {numbers}, {key[1]}, day {by}: found, right: {differs}"
        )


AT_A_TIME: Final = 500


@pytest.mark.both_engines
def test_the_statement_of_a_random_history_is_right_to_the_ore(database_url: str) -> None:
    holds(database_url, range(100))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(20))
def test_the_statements_of_a_hundred_thousand_histories(
    tmp_path: Path, part: int, record_property: Callable[[str, object], None]
) -> None:
    first = seeds.seed() % 1_000_000 + part * 5_000
    for start in range(first, first + 5_000, AT_A_TIME):
        holds(f"sqlite:///{tmp_path / f'{start}.sqlite'}", range(start, start + AT_A_TIME))
    record_property("histories", 5_000)
