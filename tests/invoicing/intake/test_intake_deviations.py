"""What deviates, from the bytes that came to the answer the supplier's system reads."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from peppol.documents import billing, shapes
from tests.support.stories.bills import billed
from tests.support.stories.january import (
    FEBRUARY,
    REFERENCE,
    answer,
    january,
    named_otherwise,
    received_january,
)
from tests.support.stories.system import (
    FYRBAKEN,
    GRYNINGEN,
    LARKDRILLEN,
    System,
    a_system,
    decision,
    example_register,
)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


Change = Callable[[billing.Invoice], billing.Invoice]
DEVIATIONS: dict[str, tuple[Change, tuple[str, ...]]] = {
    "two days too many": (lambda invoice: billed(invoice, days="22"), ("QUANTITY",)),
    "a day too few": (lambda invoice: billed(invoice, days="19"), ("QUANTITY",)),
    "last year's price": (lambda invoice: billed(invoice, price="92.00"), ("PRICE",)),
    "twelve per cent": (lambda invoice: billed(invoice, percent="12"), ("VAT_RATE",)),
    "no VAT": (lambda invoice: billed(invoice, category="E", percent="0"), ("VAT_CATEGORY",)),
    "no order number": (lambda invoice: named_otherwise(invoice, None), ("ORDER_MISSING",)),
    "the dummy": (lambda invoice: named_otherwise(invoice, "NA"), ("ORDER_MISSING",)),
    "an unknown order": (lambda invoice: named_otherwise(invoice, "2199999999"), ("ORDER_UNKNOWN",)),
    "no order line": (lambda invoice: billed(invoice, order_line_reference=None), ("LINE_MISSING",)),
    "an unknown line": (
        lambda invoice: billed(invoice, order_line_reference=shapes.LineReference(line_id="77")),
        ("LINE_UNKNOWN",),
    ),
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_deviates_is_in_question_received_and_then_asked_back(system: System, name: str) -> None:
    change, codes = DEVIATIONS[name]
    invoice = system.send(change(january(system)))
    assert (invoice.state, invoice.codes) == (InvoiceState.IN_QUESTION, codes)
    assert system.answers(invoice) == ["AB"]
    asked = system.ask_credit(invoice, on=date(2026, 2, 4))
    assert (asked.state, asked.answered) == (InvoiceState.CREDIT_REQUESTED, "RE")
    deviations = system.match(invoice).deviations
    statuses = answer(system, invoice.id, "RE").document_response.response.statuses
    lists = [status.status_reason_code.list_id for status in statuses if status.status_reason_code]
    assert lists == ["OPStatusReason", "OPStatusAction", "OPStatusAction"]
    assert [status.status_reason_code.value for status in statuses[1:] if status.status_reason_code] == [
        "CNF",
        "NIN",
    ]
    assert [(each.attribute_id, each.description or "") for each in statuses[0].conditions] == [
        (deviation.term, deviation.expected) for deviation in deviations
    ]
    assert system.sentences(invoice, "sv")[0] in (statuses[0].status_reason or "")
    assert system.sentences(invoice, "en")[0] in (statuses[0].status_reason or "")


def test_two_order_lines_on_one_invoice_are_asked_apart(system: System) -> None:
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    first = january(system)
    (line,) = first.invoice_lines
    second = replace(
        line, id="2", order_line_reference=shapes.LineReference(line_id="002"), invoice_period=None
    )
    double = billed(first, days="40")
    both = replace(double, invoice_lines=(line, second))
    invoice = system.send(replace(both, issue_date=date(2026, 3, 3)), on=date(2026, 3, 3))
    assert (invoice.state, invoice.codes) == (InvoiceState.IN_QUESTION, ("SEVERAL_LINES", "DUE_DATE"))
    # It lies on none of them: the lines are free for an invoice each.
    assert (
        system.send_invoice(invoice.order_number, "001", number="F-2", on=date(2026, 3, 4)).state
        is InvoiceState.ACCEPTED
    )
    assert (
        system.send_invoice(invoice.order_number, "002", number="F-3", on=date(2026, 3, 4)).state
        is InvoiceState.ACCEPTED
    )


def test_another_suppliers_order_number_is_not_this_suppliers_order(system: System) -> None:
    system.decide("100000102", supplier=LARKDRILLEN)
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    theirs = system.flip(system.order("100000102").number, number="F-9", on=FEBRUARY)
    invoice = system.send(named_otherwise(theirs, system.order(REFERENCE).number))
    assert invoice.codes[0] == "ORDER_NOT_SUPPLIERS"
    assert (invoice.state, invoice.execution_reference) == (InvoiceState.IN_QUESTION, "")
    assert FYRBAKEN not in " ".join(system.sentences(invoice) + system.sentences(invoice, "en"))
    assert system.line(system.order(REFERENCE).number).invoice_id is None


def test_an_unknown_bankgiro_is_held_under_query_and_the_register_learns_nothing(system: System) -> None:
    invoice = january(system)
    (means,) = invoice.payment_means
    assert means.payee_financial_account is not None
    account = replace(means.payee_financial_account, id="59991073")
    document = system.send(replace(invoice, payment_means=(replace(means, payee_financial_account=account),)))
    assert (document.state, document.codes) == (InvoiceState.ON_HOLD, ("PAYEE_ACCOUNT",))
    assert system.answers(document) == ["UQ"]
    assert system.pay(on=date(2026, 4, 1)) == []
    # Once two people have confirmed the account and it stands in the register, the next look accepts it.
    with system.database.reading() as session:
        assert document_store.content(session, document.id).accounts[0].number == "59991073"


def test_a_due_date_that_comes_too_early_is_noted_and_the_invoice_paid_at_thirty_days(system: System) -> None:
    invoice = system.send(replace(january(system), due_date=date(2026, 2, 13)))
    assert (invoice.state, invoice.codes) == (InvoiceState.ACCEPTED, ("DUE_DATE",))
    assert invoice.pays_on == date(2026, 3, 5)
    assert system.answers(invoice) == ["AP"]


def test_an_invoice_for_a_cancelled_placement_is_answered_with_no_delivery(system: System) -> None:
    system.decide("100000102", start=date(2026, 3, 1), decided_on=date(2026, 2, 2))
    order = system.order("100000102")
    system.must(
        "placement.cancelled",
        {"execution_reference": "100000102", "reason": "NEVER_STARTED"},
        on=date(2026, 2, 20),
    )
    invoice = billed(
        named_otherwise(january(system), order.number),
        days="22",
        order_line_reference=_line("001"),
        invoice_period=None,
    )
    document = system.send(invoice)
    assert (document.state, document.codes) == (InvoiceState.IN_QUESTION, ("NOT_RECEIVED",))
    assert "återkallades innan den började" in system.sentences(document)[0]


def _line(line_id: str) -> shapes.LineReference:
    return shapes.LineReference(line_id=line_id)


@pytest.mark.parametrize(
    ("changes", "says"), [({"continues_legacy": True}, "KA-webb"), ({"protected_identity": True}, "för hand")]
)
def test_an_invoice_for_a_case_outside_the_order_system_is_told_where_it_belongs(
    system: System, changes: dict[str, object], says: str
) -> None:
    system.must("placement.decided", decision("100000900", **changes), on=date(2026, 1, 1))  # type: ignore[arg-type]
    by_number = system.send(named_otherwise(january(system), "100000900"))
    by_reference = replace(january(system, "F-2"), order_reference=None, buyer_reference="100000900")
    for invoice in (by_number, system.send(by_reference)):
        assert invoice.state is InvoiceState.IN_QUESTION
        assert says in system.sentences(invoice)[0]


def test_an_invoice_for_an_esf_area_is_told_to_go_elsewhere(system: System) -> None:
    system.must("placement.decided", decision("100000900", supplier=GRYNINGEN), on=date(2026, 1, 1))
    invoice = january(system)
    supplier = example_register().supplier(GRYNINGEN)
    party = invoice.accounting_supplier_party.party
    entity = replace(party.party_legal_entity, company_id=shapes.Identifier(GRYNINGEN, "0007"))
    theirs = replace(
        party,
        endpoint_id=shapes.Identifier(GRYNINGEN, "0007"),
        party_legal_entity=entity,
        party_tax_schemes=(
            shapes.PartyTaxScheme(company_id=supplier.vat_id, tax_scheme=shapes.TaxScheme(id="VAT")),
        ),
    )
    other = replace(invoice, accounting_supplier_party=billing.AccountingParty(party=theirs))
    document = system.send(named_otherwise(other, "100000900"))
    assert document.codes[0] == "ORDER_UNKNOWN"
    assert "ESF-område" in system.sentences(document)[0]


def test_another_supplier_is_not_told_that_a_reference_is_handled_by_hand(system: System) -> None:
    system.must(
        "placement.decided",
        decision("100000900", supplier=LARKDRILLEN, protected_identity=True),
        on=date(2026, 1, 1),
    )
    invoice = system.send(named_otherwise(january(system), "100000900"))
    assert invoice.codes == ("ORDER_UNKNOWN",)
    assert "finns inte hos oss" in system.sentences(invoice)[0]


def test_a_sender_that_is_no_supplier_of_ours_gets_no_answer(system: System) -> None:
    invoice = january(system)
    party = invoice.accounting_supplier_party.party
    stranger = replace(
        party,
        endpoint_id=shapes.Identifier("5560360793", "0007"),
        party_legal_entity=replace(
            party.party_legal_entity, company_id=shapes.Identifier("5560360793", "0007")
        ),
        party_tax_schemes=(
            shapes.PartyTaxScheme(company_id="SE556036079301", tax_scheme=shapes.TaxScheme(id="VAT")),
        ),
    )
    document = system.send(
        replace(invoice, accounting_supplier_party=billing.AccountingParty(party=stranger))
    )
    assert (document.state, document.codes) == (InvoiceState.IN_QUESTION, ("ORDER_NOT_SUPPLIERS",))
    assert system.answers(document) == []


def test_the_buyer_may_let_clear_deviations_be_answered_at_once(database_url: str) -> None:
    with a_system(database_url, register=example_register(automatic_answer=True)) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        invoice = system.send(billed(january(system), days="22"))
        assert (invoice.state, invoice.answered) == (InvoiceState.CREDIT_REQUESTED, "RE")


def test_a_second_invoice_for_a_line_is_in_question_and_the_first_stands(system: System) -> None:
    one, other = january(system, "F-1"), january(system, "F-2")
    first, second = system.send(one), system.send(other)
    assert (second.state, second.codes) == (InvoiceState.IN_QUESTION, ("ALREADY_INVOICED",))
    assert "F-1" in system.sentences(second)[0]
    assert system.line(first.order_number).invoice_id == first.id
