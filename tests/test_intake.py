"""Invoices coming in: every one ends in one state, is answered in the right order, and nothing is lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import select

from invoicing import documents, stored_invoices
from invoicing.model import InvoiceState
from orders.values import Article
from peppol import billing, mailbox, responses, shapes, ubl, validation
from peppol.envelope import for_payload, wrap
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.mailbox import InState
from tests.builders import billed
from tests.house import (
    FYRBAKEN,
    GRYNINGEN,
    HAVTORNET,
    LARKDRILLEN,
    STIGFINNAREN,
    TALLKOTTEN,
    House,
    a_house,
    decision,
    example_register,
)

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
_S = InvoiceState


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house with one order from January to June 2026 at 95.00, and January received: 20 days, 1900.00."""
    with a_house(database_url) as house:
        house.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        house.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield house


def january(house: House, number: str = "F-1") -> billing.Invoice:
    return house.flip(house.order(REFERENCE).number, "001", number=number, on=FEBRUARY)


def letters(house: House) -> list[tuple[str, str]]:
    inbox = mailbox.inbox
    with house.database.reading() as session:
        return [
            tuple(row) for row in session.execute(select(inbox.c.state, inbox.c.reason).order_by(inbox.c.id))
        ]


def answer(house: House, invoice_id: int, code: str) -> responses.InvoiceResponse:
    """The Invoice Response as the supplier's system reads it; it must be valid."""
    with house.database.reading() as session:
        (letter,) = mailbox.letters_out(session, document_id=f"{invoice_id}-{code}")
    report = validation.validate(letter.body, on=FEBRUARY)
    assert (report.kind, report.findings) == (DocumentKind.INVOICE_RESPONSE, ())
    assert report.root is not None
    return ubl.parse(responses.InvoiceResponse, report.root)


# The invoice that matches -------------------------------------------------------------------


def test_an_invoice_for_what_was_received_is_accepted_answered_and_paid_in_thirty_days(
    house: House,
) -> None:
    held = house.send(january(house))
    assert (held.state, held.codes, held.answered) == (_S.ACCEPTED, (), "AP")
    assert (held.amount_net.amount, held.amount_payable.amount) == (Decimal("1900.00"), Decimal("2375.00"))
    assert (held.execution_reference, held.pays_on) == (REFERENCE, date(2026, 3, 5))
    account = house.line(held.order_number)
    assert (account.amount_claimed.amount, account.invoice_id) == (Decimal("1900.00"), held.id)
    told = answer(house, held.id, "AP")
    assert told.document_response.document_reference.id == "F-1"
    assert told.receiver_party.endpoint_id == shapes.Identifier(FYRBAKEN, "0007")
    assert told.document_response.response.statuses == ()


@pytest.mark.parametrize("supplier", [LARKDRILLEN, TALLKOTTEN, HAVTORNET, STIGFINNAREN])
def test_every_kind_of_supplier_can_turn_its_line_into_an_invoice_that_matches(
    house: House, supplier: str
) -> None:
    house.decide("100000102", supplier=supplier)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    held = house.send_invoice(house.order("100000102").number, number="F-9", on=FEBRUARY)
    assert (held.state, held.codes) == (_S.ACCEPTED, ())
    taxed = supplier in (LARKDRILLEN, TALLKOTTEN)
    assert held.amount_vat.amount == (Decimal("475.00") if taxed else Decimal("0.00"))


def test_a_supplier_that_takes_no_answers_over_the_network_reads_them_in_the_portal(house: House) -> None:
    house.decide("100000102", supplier=TALLKOTTEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    held = house.send_invoice(house.order("100000102").number, number="F-9", on=FEBRUARY)
    outbox = mailbox.outbox
    with house.database.reading() as session:
        question = select(outbox.c.state, outbox.c.receiver, outbox.c.recipient)
        (row,) = session.execute(question.where(outbox.c.about == f"invoice {held.id}"))
    assert tuple(row) == ("IN_PORTAL", "", TALLKOTTEN)


def test_an_invoice_from_another_endpoint_of_the_same_legal_entity_is_taken_and_answered_there(
    house: House,
) -> None:
    house.decide("100000102", supplier=LARKDRILLEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = house.flip(house.order("100000102").number, number="F-9", on=FEBRUARY)
    party = invoice.accounting_supplier_party.party
    other = replace(party, endpoint_id=shapes.Identifier("7390000100002", "0088"))
    held = house.send(replace(invoice, accounting_supplier_party=billing.AccountingParty(party=other)))
    assert held.state is _S.ACCEPTED
    assert answer(house, held.id, "AP").receiver_party.endpoint_id == shapes.Identifier(
        "7390000100002", "0088"
    )


# Too early: parked --------------------------------------------------------------------------


def test_an_invoice_before_its_report_waits_and_is_matched_by_itself(house: House) -> None:
    february = house.order(REFERENCE).lines[1]
    line = shapes.LineReference(line_id=february.line_id)
    period = shapes.Period(start_date=february.period.start, end_date=february.period.end)
    invoice = billed(january(house), days="20", order_line_reference=line, invoice_period=period)
    held = house.send(invoice, on=date(2026, 3, 1))
    assert (held.state, held.codes) == (_S.PARKED, ("NOT_RECEIVED",))
    assert house.answers(held) == ["IP"]
    waiting = answer(house, held.id, "IP").document_response.response.statuses[0]
    assert waiting.status_reason_code == shapes.Code("DEL", "OPStatusReason")
    house.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    held = house.held(held.id)
    assert (held.state, held.codes) == (_S.ACCEPTED, ())
    assert house.answers(held) == ["IP", "AP"]
    assert house.line(held.order_number, "002").amount_claimed.amount == Decimal("1900.00")


def test_a_parked_invoice_that_turns_out_wrong_comes_into_question_without_another_received(
    house: House,
) -> None:
    line = shapes.LineReference(line_id="002")
    invoice = billed(january(house), days="19", order_line_reference=line, invoice_period=None)
    held = house.send(invoice, on=date(2026, 3, 1))
    house.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    held = house.held(held.id)
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    # Received may not follow in process.
    assert house.answers(held) == ["IP"]
    assert house.answers(house.ask_credit(held, on=date(2026, 3, 3))) == ["IP", "RE"]


def test_a_month_interrupted_while_its_invoice_waits_answers_with_the_interruption(house: House) -> None:
    line = shapes.LineReference(line_id="003")
    invoice = billed(january(house), days="22", order_line_reference=line, invoice_period=None)
    held = house.send(invoice, on=date(2026, 3, 9))
    assert held.state is _S.PARKED
    house.interrupt(REFERENCE, on=date(2026, 3, 13))
    house.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
    held = house.held(held.id)
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    assert "2026-03-13" in house.sentences(held)[0]


def test_a_waiting_invoice_on_a_line_that_will_never_be_received_is_told_so(house: House) -> None:
    line = shapes.LineReference(line_id="005")
    invoice = billed(january(house), days="19", order_line_reference=line, invoice_period=None)
    house.interrupt(REFERENCE, on=date(2026, 3, 13))
    held = house.send(invoice, on=date(2026, 3, 16))
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("NOT_RECEIVED",))
    rejected = house.ask_credit(held, on=date(2026, 3, 17))
    actions = [
        status.status_reason_code.value
        for status in answer(house, rejected.id, "RE").document_response.response.statuses
        if status.status_reason_code is not None and status.status_reason_code.list_id == "OPStatusAction"
    ]
    # There is nothing to send a new invoice for.
    assert actions == ["CNF"]


# What deviates, from bytes to answer --------------------------------------------------------


def named_otherwise(invoice: billing.Invoice, order_number: str | None) -> billing.Invoice:
    reference = billing.OrderReference(id=order_number) if order_number else None
    return replace(invoice, order_reference=reference, buyer_reference="Avd 4")


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
def test_what_deviates_is_in_question_received_and_then_asked_back(house: House, name: str) -> None:
    change, codes = DEVIATIONS[name]
    held = house.send(change(january(house)))
    assert (held.state, held.codes) == (_S.IN_QUESTION, codes)
    assert house.answers(held) == ["AB"]
    asked = house.ask_credit(held, on=date(2026, 2, 4))
    assert (asked.state, asked.answered) == (_S.CREDIT_REQUESTED, "RE")
    deviations = house.match(held).deviations
    statuses = answer(house, held.id, "RE").document_response.response.statuses
    lists = [status.status_reason_code.list_id for status in statuses if status.status_reason_code]
    assert lists == ["OPStatusReason", "OPStatusAction", "OPStatusAction"]
    assert [status.status_reason_code.value for status in statuses[1:] if status.status_reason_code] == [
        "CNF",
        "NIN",
    ]
    assert [(each.attribute_id, each.description or "") for each in statuses[0].conditions] == [
        (deviation.term, deviation.expected) for deviation in deviations
    ]
    assert house.sentences(held, "sv")[0] in (statuses[0].status_reason or "")
    assert house.sentences(held, "en")[0] in (statuses[0].status_reason or "")


def test_two_order_lines_on_one_invoice_are_asked_apart(house: House) -> None:
    house.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    first = january(house)
    (line,) = first.invoice_lines
    second = replace(
        line, id="2", order_line_reference=shapes.LineReference(line_id="002"), invoice_period=None
    )
    double = billed(first, days="40")
    both = replace(double, invoice_lines=(line, second))
    held = house.send(both, on=date(2026, 3, 3))
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("SEVERAL_LINES",))
    # It lies on none of them: the lines are free for an invoice each.
    assert (
        house.send_invoice(held.order_number, "001", number="F-2", on=date(2026, 3, 4)).state is _S.ACCEPTED
    )
    assert (
        house.send_invoice(held.order_number, "002", number="F-3", on=date(2026, 3, 4)).state is _S.ACCEPTED
    )


def test_another_suppliers_order_number_is_not_this_suppliers_order(house: House) -> None:
    house.decide("100000102", supplier=LARKDRILLEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    theirs = house.flip(house.order("100000102").number, number="F-9", on=FEBRUARY)
    held = house.send(named_otherwise(theirs, house.order(REFERENCE).number))
    assert held.codes[0] == "ORDER_NOT_SUPPLIERS"
    assert (held.state, held.execution_reference) == (_S.IN_QUESTION, "")
    assert FYRBAKEN not in " ".join(house.sentences(held) + house.sentences(held, "en"))
    assert house.line(house.order(REFERENCE).number).invoice_id is None


def test_an_unknown_bankgiro_is_held_under_query_and_the_register_learns_nothing(house: House) -> None:
    invoice = january(house)
    (means,) = invoice.payment_means
    assert means.payee_financial_account is not None
    account = replace(means.payee_financial_account, id="59991073")
    held = house.send(replace(invoice, payment_means=(replace(means, payee_financial_account=account),)))
    assert (held.state, held.codes) == (_S.HELD, ("PAYEE_ACCOUNT",))
    assert house.answers(held) == ["UQ"]
    assert house.pay(on=date(2026, 4, 1)) == []
    # Once two people have confirmed the account and it stands in the register, the next look accepts it.
    with house.database.reading() as session:
        assert stored_invoices.content(session, held.id).accounts[0].number == "59991073"


def test_a_due_date_that_comes_too_early_is_noted_and_the_invoice_paid_at_thirty_days(house: House) -> None:
    held = house.send(replace(january(house), due_date=date(2026, 2, 13)))
    assert (held.state, held.codes) == (_S.ACCEPTED, ("DUE_DATE",))
    assert held.pays_on == date(2026, 3, 5)
    assert house.answers(held) == ["AP"]


def test_an_invoice_for_a_cancelled_placement_is_answered_with_no_delivery(house: House) -> None:
    house.decide("100000102", start=date(2026, 3, 1), decided_on=date(2026, 2, 2))
    order = house.order("100000102")
    house.must(
        "placement.cancelled",
        {"execution_reference": "100000102", "reason": "NEVER_STARTED"},
        on=date(2026, 2, 20),
    )
    invoice = billed(
        named_otherwise(january(house), order.number),
        days="22",
        order_line_reference=_line("001"),
        invoice_period=None,
    )
    held = house.send(invoice)
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("NOT_RECEIVED",))
    assert "återkallades innan den började" in house.sentences(held)[0]


def _line(line_id: str) -> shapes.LineReference:
    return shapes.LineReference(line_id=line_id)


@pytest.mark.parametrize(
    ("changes", "says"), [({"continues_legacy": True}, "KA-webb"), ({"protected_identity": True}, "för hand")]
)
def test_an_invoice_for_a_case_outside_the_order_system_is_told_where_it_belongs(
    house: House, changes: dict[str, object], says: str
) -> None:
    house.must("placement.decided", decision("100000900", **changes), on=date(2026, 1, 1))  # type: ignore[arg-type]
    by_number = house.send(named_otherwise(january(house), "100000900"))
    by_reference = replace(january(house, "F-2"), order_reference=None, buyer_reference="100000900")
    for held in (by_number, house.send(by_reference)):
        assert held.state is _S.IN_QUESTION
        assert says in house.sentences(held)[0]


def test_an_invoice_for_an_esf_area_is_told_to_go_elsewhere(house: House) -> None:
    house.must("placement.decided", decision("100000900", supplier=GRYNINGEN), on=date(2026, 1, 1))
    invoice = january(house)
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
    held = house.send(named_otherwise(other, "100000900"))
    assert held.codes[0] == "ORDER_UNKNOWN"
    assert "ESF-område" in house.sentences(held)[0]


def test_another_supplier_is_not_told_that_a_reference_is_handled_by_hand(house: House) -> None:
    house.must(
        "placement.decided",
        decision("100000900", supplier=LARKDRILLEN, protected_identity=True),
        on=date(2026, 1, 1),
    )
    held = house.send(named_otherwise(january(house), "100000900"))
    assert held.codes == ("ORDER_UNKNOWN",)
    assert "finns inte hos oss" in house.sentences(held)[0]


def test_a_sender_that_is_no_supplier_of_ours_gets_no_answer(house: House) -> None:
    invoice = january(house)
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
    held = house.send(replace(invoice, accounting_supplier_party=billing.AccountingParty(party=stranger)))
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("ORDER_NOT_SUPPLIERS",))
    assert house.answers(held) == []


def test_the_buyer_may_let_clear_deviations_be_answered_at_once(database_url: str) -> None:
    with a_house(database_url, register=example_register(automatic_answer=True)) as house:
        house.decide(REFERENCE)
        house.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        held = house.send(billed(january(house), days="22"))
        assert (held.state, held.answered) == (_S.CREDIT_REQUESTED, "RE")


# One line, two invoices ---------------------------------------------------------------------


def test_a_second_invoice_for_a_line_is_in_question_and_the_first_stands(house: House) -> None:
    one, other = january(house, "F-1"), january(house, "F-2")
    first, second = house.send(one), house.send(other)
    assert (second.state, second.codes) == (_S.IN_QUESTION, ("ALREADY_INVOICED",))
    assert "F-1" in house.sentences(second)[0]
    assert house.line(first.order_number).invoice_id == first.id


# Copies and conflicts -----------------------------------------------------------------------


def test_the_same_bytes_again_are_a_repeat_and_give_no_second_invoice(house: House) -> None:
    body = ubl.serialise(january(house))
    house.post(body, on=FEBRUARY)
    house.read_letters(on=FEBRUARY)
    assert house.post(body, on=date(2026, 2, 4)).state is InState.REPEAT
    assert house.read_letters(on=date(2026, 2, 4)) == []
    assert letters(house) == [("HANDLED", ""), ("REPEAT", "REPEAT")]
    with house.database.reading() as session:
        assert [held.number for held in stored_invoices.listed(session)] == ["F-1"]


def test_the_same_document_in_a_new_envelope_is_a_repeat(house: House) -> None:
    body = ubl.serialise(january(house))
    first = house.send_bytes(body, on=FEBRUARY)
    addressed = for_payload(
        body,
        sender=ParticipantId.of_organisation(FYRBAKEN),
        receiver=ParticipantId.of_organisation("2021002114"),
        instance_id="5d2f1b3e-6a0c-4c58-9f2e-0a3b7c1d9e10",
        created_at=datetime.combine(FEBRUARY, time(8), UTC),
    )
    house.post(wrap(body, addressed), on=FEBRUARY)
    (outcome,) = house.read_letters(on=FEBRUARY)
    assert (outcome.letter_state, outcome.held) == (InState.REPEAT, None)
    assert house.held(first.id) == first


def test_the_same_document_with_one_more_line_feed_has_other_bytes_and_is_kept_aside(house: House) -> None:
    body = ubl.serialise(january(house))
    first = house.send_bytes(body, on=FEBRUARY)
    house.post(body + b"\n", on=FEBRUARY)
    (outcome,) = house.read_letters(on=FEBRUARY)
    assert (outcome.letter_state, outcome.held) == (InState.CONFLICT, None)
    inbox = mailbox.inbox
    with house.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == outcome.letter_id)).one()
    assert (row.repeats, bytes(row.body)) == (first.letter_id, body + b"\n")
    assert house.held(first.id) == first


def test_the_same_number_with_other_bytes_is_kept_aside_and_the_first_stands(house: House) -> None:
    invoice = january(house)
    first = house.send(invoice)
    changed = billed(invoice, price="94.00")
    house.post(ubl.serialise(changed), on=FEBRUARY)
    (outcome,) = house.read_letters(on=FEBRUARY)
    assert (outcome.letter_state, outcome.held) == (InState.CONFLICT, None)
    inbox = mailbox.inbox
    with house.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == outcome.letter_id)).one()
    assert row.repeats == first.letter_id
    assert row.business_key == f"{FYRBAKEN} INVOICE F-1"
    assert "F-1" in row.reason_sv
    assert bytes(row.body) == ubl.serialise(changed)
    assert house.held(first.id) == first


def test_two_suppliers_may_use_the_same_number(house: House) -> None:
    house.decide("100000102", supplier=LARKDRILLEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    assert house.send(january(house, "1")).state is _S.ACCEPTED
    assert house.send_invoice(house.order("100000102").number, number="1", on=FEBRUARY).state is _S.ACCEPTED


# What cannot be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "GATE-EMPTY"),
        (b"%PDF-1.7 not an e-invoice", "GATE-"),
        (b"<Invoice xmlns='urn:example'/>", "GATE-KIND"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "GATE-DOCTYPE"),
    ],
)
def test_what_cannot_be_read_lies_in_quarantine_with_its_bytes_and_a_reason(
    house: House, body: bytes, reason: str
) -> None:
    house.post(body, on=FEBRUARY)
    house.post(ubl.serialise(january(house)), on=FEBRUARY)
    first, second = house.read_letters(on=FEBRUARY)
    assert (first.letter_state, second.letter_state) == (InState.QUARANTINED, InState.HANDLED)
    assert first.reason.startswith(reason)
    inbox = mailbox.inbox
    with house.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == first.letter_id)).one()
        assert mailbox.body_of(session, first.letter_id) == body
    assert row.reason_sv
    assert row.reason_en


def test_an_invalid_invoice_is_refused_by_its_rule_and_never_for_a_business_reason(house: House) -> None:
    invoice = january(house)
    totals = replace(invoice.legal_monetary_total, payable_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    house.post(ubl.serialise(replace(invoice, legal_monetary_total=totals)), on=FEBRUARY)
    (outcome,) = house.read_letters(on=FEBRUARY)
    assert (outcome.letter_state, outcome.reason) == (InState.QUARANTINED, "BR-CO-16")
    # And the number is free for the right one.
    assert house.send(january(house)).state is _S.ACCEPTED


def test_one_of_our_own_orders_sent_back_is_not_for_us(house: House) -> None:
    with house.database.reading() as session:
        (order,) = mailbox.letters_out(session, kind=DocumentKind.ORDER)
    house.post(order.body, on=FEBRUARY)
    (outcome,) = house.read_letters(on=FEBRUARY)
    assert (outcome.letter_state, outcome.reason) == (InState.QUARANTINED, "NOT_FOR_US")


def test_a_reading_tells_what_the_document_says_and_keeps_the_warnings(house: House) -> None:
    reading = documents.read(ubl.serialise(january(house)), on=FEBRUARY)
    assert reading.kind is DocumentKind.INVOICE
    assert reading.invoice is not None
    assert (reading.invoice.supplier, reading.invoice.buyer) == (FYRBAKEN, "2021002114")
    assert reading.invoice.order_lines == ("001",)
    assert reading.invoice.accounts[0].scheme == "BANKGIRO"


# Corrected afterwards -----------------------------------------------------------------------


def test_a_report_corrected_after_the_invoice_puts_it_in_question_and_back(house: House) -> None:
    house.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    held = house.send_invoice(house.order(REFERENCE).number, "003", number="F-3", on=date(2026, 3, 9))
    assert held.state is _S.ACCEPTED
    house.interrupt(REFERENCE, on=date(2026, 3, 10), last_day=date(2026, 3, 13))
    held = house.held(held.id)
    assert (held.state, held.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    assert house.line(held.order_number, "003").amount_claimed.is_zero
    # After approved only paid may follow: nothing is sent, and the question is put in person.
    assert house.answers(held) == ["AP"]
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-11"}
    house.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 11))
    held = house.held(held.id)
    assert (held.state, held.codes) == (_S.ACCEPTED, ())
    assert house.line(held.order_number, "003").amount_claimed.amount == Decimal("2090.00")
    assert house.answers(held) == ["AP"]


def test_a_correction_that_changes_nothing_leaves_the_invoice_accepted(house: House) -> None:
    held = house.send(january(house))
    house.report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 10))
    assert house.held(held.id) == held
    assert house.line(held.order_number).amount_claimed.amount == Decimal("1900.00")


def test_after_the_final_invoice_the_later_lines_are_closed_and_open_again_if_the_last_day_moves(
    house: House,
) -> None:
    house.interrupt(REFERENCE, on=date(2026, 2, 27), last_day=date(2026, 3, 13))
    house.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    number = house.order(REFERENCE).number
    house.send_invoice(number, "003", number="F-3", on=date(2026, 3, 9))
    assert [house.line(number, line).state for line in ("002", "003", "004", "006")] == [
        "OPEN",
        "OPEN",
        "CLOSED_UNUSED",
        "CLOSED_UNUSED",
    ]
    moved = {"execution_reference": REFERENCE, "registered_on": "2026-03-10", "effective_on": "2026-04-10"}
    house.must("interruption.moved", moved, on=date(2026, 3, 10))
    assert [house.line(number, line).state for line in ("004", "005")] == ["OPEN", "CLOSED_UNUSED"]
    house.report(REFERENCE, "2026-04", on=date(2026, 4, 13))
    assert house.send_invoice(number, "004", number="F-4", on=date(2026, 4, 13)).state is _S.ACCEPTED


def test_a_result_is_invoiced_like_any_line(house: House) -> None:
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-02-02"}
    house.must("supplement.approved", told, on=date(2026, 2, 2))
    (order,) = house.orders(REFERENCE, Article.SUPPLEMENTARY)
    assert house.send_invoice(order.number, number="F-T", on=FEBRUARY).state is _S.ACCEPTED
