"""The first and the last day of keeping, a disposal of very many things, and names that name nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from audit import retention, retention_periods
from audit.retention_periods import Stray, Times
from foundation import journal_anchor
from foundation.journal_anchor import UnreadableHeads
from foundation.journal_chains.row_hashes import GENESIS
from invoicing.portal_invoicing import uploads
from invoicing.portal_invoicing.scope import SupplierActor
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System, a_system

EVE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def cases_due(system: System, on: date) -> list[str]:
    with system.database.reading() as session:
        return [name for name, _ in retention.due(session, today=on)]


@pytest.mark.both_engines
def test_a_case_is_kept_seven_years_after_the_year_of_its_last_day(system: System) -> None:
    for reference, paid_on in (("100000101", EVE), ("100000102", NEW_YEAR)):
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(reference).number, number=f"F-{reference}", on=date(2026, 2, 3))
        system.pay(on=paid_on)
    assert cases_due(system, date(2033, 12, 31)) == []
    assert cases_due(system, date(2034, 1, 1)) == cases_due(system, date(2034, 12, 31)) == ["100000101"]
    assert cases_due(system, date(2035, 1, 1)) == ["100000101", "100000102"]


@pytest.mark.both_engines
def test_so_is_a_second_document_of_a_number_that_is_in_the_books(system: System) -> None:
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    right = system.flip(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    system.send(right)
    second = {}
    for on in (EVE, NEW_YEAR):
        second[on] = system.post(codec.serialise(replace(right, note=f"Andra bytes {on}.")), on=on).id
        system.read_messages(on=on)

    def due(on: date) -> list[str]:
        with system.database.reading() as session:
            found = retention.strays_due(session, Times(), today=on, limit=9)
        # What is accounting material is kept to the end of its seventh year, each as its own day says.
        for name, until in found:
            assert until == date(2033 if name == f"letter:{second[EVE]}" else 2034, 12, 31)
        return [name for name, _ in found]

    assert due(date(2033, 12, 31)) == []
    assert due(date(2034, 12, 31)) == [f"letter:{second[EVE]}"]
    assert due(date(2035, 1, 1)) == [f"letter:{second[EVE]}", f"letter:{second[NEW_YEAR]}"]


def test_all_that_was_proposed_is_disposed_of_however_much_it_is(system: System) -> None:
    actor, on = SupplierActor(FYRBAKEN, by="user-17"), date(2030, 1, 1)
    with system.database.writing() as session:
        made = [uploads.take_in(session, actor, f"inte XML {each}".encode(), now=CLOCK) for each in range(70)]
        number = retention.propose(session, by="user-1", on=on)
        protocol = json.loads(retention.confirm(session, number, by="user-2", on=on))
    assert sorted(protocol["outside_cases"]) == sorted(f"upload:{each}" for each in made)
    assert (protocol["kept"], protocol["removed"]["UPLOAD"]) == ([], 70)


@pytest.mark.parametrize("name", ["case:65", "case", "letter", "letter:", ":65", "letter:0x41", "Letter:65"])
def test_a_name_of_no_known_sort_or_without_a_number_names_nothing(name: str) -> None:
    assert retention_periods.named(name) is None
    assert retention_periods.named("upload:65") == (Stray.UPLOAD, 65)


@pytest.mark.parametrize(
    "wrong", ["inget huvud", f"2026-03-10 sju {GENESIS}", "2026-03-10 7 abc", f"2026-03-10 root-x {GENESIS}"]
)
def test_a_line_that_is_no_head_is_named_by_its_number(wrong: str) -> None:
    right = f"2026-03-10 7 {GENESIS}\n"
    assert [str(each) for each in journal_anchor.read(f"{right}\n{right}")] == [right.strip()] * 2
    for before in (0, 1, 2):
        with pytest.raises(UnreadableHeads, match=rf"^Line {before + 1} "):
            journal_anchor.read(right * before + wrong)
