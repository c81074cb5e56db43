"""Bytes in, one report out: kind, verdict, release and everything that is wrong at once."""

import time
from datetime import date

import pytest
from lxml import etree

from fixtures.build_bad import base, documents, edited
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.validation.validation import ValidationResult, judge_tree, kind_of, validate
from peppol.xml.gate import admit
from peppol.xml.gate_errors import Limits
from tests.peppol.xml.test_gate import OPENED, WATCHING
from tests.peppol.xml.test_gate_fuzz import SEED, grown

TODAY = date(2026, 11, 21)
GOOD = {
    "invoice": DocumentKind.INVOICE,
    "credit-note": DocumentKind.CREDIT_NOTE,
    "order": DocumentKind.ORDER,
    "invoice-response": DocumentKind.INVOICE_RESPONSE,
}


def rules(report: ValidationResult) -> list[str]:
    return [finding.rule for finding in report.findings]


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Schemas and rules are read once per process, before anything is timed or watched."""
    for name in GOOD:
        validate(base(name), on=TODAY)
        # A document that the schema refuses is read once more, to word the findings.
        validate(
            edited(name, ("<cbc:CustomizationID>", "<cbc:Odd>1</cbc:Odd><cbc:CustomizationID>")), on=TODAY
        )


@pytest.mark.parametrize(("name", "kind"), GOOD.items())
def test_a_good_document_is_valid_and_without_remark(name: str, kind: DocumentKind) -> None:
    report = validate(base(name), on=TODAY)
    assert report.findings == ()
    assert (report.kind, report.valid) == (kind, True)
    assert report.release.startswith("Peppol ")
    assert report.root is not None


def test_a_bad_document_gets_its_finding_and_its_verdict(subtests: pytest.Subtests) -> None:
    for bad in documents():
        with subtests.test(bad.name):
            data = bad.read()
            OPENED.clear()
            started = time.process_time()
            WATCHING.set()
            report = validate(data, on=TODAY)
            WATCHING.clear()
            assert time.process_time() - started < 2
            assert OPENED == []
            assert bad.code in rules(report)
            assert report.valid is bad.valid


def test_schema_rules_and_attachments_speak_in_one_report() -> None:
    spoilt = edited(
        "invoice",
        ("<cbc:ID>F2001</cbc:ID>", "<cbc:ID>F2001</cbc:ID><cbc:Discount>1</cbc:Discount>"),
        ('<cbc:PayableAmount currencyID="SEK">2375.00<', '<cbc:PayableAmount currencyID="SEK">1.00<'),
        ('mimeCode="text/csv"', 'mimeCode="application/pdf"'),
    )
    report = validate(spoilt, on=TODAY)
    assert rules(report) == ["XSD", "BR-CO-16", "GATE-ATTACHMENT-CONTENT"]
    assert [finding.rule for finding in report.fatal] == ["XSD", "BR-CO-16"]
    assert [finding.rule for finding in report.warnings] == ["GATE-ATTACHMENT-CONTENT"]


def test_what_the_gate_refuses_has_one_finding_and_no_tree() -> None:
    report = validate(b"Hej!", on=TODAY)
    assert (rules(report), report.kind, report.root, report.release) == (["GATE-NOT-XML"], None, None, "")


def test_the_size_limit_may_be_set_by_the_caller() -> None:
    assert rules(validate(base("order"), on=TODAY, limits=Limits(bytes_max=100))) == ["GATE-SIZE"]


@pytest.mark.parametrize("root", ["Catalogue", "OrderChange", "DespatchAdvice", "Reminder"])
def test_another_ubl_document_is_not_of_our_kinds(root: str) -> None:
    foreign = f'<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"/>'
    report = validate(foreign.encode(), on=TODAY)
    (finding,) = report.findings
    assert (finding.rule, finding.found, finding.location) == ("GATE-KIND", root, f"/{root}")


def test_an_envelope_is_for_the_envelope_room() -> None:
    sbdh = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    assert rules(validate(f'<StandardBusinessDocument xmlns="{sbdh}"/>'.encode(), on=TODAY)) == ["GATE-KIND"]


def test_a_known_root_with_an_unknown_specification_is_told_so_by_its_rules() -> None:
    selfbilled = edited("invoice", ("poacc:billing:3.0", "poacc:selfbilling:3.0"))
    report = validate(selfbilled, on=TODAY)
    assert report.kind is DocumentKind.INVOICE
    assert "PEPPOL-EN16931-R004" in rules(report)


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_specification_tells_the_kinds_with_one_root_apart(kind: DocumentKind) -> None:
    cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    root = etree.fromstring(
        f'<{kind.root_name} xmlns="{kind.namespace}">'
        f'<c:CustomizationID xmlns:c="{cbc}">\n {kind.customization_id} </c:CustomizationID></{kind.root_name}>'
    )
    assert kind_of(root) is kind


def test_our_own_documents_may_hold_nothing_the_profile_leaves_out() -> None:
    more = admit(
        edited("invoice", ("<cbc:ID>F2001</cbc:ID>", "<cbc:ID>F2001</cbc:ID><cbc:UUID>1</cbc:UUID>"))
    )
    assert judge_tree(more, DocumentKind.INVOICE, on=TODAY, outside=True).valid
    ours = judge_tree(more, DocumentKind.INVOICE, on=TODAY)
    assert not ours.valid
    assert [finding.rule for finding in ours.fatal] == ["XSD"]


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2026, 8, 17), date(2030, 1, 1)])
def test_every_day_has_a_release(day: date) -> None:
    assert validate(base("invoice"), on=day).valid


def test_a_valid_document_may_have_warnings() -> None:
    report = validate(edited("invoice", ("50501238", "5050-123")), on=TODAY)
    assert report.valid
    assert [(finding.rule, finding.severity) for finding in report.findings] == [
        ("SE-R-008", Severity.WARNING)
    ]


def test_no_tree_however_mangled_makes_the_check_fall_over() -> None:
    verdicts = {validate(grown(SEED, counter), on=TODAY).valid for counter in range(300)}
    assert False in verdicts
