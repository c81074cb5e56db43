"""`billing links`: an invoice is linked line by line from a shell, with a reason, and taken back."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from peppol.documents import billing
from tests.support.command_line import Desk
from tests.support.stories.bills import together, with_lines
from tests.support.stories.system import a_system, example_register

REFERENCES = ("100000101", "100000102")
CAME = date(2026, 2, 3)
BY = ("--by", "user-1", "--reason", "Enligt samtal", "--on", "2026-02-04")


def two_lines(desk: Desk) -> tuple[str, str]:
    """An invoice over January of two participants whose lines say who, and no order; the order line of each."""
    with a_system(desk.url) as system:
        for reference in REFERENCES:
            system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.change_register(example_register(several_orders=True, several_lines=True))
        numbers = [system.order(each).number for each in REFERENCES]
        named = together(*(system.flip(each, "001", number="F-0", on=CAME) for each in numbers), number="F-1")
        lines: list[billing.InvoiceLine] = [
            replace(line, order_line_reference=None, item=replace(line.item, name=f"Deltagare {reference}"))
            for line, reference in zip(named.invoice_lines, REFERENCES, strict=True)
        ]
        system.send(with_lines(replace(named, order_reference=None), lines))
    first, second = (f"{each}/001" for each in numbers)
    return first, second


def test_an_invoice_is_linked_line_by_line_by_command_and_taken_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first, second = two_lines(desk)
    told = desk.run("links", "suggest", "F-1", "--json").json
    assert [(each["invoice_line"], each["order_line"]) for each in told] == [("1", first), ("2", second)]
    assert first in desk.run("links", "suggest", "F-1").out
    lines = ("--line", f"1={first}", "--line", f"2={second}")
    assert "F-1: ACCEPTED" in desk.run("links", "set", "F-1", *lines, *BY).out
    undo = ("links", "undo", "F-1", "--by", "user-1", "--on", "2026-02-04")
    assert "F-1: IN_QUESTION" in desk.run(*undo).out
    assert "som ordernummer/rad" in desk.run("links", "set", "F-1", "--line", "1=001", *BY, code=1).err
    assert "ingen rad 7" in desk.run("links", "set", "F-1", "--line", f"7={first}", *BY, code=1).err
    # As a whole it is for one order line, whatever its lines are.
    assert "F-1: IN_QUESTION" in desk.run("links", "set", "F-1", "--line", first, *BY).out
