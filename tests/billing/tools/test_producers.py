"""Bills in the manners of several producers: every one keeps the published rules, and the same seed gives the same."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from billing.tools.producers.bill_writing import written
from billing.tools.producers.bills import Bill, Due, OrderedLine, bill_of, credit_of
from billing.tools.producers.drafts import Desk, Draft, MistakenDesk
from billing.tools.producers.habits import HABITS, Habit
from billing.tools.producers.manners import MANNERS
from billing.tools.producers.many_suppliers import with_suppliers
from billing.tools.producers.mistakes import MISTAKES, Mistake, Standing
from foundation.money import DAY
from orders.register.parties import Supplier
from orders.register.register import Register
from peppol.documents import billing
from peppol.validation import validation
from peppol.xml import codec
from tests.support.command_line import Desk as CommandLine
from tests.support.project import PROJECT
from tests.support.stories.system import example_register

ON = date(2026, 11, 5)
FORTNOX = MANNERS["Fortnox"]
CHANCES = range(5)


def suppliers() -> Iterator[Supplier]:
    """One of each: taxed, exempt and outside VAT, with every kind of account."""
    register = with_suppliers(example_register(), count=10)
    yield from register.suppliers[-10:-4]


def due_to(supplier: Supplier) -> Due:
    """Fifteen days of October, of the twenty-two that were ordered."""
    vat = supplier.on(ON).vat
    line = OrderedLine("001", "166", "Dagar", DAY, Decimal("95.00"), date(2026, 10, 1), date(2026, 10, 31))
    return Due(
        order_number="2100000023",
        execution_reference="300000001",
        contract="AVT-1",
        currency="SEK",
        line=line,
        quantity=Decimal(15),
        ordered=Decimal(22),
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 10, 21),
        vat_category=vat.category.value,
        vat_percent=vat.percent,
        exemption_code=vat.exemption_code,
        exemption_reason=vat.exemption_reason,
    )


def bills_of(supplier: Supplier) -> tuple[Bill, Bill]:
    """An invoice, and its credit note."""
    buyer = example_register().buyer
    invoice = bill_of(due_to(supplier), supplier=supplier, buyer=buyer, number="F1", on=ON)
    return invoice, credit_of(invoice, number="K1", on=ON)


def assert_valid(draft: Draft) -> None:
    body = written(draft.bill, draft.manner)
    found = validation.validate(body, on=ON)
    assert found.valid, f"{[(each.rule, each.location) for each in found.fatal]}\n{body.decode()}"


@pytest.mark.parametrize("manner", MANNERS)
def test_a_bill_in_every_manner_keeps_the_published_rules(manner: str) -> None:
    for supplier in suppliers():
        for bill in bills_of(supplier):
            assert_valid(Draft(bill, MANNERS[manner]))


@pytest.mark.parametrize("habit", HABITS, ids=lambda each: each.name)
def test_so_does_a_bill_with_any_habit(habit: Habit) -> None:
    for supplier in suppliers():
        for chance in CHANCES:
            desk = Desk(due_to(supplier), supplier, Random(chance))  # noqa: S311
            for bill in bills_of(supplier):
                assert_valid(habit.change(Draft(bill, FORTNOX), desk))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.name)
def test_so_does_a_bill_with_any_mistake_and_some_supplier_can_make_it(mistake: Mistake) -> None:
    made = 0
    for supplier in suppliers():
        invoice, credit = bills_of(supplier)
        bill = credit if mistake.made_for in (Standing.CREDIT, Standing.CREDITED) else invoice
        for chance in CHANCES:
            desk = MistakenDesk(
                due_to(supplier),
                supplier,
                Random(chance),  # noqa: S311
                used_number="F0",
                own_elsewhere=("2100000033", "002"),
                others_order=("2100000043", "001"),
                others_number="5599991014",
                second_line="002",
            )
            wrong = mistake.change(Draft(bill, FORTNOX), desk)
            if wrong is not None:
                made += 1
                assert_valid(wrong)
    assert made


def test_the_manners_differ_and_say_the_same() -> None:
    taxed = next(suppliers())
    bodies = {written(bills_of(taxed)[0], manner) for manner in MANNERS.values()}
    assert len(bodies) == len(MANNERS)
    read = [codec.parse(billing.Invoice, body) for body in bodies]
    assert len({(each.id, each.legal_monetary_total.payable_amount) for each in read}) == 1


def test_every_habit_and_mistake_stands_in_the_documents_with_its_reason() -> None:
    told = (PROJECT / "docs" / "touchless.md").read_text(encoding="utf-8")
    habits = [f"| {each.name} | {each.share} | {each.reason} |" for each in HABITS]
    rows = habits + [f"| {each.name} | {each.share} | {each.reason} |" for each in MISTAKES]
    assert [row for row in rows if row not in told] == []
    assert sum(line.count("|") == 4 for line in told.splitlines()) == len(rows) + 4
    assert ", ".join(MANNERS) in told


def test_new_suppliers_are_like_those_there_are() -> None:
    register: Register = with_suppliers(example_register(), count=40)
    assert len(register.suppliers) == len(example_register().suppliers) + 40
    kinds = {each.on(ON).vat.category for each in register.suppliers[-40:]}
    assert kinds == {each.on(ON).vat.category for each in example_register().suppliers}


def played(folder: Path) -> dict[str, bytes]:
    """A small year of the command line."""
    options = ("--participants", "2", "--months", "1", "--seed", "7", "--dir", str(folder))
    CommandLine(folder).run("simulate", "--producers", *options)
    files = [folder / "events.jsonl", folder / "documents.jsonl", *sorted((folder / "inbox").iterdir())]
    return {file.name: file.read_bytes() for file in files}


def test_the_same_seed_gives_the_same_bytes_and_each_document_is_told_of(tmp_path: Path) -> None:
    once = played(tmp_path / "once")
    assert played(tmp_path / "again") == once
    told = [json.loads(line) for line in once["documents.jsonl"].splitlines()]
    assert {each["file"] for each in told} == once.keys() - {"events.jsonl", "documents.jsonl"}
    assert {each["became"] for each in told if each["mistake"] is None} <= {"ACCEPTED", "SETTLED"}


def test_the_bench_prints_both_shares_and_the_causes(tmp_path: Path) -> None:
    told = CommandLine(tmp_path).run("bench", "touchless", "--documents", "40", "--json").json
    assert told["documents"] == told["obeying"] + told["not_obeying"] == 40
    assert told["share"] >= 0.995
    assert told["of_these_accepted"] == 0
    mistakes = [each for each in told["causes"] if each["kind"] == "mistake"]
    assert sum(each["count"] for each in mistakes) == told["not_obeying"]
    assert sum(each["accepted"] for each in mistakes) == 0
