"""What breaks a published rule is answered with every finding, to whom it may go; never for a business reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from invoicing.intake import technical_refusals
from invoicing.matching.deviations import DeviationCode
from orders.register.register import Register
from orders.register.response_agreements import TechnicalAnswer
from peppol.documents import billing, responses, shapes, technical_responses
from peppol.envelope import envelope
from peppol.envelope.sender import Sender
from peppol.exchange import inbox, outbox_store
from peppol.exchange.tables import InState
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.validation import validation
from peppol.xml import codec
from tests.support.golden import is_golden
from tests.support.stories.system import FYRBAKEN, TALLKOTTEN, System, a_system, example_register

REFERENCE = "100000101"
RECEIVED_ON, BILLED_ON = date(2026, 2, 2), date(2026, 2, 3)
MORNING = datetime(2026, 2, 3, 7, 30, tzinfo=UTC)
INSTANCE = "7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11"
THEIRS, OURS = ParticipantId("0007", FYRBAKEN), ParticipantId("0007", "2021002114")
THEIR_PROVIDER, OUR_PROVIDER = "0242:000321-FYR", "0242:000123-AFM"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def answered_by(technical: TechnicalAnswer, **policy: object) -> Register:
    """The register with Fyrbåken taking this kind of technical answer, and our service provider named."""
    register = example_register(**policy)
    suppliers = tuple(
        replace(each, technical_answers=technical) if each.organisation_number == FYRBAKEN else each
        for each in register.suppliers
    )
    buyer = replace(register.buyer, service_provider=OUR_PROVIDER)
    return replace(register, suppliers=suppliers, buyer=buyer)


def wrong(system: System) -> billing.Invoice:
    """An invoice whose total does not follow from its lines: BR-CO-15 and its like."""
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=RECEIVED_ON)
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=BILLED_ON)
    total = replace(invoice.legal_monetary_total, tax_inclusive_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    return replace(invoice, legal_monetary_total=total)


def enveloped(document: codec.Document, **changes: object) -> bytes:
    payload = codec.serialise(document)
    written = envelope.for_payload(
        payload, sender=THEIRS, receiver=OURS, instance_id=INSTANCE, created_at=MORNING
    )
    return envelope.wrap(payload, replace(written, **changes))  # type: ignore[arg-type]


def refused(system: System, body: bytes) -> int:
    """The message's number, when it has been read and laid in quarantine."""
    system.post(body, on=BILLED_ON)
    (outcome,) = system.read_messages(on=BILLED_ON)
    assert outcome.message_state is InState.QUARANTINED
    return outcome.letter_id


def answers(system: System, letter_id: int) -> list[outbox_store.OutboundMessage]:
    """What we wrote about a message to us, each judged by every rule of its kind once more."""
    with system.database.reading() as session:
        messages = list(outbox_store.messages_out(session, about=f"letter {letter_id}"))
    for message in messages:
        report = validation.validate(message.body, on=message.issued_on)
        assert (report.kind, report.findings) == (DocumentKind(message.kind), ())
    return messages


# Who is answered, with what -------------------------------------------------------------------------------


def test_a_supplier_that_takes_an_mlr_gets_one_line_a_finding(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    (message,) = answers(system, refused(system, codec.serialise(wrong(system))))
    assert (message.kind, message.receiver) == ("mlr", "0007:5599991014")
    answer = codec.parse(responses.MessageLevelResponse, etree.fromstring(message.body))
    told = answer.document_response
    assert (told.response.response_code, told.document_reference.id) == ("RE", "F-1")
    assert told.document_reference.document_type_code == "380"
    lines = [(each.line_reference.line_id, each.responses[0]) for each in told.line_responses]
    place, issue = lines[0]
    assert place.startswith("/Invoice/cac:")
    assert issue.description.startswith("BR-CO-")
    assert issue.statuses[0].status_reason_code == "BV"
    is_golden("mlr-re.xml", message.body)


def test_a_supplier_registered_for_nothing_reads_the_same_in_the_portal(system: System) -> None:
    (message,) = answers(system, refused(system, codec.serialise(wrong(system))))
    assert (message.kind, message.receiver, message.recipient) == ("mlr", "", FYRBAKEN)


def test_an_envelope_that_names_a_service_provider_gets_an_mls_there_about_the_transmission(
    system: System,
) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    body = enveloped(wrong(system), mls_to=ParticipantId.parse(THEIR_PROVIDER))
    (message,) = answers(system, refused(system, body))
    assert (message.kind, message.sender, message.receiver) == ("mls", OUR_PROVIDER, THEIR_PROVIDER)
    answer = codec.parse(responses.MessageLevelStatus, etree.fromstring(message.body))
    assert answer.document_response.document_reference.id == INSTANCE
    assert answer.document_response.response.response_code == "RE"
    is_golden("mls-re.xml", message.body)


def test_the_policy_may_prefer_the_older_answer(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR, technical_answer=TechnicalAnswer.MLR))
    body = enveloped(wrong(system), mls_to=ParticipantId.parse(THEIR_PROVIDER))
    (message,) = answers(system, refused(system, body))
    assert (message.kind, message.receiver) == ("mlr", "0007:5599991014")


def test_a_sender_that_wants_to_hear_of_success_too_does(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=RECEIVED_ON)
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=BILLED_ON)
    asked = {"mls_to": ParticipantId.parse(THEIR_PROVIDER), "mls_type": "ALWAYS_SEND"}
    document = system.send_bytes(enveloped(invoice, **asked), on=BILLED_ON)
    (message,) = answers(system, document.letter_id)
    is_golden("mls-ap.xml", message.body)
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    unasked = system.send_invoice(system.order(REFERENCE).number, "002", number="F-2", on=date(2026, 3, 3))
    assert answers(system, unasked.letter_id) == []


def test_a_broken_schema_is_answered_as_syntax(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    body = codec.serialise(wrong(system)).replace(b"<cbc:DueDate>", b"<cbc:DueDat>")
    body = body.replace(b"</cbc:DueDate>", b"</cbc:DueDat>")
    (message,) = answers(system, refused(system, body))
    answer = codec.parse(responses.MessageLevelResponse, etree.fromstring(message.body))
    sorts = {
        each.responses[0].statuses[0].status_reason_code for each in answer.document_response.line_responses
    }
    assert "SV" in sorts


# Who is not -----------------------------------------------------------------------------------------------


def test_what_nobody_can_read_is_shown_and_not_answered(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    assert answers(system, refused(system, b"%PDF-1.7 an invoice, honestly")) == []


def test_a_stranger_is_not_answered_and_of_a_message_for_somebody_else_only_a_supplier_of_ours_is(
    system: System,
) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    invoice, other = wrong(system), ParticipantId("0007", "5560000001")
    stranger = enveloped(invoice, sender=other, instance_id=INSTANCE[:-1] + "2")
    both = enveloped(invoice, sender=other, receiver=other, mls_to=ParticipantId.parse(THEIR_PROVIDER))
    assert answers(system, refused(system, stranger)) == []
    assert (
        answers(system, refused(system, both.replace(INSTANCE.encode(), INSTANCE[:-1].encode() + b"3"))) == []
    )
    (told,) = answers(system, refused(system, enveloped(invoice, receiver=other)))
    assert (told.kind, told.receiver) == ("mlr", f"0007:{FYRBAKEN}")


def test_a_wrong_answer_is_never_answered(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    finding = Finding("BR-CO-15", Severity.FATAL, "/Invoice")
    answer = technical_responses.refusal_mlr(
        [finding], document_id="A-1", answered="", type_code="", sender=THEIRS, receiver=OURS, on=BILLED_ON
    )
    body = codec.serialise(answer).replace(b">RE<", b">XX<")
    assert answers(system, refused(system, body)) == []


def test_the_same_refused_message_again_is_a_repeat_and_not_answered_twice(system: System) -> None:
    body = codec.serialise(wrong(system))
    first = refused(system, body)
    assert system.post(body, on=BILLED_ON).state is InState.REPEAT
    assert system.read_messages(on=BILLED_ON) == []
    assert len(answers(system, first)) == 1


def test_a_refused_message_that_is_read_again_is_refused_again_and_answered_once(system: System) -> None:
    letter_id = refused(system, codec.serialise(wrong(system)))
    with system.database.writing() as session:
        assert inbox.replay(session, letter_id) is InState.QUARANTINED
    (outcome,) = system.read_messages(on=BILLED_ON)
    assert outcome.message_state is InState.QUARANTINED
    assert len(answers(system, letter_id)) == 1


def test_a_business_reason_is_answered_as_business_and_leaves_no_technical_word(system: System) -> None:
    system.change_register(answered_by(TechnicalAnswer.MLR))
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=RECEIVED_ON)
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=BILLED_ON)
    document = system.send(replace(invoice, order_reference=billing.OrderReference(id="1999999999")))
    assert (system.answers(document), answers(system, document.letter_id)) == (["AB"], [])


# Laws -----------------------------------------------------------------------------------------------------

_RULES = st.sampled_from(["BR-CO-15", "BR-01", "PEPPOL-EN16931-R003", "GATE-DOCTYPE", "ENV-PROCESS"])
_FINDINGS = st.builds(
    Finding,
    rule=_RULES,
    severity=st.sampled_from(Severity),
    location=st.sampled_from(["", "/Invoice", "/Invoice/cac:InvoiceLine[2]/cbc:ID"]),
    line=st.integers(0, 10_000),
    found=st.text(max_size=20),
    expected=st.text(max_size=20),
)


@settings(max_examples=settings().max_examples // 3)
@given(st.lists(_FINDINGS, min_size=1, max_size=6), st.sampled_from([1, 2, 60]))
def test_any_findings_make_a_valid_answer_with_a_line_for_each(findings: list[Finding], times: int) -> None:
    fatal = Finding("BR-CO-15", Severity.FATAL, "/Invoice")
    many = [fatal, *findings * times]
    for document, kind in (
        (
            technical_responses.refusal_mlr(
                many,
                document_id="1",
                answered="F",
                type_code="380",
                sender=OURS,
                receiver=THEIRS,
                on=BILLED_ON,
            ),
            DocumentKind.MLR,
        ),
        (
            technical_responses.mls(
                many,
                document_id="1",
                instance_id=INSTANCE,
                sender=ParticipantId.parse(OUR_PROVIDER),
                receiver=ParticipantId.parse(THEIR_PROVIDER),
                at=MORNING,
            ),
            DocumentKind.MLS,
        ),
    ):
        report = validation.judge_tree(etree.fromstring(codec.serialise(document)), kind, on=BILLED_ON)
        assert report.findings == ()
        lines = document.document_response.line_responses
        assert len(lines) <= technical_responses.LINES_MOST + 2 * len({each.rule for each in many})
        words = " ".join(each.responses[0].description for each in lines)
        assert not {code.value for code in DeviationCode} & set(words.split())


@given(
    st.sampled_from([TechnicalAnswer.MLS, TechnicalAnswer.MLR, TechnicalAnswer.PORTAL]),
    st.sampled_from(list(DocumentKind)),
    st.sampled_from(["", str(THEIRS), "0007:5560000001", f"0007:{TALLKOTTEN}"]),
    st.sampled_from(["", THEIR_PROVIDER]),
)
def test_no_answer_goes_to_a_stranger_and_none_answers_an_answer(
    preferred: TechnicalAnswer, kind: DocumentKind, sender: str, mls_to: str
) -> None:
    register = answered_by(TechnicalAnswer.MLR, technical_answer=preferred)
    way = technical_refusals.way_of(
        register, Sender(sender=sender, instance_id=INSTANCE, mls_to=mls_to), kind, ()
    )
    if kind in (DocumentKind.MLR, DocumentKind.MLS):
        assert way is None
    elif way is None:
        assert sender in ("", "0007:5560000001")
    elif way.kind is DocumentKind.MLR:
        assert register.supplier(way.recipient)
    else:
        assert (way.receiver, preferred) == (THEIR_PROVIDER, TechnicalAnswer.MLS)
