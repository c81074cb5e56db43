"""`billing rules` and the faces of a validation report: what a person sees, what a program reads."""

import base64
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from fixtures import build_tour
from fixtures.build_bad import base, edited
from peppol.explanations.text_files import FindingActor
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.validation.validation import validate
from peppol.xml.gate_errors import GateRule
from tests.support.interrupting import heeding_interrupts
from tests.support.project import PROJECT
from web.rulebook import known_rules, listed_rules, releases_on
from web.validation_report import (
    ACTORS,
    KINDS,
    ReportedFinding,
    ReportedRule,
    ValidationReport,
    report_json,
    report_page,
    reported,
    style_sheet_within,
)

TODAY = date(2026, 11, 21)
WRONG_SUM = edited("invoice", ("2375.00</cbc:PayableAmount>", "1.00</cbc:PayableAmount>"))
WARNED = edited("invoice", ("50501238", "5050-123"))


def billing(*words: object, code: int = 0) -> Result:
    answer = CliRunner().invoke(app, [str(word) for word in words])
    assert answer.exit_code == code, (answer.stdout, answer.stderr)
    return answer


def json_of(*words: object) -> Any:  # noqa: ANN401 - a test knows the shape it asks for
    return json.loads(billing(*words, "--json").stdout)


# --- rules list -----------------------------------------------------------------------------------------


def test_the_list_holds_every_rule_the_schema_and_the_door_once() -> None:
    told = json_of("rules", "list", "--on", TODAY)
    ids = [rule["rule"] for rule in told["rules"]]
    assert len(ids) == len(set(ids))
    in_force = releases_on(TODAY)
    ours = {info.id for release in in_force for info in release.rule_set.infos}
    assert set(ids) == ours | {rule.value for rule in GateRule} | {"XSD"}
    assert [each["name"] for each in told["releases"]] == [release.name for release in in_force]
    assert told["releases"][0]["mandatory_from"] == "2026-08-24"


def test_the_list_of_another_day_holds_the_rules_of_that_day() -> None:
    before, after = (
        {rule["rule"]: rule["severity"] for rule in json_of("rules", "list", "--on", day)["rules"]}
        for day in ("2027-02-23", "2027-02-24")
    )
    assert "PEPPOL-EN16931-R276" in after.keys() - before.keys()
    assert before.keys() - after.keys() == {"GR-R-001-5", "PEPPOL-T01-B24702", "PEPPOL-T01-R002"}
    assert (before["PEPPOL-COMMON-R054"], after["PEPPOL-COMMON-R054"]) == ("warning", "fatal")


def test_a_rule_tells_its_gravity_in_each_release() -> None:
    shown = billing("rules", "show", "PEPPOL-COMMON-R054", "--lang", "en").stdout
    assert "Peppol BIS Billing 3.0.21, mandatory from 2026-08-24 (warning)" in shown
    assert "Peppol BIS Billing 3.0.22, mandatory from 2027-02-24 (error)" in shown


def test_the_counts_are_those_of_the_rules_listed() -> None:
    told = json_of("rules", "list", "--on", TODAY)
    counted = {(each["family"], each["severity"]): each["count"] for each in told["counts"]}
    assert counted == Counter((rule["family"], rule["severity"]) for rule in told["rules"])
    assert counted["EN16931", "fatal"] == 281


def test_the_table_begins_with_the_counts_and_the_releases() -> None:
    lines = billing("rules", "list", "--on", TODAY).stdout.splitlines()
    assert lines[0].split() == ["Familj", "Fel", "Varningar", "Summa"]
    total = next(line for line in lines if line.startswith("Alla"))
    assert int(total.split()[-1]) == len(listed_rules(TODAY))
    assert any("Peppol BIS Billing 3.0.21" in line and "2026-08-24" in line for line in lines)
    first = next(number for number, line in enumerate(lines) if line.startswith("GATE-EMPTY"))
    assert lines.index(total) < first


def test_a_family_alone() -> None:
    told = json_of("rules", "list", "--family", "se-r")
    assert {rule["family"] for rule in told["rules"]} == {"SE-R"}
    assert sum(each["count"] for each in told["counts"]) == len(told["rules"]) == 13


@pytest.mark.parametrize("kind", DocumentKind)
def test_what_judges_one_kind_of_document(kind: DocumentKind) -> None:
    told = json_of("rules", "list", "--kind", kind.value, "--on", TODAY)
    (release,) = told["releases"]
    assert release["kind"] == kind.value
    assert len(told["rules"]) == release["rules"]


def test_rules_shared_by_all_documents_are_one_family() -> None:
    families = {rule["family"] for rule in json_of("rules", "list", "--kind", "order")["rules"]}
    assert families == {"PEPPOL-T01", "PEPPOL-COMMON"}


def test_an_unknown_family_is_not_found_and_the_known_ones_are_named() -> None:
    complaint = billing("rules", "list", "--family", "FI-R", code=4).stderr
    assert "SE-R" in complaint
    assert "No rule" in billing("rules", "list", "--family", "FI-R", "--lang", "en", code=4).stderr


# --- rules show -----------------------------------------------------------------------------------------


def test_a_rule_is_shown_with_both_sentences_what_to_do_and_who() -> None:
    shown = billing("rules", "show", "BR-CO-15").stdout
    assert "Summan med moms är inte summan utan moms plus momsen." in shown
    assert "The total with VAT is not the total without VAT plus the VAT." in shown
    assert "Be er systemleverantör att rätta uträkningen" in shown
    assert "er systemleverantör" in shown
    assert "/Invoice | /CreditNote" in shown
    assert "Faktura: Peppol BIS Billing 3.0.21, gäller från 2026-08-24 (fel)" in shown
    assert "Kreditfaktura:" in shown


def test_a_rule_as_json_holds_both_languages() -> None:
    told = json_of("rules", "show", "br-co-15")
    assert (told["rule"], told["severity"], told["actor"]) == ("BR-CO-15", "fatal", "SYSTEM_SUPPLIER")
    assert set(told["message"]) == set(told["remedy"]) == {"sv", "en"}
    assert [each["kind"] for each in told["releases"]] == ["invoice", "credit-note"] * 3


def test_english_is_shown_when_asked_for() -> None:
    shown = billing("rules", "show", "SE-R-005", "--lang", "en").stdout
    assert "Correct the information" in shown
    assert "your economist" in shown


@pytest.mark.parametrize("rule", ["XSD", "GATE-DOCTYPE", "GATE-ATTACHMENT-TYPE", "PEPPOL-T01-R008"])
def test_the_door_the_schema_and_orders_are_explained_too(rule: str) -> None:
    assert json_of("rules", "show", rule)["message"]["sv"]


def test_every_rule_can_be_shown_without_holes_in_its_sentences() -> None:
    for rule in known_rules():
        for language in ("sv", "en"):
            told = rule.explained(language)
            assert not re.search(r"[{}]|  | \.|””|“”", told.message + told.remedy), rule.id
            assert told.remedy


def test_an_unknown_rule_names_the_nearest() -> None:
    assert "Närmast: BR-CO-15" in billing("rules", "show", "BR-CO-155", code=4).stderr
    nothing = billing("rules", "show", "%%%", "--lang", "en", code=4).stderr
    assert "See billing rules list." in nothing


# --- one report, three faces ----------------------------------------------------------------------------


def the_report(data: bytes = WRONG_SUM, *, file: str = "F2001.xml") -> ValidationReport:
    return reported(validate(data, on=TODAY), file=file, language="sv")


def test_the_faces_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "F2001.xml"
    path.write_bytes(WRONG_SUM)
    page = tmp_path / "page.html"
    (told,) = json.loads(billing("validate", path, "--json", "--html", page, code=3).stdout)
    assert told == report_json(the_report(file=str(path)))
    (finding,) = told["findings"]
    terminal = " ".join(billing("validate", path, code=3).stdout.split())
    written = page.read_text(encoding="utf-8")
    for said in (finding["rule"], finding["message"], finding["remedy"]):
        assert said in terminal
        assert said in written
    assert "er systemleverantör" in terminal
    assert "Er systemleverantör" in written


def test_a_page_holds_the_reports_of_all_files_and_its_own_style(tmp_path: Path) -> None:
    good, warned, wrong = (tmp_path / name for name in ("good.xml", "warned.xml", "wrong.xml"))
    good.write_bytes(base("invoice"))
    warned.write_bytes(WARNED)
    wrong.write_bytes(WRONG_SUM)
    page = tmp_path / "page.html"
    billing("validate", good, warned, wrong, "--html", page, "--lang", "en", code=3)
    written = page.read_text(encoding="utf-8")
    assert written.count("<section") == 3
    assert written.count("<strong>Valid.</strong>") == 2
    assert "There is nothing to remark." in written
    assert "Read the warnings." in written
    assert "0 errors, 1 warning<" in written
    (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', written)
    assert address == style_sheet_within()
    assert b"body {" in base64.b64decode(address.partition(",")[2])


def test_a_hostile_file_name_stays_a_name() -> None:
    report = the_report(file='"><script>alert(1)</script>.xml')
    assert "<script" not in report_page([report], "sv", style_sheet="/x.css")


def test_what_the_gate_refuses_has_no_rules_to_name() -> None:
    page = report_page([the_report(b"Hej!", file="meddelanden.txt")], "sv", style_sheet="/x.css")
    assert "Inga regler: filen släpptes inte in" in page
    assert "Okänt slag" in page
    assert "GATE-NOT-XML" in page


def test_counts_and_actors_follow_from_all_that_was_found_told_or_not() -> None:
    finding = ReportedFinding(
        rule="R",
        severity=Severity.FATAL,
        location="/",
        line=0,
        found="",
        expected="",
        message="m",
        remedy="r",
        actor=FindingActor.ECONOMIST,
    )
    warning = finding.model_copy(
        update={"rule": "W", "severity": Severity.WARNING, "actor": FindingActor.BUYER}
    )
    report = ValidationReport(
        file="",
        kind=None,
        valid=False,
        release="",
        finding_count=1_003,
        rules=(
            ReportedRule(rule="R", severity=Severity.FATAL, count=2, told=2, actor=FindingActor.ECONOMIST),
            ReportedRule(rule="W", severity=Severity.WARNING, count=1_001, told=1, actor=FindingActor.BUYER),
        ),
        findings=(finding, finding, warning),
    )
    assert (report.fatal_count, report.warning_count) == (2, 1_001)
    assert list(report.by_actor.items()) == [(FindingActor.BUYER, 1_001), (FindingActor.ECONOMIST, 2)]
    assert report.untold.en == (
        "3 of 1 003 findings are shown here. More of the same kind: W (1 000). Correct them everywhere."
    )


def test_every_kind_and_every_actor_has_a_name() -> None:
    assert set(KINDS) == set(DocumentKind)
    assert set(ACTORS) == set(FindingActor)


def test_an_unreadable_file_does_not_keep_the_others_from_being_judged(tmp_path: Path) -> None:
    good = tmp_path / "good.xml"
    good.write_bytes(base("order"))
    answer = billing("validate", tmp_path / "missing.xml", good, code=1)
    assert "good.xml: giltig" in answer.stdout
    assert "missing.xml finns inte" in answer.stderr


def test_a_page_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    good = tmp_path / "good.xml"
    good.write_bytes(base("order"))
    answer = billing("validate", good, "--html", tmp_path / "no" / "page.html", code=1)
    assert "finns inte" in answer.stderr


@pytest.mark.parametrize("words", [(), ("a.xml", "--engine", "other"), ("a.xml", "--lang", "de")])
def test_wrong_usage(words: tuple[str, ...]) -> None:
    billing("validate", *words, code=2)


# --- serve ----------------------------------------------------------------------------------------------


def test_serve_answers_on_its_address_until_it_is_stopped() -> None:
    program = [sys.executable, "-m", "billing.cli.cli", "serve", "--port", "0"]
    with heeding_interrupts(), subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        try:
            order, url = base("order"), f"{address[0]}/api/v1/validate"
            answer = httpx.post(url, content=order, trust_env=False, timeout=30)
        finally:
            server.send_signal(signal.SIGINT)
        assert answer.json()["valid"] is True
        began = time.monotonic()
        assert server.wait(timeout=15) == 0
        assert time.monotonic() - began < 10
        assert "Traceback" not in server.stderr.read()


def test_an_address_in_use_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = billing("serve", "--port", port, code=1)
    assert f"Det går inte att lyssna på 127.0.0.1 port {port}" in answer.stderr


# --- the guide ------------------------------------------------------------------------------------------


def test_the_guide_shows_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    guide = (PROJECT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert build_tour.guided(guide, tmp_path) == guide


def test_the_guide_shows_the_json_of_its_example() -> None:
    guide = (PROJECT / "docs" / "validation.md").read_text(encoding="utf-8")
    shown = re.search(r"```json\n(.*?)\n```", guide, re.DOTALL)
    assert shown
    example = PROJECT / "fixtures" / "demo" / "inbox" / "2026-10-09-40-sum-does-not-add-up.xml"
    report = reported(validate(example.read_bytes(), on=TODAY), file="", language="en")
    assert json.loads(shown[1]) == report_json(report)
