"""What a supplier sees of its orders, placements and sums: its own, within its units, and counted right."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from foundation.periods import Month
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.scope import Scope
from operations.timeline import timeline
from operations.timeline.model import SUPPLIER_KINDS, Audience
from orders.register.unit_scope import UnitScope
from orders.terms import ArticleKind
from supplier_portal.queries import exports as export_queries
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import visits
from supplier_portal.queries import waiting as waiting_queries
from supplier_portal.queries.exports import What
from supplier_portal.queries.orders import LinesAre, OrderFilter, Sort
from supplier_portal.queries.placements import PlacementFilter, PlacementsAre, Stands
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

OURS = Scope(FYRBAKEN)
NORTH = {
    "id": "UV-102",
    "name": "Norra",
    "address": {"street": "G 2", "postal_code": "111 11", "city": "Orten"},
}


def numbers(system: System, scope: Scope = OURS, **wanted: object) -> list[str]:
    with system.database.reading() as session:
        limits = OrderFilter(**wanted)  # type: ignore[arg-type]
        found = order_queries.listed(session, scope, limits, limit=10)
        assert order_queries.count(session, scope, limits) == len(found)
        assert list(order_queries.every(session, scope, limits)) == found
    return [row.number for row in found]


def references(system: System, state: PlacementsAre | None, on: date, **wanted: object) -> list[str]:
    with system.database.reading() as session:
        limits = PlacementFilter(state, **wanted)  # type: ignore[arg-type]
        found = placement_queries.listed(session, OURS, limits, today=on, limit=10)
        assert placement_queries.count(session, OURS, limits, today=on) == len(found)
    return [row.execution_reference for row in found]


@pytest.mark.both_engines
def test_orders_are_filtered_searched_and_sorted(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000102", start=date(2026, 5, 1), unit=NORTH)
        system.decide("100000103", supplier=LARKDRILLEN)
        first, second = (system.order(each).number for each in ("100000101", "100000102"))
        assert numbers(system) == [second, first]
        assert numbers(system, rising=True, sort=Sort.PERIOD) == [first, second]
        assert numbers(system, unit="UV-102") == [second]
        assert numbers(system, Scope(FYRBAKEN, UnitScope(frozenset({"UV-101"})))) == [first]
        assert numbers(system, Scope(FYRBAKEN, UnitScope(frozenset({"UV-101"}))), unit="UV-102") == []
        assert numbers(system, month=Month(2026, 8)) == [second]
        assert numbers(system, text="100000101") == [first]
        assert numbers(system, text=first[:5], article=ArticleKind.BASIC) == [second, first]
        assert numbers(system, text="%") == []
        assert numbers(system, article=ArticleKind.RESULT) == []
        assert numbers(system, Scope(LARKDRILLEN), text=first) == []


@pytest.mark.both_engines
def test_an_order_tells_line_by_line_how_far_it_has_come(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        order = system.order("100000101")
        assert numbers(system, lines=LinesAre.TO_INVOICE) == []
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        assert numbers(system, lines=LinesAre.TO_INVOICE) == [order.number]
        with system.database.reading() as session:
            ready = waiting_queries.to_invoice(session, OURS)
            assert waiting_queries.to_invoice(session, Scope(LARKDRILLEN)).lines == 0
        assert (ready.lines, ready.amounts) == (1, (order.lines[0].amount,))
        system.send_invoice(order.number, number="F-1", on=date(2026, 2, 3))
        system.pay(on=date(2026, 4, 1))
        with system.database.reading() as session:
            view = order_queries.view(session, OURS, order.number)
            assert order_queries.view(session, Scope(LARKDRILLEN), order.number) is None
            assert order_queries.message_of(session, Scope(LARKDRILLEN), order.number) is None
        assert view is not None
        assert view.message is not None
        line, untouched = view.lines[0], view.lines[1]
        assert line.ordered == line.received == line.invoiced == line.paid == order.lines[0].amount
        assert (line.invoice_number, line.invoice_state, line.ready) == ("F-1", InvoiceState.PAID, False)
        assert (untouched.quantity_received, untouched.invoice_state, untouched.ready) == (None, None, False)
        assert numbers(system, lines=LinesAre.PAID) == [order.number]
        assert numbers(system, lines=LinesAre.TO_INVOICE) == []


def test_a_credited_line_can_be_invoiced_again(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        order = system.order("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        invoice = system.flip(order.number, number="F-1", on=date(2026, 2, 3))
        system.send(invoice)
        system.send_credit(invoice, number="K-1", on=date(2026, 2, 4))
        with system.database.reading() as session:
            view = order_queries.view(session, OURS, order.number)
        assert view is not None
        line = view.lines[0]
        assert line.invoiced == line.credited == order.lines[0].amount
        assert line.ready


@pytest.mark.both_engines
def test_placements_are_found_by_where_they_stand(database_url: str) -> None:
    with a_system(database_url) as system:
        today = date(2026, 3, 10)
        system.decide("100000101")
        system.decide("100000102", start=date(2026, 4, 1), decided_on=date(2026, 3, 1))
        system.decide("100000103", unit=NORTH)
        system.interrupt("100000103", on=date(2026, 2, 2), last_day=date(2026, 3, 20))
        system.decide("100000104", start=date(2025, 9, 1))
        system.decide("100000105", supplier=LARKDRILLEN)
        assert references(system, PlacementsAre.ONGOING, today) == ["100000103", "100000101"]
        assert references(system, PlacementsAre.COMING, today) == ["100000102"]
        assert references(system, PlacementsAre.INTERRUPTED, today) == ["100000103"]
        assert references(system, PlacementsAre.ENDED, today) == ["100000104"]
        assert references(system, None, today, unit="UV-102") == ["100000103"]
        assert references(system, None, today, month=Month(2026, 9)) == ["100000102"]
        with system.database.reading() as session:
            (row,) = placement_queries.listed(
                session, OURS, PlacementFilter(text="100000103"), today=today, limit=5
            )
            assert placement_queries.find(session, Scope(LARKDRILLEN), "100000103") is None
            limited = Scope(FYRBAKEN, UnitScope(frozenset({"UV-101"})))
            assert placement_queries.find(session, limited, "100000103") is None
        assert (row.stands, row.last_day, row.unit_id) == (Stands.INTERRUPTED, date(2026, 3, 20), "UV-102")


def test_protected_and_outside_placements_are_never_listed(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101", protected_identity=True)
        system.decide("100000102", continues_legacy=True)
        assert references(system, None, date(2026, 1, 10)) == []
        with system.database.reading() as session:
            assert placement_queries.find(session, OURS, "100000101") is None


@pytest.mark.both_engines
def test_interruptions_since_the_last_visit(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000102")
        system.interrupt("100000101", on=date(2026, 1, 12))
        morning = datetime(2026, 1, 13, 8, tzinfo=UTC)
        with system.database.writing() as session:
            first = visits.begin(session, "user-1", now=morning)
            assert placement_queries.new_interruptions(session, OURS, since=first.since) == 0
        system.interrupt("100000102", on=date(2026, 1, 14))
        with system.database.writing() as session:
            same = visits.begin(session, "user-1", now=morning + timedelta(minutes=59))
            later = visits.begin(session, "user-1", now=morning + timedelta(days=1))
            assert placement_queries.new_interruptions(session, OURS, since=later.since) == 1
            still = visits.begin(session, "user-1", now=morning + timedelta(days=1, minutes=5))
        assert (first.before_at, same, later.before_at, still) == (None, first, morning, later)
        assert references(system, PlacementsAre.NEWS, date(2026, 1, 14), since=later.since) == ["100000102"]


def test_the_months_add_up_to_the_documents(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000103", supplier=LARKDRILLEN)
        order = system.order("100000101")
        for month, day in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
            system.report("100000101", month, on=day)
        paid = system.send_invoice(order.number, number="F-1", on=date(2026, 2, 3))
        credited = system.flip(order.number, "002", number="F-2", on=date(2026, 3, 3))
        system.send(credited)
        system.send_credit(credited, number="K-2", on=date(2026, 3, 4))
        system.pay(on=date(2026, 3, 5))
        with system.database.reading() as session:
            sums = waiting_queries.by_month(session, OURS, first=Month(2025, 12), last=Month(2026, 3))
            elsewhere = waiting_queries.by_month(
                session,
                Scope(FYRBAKEN, UnitScope(frozenset({"UV-9"}))),
                first=Month(2026, 1),
                last=Month(2026, 3),
            )
            assert waiting_queries.questioned(session, OURS) == []
        nothing, january, february, march = sums
        none = Money.of("0.00")
        assert {nothing.ordered, nothing.paid} == {none}
        assert january.ordered == january.received == january.invoiced == january.paid == paid.amount_net
        assert (february.received, february.invoiced, february.paid) == (order.lines[1].amount, none, none)
        assert (march.ordered, march.received) == (order.lines[2].amount, none)
        assert all(each.ordered == each.invoiced == none for each in elsewhere)


def test_lists_go_home_with_what_the_pages_show_and_nothing_of_others(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000103", supplier=LARKDRILLEN)
        order = system.order("100000101")
        for month, day in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
            system.report("100000101", month, on=day)
        credited = system.flip(order.number, number="F-1", on=date(2026, 2, 3))
        system.send(credited)
        system.send_credit(credited, number="K-1", on=date(2026, 2, 4))

        def rows(what: What, scope: Scope = OURS) -> list[dict[str, Any]]:
            with system.database.reading() as session:
                made = export_queries.sheet(
                    session, system.register, scope, what, lambda text: text.en, wanted=OrderFilter()
                )
                headings = [column.heading for column in made.columns]
                return [dict(zip(headings, row, strict=True)) for row in made.rows]

        (listed,) = rows(What.ORDERS)
        assert (listed["Order"], listed["Lines to invoice"]) == (order.number, 2)
        assert [(row["Line"], row["Quantity"]) for row in rows(What.TO_INVOICE)] == [
            ("001", order.lines[0].quantity.value),
            ("002", order.lines[1].quantity.value),
        ]
        invoice, credit = rows(What.INVOICES)
        assert (invoice["State"], credit["Kind"]) == ("Credited", "Credit note")
        assert invoice["To pay"] == -credit["To pay"]
        for what in What:
            assert rows(what, Scope(FYRBAKEN, UnitScope(frozenset({"UV-9"})))) == []


def test_the_overview_counts_the_lines_that_the_list_of_lines_has(database_url: str) -> None:
    with a_system(database_url) as system:
        for reference, supplier in (("100000101", FYRBAKEN), ("100000103", LARKDRILLEN)):
            system.decide(reference, supplier=supplier)
            for month, day in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
                system.report(reference, month, on=day)

        def counted() -> tuple[int, int, list[str]]:
            with system.database.reading() as session:
                made = export_queries.sheet(
                    session,
                    system.register,
                    OURS,
                    What.TO_INVOICE,
                    lambda text: text.en,
                    wanted=OrderFilter(),
                )
                waits = waiting_queries.to_invoice(session, OURS)
                return waits.lines, len(list(made.rows)), [str(each.amount) for each in waits.amounts]

        number = system.order("100000101").number
        assert counted() == (2, 2, ["3800.00"])
        first = system.flip(number, number="F-1", on=date(2026, 3, 3))
        system.send(first)
        assert counted() == (1, 1, ["1900.00"])
        system.send_invoice(number, "002", number="F-2", on=date(2026, 3, 3))
        assert counted() == (0, 0, [])
        system.send_credit(first, number="K-1", on=date(2026, 3, 4))
        assert counted() == (1, 1, ["1900.00"])


def test_a_placements_story_is_told_without_level_reason_or_names(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        order = system.order("100000101")
        system.file_report("100000101", "2026-01", on=date(2026, 2, 2))
        rejected = {
            "execution_reference": "100000101",
            "month": "2026-01",
            "version": 1,
            "at": "2026-02-03T08:00:00+01:00",
            "by": "handlaggare-4",
        }
        system.must("report.rejected", rejected, on=date(2026, 2, 3))
        system.report("100000101", "2026-01", version=2, on=date(2026, 2, 4))
        system.send_invoice(order.number, number="F-1", on=date(2026, 2, 5))
        system.pay(on=date(2026, 3, 9))
        system.interrupt("100000101", on=date(2026, 3, 10), reason="ILLNESS")
        with system.database.reading() as session:
            found = timeline.of_placement(
                session, system.register, system.placement("100000101"), Audience.SUPPLIER
            )
        assert [each.kind.name for each in found] == [
            "DECISION",
            "ORDER",
            "REPORT",
            "SENT_BACK",
            "REPORT",
            "RECEIPT",
            "INVOICE",
            "PAYMENT",
            "INTERRUPTION",
        ]
        assert {each.kind for each in found} <= SUPPLIER_KINDS
        told = " ".join(f"{each.sentence.both()} {each.short.both()} {each.document}" for each in found)
        for hidden in ("ILLNESS", "nivå", "level", "handlaggare", "officer", "attester"):
            assert hidden not in told


AMOUNTS = st.decimals(min_value=Decimal("-99999.99"), max_value=Decimal("99999.99"), places=2)
PARTS = st.lists(st.tuples(st.dates(date(2025, 11, 1), date(2026, 12, 31)), AMOUNTS), max_size=30)


@given(PARTS, PARTS)
def test_no_amount_is_lost_or_counted_twice_when_days_become_months(
    ordered: Sequence[tuple[date, Decimal]], received: Sequence[tuple[date, Decimal]]
) -> None:
    months = waiting_queries.fold(
        Month(2025, 11), Month(2026, 12), ordered=ordered, received=received, invoiced=(), paid=()
    )
    assert len(months) == 14
    assert sum(each.ordered.amount for each in months) == sum(amount for _, amount in ordered)
    assert sum(each.received.amount for each in months) == sum(amount for _, amount in received)
    assert all(each.paid.is_zero for each in months)
