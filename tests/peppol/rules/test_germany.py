"""Bills between German parties that break one German rule each (DE-R)."""

import pytest

from peppol.findings import Severity
from peppol.rules.billing.german_payments import GERMAN_PAYMENTS, is_iban
from peppol.rules.billing.germany import GERMANY
from peppol.rules.engine.engine import RuleSet
from tests.support.stories.bills_in_words import INVOICE
from tests.support.stories.in_words import case, edited, fired, rules_named, rules_of

RULES = RuleSet("Germany", (GERMANY, GERMAN_PAYMENTS))

IBAN = "DE89370400440532013000"
SKONTO = "#SKONTO#TAGE=14#PROZENT=2.25#"
SELLER_NAME = "RegistrationName Leverantören AB\n        CompanyID @schemeID=0007 5560360793\n"
CONTACT = """      Contact
        Name Anna
        Telephone 0920 123
        ElectronicMail anna@example.se
"""
TAX_REGISTRATION = (
    "      PartyTaxScheme\n        CompanyID Godkänd för F-skatt\n        TaxScheme\n          ID TAX\n"
)
DEBIT = """    PaymentMandate
      ID M-1
      PayerFinancialAccount
        ID DE89 3704 0044 0532 0130 00
"""
CARD = "    CardAccount\n      PrimaryAccountNumberID 1234\n      NetworkID X\n"
ACCOUNT = (
    f"    PayeeFinancialAccount\n      ID {IBAN}\n      FinancialInstitutionBranch\n        ID SE:BANKGIRO\n"
)
BILLED_BEFORE = "  BillingReference\n    InvoiceDocumentReference\n      ID 1\n"
BINARY = "      EmbeddedDocumentBinaryObject @mimeCode=application/pdf @filename=bilaga.pdf JVBERg==\n"
DELIVERY = """  Delivery
    DeliveryLocation
      Address
        CityName Hamburg
        PostalZone 20095
        Country
          IdentificationCode DE
"""

GERMAN = edited(
    INVOICE.replace("IdentificationCode SE", "IdentificationCode DE").replace("CompanyID SE", "CompanyID DE"),
    ("InvoiceTypeCode 380", "InvoiceTypeCode 384"),
    ("  AdditionalDocumentReference\n", BILLED_BEFORE + "  AdditionalDocumentReference\n"),
    (BINARY, BINARY + "      ExternalReference\n        URI https://example.se/1\n"),
    ("Party\n    Party\n", "Party\n    Party\n      PartyIdentification\n        ID @schemeID=SEPA 1\n"),
    (SELLER_NAME, SELLER_NAME + CONTACT),
    (
        "Address\n        Country\n",
        "Address\n        CityName Bonn\n        PostalZone 53113\n        Country\n",
    ),
    ("  PaymentMeans\n    PaymentMeansCode 30", DELIVERY + "  PaymentMeans\n    PaymentMeansCode 58"),
    ("ID 53300017", f"ID {IBAN}"),
    ("    PaymentMandate\n      ID M-1\n", f"{DEBIT}  PaymentMeans\n    PaymentMeansCode 48\n{CARD}"),
    ("  AllowanceCharge\n", f"  PaymentTerms\n    Note Villkor⏎{SKONTO}⏎\n  AllowanceCharge\n"),
)
MEANS = GERMAN[GERMAN.index("  PaymentMeans\n") : GERMAN.index("  PaymentTerms\n")]

CASES = [
    case("DE-R-001", (MEANS, "")),
    case("DE-R-002", (CONTACT, "")),
    case("DE-R-003", ("        CityName Luleå\n", "")),
    case("DE-R-004", ("        PostalZone 97231\n", "        PostalZone ␠\n")),
    case("DE-R-005", ("        Name Anna\n", "")),
    case("DE-R-006 DE-R-027", ("        Telephone 0920 123\n", "")),
    case("DE-R-007 DE-R-028", ("        ElectronicMail anna@example.se\n", "")),
    case("DE-R-008", ("        CityName Bonn\n", "")),
    case("DE-R-009", ("        PostalZone 53113\n", "")),
    case("DE-R-010", ("        CityName Hamburg\n", "")),
    case("DE-R-011", ("        PostalZone 20095\n", "")),
    case("DE-R-014", ("        ID E\n        Percent 0\n", "        ID E\n")),
    case("DE-R-015", ("BuyerReference 12345", "BuyerReference ␠")),
    case("DE-R-016", ("CompanyID DE556036079301", "CompanyID"), (TAX_REGISTRATION, "")),
    case("DE-R-017", ("InvoiceTypeCode 384", "InvoiceTypeCode 386")),
    case("DE-R-018", (SKONTO, SKONTO.replace("2.25", "2,25"))),
    case("DE-R-018", (f"{SKONTO}⏎", SKONTO), story="no line break"),
    case("DE-R-019", (IBAN, IBAN.replace("89", "88"))),
    case("DE-R-020", ("DE89 3704", "DE88 3704")),
    case(
        "DE-R-022",
        ("  AccountingS", f"  AdditionalDocumentReference\n    ID 2\n    Attachment\n{BINARY}  AccountingS"),
    ),
    case("DE-R-023-1 DE-R-019", (ACCOUNT, "")),
    case("DE-R-023-2", (ACCOUNT, ACCOUNT + CARD)),
    case("DE-R-024-1", (CARD, "")),
    case("DE-R-024-2", (CARD, "    PayeeFinancialAccount\n      ID 1\n" + CARD)),
    case("DE-R-025-1 DE-R-020", (DEBIT, "")),
    case("DE-R-025-2", (DEBIT, DEBIT + CARD)),
    case("DE-R-026", (BILLED_BEFORE, "")),
    case("DE-R-027", ("Telephone 0920 123", "Telephone 09 anna")),
    case("DE-R-028", ("anna@example.se", "anna@example")),
    case("DE-R-030", ("@schemeID=SEPA", "@schemeID=0088")),
    case("DE-R-031 DE-R-020", ("      PayerFinancialAccount\n        ID DE89 3704 0044 0532 0130 00\n", "")),
    case("DE-R-T02", ("URI https://example.se/1", "URI www.example.se/1")),
]


def test_a_good_bill_breaks_no_rule() -> None:
    assert fired(GERMAN, RULES) == {}


def test_a_broken_bill_breaks_just_these_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            assert fired(edited(GERMAN, *broken.edits), RULES) == broken.expected


def test_a_buyer_abroad_ends_the_german_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            abroad = edited(GERMAN, *broken.edits)
            buyer = abroad.index("AccountingCustomerParty")
            abroad = abroad[:buyer] + edited(
                abroad[buyer:], ("IdentificationCode DE", "IdentificationCode SE")
            )
            assert fired(abroad, RULES) == {}


def test_every_german_rule_has_its_case() -> None:
    assert rules_of(RULES) == rules_named(CASES)
    assert len(rules_of(RULES)) == 31


def test_what_only_warns() -> None:
    warned = {info.id for info in RULES.infos if info.severity is Severity.WARNING}
    assert warned == {f"DE-R-{rule}" for rule in ("017", "019", "020", "026", "027", "028", "T02")}


def test_a_skonto_line_may_name_its_base() -> None:
    base = (SKONTO, SKONTO + "BASISBETRAG=100.00#")
    assert fired(edited(GERMAN, base), RULES) == {}


def test_terms_without_skonto_are_free_text() -> None:
    assert fired(edited(GERMAN, (f"Villkor⏎{SKONTO}⏎", "30 dagar netto")), RULES) == {}


def test_the_check_digits_of_an_iban() -> None:
    assert is_iban("SE45 5000 0000 0583 9825 7466")
    assert not is_iban("SE45 5000 0000 0583 9825 7467")
    assert not is_iban("")
