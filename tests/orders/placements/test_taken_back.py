"""What was approved is taken back: reports, results, supplements; and results that wait for their interruption."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from invoicing.model import SupplierInvoice
from invoicing.payment import payment_store
from operations.event_loading import place_due_orders
from orders.model import LineState, Order, PlannedState
from orders.placements import plan_store
from orders.terms import ArticleKind
from tests.support.stories.system import System, a_system, outcome

REFERENCE = "100000101"
WORK = date(2025, 5, 31)
ENDS = date(2025, 5, 31)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A participant at level B by the price list of 2025: R1 when work begins, 10,500.00 and a bonus of 2,000.00."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2025, 3, 1), decided_on=date(2025, 2, 24), level="B")
        yield system


def leaves_for_work(system: System) -> None:
    """Work is registered on 10 May from 31 May, and R1 is approved at once."""
    system.interrupt(REFERENCE, on=date(2025, 5, 10), last_day=ENDS, reason="WORK")
    system.must("outcome.approved", outcome(REFERENCE, started_on=WORK), on=date(2025, 5, 12))


def ordered(system: System, reference: str = REFERENCE) -> list[tuple[str, Decimal, LineState]]:
    """Every order but the basic ones: article, amount received and the state of its line."""
    found = []
    for order in system.orders(reference):
        if order.article is not ArticleKind.BASIC:
            line = system.line(order.number)
            found.append(
                (f"{order.article} {order.stage or order.code}", line.amount_received.amount, line.state)
            )
    return found


def plans(system: System) -> list[tuple[str, PlannedState, date]]:
    with system.database.reading() as session:
        held = plan_store.of_placement(session, REFERENCE)
    return [(f"{plan.article} {plan.stage or ''}".strip(), plan.state, plan.due_on) for plan in held]


def withdrawn(on: date) -> dict[str, object]:
    return {"execution_reference": REFERENCE, "registered_on": str(on)}


def result_revoked(stage: str = "R1", started_on: date = WORK) -> dict[str, object]:
    return {
        "execution_reference": REFERENCE,
        "stage": stage,
        "started_on": str(started_on),
        "revoked_on": "2025-07-01",
    }


def report_revoked(month: str, on: date, version: int = 1) -> dict[str, object]:
    return {
        "execution_reference": REFERENCE,
        "month": month,
        "version": version,
        "at": f"{on}T08:00:00+02:00",
        "by": "user-17",
    }


def claims(system: System) -> list[tuple[str, Decimal]]:
    with system.database.reading() as session:
        return [(each.invoice_number, each.amount.amount) for each in payment_store.claims(session)]


def bonus(system: System) -> Order:
    (order,) = system.orders(REFERENCE, ArticleKind.SPEED_BONUS)
    return order


def r1(system: System) -> Order:
    return system.orders(REFERENCE, ArticleKind.RESULT)[-1]


def invoiced_r1(system: System) -> SupplierInvoice:
    """R1 is ordered on 1 June and invoiced on 2 June."""
    leaves_for_work(system)
    assert place_due_orders(system.database, today=date(2025, 6, 1)) == 2
    return system.send_invoice(r1(system).number, number="F-R1", on=date(2025, 6, 2))


# A result waits for its interruption to take effect ------------------------------------------


def test_a_result_is_planned_until_its_interruption_has_taken_effect(system: System) -> None:
    leaves_for_work(system)
    assert ordered(system) == []
    assert [due for _, _, due in plans(system)] == [date(2025, 6, 1), date(2025, 6, 1)]
    # On its own day the interruption may still be withdrawn.
    assert place_due_orders(system.database, today=ENDS) == 0
    assert place_due_orders(system.database, today=date(2025, 6, 1)) == 2
    assert ordered(system) == [
        ("RESULT R1", Decimal("10500.00"), LineState.OPEN),
        ("SPEED_BONUS ", Decimal("2000.00"), LineState.OPEN),
    ]


def test_withdrawn_before_its_day_nothing_stays_ordered_or_payable_and_the_basic_days_go_on(
    system: System,
) -> None:
    leaves_for_work(system)
    system.must("interruption.withdrawn", withdrawn(date(2025, 5, 25)), on=date(2025, 5, 25))
    assert [state for _, state, _ in plans(system)] == [PlannedState.DROPPED, PlannedState.DROPPED]
    assert place_due_orders(system.database, today=date(2025, 12, 1)) == 0
    assert ordered(system) == []
    for month in ("2025-05", "2025-06"):
        system.report(REFERENCE, month, on=date(2025, 7, 1))
    # Twenty workdays in May 2025, and twenty in June: the national day is off.
    assert system.days_received(REFERENCE) == ["-", "-", "20", "20", "-", "-"]


@pytest.mark.parametrize(
    ("moved_to", "due_on"), [(date(2025, 6, 16), date(2025, 6, 17)), (date(2025, 5, 20), WORK)]
)
def test_a_moved_interruption_moves_the_plan(system: System, moved_to: date, due_on: date) -> None:
    leaves_for_work(system)
    told = {"execution_reference": REFERENCE, "registered_on": "2025-05-15", "effective_on": str(moved_to)}
    system.must("interruption.moved", told, on=date(2025, 5, 15))
    assert [due for _, _, due in plans(system)] == [due_on, due_on]
    day_before = date.fromordinal(due_on.toordinal() - 1)
    assert place_due_orders(system.database, today=day_before) == 0
    assert place_due_orders(system.database, today=due_on) == 2


def test_a_change_of_supplier_instead_of_work_drops_the_plan(system: System) -> None:
    leaves_for_work(system)
    told = {
        "execution_reference": REFERENCE,
        "last_day": "2025-05-20",
        "placement": {
            "decision_id": "B-change",
            "execution_reference": "100000102",
            "supplier": "5599992020",
            "contract": "AVT-2001",
            "unit": {
                "id": "UV-201",
                "name": "Enheten",
                "address": {"street": "Gatan 1", "postal_code": "111 11", "city": "Orten"},
            },
            "delivery_area": "LO-MITT",
            "level": "B",
            "period": {"start": "2025-05-21", "end": "2025-08-31"},
            "decided_on": "2025-05-15",
        },
    }
    system.must("placement.provider_changed", told, on=date(2025, 5, 15))
    assert [state for _, state, _ in plans(system)] == [PlannedState.DROPPED, PlannedState.DROPPED]


# An approved report is taken back ------------------------------------------------------------


def test_a_revoked_report_gives_back_its_month_and_can_be_filed_and_approved_anew(system: System) -> None:
    system.report(REFERENCE, "2025-03", on=date(2025, 4, 1))
    assert system.days_received(REFERENCE)[0] == "21"
    system.must("report.revoked", report_revoked("2025-03", date(2025, 4, 3)), on=date(2025, 4, 3))
    assert system.days_received(REFERENCE)[0] == "-"
    # Told twice it is one effect.
    system.must("report.revoked", report_revoked("2025-03", date(2025, 4, 4)), on=date(2025, 4, 4))
    system.report(REFERENCE, "2025-03", version=2, on=date(2025, 4, 7))
    assert system.days_received(REFERENCE)[0] == "21"


def test_a_report_that_was_never_approved_is_not_revoked(system: System) -> None:
    system.file_report(REFERENCE, "2025-03", on=date(2025, 4, 1))
    said = system.refuses("report.revoked", report_revoked("2025-03", date(2025, 4, 3)), on=date(2025, 4, 3))
    assert (
        "is in the state “Filed” and cannot get the state “Approval revoked”. Possible from here: “Approved”"
        in said
    )


def test_an_invoice_on_a_revoked_report_comes_into_question_in_words_of_its_own(system: System) -> None:
    system.report(REFERENCE, "2025-03", on=date(2025, 4, 1))
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-3", on=date(2025, 4, 2))
    system.must("report.revoked", report_revoked("2025-03", date(2025, 4, 3)), on=date(2025, 4, 3))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == ("IN_QUESTION", ("NOT_RECEIVED",))
    (sentence,) = system.sentences(invoice)
    assert sentence.startswith("Vi tog 2025-04-03 tillbaka godkännandet av redovisningen för mars 2025")
    # Filed anew it is the buyer's turn, approved anew the invoice is right again.
    system.report(REFERENCE, "2025-03", version=2, on=date(2025, 4, 7))
    assert system.invoice(invoice.id).state == "ACCEPTED"


def test_a_paid_month_that_is_revoked_is_asked_back_and_becomes_a_claim(system: System) -> None:
    system.report(REFERENCE, "2025-03", on=date(2025, 4, 1))
    document = system.flip(system.order(REFERENCE).number, number="F-3", on=date(2025, 4, 2))
    invoice = system.send(document)
    system.pay(on=date(2025, 5, 2))
    system.must("report.revoked", report_revoked("2025-03", date(2025, 5, 5)), on=date(2025, 5, 5))
    assert system.invoice(invoice.id).state == "CREDIT_REQUESTED"
    assert claims(system) == []
    with system.database.reading() as session:
        assert [each.invoice_number for each in payment_store.asked_back(session)] == ["F-3"]
    system.send_credit(document, number="K-3", on=date(2025, 5, 7))
    # 21 days at 77.00 with VAT.
    assert claims(system) == [("F-3", Decimal("2021.25"))]


def test_a_paid_month_that_is_approved_anew_before_the_credit_is_paid_as_before(system: System) -> None:
    system.report(REFERENCE, "2025-03", on=date(2025, 4, 1))
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-3", on=date(2025, 4, 2))
    system.pay(on=date(2025, 5, 2))
    system.must("report.revoked", report_revoked("2025-03", date(2025, 5, 5)), on=date(2025, 5, 5))
    system.file_report(REFERENCE, "2025-03", version=2, on=date(2025, 5, 6))
    assert system.invoice(invoice.id).state == "CREDIT_REQUESTED"
    system.approve(REFERENCE, "2025-03", version=2, on=date(2025, 5, 6))
    assert system.invoice(invoice.id).state == "PAID"
    assert claims(system) == []


# An approved result is taken back ------------------------------------------------------------


def test_a_revoked_r1_takes_its_r2_and_bonus_with_it(system: System) -> None:
    leaves_for_work(system)
    place_due_orders(system.database, today=date(2025, 6, 1))
    system.must("outcome.approved", outcome(REFERENCE, "R2", started_on=WORK), on=date(2025, 6, 2))
    system.must("outcome.revoked", result_revoked(), on=date(2025, 7, 1))
    assert [state for _, state, _ in plans(system)] == [
        PlannedState.REVOKED,
        PlannedState.REVOKED,
        PlannedState.DROPPED,
    ]
    nothing = Decimal("0.00")
    assert ordered(system) == [
        ("RESULT R1", nothing, LineState.CANCELLED),
        ("SPEED_BONUS ", nothing, LineState.CANCELLED),
    ]
    # Told twice it is one effect; and it may be approved anew, as a new order.
    system.must("outcome.revoked", result_revoked(), on=date(2025, 7, 2))
    first = r1(system).number
    system.must("outcome.approved", outcome(REFERENCE, started_on=WORK), on=date(2025, 7, 3))
    assert r1(system).number != first
    assert r1(system).occasion == 2
    assert ordered(system)[2:] == [
        ("RESULT R1", Decimal("10500.00"), LineState.OPEN),
        ("SPEED_BONUS ", Decimal("2000.00"), LineState.OPEN),
    ]


def test_a_revoked_r2_leaves_r1(system: System) -> None:
    leaves_for_work(system)
    place_due_orders(system.database, today=date(2025, 6, 1))
    system.must("outcome.approved", outcome(REFERENCE, "R2", started_on=WORK), on=date(2025, 10, 1))
    system.must("outcome.revoked", result_revoked("R2"), on=date(2025, 10, 2))
    assert [(name, state) for name, _, state in ordered(system)] == [
        ("RESULT R1", LineState.OPEN),
        ("SPEED_BONUS ", LineState.OPEN),
        ("RESULT R2", LineState.CANCELLED),
    ]


def test_what_was_never_approved_is_not_revoked(system: System) -> None:
    leaves_for_work(system)
    other = result_revoked(started_on=date(2025, 6, 2))
    assert "No R1 with start 2025-06-02" in system.refuses("outcome.revoked", other, on=date(2025, 7, 1))
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "revoked_on": "2025-07-01"}
    assert "No supplement SPRAK" in system.refuses("supplement.revoked", told, on=date(2025, 7, 1))


def test_an_invoiced_result_that_is_revoked_is_in_question_and_never_ordered_again_on_that_order(
    system: System,
) -> None:
    invoice = invoiced_r1(system)
    assert invoice.state == "ACCEPTED"
    system.must("outcome.revoked", result_revoked(), on=date(2025, 6, 10))
    invoice = system.invoice(invoice.id)
    assert invoice.state == "IN_QUESTION"
    (sentence,) = system.sentences(invoice)
    assert "Vi tog 2025-06-10 tillbaka godkännandet" in sentence
    assert "Kreditera hela fakturan" in sentence
    # The same work approved anew is a new order; the old invoice stays in question.
    system.must("outcome.approved", outcome(REFERENCE, started_on=WORK), on=date(2025, 6, 12))
    assert system.invoice(invoice.id).state == "IN_QUESTION"
    assert system.send_invoice(r1(system).number, number="F-R1-2", on=date(2025, 6, 13)).state == "ACCEPTED"


def test_a_paid_result_that_is_revoked_becomes_a_claim(system: System) -> None:
    leaves_for_work(system)
    place_due_orders(system.database, today=date(2025, 6, 1))
    document = system.flip(r1(system).number, number="F-R1", on=date(2025, 6, 2))
    invoice = system.send(document)
    system.pay(on=date(2025, 7, 2))
    system.must("outcome.revoked", result_revoked(), on=date(2025, 7, 10))
    assert system.invoice(invoice.id).state == "CREDIT_REQUESTED"
    system.send_credit(document, number="K-R1", on=date(2025, 7, 12))
    assert claims(system) == [("F-R1", Decimal("13125.00"))]


@pytest.mark.parametrize("first", [True, False], ids=["approved before", "approved after"])
def test_a_supplement_stands_when_an_outcome_falls(system: System, first: bool) -> None:
    def supplemented(on: date) -> None:
        told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": str(on)}
        system.must("supplement.approved", told, on=on)

    if first:
        supplemented(date(2025, 4, 10))
    leaves_for_work(system)
    if not first:
        supplemented(date(2025, 5, 15))
    assert place_due_orders(system.database, today=date(2025, 6, 1)) == 2
    system.must("outcome.revoked", result_revoked(), on=date(2025, 7, 1))
    assert ordered(system) == [
        ("SUPPLEMENTARY SPRAK", Decimal("1500.00"), LineState.OPEN),
        ("RESULT R1", Decimal("0.00"), LineState.CANCELLED),
        ("SPEED_BONUS ", Decimal("0.00"), LineState.CANCELLED),
    ]


def test_a_revoked_supplement_is_cancelled_and_can_be_approved_anew(system: System) -> None:
    told: dict[str, object] = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2025-04-10"}
    system.must("supplement.approved", told, on=date(2025, 4, 10))
    revoked = {"execution_reference": REFERENCE, "code": "SPRAK", "revoked_on": "2025-04-20"}
    system.must("supplement.revoked", revoked, on=date(2025, 4, 20))
    system.must("supplement.revoked", revoked, on=date(2025, 4, 21))
    system.must("supplement.approved", {**told, "approved_on": "2025-05-02"}, on=date(2025, 5, 2))
    assert ordered(system) == [
        ("SUPPLEMENTARY SPRAK", Decimal("0.00"), LineState.CANCELLED),
        ("SUPPLEMENTARY SPRAK", Decimal("1500.00"), LineState.OPEN),
    ]
