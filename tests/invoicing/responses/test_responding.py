"""What a supplier is told about its invoice, and when: every code of the Invoice Response from a real story."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from billing.tools.simulation.invoices import with_mistake
from foundation.money import Money
from foundation.text import ENGLISH
from invoicing.documents import store as document_store
from invoicing.matching.deviations import Deviation, DeviationCode, Source, Weight
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.responses import responding, response_documents
from invoicing.responses.response_documents import Question
from orders.register import store as register_store
from orders.register.parties import RegisterValueRefused, Supplier
from orders.register.register import Register
from orders.register.response_agreements import (
    Acknowledgement,
    OrderProcess,
    ResponseProcess,
    TechnicalAnswer,
)
from peppol.documents import billing, responses, shapes
from peppol.exchange import inbox_store, outbox_store
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec
from tests.support.golden import is_golden, message_body
from tests.support.project import GOLDEN
from tests.support.stories import largest
from tests.support.stories.system import FYRBAKEN, TALLKOTTEN, System, a_system, example_register

REFERENCE = "100000101"
RECEIVED_ON, BILLED_ON = date(2026, 2, 2), date(2026, 2, 3)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def registered(register: Register, **changes: object) -> Register:
    """The register with Fyrbåken registered otherwise."""
    changed = tuple(
        replace(each, **changes) if each.organisation_number == FYRBAKEN else each  # type: ignore[arg-type]
        for each in register.suppliers
    )
    return replace(register, suppliers=changed)


def january(system: System, number: str = "F-1") -> billing.Invoice:
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=RECEIVED_ON)
    return system.flip(system.order(REFERENCE).number, number=number, on=BILLED_ON)


def written(system: System, invoice: SupplierInvoice) -> list[responses.InvoiceResponse]:
    """The Invoice Responses about a document as their messages read, each judged by every rule once more."""
    with system.database.reading() as session:
        messages = list(outbox_store.messages_out(session, about=f"invoice {invoice.id}"))
    answers = []
    for message in messages:
        report = validation.validate(message.body, on=message.issued_on)
        assert (report.kind, report.findings) == (DocumentKind.INVOICE_RESPONSE, ())
        assert report.root is not None
        answers.append(codec.parse(responses.InvoiceResponse, report.root))
    return answers


def golden(name: str, system: System, invoice: SupplierInvoice, code: str) -> None:
    is_golden(name, message_body(system, f"{invoice.id}-{code}"))


def codes(answers: list[responses.InvoiceResponse]) -> list[str]:
    return [each.document_response.response.response_code for each in answers]


def reasons(answer: responses.InvoiceResponse) -> list[str]:
    """The reason and action codes of an answer, in order."""
    return [
        each.status_reason_code.value
        for each in answer.document_response.response.statuses
        if each.status_reason_code is not None
    ]


# Every code -----------------------------------------------------------------------------------------------


def test_a_clean_invoice_is_approved_at_once_and_paid_on_its_day(system: System) -> None:
    invoice = system.send(january(system))
    system.pay(on=invoice.pays_on)
    approved, paid = written(system, invoice)
    assert codes([approved, paid]) == ["AP", "PD"]
    assert (approved.profile_id, reasons(approved)) == ("urn:fdc:peppol.eu:poacc:bis:invoice_response:3", [])
    assert paid.document_response.response.effective_date == invoice.pays_on
    golden("invoice-response-ap.xml", system, invoice, "AP")
    golden("invoice-response-pd.xml", system, invoice, "PD")


def test_an_invoice_before_its_report_is_in_process_for_want_of_a_delivery(system: System) -> None:
    system.decide(REFERENCE)
    invoice = a_flip_before_the_report(system)
    document = system.send(invoice)
    (waits,) = written(system, document)
    assert (codes([waits]), reasons(waits)) == (["IP"], ["DEL", "NOA"])
    golden("invoice-response-ip.xml", system, document, "IP")
    assert "the report for January 2026 is not filed" in said_to_supplier(system, document)
    # Whom it waits for is told anew when that changes, and the answer is given once.
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 4))
    assert "you need not do anything" in said_to_supplier(system, document)
    rejected = {
        "execution_reference": REFERENCE,
        "month": "2026-01",
        "version": 1,
        "at": "2026-02-05T08:00:00+01:00",
        "by": "user-17",
    }
    system.must("report.rejected", rejected, on=date(2026, 2, 5))
    assert "or was rejected. File the report" in said_to_supplier(system, document)
    assert codes(written(system, document)) == ["IP"]


def said_to_supplier(system: System, invoice: SupplierInvoice) -> str:
    (said,) = system.sentences(invoice, ENGLISH)
    return said


def test_an_invoice_whose_report_is_filed_waits_for_the_buyer_and_says_so(system: System) -> None:
    system.decide(REFERENCE)
    system.file_report(REFERENCE, "2026-01", on=RECEIVED_ON)
    document = system.send(a_flip_before_the_report(system))
    assert codes(written(system, document)) == ["IP"]
    golden("invoice-response-ip-filed.xml", system, document, "IP")


def a_flip_before_the_report(system: System) -> billing.Invoice:
    """An invoice for a month that is not reported yet: that of another placement's month, readdressed."""
    system.decide("100000102")
    system.report("100000102", "2026-01", on=RECEIVED_ON)
    other = system.flip(system.order("100000102").number, number="F-1", on=BILLED_ON)
    ordered = billing.OrderReference(id=system.order(REFERENCE).number)
    return replace(other, order_reference=ordered, buyer_reference=REFERENCE)


def test_an_unknown_account_is_queried(system: System) -> None:
    invoice = january(system)
    account = billing.FinancialAccount(
        id="9912346", financial_institution_branch=shapes.Reference(id="SE:BANKGIRO")
    )
    means = replace(invoice.payment_means[0], payee_financial_account=account)
    document = system.send(replace(invoice, payment_means=(means,)))
    (query,) = written(system, document)
    assert (codes([query]), reasons(query)) == (["UQ"], ["PAY", "NOA"])
    golden("invoice-response-uq.xml", system, document, "UQ")


def test_a_rejection_names_the_field_the_value_expected_and_what_to_send(system: System) -> None:
    invoice = system.ask_credit(system.send(in_excess(january(system))), on=BILLED_ON)
    received, rejected = written(system, invoice)
    assert codes([received, rejected]) == ["AB", "RE"]
    assert reasons(rejected) == ["QTY", "CNF", "NIN"]
    (condition,) = rejected.document_response.response.statuses[0].conditions
    assert (condition.attribute_id, condition.description) == ("BT-129", "20")
    golden("invoice-response-ab.xml", system, invoice, "AB")
    golden("invoice-response-re.xml", system, invoice, "RE")


def in_excess(invoice: billing.Invoice) -> billing.Invoice:
    return with_mistake(invoice, "over")


def test_an_answer_about_very_many_lines_tells_the_first_and_how_many_there_are(system: System) -> None:
    """However much is wrong: a message that every rule of the Invoice Response lets through, and that is small."""
    wrong = system.send(largest.of_many_lines(january(system), "order lines that are not there", 400))
    system.ask_credit(wrong, on=BILLED_ON)
    told = [
        status for answer in written(system, wrong) for status in answer.document_response.response.statuses
    ]
    counted = [status for status in told if "first 50 of 4" in (status.status_reason or "")]
    assert counted
    assert max(len(status.conditions) for status in told) <= response_documents.TOLD_MOST
    assert all(len(codec.serialise(answer)) < 200_000 for answer in written(system, wrong))


def test_an_early_due_date_is_a_condition_where_the_policy_says_so(system: System) -> None:
    system.change_register(example_register(conditional_acceptance=True))
    invoice = system.send(replace(january(system), due_date=BILLED_ON))
    assert invoice.state is _S.ACCEPTED
    system.pay(on=invoice.pays_on)
    conditional, paid = written(system, invoice)
    assert codes([conditional, paid]) == ["CA", "PD"]
    assert reasons(conditional) == ["PAY", "NOA"]
    (condition,) = conditional.document_response.response.statuses[0].conditions
    assert (condition.attribute_id, condition.description) == ("BT-9", str(invoice.pays_on))
    golden("invoice-response-ca.xml", system, invoice, "CA")


def test_an_early_due_date_is_otherwise_approved_without_more_ado(system: System) -> None:
    invoice = system.send(replace(january(system), due_date=BILLED_ON))
    assert (invoice.codes, system.answers(invoice)) == (("DUE_DATE",), ["AP"])


def say(system: System, invoice: SupplierInvoice, code: str, question: Question | None = None) -> None:
    with system.database.writing() as session:
        now = document_store.by_id(session, invoice.id)
        register = register_store.load(session)
        answered = responding.answer(
            session,
            register,
            now,
            code,
            (),
            today=BILLED_ON,
            supplier=register.supplier(FYRBAKEN),
            question=question,
        )
        document_store.set_answered(session, invoice.id, answered)


@pytest.mark.parametrize("code", ["IP", "UQ", "CA", "RE", "AP"])
def test_an_answer_that_says_nothing_new_is_not_sent(system: System, code: str) -> None:
    invoice = system.send(in_excess(january(system)))
    for _ in range(2):
        say(system, invoice, code)
    assert codes(written(system, invoice)) == ["AB", code]


def test_a_person_may_ask_twice_and_each_question_is_a_message_of_its_own(system: System) -> None:
    invoice = system.send(in_excess(january(system)))
    for words in ("Vilka dagar?", "Och vilken enhet?"):
        say(system, invoice, "UQ", Question("QTY", words))
    first, second = written(system, invoice)[1:]
    assert codes([first, second]) == ["UQ", "UQ"]
    assert first.id != second.id
    assert reasons(first) == ["QTY", "PIN"]
    assert "Och vilken enhet?" in str(second.document_response.response.statuses[0].status_reason)


# AB on arrival, and the process ---------------------------------------------------------------------------


def test_arrival_is_answered_first_where_the_policy_says_so(system: System) -> None:
    system.change_register(example_register(acknowledgement=Acknowledgement.ARRIVAL))
    invoice = system.send(january(system))
    assert system.answers(invoice) == ["AB", "AP"]
    credit = system.send_credit(system_invoice(system), number="K-1", on=date(2026, 2, 9))
    assert system.answers(credit) == ["AB", "AP"]


def system_invoice(system: System) -> billing.Invoice:
    """The January invoice once more, as the supplier has it in its books."""
    with system.database.reading() as session:
        body = inbox_store.body_of(session, 1)
    assert body is not None
    return codec.parse(billing.Invoice, etree.fromstring(body))


def test_a_supplier_in_billing_with_response_hears_of_every_arrival_in_its_own_process(
    system: System,
) -> None:
    process = ResponseProcess.BILLING_WITH_RESPONSE
    system.change_register(registered(example_register(), response_process=process))
    # The process came with the release of May 2026: no answer of an earlier day may name it.
    system.decide(REFERENCE, start=date(2026, 9, 1))
    system.report(REFERENCE, "2026-09", on=date(2026, 10, 2))
    billed = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 10, 5))
    invoice = system.send(billed)
    assert system.answers(invoice) == ["AB", "AP"]
    assert {each.profile_id for each in written(system, invoice)} == {"urn:peppol:bis:billing_with_response"}
    golden("invoice-response-ab-billing-with-response.xml", system, invoice, "AB")


def test_who_reads_in_the_portal_sees_the_arrival_there_and_gets_no_message_about_it(system: System) -> None:
    system.change_register(example_register(acknowledgement=Acknowledgement.ARRIVAL))
    system.decide(REFERENCE, supplier=TALLKOTTEN)
    system.report(REFERENCE, "2026-01", on=RECEIVED_ON)
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=BILLED_ON)
    assert system.answers(invoice) == ["AP"]


# What the register accepts --------------------------------------------------------------------------------


def test_what_a_registration_cannot_mean_is_refused_with_what_to_do() -> None:
    portal = example_register().supplier(TALLKOTTEN)
    refused: list[dict[str, object]] = [
        {"technical_answers": TechnicalAnswer.MLR},
        {"order_process": OrderProcess.ORDERING},
        {"response_process": ResponseProcess.BILLING_WITH_RESPONSE},
    ]
    for change in refused:
        with pytest.raises(RegisterValueRefused) as refusal:
            replace(portal, **change)  # type: ignore[arg-type]
        assert refusal.value.text
    with pytest.raises(RegisterValueRefused):
        replace(example_register().buyer, service_provider="0007:2021002114")
    assert replace(example_register().buyer, service_provider="0242:000123-AFM").service_provider


def test_a_register_kept_before_these_settings_reads_as_it_was(system: System) -> None:
    older = example_register().to_json()
    for name in ("acknowledgement", "conditional_acceptance", "technical_answer", "order_process"):
        assert f'"{name}":' in older
    content = json.loads(older)
    for policy_key in ("acknowledgement", "conditional_acceptance", "technical_answer"):
        del content["policy"][policy_key]
    for supplier in content["suppliers"]:
        for key in ("order_process", "response_process", "technical_answers"):
            del supplier[key]
    del content["buyer"]["service_provider"]
    assert Register.from_json(json.dumps(content)) == example_register()


# Laws -----------------------------------------------------------------------------------------------------

_CODES = ("AB", "IP", "UQ", "CA", "RE", "AP", "PD")


@given(st.lists(st.sampled_from(_CODES), max_size=12))
def test_whatever_is_wished_to_be_said_the_words_said_never_contradict_each_other(wished: list[str]) -> None:
    said: list[str] = []
    for code in wished:
        if responding.may_follow(said[-1] if said else "", code):
            said.append(code)
    assert not {"RE", "AP"} <= set(said)
    assert not {"RE", "PD"} <= set(said)
    for final in ("RE", "PD"):
        assert final not in said[:-1]
    if "AP" in said:
        assert said[said.index("AP") + 1 :] in ([], ["PD"])
    ranks = [_CODES.index(code) for code in said]
    assert ranks == sorted(ranks)


_DEVIATIONS = st.builds(
    Deviation,
    code=st.sampled_from(DeviationCode),
    weight=st.sampled_from([Weight.HOLD, Weight.PARK, Weight.QUESTION]),
    term=st.sampled_from(["BT-13", "BT-129", "BT-146"]),
    found=st.sampled_from(["", "22", "95.00"]),
    expected=st.sampled_from(["", "14", "90.00"]),
    expected_from=st.sampled_from(Source),
)


@given(st.sampled_from(_CODES), st.lists(_DEVIATIONS, min_size=1, max_size=4))
def test_any_answer_says_one_code_and_asks_for_nothing_that_contradicts_it(
    code: str, deviations: list[Deviation]
) -> None:
    register = example_register()
    supplier: Supplier = register.supplier(FYRBAKEN)
    answer = response_documents.response(
        register, a_held(), code, tuple(deviations), supplier=supplier, today=BILLED_ON
    )
    report = validation.judge_tree(tree(answer), DocumentKind.INVOICE_RESPONSE, on=BILLED_ON)
    assert report.findings == ()
    told = reasons(answer)
    assert ("NOA" in told) != bool({"CNF", "NIN", "PIN"} & set(told)) or not told
    if code in ("AB", "AP", "PD"):
        assert told == []
    assert "PPD" not in told


def tree(document: codec.Document) -> etree._Element:
    return etree.fromstring(codec.serialise(document))


def a_held() -> SupplierInvoice:
    money = Money.of("2090.00")
    return SupplierInvoice(
        id=7,
        letter_id=7,
        document_type=DocumentType.INVOICE,
        type_code="380",
        supplier=FYRBAKEN,
        number="F-7",
        issued_on=BILLED_ON,
        received_on=BILLED_ON,
        pays_on=BILLED_ON,
        currency="SEK",
        order_number="2100000001",
        execution_reference=REFERENCE,
        endpoint="0007:5599991014",
        amount_net=money,
        amount_vat=money,
        amount_payable=money,
        state=_S.IN_QUESTION,
        codes=(),
        answered="",
        paid_on=None,
    )


def test_answers_only_go_forward_and_nothing_follows_rejected_or_paid() -> None:
    codes = ("AB", "IP", "UQ", "CA", "RE", "AP", "PD")
    follows = {
        before: [after for after in codes if responding.may_follow(before, after)] for before in ("", *codes)
    }
    assert follows == {
        "": list(codes),
        "AB": ["IP", "UQ", "CA", "RE", "AP", "PD"],
        "IP": ["UQ", "CA", "RE", "AP", "PD"],
        "UQ": ["UQ", "CA", "RE", "AP", "PD"],
        "CA": ["RE", "AP", "PD"],
        "AP": ["PD"],
        "RE": [],
        "PD": [],
    }


def test_the_golden_files_are_the_ones_named_here() -> None:
    named = {path.stem.removeprefix("invoice-response-") for path in GOLDEN.glob("invoice-response-*.xml")}
    assert named == {
        "ab",
        "ip",
        "ip-filed",
        "uq",
        "ca",
        "ca-lines",
        "re",
        "ap",
        "pd",
        "ab-billing-with-response",
    }
