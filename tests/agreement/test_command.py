"""`make agreement` with published rules: agreement, planted differences, and what is missing, on rules of our own.

The rules are a Schematron of two asserts for message level statuses, and SchXslt is a stylesheet of thirty lines that
knows as much of Schematron as those two need.
"""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

import xsd
from peppol.identifiers import DocumentKind
from tests.agreement import inputs, schxslt
from tests.agreement.__main__ import main
from tests.agreement.comparing import compare
from tests.agreement.inputs import cases_in, seeds
from tests.agreement.mutants import Mutants
from tests.agreement.published import PublishedFolder, PublishedRelease
from tests.peppol.rules.test_responses import GOOD
from tests.support.stories.in_words import xml

DAY = date(2026, 11, 30)
STATUS = xml(GOOD["SCH-MLS"])

COMPILER = """<?xml version="1.0"?>
<xsl:transform version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:out="urn:example:out" xmlns:sch="http://purl.oclc.org/dsdl/schematron"
    xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:namespace-alias stylesheet-prefix="out" result-prefix="xsl"/>
  <xsl:template match="/sch:schema">
    <out:transform version="2.0">
      <xsl:for-each select="sch:ns"><xsl:namespace name="{@prefix}" select="@uri"/></xsl:for-each>
      <out:template match="/"><svrl:schematron-output><out:apply-templates/></svrl:schematron-output></out:template>
      <out:template match="text()"/>
      <xsl:for-each select="//sch:rule">
        <out:template match="{@context}">
          <xsl:for-each select="sch:assert">
            <out:if test="not({@test})"><svrl:failed-assert id="{@id}" flag="{@flag}"/></out:if>
          </xsl:for-each>
          <out:apply-templates/>
        </out:template>
      </xsl:for-each>
    </out:transform>
  </xsl:template>
</xsl:transform>
"""
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
RULES = f"""<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
  <ns prefix="cbc" uri="{UBL}CommonBasicComponents-2"/>
  <ns prefix="ubl" uri="{UBL}ApplicationResponse-2"/>
  <pattern><rule context="/ubl:ApplicationResponse">
    <assert id="SCH-MLS-03" flag="fatal" test="normalize-space(cbc:ID) != ''">An id.</assert>
    <assert id="SCH-MLS-05" flag="fatal" test="exists(cbc:IssueTime)">A time.</assert>
  </rule></pattern>
</schema>
"""


def published(folder: Path, rules: str = RULES) -> list[str]:
    """The words that name a folder of rules and a SchXslt, both written there."""
    (folder / "rules").mkdir()
    (folder / "rules" / "peppol-mls-9.9.sch").write_text(rules)
    (folder / "2.0").mkdir()
    (folder / "2.0" / "pipeline-for-svrl.xsl").write_text(COMPILER)
    return ["--rules", str(folder / "rules"), "--schxslt", str(folder), "--on", DAY.isoformat()]


def documents(folder: Path, *edits: tuple[bytes, bytes]) -> list[str]:
    """The words that name a folder with a good status and one for each edit."""
    (folder / "cases").mkdir()
    (folder / "cases" / "good.xml").write_bytes(STATUS)
    for number, (old, new) in enumerate(edits):
        assert old in STATUS
        (folder / "cases" / f"edited-{number}.xml").write_bytes(STATUS.replace(old, new))
    return ["--cases", str(folder / "cases")]


def schemas(folder: Path) -> list[str]:
    """The words that name a folder with a schema by UBL's name; it is ours."""
    (folder / "xsd").mkdir()
    for path in (Path(xsd.__file__).parent / "outside" / "post_award").glob("*.xsd"):
        (
            folder / "xsd" / path.name.replace("Application", "UBL-Application").replace("nse.", "nse-2.1.")
        ).write_text(path.read_text())
    return ["--xsd", str(folder / "xsd")]


def an_id() -> bytes:
    start = STATUS.index(b"<cbc:ID>")
    return STATUS[start : STATUS.index(b"</cbc:ID>") + len(b"</cbc:ID>")]


def test_rules_that_say_the_same_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*published(tmp_path), *documents(tmp_path, (an_id(), b"<cbc:ID> </cbc:ID>")), *schemas(tmp_path)]
    assert main(words, build=tmp_path / "build") == 0
    said = capsys.readouterr().out
    assert "Whole documents: 2 judged" in said
    assert "verdicts 2 of 2 (100.00 %); rules fired 2 of 2 (100.00 %); schema 2 of 2 (100.00 %)" in said
    assert list((tmp_path / "build" / "rules").glob("peppol-mls-9.9-*.xsl"))


def test_a_planted_difference_is_printed_with_a_document_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stricter = RULES.replace("exists(cbc:IssueTime)", "exists(cbc:IssueTime) and not(cbc:Note)")
    noted = (b"<cac:SenderParty>", b"<cbc:Note>x</cbc:Note><cac:SenderParty>")
    words = [*published(tmp_path, stricter), *documents(tmp_path, noted)]
    assert main(words, build=tmp_path / "build") == 1
    said = capsys.readouterr().out
    assert "1 × mls SCH-MLS-05: ours 0 fatal, published 1 fatal [NOT EXPLAINED], as in edited-0.xml" in said
    assert "rules fired 1 of 2 (50.00 %)" in said
    assert "Schemas: none, so none compared" in said
    assert b"<cbc:Note>" in (tmp_path / "build" / "agreement" / "unexplained" / "001.xml").read_bytes()


def test_a_schema_that_says_otherwise_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*published(tmp_path), *documents(tmp_path), *schemas(tmp_path)]
    groups = tmp_path / "xsd" / "cbc.xsd"
    groups.write_text(groups.read_text().replace('name="IssueTime"', 'name="IssueHour"'))
    assert main(words, build=tmp_path / "build") == 1
    assert "mls schema: ours accepted, published refused [NOT EXPLAINED]" in capsys.readouterr().out


def test_a_comment_inside_a_value_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asks_for_text = RULES.replace("normalize-space(cbc:ID)", "normalize-space(cbc:ID/text())")
    inside = b"<cbc:ID>M<!-- c -->1</cbc:ID>"
    words = [*published(tmp_path, asks_for_text), *documents(tmp_path, (an_id(), inside))]
    assert main(words, build=tmp_path / "build") == 0
    assert "verdict: ours valid, published none [explained: a note inside a value]" in capsys.readouterr().out


def test_what_the_gate_refuses_is_explained_by_its_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = (an_id(), "<cbc:ID>M\u200b1</cbc:ID>".encode())
    assert main([*published(tmp_path), *documents(tmp_path, hidden)], build=tmp_path / "build") == 0
    assert "gate: ours GATE-IDENTIFIER, published valid [explained: the gate]" in capsys.readouterr().out


def test_what_says_it_is_of_a_kind_without_rules_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = STATUS.replace(b"urn:peppol:edec:mls:1.0", b"urn:fdc:peppol.eu:poacc:trns:mlr:3")
    folder = PublishedFolder(Path(published(tmp_path)[1]), tmp_path)
    release = PublishedRelease(folder.read(schxslt.found(tmp_path, tmp_path / "build")))
    told = compare("other.xml", other, DocumentKind.MLS, release, DAY)
    assert (told.kind, told.differences, told.same_verdict) == (DocumentKind.MLR, (), None)


def test_mutants_are_compared_in_processes_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two asserts know little: the mutants tell, and each class is printed."""
    words = [*published(tmp_path), *schemas(tmp_path), "--mutants", "40", "--workers", "2"]
    assert main(words, build=tmp_path / "build") == 1
    said = capsys.readouterr().out
    assert ": 40 judged" in said
    assert "SCH-MLS-02: ours 1 fatal, published 0 fatal [NOT EXPLAINED], as in mutant" in said
    assert "SCH-MLS-03" not in said


def test_the_same_seed_makes_the_same_mutants() -> None:
    valid = seeds(inputs.Cases([], []), DAY)
    assert len({seed.kind for seed in valid}) == 7
    one, same, other = (Mutants(valid, seed) for seed in (1, 1, 2))
    made = [one.mutant(number).data for number in range(70)]
    assert made == [same.mutant(number).data for number in range(70)]
    assert made != [other.mutant(number).data for number in range(70)]


def test_schxslt_is_taken_from_a_jar_too(tmp_path: Path) -> None:
    words = [*published(tmp_path), *documents(tmp_path)]
    jar = tmp_path / "schxslt.jar"
    with ZipFile(jar, "w") as archive:
        archive.writestr("xslt/2.0/pipeline-for-svrl.xsl", COMPILER)
    assert main([*words, "--schxslt", str(jar)], build=tmp_path / "build") == 0


def test_without_schxslt_and_maven_it_says_what_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    words = published(tmp_path)
    assert main([*words, "--schxslt", ""], build=tmp_path / "build") == 2
    said = capsys.readouterr().err
    assert schxslt.COORDINATES in said
    assert "SCHXSLT=" in said


def test_a_file_that_is_no_schematron_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*published(tmp_path, "<schema"), *documents(tmp_path)], build=tmp_path / "build") == 2
    assert "peppol-mls-9.9.sch cannot be compiled" in capsys.readouterr().err


def test_test_sets_and_strangers_are_told_apart(tmp_path: Path) -> None:
    test_set = f"""<testSet xmlns="http://difi.no/xsd/vefa/validator/1.0" configuration="peppolbis-t71-base-3.0">
      <test><assert><error number="2">PEPPOL-T71-R001</error></assert>
        <ApplicationResponse xmlns="{UBL}ApplicationResponse-2"/></test></testSet>"""
    (tmp_path / "set.xml").write_text(test_set)
    (tmp_path / "catalogue.xml").write_text(f'<Catalogue xmlns="{UBL}Catalogue-2"/>')
    cases = cases_in(tmp_path)
    assert [(unit.name, unit.kind, unit.expected) for unit in cases.units] == [
        ("set.xml#1", "mlr", inputs.Expected("PEPPOL-T71-R001", "fatal", 2))
    ]
    assert (cases.documents, cases.left_out) == ([], 1)
