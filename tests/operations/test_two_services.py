"""One installation with two services: each is ordered, received and invoiced by its own terms, and told apart."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from foundation.periods import Month
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.scope import Scope
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey, reconcile
from operations import report_judging
from operations.report_judging import Hand, ReportKey
from operations.timeline import timeline
from operations.timeline.model import Audience
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.report_approval import ReportApproval
from orders.register.service_names import article_names, brand
from orders.terms import ArticleKind
from supplier_portal.queries import exports as export_queries
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import OrderFilter
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, decision
from tests.support.stories.two_services import guidance, two_services

MATCHING, GUIDANCE = "100000101", "500000001"
OURS = Scope(FYRBAKEN)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January received in both: 20 workdays at 95.00, and 44 hours (two a weekday) at 140.00."""
    with a_system(database_url, register=two_services()) as system:
        system.decide(MATCHING)
        told = guidance(GUIDANCE, start=date(2026, 1, 1), end=date(2026, 3, 31))
        system.must("placement.decided", told, on=date(2026, 1, 1))
        for reference in (MATCHING, GUIDANCE):
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


def test_each_is_received_and_invoiced_by_its_own_terms(system: System) -> None:
    orders = [system.order(reference) for reference in (MATCHING, GUIDANCE)]
    assert [(each.service, str(each.day_rule)) for each in orders] == [
        ("rusta-och-matcha", "WORKDAYS"),
        ("karriarvagledning", "WEEKDAYS"),
    ]
    received = [system.line(each.number).amount_received.amount for each in orders]
    assert received == [Decimal("1900.00"), Decimal("6160.00")]
    for number, order in enumerate(orders):
        invoice = system.send_invoice(order.number, number=f"F-{number}", on=date(2026, 2, 3))
        assert invoice.state is InvoiceState.ACCEPTED


def test_the_statement_is_drawn_up_by_service_and_narrowed_to_one(system: System) -> None:
    with system.database.reading() as session:
        by = (StatementKey.SERVICE,)
        drawn = entry_queries.statement(session, EntryFilter(), by=by)
        assert drawn == reconcile(entry_queries.entries(session), by=by)
        one = entry_queries.statement(session, EntryFilter(service="karriarvagledning"), by=by)
    assert {row.key[0]: row.received.amount for row in drawn.rows} == {
        "rusta-och-matcha": Decimal("1900.00"),
        "karriarvagledning": Decimal("6160.00"),
    }
    assert [row.key[0] for row in one.rows] == ["karriarvagledning"]


def test_a_supplier_sees_which_service_an_order_is_of(system: System) -> None:
    wanted = OrderFilter(service="karriarvagledning")
    with system.database.reading() as session:
        rows = order_queries.listed(session, OURS, wanted, limit=10)
        made = export_queries.sheet(
            session, system.register, OURS, export_queries.What.ORDERS, lambda text: text.sv, wanted=wanted
        )
        (line,) = made.rows
        told = timeline.of_placement(session, system.register, system.placement(GUIDANCE), Audience.SUPPLIER)
    assert [(each.execution_reference, each.service) for each in rows] == [(GUIDANCE, "karriarvagledning")]
    assert (line[1], line[-2]) == ("Vägledning", "Karriärvägledning")
    assert "Order på vägledning." in [each.sentence.sv for each in told]
    assert "Inlevererat: 44 timmar." in [each.sentence.sv for each in told]


def test_a_service_that_says_who_approves_goes_before_the_policy(database_url: str) -> None:
    register = two_services(report_approval=ReportApproval.WHEN_NOTHING_IS_ODD)
    with a_system(database_url, register=register) as system:
        system.decide(MATCHING)
        told = guidance(GUIDANCE, start=date(2026, 1, 1), end=date(2026, 3, 31))
        system.must("placement.decided", told, on=date(2026, 1, 1))
        for reference in (MATCHING, GUIDANCE):
            system.file_report(reference, "2026-01", on=date(2026, 2, 2))
        assert states(system) == [ReportState.APPROVED, ReportState.FILED]
        system.approve(GUIDANCE, "2026-01", on=date(2026, 2, 3))


def test_of_two_services_an_officer_judges_the_one_that_is_judged_here(database_url: str) -> None:
    """Matching's reports are judged in another system, as the policy says; guidance says that officers do."""
    with a_system(database_url, register=two_services(report_approval=ReportApproval.OUTSIDE)) as system:
        system.decide(MATCHING)
        told = guidance(GUIDANCE, start=date(2026, 1, 1), end=date(2026, 3, 31))
        system.must("placement.decided", told, on=date(2026, 1, 1))
        for reference in (MATCHING, GUIDANCE):
            system.file_report(reference, "2026-01", on=date(2026, 2, 2))
        keys = [ReportKey(reference, Month(2026, 1), 1) for reference in (MATCHING, GUIDANCE)]
        hand = Hand("user-3", datetime(2026, 2, 3, 9, tzinfo=UTC), date(2026, 2, 3))
        with system.database.writing() as session:
            decided = report_judging.approve(session, register_store.load(session), keys, hand)
        assert [str(each) for each in decided.done] == [f"{GUIDANCE}|2026-01|1"]
        assert [(str(each), "another system" in refused.text.en) for each, refused in decided.refused] == [
            (f"{MATCHING}|2026-01|1", True)
        ]
        assert states(system) == [ReportState.FILED, ReportState.APPROVED]


def states(system: System) -> list[ReportState]:
    with system.database.reading() as session:
        return [
            report.state
            for reference in (MATCHING, GUIDANCE)
            for report in placement_store.reports(session, reference)
        ]


def test_a_participant_does_not_change_service_with_the_supplier(system: System) -> None:
    new = decision(
        "100000102",
        start=date(2026, 3, 1),
        end=date(2026, 6, 30),
        supplier=LARKDRILLEN,
        decided_on=date(2026, 2, 20),
        contract="KV-2001",
        level="GRUND",
    )
    changed = {"execution_reference": MATCHING, "last_day": "2026-02-28", "placement": new}
    refusal = system.refuses("placement.provider_changed", changed, on=date(2026, 2, 20))
    assert "in the service Rusta och matcha and cannot be in Career guidance" in refusal


def test_what_stands_side_by_side_is_called_by_both_names() -> None:
    register: Register = two_services()
    named = article_names(register.services)
    assert named[ArticleKind.BASIC].sv == "Vägledning / Grundersättning"
    assert named[ArticleKind.RESULT].sv == "Resultatersättning"
    assert brand(register.services, register.buyer.name).sv == "Arbetsförmedlingen"
    assert brand(register.services[:1], register.buyer.name).sv == "Karriärvägledning"
