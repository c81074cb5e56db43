"""Every finding can be told to a person, in Swedish and in English, with what to do and who does it."""

import re
import tomllib

import pytest

from fixtures.build_bad import base, edited
from foundation.text import languages
from peppol.envelope.findings import EnvelopeRule
from peppol.explanations.explain import explain, place_of
from peppol.explanations.text_files import FOLDER, FindingActor, NoText, files, text_of
from peppol.findings import Finding, Severity
from peppol.rules.engine.rulebook import RuleInfo
from peppol.rules.releases import RELEASES, all_rules
from peppol.rules.releases.release import Release
from peppol.validation.validation import validate
from peppol.xml.gate_errors import GateRule
from tests.peppol.validation.test_validation import TODAY

SCHEMA_KEYS = tuple(
    f"XSD-{detail}"
    for detail in (
        "root", "missing", "unexpected", "misplaced", "repeated", "value", "attribute-missing",
        "attribute-unexpected", "text", "schema",
    )
)  # fmt: skip
RULE_KEYS = tuple(info.id for info in all_rules())
DOOR_KEYS = tuple(rule.value for rule in (*GateRule, *EnvelopeRule))
KEYS = (*DOOR_KEYS, *SCHEMA_KEYS, *RULE_KEYS)


def finding_of(key: str, *, found: str = "", expected: str = "", detail: str = "") -> Finding:
    rule, _, form = key.partition("-") if key.startswith("XSD-") else (key, "", "")
    location = "/Invoice/cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount"
    return Finding(rule, Severity.FATAL, location, 145, found, expected, form or detail)


def missing_texts() -> list[str]:
    missing: list[str] = []
    for key in KEYS:
        try:
            text_of(key)
        except NoText:
            missing.append(key)
    return missing


def test_no_rule_is_without_a_text() -> None:
    assert len(RULE_KEYS) > 1_600
    assert missing_texts() == []


SENTENCE = re.compile(r"[A-ZÅÄÖ&(][^{}\[\]]*[.)!]")
# Names that are the same in every language.
NAMES = ("Godkänd för F-skatt", "Arbetsförmedlingen", "Råd")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    "values",
    [{}, {"found": "12.50", "expected": "10.00", "detail": "4 × 2.50 = 10.00"}],
    ids=["bare", "filled"],
)
def test_every_text_is_made_of_whole_sentences(lang: str, values: dict[str, str]) -> None:
    for key in KEYS:
        explanation = explain(finding_of(key, **values), lang)
        for sentence in (explanation.message, explanation.remedy):
            assert SENTENCE.fullmatch(sentence), (key, sentence)
            assert "  " not in sentence, (key, sentence)
            assert " ." not in sentence, (key, sentence)
        assert explanation.actor in FindingActor


def test_the_two_languages_are_not_mixed_up() -> None:
    for key in KEYS:
        swedish, english = (explain(finding_of(key), lang) for lang in languages())
        plain = english.message + english.remedy
        for name in NAMES:
            plain = plain.replace(name, "")
        assert not re.search("[åäöÅÄÖ]", plain), (key, plain)
        assert not re.search(r"\b(the|is|are|must|not)\b", swedish.message + swedish.remedy), (key, swedish)
        assert "Plats: " in swedish.message
        assert "Place: " in english.message


def test_texts_speak_of_fields_not_of_elements() -> None:
    generated = re.compile(r"UBL-(CR|DT)-\d+|PEPPOL-T\d+-B\d+|XSD-.*|GATE-.*")
    for key in KEYS:
        if not generated.fullmatch(key):
            assert not re.search(r"\b(cac|cbc):|/|\bBT-|\bBG-", text_of(key).says[0]), key


def test_every_text_belongs_to_a_rule() -> None:
    for path in files():
        if path.name in ("fields.toml", "remedies.toml"):
            continue
        for key in tomllib.loads(path.read_text(encoding="utf-8")):
            assert key in (*KEYS, "family", "words"), f"{path.name}: {key}"


def test_every_remedy_is_used() -> None:
    used = {text_of(key).remedy for key in KEYS}
    for name, entry in tomllib.loads((FOLDER / "remedies.toml").read_text(encoding="utf-8")).items():
        assert entry["says"] in used, name


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: f"{release.kind}-{release.mandatory_from}")
def test_a_warning_never_asks_to_send_the_invoice_again(release: Release) -> None:
    def billing(info: RuleInfo) -> bool:
        return info.severity is Severity.WARNING and not info.id.startswith("PEPPOL-T")

    for info in filter(billing, release.rule_set.infos):
        remedy, _ = text_of(info.id).to_do(info.severity)
        assert "igen" not in remedy, info.id
        assert "tas emot ändå" in remedy, info.id


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: f"{release.kind}-{release.mandatory_from}")
def test_a_fatal_rule_never_says_that_the_document_is_received(release: Release) -> None:
    for info in release.rule_set.infos:
        if info.severity is Severity.FATAL:
            assert "tas emot ändå" not in text_of(info.id).to_do(info.severity)[0], info.id


def test_a_rule_that_warned_once_says_what_its_gravity_asks_for() -> None:
    place = "/Invoice/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID"
    fatal = explain(Finding("PEPPOL-COMMON-R054", Severity.FATAL, place, 9, found="123"))
    warned = explain(Finding("PEPPOL-COMMON-R054", Severity.WARNING, place, 9, found="123"))
    assert fatal.message == warned.message
    assert "skicka fakturan igen" in fatal.remedy
    assert "tas emot ändå" in warned.remedy


def test_an_id_that_changed_hands_is_told_by_what_the_finding_misses() -> None:
    place = "/Order/cac:OrderLine/cac:LineItem/cac:Delivery"
    missing = Finding("PEPPOL-T01-B24701", Severity.FATAL, place, 9, expected="cac:RequestedDeliveryPeriod")
    stranger = Finding("PEPPOL-T01-B24701", Severity.FATAL, place, 9, found="cac:Despatch")
    assert "saknas" in explain(missing).message
    assert "används inte" in explain(stranger).message or "inte används" in explain(stranger).message


def test_rules_of_our_own_documents_ask_the_buyer_to_act() -> None:
    for key in RULE_KEYS:
        if key.startswith(("PEPPOL-T01-", "PEPPOL-T111-")):
            assert text_of(key).actor is FindingActor.BUYER, key


# --- one finding, told ----------------------------------------------------------------------------------


def told(
    rule: str, lang: str, *edits: tuple[str, str], name: str = "invoice"
) -> tuple[str, str, FindingActor]:
    report = validate(edited(name, *edits), on=TODAY)
    explanation = explain(next(finding for finding in report.findings if finding.rule == rule), lang)
    return explanation.message, explanation.remedy, explanation.actor


def test_a_wrong_sum_is_told_with_its_arithmetic_and_place() -> None:
    wrong = (
        '<cbc:TaxInclusiveAmount currencyID="SEK">2375.00<',
        '<cbc:TaxInclusiveAmount currencyID="SEK">2374.99<',
    )
    message, remedy, actor = told("BR-CO-15", "sv", wrong)
    assert message == (
        "Summan med moms är inte summan utan moms plus momsen. Det står 2374.99, det ska vara 2375.00. "
        "Uträkning: 1900.00 + 475.00 = 2375.00. Plats: summorna, summan med moms, rad 125 i filen."
    )
    assert remedy.startswith("Summan räknas av ert fakturasystem.")
    assert actor is FindingActor.SYSTEM_SUPPLIER


def test_a_missing_quantity_is_told_by_its_line() -> None:
    gone = ('<cbc:InvoicedQuantity unitCode="DAY">20</cbc:InvoicedQuantity>', "")
    message, _, actor = told("BR-22", "en", gone)
    assert message == "The line has no quantity. Place: invoice line 1, line 129 of the file."
    assert actor is FindingActor.ECONOMIST


def test_a_credit_note_is_called_a_credit_note() -> None:
    message, remedy, _ = told("BR-02", "sv", ("<cbc:ID>K3001</cbc:ID>", ""), name="credit-note")
    assert message == "Kreditfakturan saknar nummer."
    assert remedy == "Fyll i uppgiften och skicka kreditfakturan igen."


def test_a_generated_rule_names_the_field_as_people_do() -> None:
    message, _, actor = told(
        "PEPPOL-T01-B01301",
        "sv",
        ("<cbc:EndDate>2026-06-30</cbc:EndDate>\n  </cac:Val", "</cac:Val"),
        name="order",
    )
    assert "sista svarsdag" in message
    assert actor is FindingActor.BUYER


def test_a_shared_rule_broken_by_an_order_is_the_buyers_to_mend() -> None:
    other = ('<cbc:EndpointID schemeID="0007">5569990012<', '<cbc:EndpointID schemeID="0007">5569990019<')
    assert told("PEPPOL-COMMON-R049", "sv", other)[2] is FindingActor.ECONOMIST
    assert told("PEPPOL-COMMON-R049", "sv", other, name="order")[2] is FindingActor.BUYER


def test_a_repeated_field_is_told_by_its_name() -> None:
    twice = ("<cbc:ID>F2001</cbc:ID>", "<cbc:ID>F2001</cbc:ID><cbc:ID>F2002</cbc:ID>")
    message, _, _ = told("XSD", "sv", twice)
    assert message.startswith(
        "Uppgiften ”fakturanummer” förekommer för många gånger: 2. Den får finnas högst 1 gång."
    )


def test_days_are_early_or_late_and_numbers_at_least_or_at_most() -> None:
    late = finding_of("PEPPOL-EN16931-R111", found="2026-06-30", expected="<= 2026-05-31")
    assert "det ska vara senast 2026-05-31" in explain(late).message
    low = finding_of("PEPPOL-T01-R004", expected=">= 0")
    assert "It must be at least 0." in explain(low, "en").message


def test_a_sum_of_a_thousand_terms_is_shortened() -> None:
    long = finding_of("BR-CO-10", detail=" + ".join(["1.00"] * 1_000) + " = 1000.00")
    message = explain(long).message
    assert len(message) < 400
    assert "… = 1000.00" in message


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert "{expected} [x]" in explain(finding_of("BR-CO-09", found="{expected} [x]")).message


def test_a_finding_about_the_whole_document_has_no_place() -> None:
    assert place_of(Finding("BR-16", Severity.FATAL, "/Invoice", 4)) == ""
    assert place_of(Finding("GATE-XML", Severity.FATAL, "", 4)) == "rad 4 i filen"


def test_another_language_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="sv and en"):
        explain(finding_of("BR-02"), "fi")


def test_a_rule_without_a_text_is_a_mistake_that_shows() -> None:
    with pytest.raises(NoText, match="BR-99"):
        explain(finding_of("BR-99"))


def test_the_base_documents_need_no_words() -> None:
    assert validate(base("invoice"), on=TODAY).findings == ()
