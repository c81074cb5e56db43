"""Our rules and the published ones over real documents: what suppliers send us and what we send.

The random documents are in `test_rules_official`; here stand whole ones, through the same
command line as `billing validate --engine both`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from fixtures.build_bad import base, documents, edited
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from operations.event_loading import place_due_orders
from orders.terms import ArticleKind
from peppol.documents import shapes
from peppol.exchange import outbox_store
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind
from peppol.rules.releases import all_rules
from peppol.validation import agreement, published_rules
from peppol.validation.agreement import KNOWN, STYLESHEETS, Engine, disagreements, known_difference
from peppol.validation.validation import judge_tree, validate
from peppol.xml import codec
from tests.support.project import PROJECT
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system, outcome
from web.validation_report import reported_as_published

INBOX = sorted((PROJECT / "fixtures" / "demo" / "inbox").glob("*"))
TODAY = date(2026, 11, 21)
REFERENCE = "100000101"
BILLS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


def billing(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One of every document the system writes, from a story that goes through all of them."""
    url = f"sqlite:///{tmp_path_factory.mktemp('system') / 'billing.sqlite'}"
    with a_system(url) as system:
        return dict(_story(system))


def _story(system: System) -> Iterator[tuple[str, bytes]]:
    system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    basic = system.order(REFERENCE)
    invoice = system.flip(basic.number, number="F-1", on=date(2026, 2, 3))
    yield "invoice", codec.serialise(invoice)
    accepted = system.send(invoice)
    assert system.answers(accepted) == ["AP"]
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    february = shapes.LineReference(line_id="002")
    wrong = billed(replace(invoice, id="F-2"), days="19", order_line_reference=february, invoice_period=None)
    in_question = system.send(wrong)
    assert system.answers(in_question) == ["AB"]
    system.ask_credit(in_question, on=date(2026, 3, 5))
    credit = credit_note_of(wrong, given=Numbered("K-2", date(2026, 3, 6)))
    yield "credit note", codec.serialise(credit)
    system.send(credit)
    system.interrupt(REFERENCE, on=date(2026, 3, 13), reason="WORK")
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 16)), on=date(2026, 3, 20))
    place_due_orders(system.database, today=date(2026, 6, 16))
    result, bonus = (order for order in system.orders(REFERENCE) if order.article is not ArticleKind.BASIC)
    yield "result invoice", codec.serialise(system.flip(result.number, number="F-3", on=date(2026, 6, 17)))
    with system.database.reading() as session:
        for message in outbox_store.messages_out(session):
            yield f"{message.kind} {message.document_id}", message.body
    assert bonus.number


def test_the_system_writes_orders_results_bills_and_answers(emitted: dict[str, bytes]) -> None:
    kinds = [validate(body, on=TODAY).kind for body in emitted.values()]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        DocumentKind.INVOICE: 2,
        DocumentKind.CREDIT_NOTE: 1,
        DocumentKind.ORDER: 3,
        DocumentKind.INVOICE_RESPONSE: 4,
    }


def test_nothing_we_write_breaks_a_rule_of_ours(emitted: dict[str, bytes]) -> None:
    for name, body in emitted.items():
        outside = validate(body, on=TODAY)
        assert outside.findings == (), name
        assert outside.root is not None
        assert outside.kind is not None
        assert judge_tree(outside.root, outside.kind, on=TODAY).findings == (), name


def test_the_published_rules_find_nothing_in_what_we_write_either(
    emitted: dict[str, bytes], tmp_path: Path
) -> None:
    asked = []
    for name, body in emitted.items():
        kind = validate(body, on=TODAY).kind
        assert kind is not None
        if all(published_rules.rules_in(sheet) for sheet in STYLESHEETS[kind]):
            asked.append(tmp_path / f"{name}.xml")
            asked[-1].write_bytes(body)
    assert len(asked) >= 3
    assert billing("validate", "--engine", "official", *asked).exit_code == 0
    both = billing("validate", "--engine", "both", *asked)
    assert (both.exit_code, both.stdout) == (0, "")
    assert f"{len(asked)} dokument jämförda" in both.stderr


def test_every_message_of_the_demo_is_judged_alike() -> None:
    assert len(INBOX) >= 50
    both = billing("validate", "--engine", "both", *INBOX)
    assert (both.exit_code, both.stdout) == (0, "")
    assert f"{len(INBOX)} dokument jämförda, varav 3 stoppade före reglerna; 0 oväntade" in both.stderr


def test_bills_broken_on_purpose_are_judged_alike_but_for_the_known_differences() -> None:
    judged = [(bad.name, validate(bad.read(), on=TODAY)) for bad in documents()]
    bills = [(name, report) for name, report in judged if report.kind in BILLS]
    assert len(bills) >= 150
    differing = {
        name: [(each.rule, each.known is None) for each in disagreements(report)] for name, report in bills
    }
    assert {name: rules for name, rules in differing.items() if any(new for _, new in rules)} == {}


@pytest.mark.parametrize("kind", BILLS)
def test_both_see_a_wrong_sum(kind: DocumentKind) -> None:
    amount = '<cbc:PayableAmount currencyID="SEK">'
    whole = base(kind.value).decode()
    payable = re.search(rf"{amount}([0-9.]+)<", whole)
    assert payable is not None
    report = validate(edited(kind.value, (f"{amount}{payable[1]}<", f"{amount}1.00<")), on=TODAY)
    assert [finding.rule for finding in report.findings] == ["BR-CO-16"]
    assert disagreements(report) == ()
    assert report.root is not None
    assert [finding.rule for finding in agreement.judge(report.root, kind)] == ["BR-CO-16"]


# --- when they come apart -------------------------------------------------------------------------------


def in_leva() -> bytes:
    """An invoice in a currency that has left the code list since the older rules."""
    return base("invoice").replace(b"SEK", b"BGN")


def test_a_known_difference_is_shown_as_known_and_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "leva.xml"
    path.write_bytes(in_leva())
    shown = billing("validate", "--engine", "both", path)
    assert shown.exit_code == 0
    assert "BR-CL-03 bara våra regler" in shown.stdout
    assert "känt: Kodlistorna skiljer två år" in shown.stdout
    (told,) = json.loads(billing("validate", "--engine", "both", "--json", "--lang", "en", path).stdout)
    assert (told["kind"], told["compared"]) == ("invoice", True)
    rules = {each["rule"]: each["fired_by"] for each in told["disagreements"]}
    assert rules == {"BR-CL-04": "own", "BR-CL-03": "own", "PEPPOL-EN16931-CL007": "own"}
    assert told["disagreements"][0]["known"].startswith("The code lists are two years apart")


def test_an_unexpected_difference_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leva.xml"
    path.write_bytes(in_leva())
    monkeypatch.setattr(agreement, "KNOWN", ())
    shown = billing("validate", "--engine", "both", path)
    assert shown.exit_code == 3
    assert "BR-CL-03 bara våra regler" in shown.stdout
    assert "(oväntat)" in shown.stdout


def test_what_the_published_rules_alone_find_is_a_difference_too(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = edited("invoice", ("2375.00</cbc:PayableAmount>", "1.00</cbc:PayableAmount>"))
    report = validate(wrong, on=TODAY)
    blind = type(report)(report.kind, True, report.release, (), report.root)
    (missed,) = disagreements(blind)
    assert (missed.rule, missed.fired_by, missed.known) == ("BR-CO-16", Engine.OFFICIAL, None)
    assert missed.finding.location == "/Invoice/cac:LegalMonetaryTotal"


def test_published_rules_that_stop_agree_only_with_an_invalid_document() -> None:
    report = validate(
        edited("invoice", ("2375.00</cbc:PayableAmount>", "tusen</cbc:PayableAmount>")), on=TODAY
    )
    assert not report.valid
    assert disagreements(report) == ()
    (stopped,) = disagreements(type(report)(report.kind, True, report.release, (), report.root))
    assert (stopped.rule, stopped.fired_by, stopped.known) == ("SAXON", Engine.OFFICIAL, None)


def test_a_rule_that_one_side_lacks_is_no_difference() -> None:
    report = validate(
        edited("invoice", ("<cbc:ID>F2001</cbc:ID>", "<cbc:ID>F2001</cbc:ID><cbc:X>1</cbc:X>")), on=TODAY
    )
    assert [finding.rule for finding in report.findings] == ["XSD"]
    assert disagreements(report) == ()


def test_newer_published_rules_are_not_excused_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known_difference("BR-CL-03") is not None
    monkeypatch.setenv(published_rules.FOLDER_VARIABLE, "/newer")
    assert known_difference("BR-CL-03") is None


def test_every_known_difference_is_of_a_rule_of_ours_and_stands_in_the_documentation() -> None:
    documented = _rules_named((PROJECT / "docs" / "rules-agreement.md").read_text(encoding="utf-8"))
    ours = {info.id for info in all_rules()}
    for known in KNOWN:
        assert set(known.rules) <= ours
        assert set(known.rules) <= documented
        assert known.reason.sv != known.reason.en


def _rules_named(text: str) -> set[str]:
    """The ids in a text; "BR-CL-01, -03 to -05" names four."""
    named: set[str] = set()
    stem, last = "", 0
    for match in re.finditer(r"([A-Z][A-Z0-9-]*-[A-Z]*)([0-9]+)|(to |, )-([0-9]+)", text):
        start, number, joint, more = match.groups()
        if start:
            stem, last = start, int(number)
            named.add(start + number)
        else:
            first = last + 1 if joint == "to " else int(more)
            named |= {f"{stem}{each:02}" for each in range(first, int(more) + 1)}
            last = int(more)
    return named


# --- the published rules alone --------------------------------------------------------------------------


def test_the_published_rules_speak_in_their_own_words_with_our_advice(tmp_path: Path) -> None:
    path = tmp_path / "wrong.xml"
    path.write_bytes(edited("invoice", ("2375.00</cbc:PayableAmount>", "1.00</cbc:PayableAmount>")))
    answer = billing("validate", "--engine", "official", "--json", path)
    assert answer.exit_code == 3
    (told,) = json.loads(answer.stdout)
    (finding,) = told["findings"]
    assert (told["valid"], told["release"]) == (False, "CEN-EN16931-UBL, PEPPOL-EN16931-UBL")
    assert (finding["rule"], finding["severity"]) == ("BR-CO-16", Severity.FATAL)
    assert finding["message"].startswith("[BR-CO-16]")
    assert finding["remedy"].startswith("Summan räknas av ert fakturasystem.")


def test_a_rule_of_a_release_that_has_passed_comes_with_our_advice(tmp_path: Path) -> None:
    path = tmp_path / "undated.xml"
    path.write_bytes(
        re.sub(
            rb"(?s)<cbc:DueDate>.*?</cbc:DueDate>|<cac:PaymentTerms>.*?</cac:PaymentTerms>",
            b"",
            base("invoice"),
        )
    )
    answer = billing("validate", "--engine", "official", "--json", path)
    (finding,) = json.loads(answer.stdout)[0]["findings"]
    assert finding["rule"] == "BR-CO-25"
    assert finding["remedy"] == "Fyll i uppgiften och skicka fakturan igen."


def test_a_rule_we_do_not_know_comes_with_general_advice() -> None:
    theirs = Finding("XX-R-001", Severity.FATAL, "/Invoice", detail="[XX-R-001]-Something is wrong.")
    told = reported_as_published((theirs,), file="", kind=DocumentKind.INVOICE, release="", language="sv")
    (finding,) = told.findings
    assert finding.message == "[XX-R-001]-Something is wrong."
    assert finding.remedy == "Rätta dokumentet så att regeln håller, och skicka det igen."


@pytest.mark.parametrize("engine", ["official", "both"])
def test_a_kind_without_published_rules_is_told_so(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(published_rules.FOLDER_VARIABLE, raising=False)
    order = tmp_path / "order.xml"
    order.write_bytes(base("order"))
    answer = billing("validate", "--engine", engine, order)
    assert answer.exit_code == 1
    assert "de publicerade reglerna för order finns inte här (PEPPOLBIS-T01.xsl)" in answer.stderr
    assert "BILLING_OFFICIAL_RULES" in answer.stderr


def test_without_the_extra_one_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_rules, "find_spec", lambda name: None)
    monkeypatch.delenv(published_rules.FOLDER_VARIABLE, raising=False)
    published_rules.published.cache_clear()
    published_rules.rules_in.cache_clear()
    try:
        path = tmp_path / "invoice.xml"
        path.write_bytes(base("invoice"))
        answer = billing("validate", "--engine", "official", path, "--lang", "en")
        assert answer.exit_code == 1
        assert "Install the extra official." in answer.stderr
    finally:
        published_rules.published.cache_clear()
        published_rules.rules_in.cache_clear()


def test_published_rules_that_stop_are_told_in_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "number.xml"
    path.write_bytes(edited("invoice", ("2375.00</cbc:PayableAmount>", "tusen</cbc:PayableAmount>")))
    answer = billing("validate", "--engine", "official", path)
    assert answer.exit_code == 1
    assert "stannade vid ett värde" in answer.stderr
    # Saxon writes past Python, where only the system's own file can tell.
    assert capfd.readouterr().err == ""


def test_what_the_gate_refuses_is_reported_by_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Hej!")
    answer = billing("validate", "--engine", "official", path)
    assert answer.exit_code == 3
    assert "GATE-NOT-XML" in answer.stdout
    assert billing("validate", "--engine", "both", path).exit_code == 0


def test_two_engines_make_no_page(tmp_path: Path) -> None:
    answer = billing("validate", "--engine", "both", "--html", tmp_path / "page.html", INBOX[0])
    assert answer.exit_code == 2
    assert "--html" in answer.stderr
