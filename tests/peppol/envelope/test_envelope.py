"""Envelopes: what goes in comes out, who is named on it is who is meant, and nothing odd passes in silence."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fixtures.build_bad import base
from fixtures.build_bad_envelopes import CAME_ON, OURS, edited, messages
from peppol.envelope.checks import check
from peppol.envelope.envelope import for_document, for_payload, same_document, wrap
from peppol.envelope.findings import EnvelopeRule
from peppol.envelope.header import Envelope
from peppol.envelope.opening import Opened, instance_id_in, unwrap
from peppol.explanations.explain import explain
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml import codec
from peppol.xml.gate_errors import GateRefused, Limits
from peppol.xml.gate_tree import CAC, CBC, SBDH
from peppol.xml.literals import UnwritableDocument
from tests.peppol.documents.test_documents import DOCUMENTS, unhurried, values
from tests.support.project import GOLDEN

SUPPLIER = ParticipantId("0007", "5569990012")
INSTANCE = "7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11"
MORNING = datetime(2026, 6, 5, 7, 30, tzinfo=UTC)


def enveloped(payload: bytes, **changes: object) -> bytes:
    """A document of the supplier to us, in the envelope that belongs to it."""
    written = for_payload(payload, sender=SUPPLIER, receiver=OURS, instance_id=INSTANCE, created_at=MORNING)
    return wrap(payload, replace(written, **changes))  # type: ignore[arg-type]


def rules(
    opened: Opened, *, on: date = CAME_ON, pairs: frozenset[tuple[str, str]] = frozenset()
) -> list[str]:
    found = (*opened.findings, *check(opened, ours=OURS, on=on, pairs=pairs))
    return [each.rule for each in found]


def same(data: bytes) -> bytes:
    """What a document says, whatever its prefixes, comments and line ends are: its canonical form."""
    return etree.tostring(etree.fromstring(data), method="c14n", exclusive=True, with_comments=False)


# What goes in comes out ---------------------------------------------------------------------

participants = st.builds(
    ParticipantId,
    st.sampled_from(["0060", "0192", "0242", "9915"]),
    st.text("0123456789abcXYZ-._~", min_size=1, max_size=20),
)
# What stands on an envelope is visible and has no white space around it.
written_values = st.text(st.sampled_from("abcÅÄÖ019&<>\"'-/.:#"), min_size=1, max_size=30)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001  (the zone is drawn beside it)
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
envelopes = st.builds(
    Envelope,
    sender=participants,
    receiver=participants,
    document_type_id=written_values,
    process_id=written_values,
    instance_id=st.uuids().map(str),
    standard=written_values,
    type_version=written_values,
    type=written_values,
    created_at=moments,
    country_c1=st.sampled_from(["SE", "NO", "1A"]),
    mls_to=st.none() | st.builds(ParticipantId, st.just("0242"), st.text("0123456789", min_size=1)),
    mls_type=st.sampled_from(["", "FAILURE_ONLY", "ALWAYS_SEND"]),
)


@pytest.mark.law
@pytest.mark.parametrize("cls", DOCUMENTS)
def test_a_document_comes_out_of_its_envelope_byte_for_byte(cls: type[codec.Document]) -> None:
    @unhurried
    @given(values(cls), envelopes, st.booleans())
    def law(document: codec.Document, envelope: Envelope, pretty: bool) -> None:
        payload = codec.serialise(document, pretty=pretty)
        message = wrap(payload, envelope)
        assert unwrap(message) == Opened(envelope, payload)
        assert wrap(payload, envelope) == message
        assert instance_id_in(message) == envelope.instance_id

    law()


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_of_document_has_an_envelope_that_fits_it(kind: DocumentKind) -> None:
    envelope = for_document(kind, sender=SUPPLIER, receiver=OURS, instance_id=INSTANCE, created_at=MORNING)
    assert envelope.document_type_id == kind.document_type_id
    assert envelope.process_id == kind.profile_ids[0]
    assert (envelope.standard, envelope.type) == (kind.namespace, kind.root_name)
    assert (envelope.type_version, envelope.country_c1, envelope.mls_type) == ("2.1", "SE", "")


@pytest.mark.parametrize("name", ["invoice", "credit-note", "order", "invoice-response"])
def test_a_message_of_ours_has_nothing_to_object_to(name: str) -> None:
    payload = base(name)
    root = etree.fromstring(payload)
    sending, receiving = (
        ParticipantId(each.get("schemeID", ""), each.text or "")
        for each in root.iterfind(f".//{{{CBC}}}EndpointID")
    )
    opened = unwrap(enveloped(payload, sender=sending, receiver=receiving))
    assert opened.findings == ()
    assert check(opened, ours=receiving, on=CAME_ON) == ()
    assert opened.payload == payload


def test_an_order_in_its_envelope_is_the_message_we_know() -> None:
    message = wrap(
        base("order"),
        for_payload(base("order"), sender=OURS, receiver=SUPPLIER, instance_id=INSTANCE, created_at=MORNING),
    )
    assert message == (GOLDEN / "enveloped_order.xml").read_bytes()


def test_a_bare_document_is_taken_as_it_is() -> None:
    for data in (base("invoice"), b"", b"\xff\xfe", b"%PDF-1.7"):
        assert unwrap(data) == Opened(None, data)
        assert check(unwrap(data), ours=OURS, on=CAME_ON) == ()
        assert instance_id_in(data) == ""


def test_a_bare_document_that_speaks_of_envelopes_is_bare() -> None:
    data = base("invoice").replace(b"<cbc:Note>", f"<!-- {SBDH} --><cbc:Note>{SBDH} ".encode())
    assert unwrap(data) == Opened(None, data)
    assert instance_id_in(data) == ""


# Messages as others write them ---------------------------------------------------------------


def test_a_message_of_another_access_point_gives_the_document_it_was_given() -> None:
    opened = unwrap(edited([]))
    assert opened.payload == base("invoice")
    assert opened.envelope is not None
    assert opened.envelope.created_at == MORNING
    assert opened.envelope.mls_to == ParticipantId("0242", "987654")
    assert rules(opened) == []


def test_a_document_that_leans_on_the_envelopes_namespaces_stands_alone_afterwards() -> None:
    message = edited([[f'\n         xmlns:cac="{CAC}"\n         xmlns:cbc="{CBC}"', ""]]).replace(
        b"<StandardBusinessDocument xmlns=",
        f'<StandardBusinessDocument xmlns:cac="{CAC}" xmlns:cbc="{CBC}" xmlns:unused="urn:x" xmlns='.encode(),
    )
    opened = unwrap(message)
    assert rules(opened) == []
    assert b"unused" not in opened.payload
    assert SBDH.encode() not in opened.payload
    assert same(opened.payload) == same(base("invoice"))
    # Beside the declarations not a byte was changed.
    assert re.sub(rb"\s*xmlns:c[ab]c=\"[^\"]*\"", b"", opened.payload) == re.sub(
        rb"\s*xmlns:c[ab]c=\"[^\"]*\"", b"", base("invoice")
    )


def test_a_document_whose_own_namespace_stands_on_the_envelope_is_found() -> None:
    message = edited([]).decode()
    start = f'<StandardBusinessDocument xmlns="{SBDH}">'
    head, _, body = message.partition("<Invoice xmlns=")
    namespace = body.partition('"')[2].partition('"')[0]
    head = re.sub(r"<(/?)(?=[A-Z])", r"<\1sh:", head.replace(start, "<StandardBusinessDocument>"))
    head = head.replace("Document>", f'Document xmlns:sh="{SBDH}" xmlns="{namespace}">', 1)
    body = body.partition('"')[2].partition('"')[2].replace("</Standard", "</sh:Standard")
    opened = unwrap(f"{head}<Invoice{body}".encode())
    assert rules(opened) == []
    assert same(opened.payload) == same(base("invoice"))


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("    <BusinessScope>", "    <!-- </StandardBusinessDocumentHeader> --><BusinessScope>"),
        ("</Invoice>\n", "</Invoice>\n<!-- </StandardBusinessDocument> -->"),
        ("    <BusinessScope>", "    <?x </StandardBusinessDocumentHeader><Invoice/> ?><BusinessScope>"),
    ],
)
def test_an_end_tag_in_a_comment_deceives_nobody(find: str, put: str) -> None:
    opened = unwrap(edited([[find, put]]))
    assert rules(opened) == []
    assert same(opened.payload) == same(base("invoice"))


def test_a_second_document_in_a_comment_is_not_the_one_that_is_read() -> None:
    forged = base("invoice").decode().partition("?>")[2].replace("F2001", "F6666")
    hidden = re.sub("--", "- -", f"</StandardBusinessDocumentHeader>{forged}</StandardBusinessDocument>")
    opened = unwrap(edited([["    <BusinessScope>", f"    <!-- {hidden} --><BusinessScope>"]]))
    assert b"<cbc:ID>F2001<" in opened.payload
    assert opened.root is not None
    assert opened.root.findtext(f"{{{CBC}}}ID") == "F2001"


def test_white_space_written_as_cdata_beside_the_document_does_not_come_along() -> None:
    opened = unwrap(edited([["</Invoice>\n", "</Invoice><![CDATA[ ]]>"]]))
    assert rules(opened) == []
    assert same(opened.payload) == same(base("invoice"))


def test_a_name_in_capitals_is_the_same_address() -> None:
    payload = base("invoice").replace(
        b'<cbc:EndpointID schemeID="0007">5569990012<', b'<cbc:EndpointID schemeID="9915">ab<'
    )
    assert rules(unwrap(enveloped(payload, sender=ParticipantId("9915", "AB")))) == []


# What is wrong ------------------------------------------------------------------------------


def test_every_bad_envelope_is_told_by_its_code_in_both_languages(subtests: pytest.Subtests) -> None:
    for message in messages():
        with subtests.test(message.name):
            opened = unwrap(message.body)
            found = (*opened.findings, *check(opened, ours=OURS, on=CAME_ON))
            assert sorted(each.rule for each in found) == sorted(message.codes)
            assert any(each.fatal for each in found) is message.fatal
            for each in found:
                swedish, english = explain(each, "sv").sentence, explain(each, "en").sentence
                assert swedish != english
                assert not re.search(r"\{\w+\}", swedish + english)
            if not message.fatal:
                assert opened.envelope is not None
                assert b"<cbc:ID>F2001<" in opened.payload


def test_every_objection_has_a_message_that_shows_it() -> None:
    shown = {code for message in messages() for code in message.codes}
    assert {rule.value for rule in EnvelopeRule} <= shown


def test_the_messages_are_many_and_have_names_of_their_own() -> None:
    assert len({message.name for message in messages()}) == len(messages()) >= 40


def test_a_registered_service_provider_may_send_for_the_supplier() -> None:
    provider = ParticipantId("0007", "5599001129")
    opened = unwrap(enveloped(base("invoice"), sender=provider))
    assert rules(opened) == ["ENV-SENDER"]
    assert rules(opened, pairs=frozenset({(str(provider), str(SUPPLIER))})) == []
    # The pair has a direction: the provider does not lend the supplier its name.
    assert rules(opened, pairs=frozenset({(str(SUPPLIER), str(provider))})) == ["ENV-SENDER"]


@pytest.mark.parametrize(
    ("days", "found"), [(-2, ["ENV-FUTURE"]), (-1, []), (0, []), (365, []), (366, ["ENV-PAST"])]
)
def test_a_message_is_a_day_ahead_or_a_year_old_at_most(days: int, found: list[str]) -> None:
    assert rules(unwrap(enveloped(base("invoice"))), on=MORNING.date() + timedelta(days=days)) == found


def test_a_broken_header_still_gives_a_person_the_document() -> None:
    (message,) = (each for each in messages() if each.name == "no-sender")
    opened = unwrap(message.body)
    assert opened.envelope is None
    assert [each.rule for each in opened.fatal] == ["ENV-SENDER-COUNT"]
    assert opened.payload == base("invoice")


def test_a_finding_names_the_line_of_the_message() -> None:
    (found,) = unwrap(edited([["<HeaderVersion>1.0<", "<HeaderVersion>2.0<"]])).findings
    assert (found.line, found.found, found.expected) == (3, "2.0", "1.0")
    assert found.location == "/StandardBusinessDocument/StandardBusinessDocumentHeader"


def test_a_message_too_large_is_refused_at_the_door() -> None:
    opened = unwrap(edited([]), Limits(bytes_max=1_000))
    assert [each.rule for each in opened.fatal] == ["GATE-SIZE"]
    assert (opened.envelope, opened.payload) == (None, b"")


@pytest.mark.parametrize(
    "many",
    ["<Manifest/>", "<Sender/>", "<StandardBusinessDocumentHeader/>", "<Scope><Type>MLS_TO</Type></Scope>"],
)
def test_a_flood_is_answered_in_a_few_sentences(many: str) -> None:
    opened = unwrap(edited([["    <BusinessScope>", f"    <BusinessScope>{many * 20_000}"]]))
    assert len(opened.findings) < 5


GOOD = edited([])


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 400), st.binary(max_size=12))
def test_whatever_the_bytes_are_there_is_an_answer(start: int, length: int, put: bytes) -> None:
    message = GOOD[:start] + put + GOOD[start + length :]
    opened = unwrap(message)
    assert instance_id_in(message) in (
        "",
        *re.findall(r"[0-9a-f-]{36}", message.decode(errors="replace").lower()),
    )
    if opened.envelope is not None:
        assert not opened.fatal
        assert unwrap(opened.payload) == Opened(None, opened.payload)
        assert isinstance(check(opened, ours=OURS, on=CAME_ON), tuple)


# What cannot be written ---------------------------------------------------------------------


def test_a_message_is_never_put_into_another() -> None:
    envelope = unwrap(GOOD).envelope
    assert envelope is not None
    with pytest.raises(GateRefused, match="ENV-NESTED"):
        wrap(GOOD, envelope)


def test_what_is_no_document_gets_no_envelope() -> None:
    envelope = unwrap(GOOD).envelope
    assert envelope is not None
    with pytest.raises(GateRefused, match="GATE-NOT-XML"):
        wrap(b"fakturanr;belopp", envelope)
    with pytest.raises(UnwritableDocument):
        wrap(base("invoice"), replace(envelope, process_id="\x00"))


def test_an_envelope_needs_a_time_zone_and_a_process_of_its_kind() -> None:
    with pytest.raises(ValueError, match="time zone"):
        enveloped(base("invoice"), created_at=datetime(2026, 6, 5))  # noqa: DTZ001  (that is the point)
    with pytest.raises(ValueError, match="takes no part"):
        for_document(
            DocumentKind.ORDER,
            sender=OURS,
            receiver=SUPPLIER,
            instance_id=INSTANCE,
            created_at=MORNING,
            process_id="urn:fdc:peppol.eu:poacc:bis:mlr:3",
        )
    with pytest.raises(ValueError, match="Invoice is no document"):
        enveloped(base("invoice").replace(b"urn:cen.eu:en16931:2017#", b"urn:egen:"))


def test_a_byte_order_mark_and_a_declaration_stay_outside() -> None:
    payload = base("invoice")
    other = (
        b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n"
        + payload.partition(b"?>\n")[2]
    )
    assert unwrap(enveloped(other)).payload == payload
    assert same_document(enveloped(other), payload)
    assert not same_document(payload.replace(b"F2001", b"F2002"), enveloped(other))
    assert not same_document(GOOD.replace(b"</Invoice>", b""), GOOD.replace(b"</Invoice>", b" "))


def test_two_bare_messages_are_the_same_only_where_all_bytes_are() -> None:
    assert same_document(base("invoice"), base("invoice"))
    assert not same_document(base("invoice"), base("invoice") + b"\n")
