"""Bills of sellers in other countries that break one national rule each: NO, DK, IT, GR, IS and NL."""

from dataclasses import replace

import pytest

from peppol.findings import Severity
from peppol.rules.billing.all_countries import NATIONAL
from peppol.rules.billing.greece import is_greek_tax_number
from peppol.rules.billing.sweden import SWEDEN
from peppol.rules.engine.engine import RuleSet
from tests.support.stories.bills_in_words import CREDIT_NOTE, INVOICE
from tests.support.stories.in_words import Edit, case, edited, fired, rules_named, rules_of

RULES = RuleSet("countries", [book for book in NATIONAL if book is not SWEDEN])

SELLER_NUMBER = "RegistrationName Leverantören AB\n        CompanyID @schemeID=0007 5560360793"
BUYER_NAME = "        RegistrationName Arbetsförmedlingen\n"
BUYER_ADDRESS = "      PostalAddress\n        Country\n"
BUYER_VAT = "        CompanyID SE202100211401\n"
CARDLESS = "  PaymentMeans\n    PaymentMeansCode 59\n    PaymentMandate\n      ID M-1\n"
PLUSGIRO = """  PaymentMeans
    PaymentMeansCode 30
    PaymentID 100
    PayeeFinancialAccount
      ID 1234567
      FinancialInstitutionBranch
        ID SE:PLUSGIRO
"""
TAX_REGISTRATION = (
    "      PartyTaxScheme\n        CompanyID Godkänd för F-skatt\n        TaxScheme\n          ID TAX\n"
)
ITEM = "      Name Rusta och matcha\n"


def at_home(country: str, text: str = INVOICE) -> str:
    """The bill with both parties in the country and its VAT numbers."""
    return text.replace("IdentificationCode SE", f"IdentificationCode {country}").replace(
        "CompanyID SE", f"CompanyID {country}"
    )


def means(code: str, *details: str) -> Edit:
    """The third means of payment replaced by another."""
    return CARDLESS, f"  PaymentMeans\n    PaymentMeansCode {code}\n" + "".join(
        f"    {line}\n" for line in details
    )


NORWEGIAN = edited(
    at_home("NO"), ("NO556036079301", "NO974760673MVA"), ("Godkänd för F-skatt", "Foretaksregisteret")
)
NORWAY = [
    case("NO-R-001", ("NO974760673MVA", "NO974760674MVA")),
    case("NO-R-001", ("NO974760673MVA", "NO974760673"), story="no MVA"),
    case("NO-R-002", ("Foretaksregisteret", "Brønnøysund")),
]

ACCOUNT = ("PayeeFinancialAccount", "  ID 12345678", "  FinancialInstitutionBranch", "    ID 1234")
DANISH = edited(
    at_home("DK"),
    (SELLER_NUMBER, SELLER_NUMBER.replace("0007 5560360793", "0184 12345678")),
    (BUYER_NAME, BUYER_NAME + "        CompanyID @schemeID=0184 87654321\n"),
    ("PaymentMeansCode 30", "PaymentMeansCode 58"),
    (PLUSGIRO, ""),
    means("31", *ACCOUNT),
    (
        ITEM,
        ITEM
        + "      CommodityClassification\n        ItemClassificationCode @listID=TST @listVersionID=26.08.01 1\n",
    ),
)
DANISH_NOTE = edited(
    at_home("DK", CREDIT_NOTE), (SELLER_NUMBER, SELLER_NUMBER.replace("0007 5560360793", "0184 12345678"))
)
GIRO = ("    PaymentMeansCode 31\n", "    PaymentMeansCode 50\n    PaymentID {}\n")
FIK = ("    PaymentMeansCode 31\n", "    PaymentMeansCode 93\n    PaymentID {}\n")


def slip(kind: Edit, reference: str) -> Edit:
    return kind[0], kind[1].format(reference)


DENMARK = [
    case("DK-R-002", ("        CompanyID @schemeID=0184 12345678\n", "")),
    case("DK-R-003", ("26.08.01", "20.0101")),
    case("DK-R-004", ("ReasonCode FC\n", "ReasonCode ZZZ\n"), story="no category"),
    case(
        "DK-R-004",
        ("ReasonCode FC\n", "ReasonCode ZZZ\n      AllowanceChargeReason #3311\n"),
        story="# first",
    ),
    case("DK-R-005", ("PaymentMeansCode 58", "PaymentMeansCode 30")),
    case("DK-R-006", ("    ID 1234\n", "    Name 1234\n")),
    case("DK-R-007", ("PaymentMeansCode 31", "PaymentMeansCode 49")),
    case("DK-R-008", slip(GIRO, "71#1")),
    case("DK-R-008", slip(GIRO, "01#"), ("ID 12345678\n", "ID 123456\n"), story="short account"),
    case("DK-R-009", slip(GIRO, "04#123")),
    case("DK-R-010", slip(FIK, "01#")),
    case("DK-R-010", slip(FIK, "73#"), ("ID 12345678\n", "ID 1234567\n"), story="short account"),
    case("DK-R-011", slip(FIK, "71#123")),
    case("DK-R-013", ("ID @schemeID=0088 7300010000001", "ID 7300010000001")),
    case("DK-R-014", ("@schemeID=0184 12345678", "@schemeID=0007 12345678")),
    case("DK-R-017", ("@schemeID=0184 87654321", "@schemeID=0007 87654321")),
]
DENMARK_NOTE = [
    case("DK-R-016", ("PayableAmount @currencyID=SEK 2500.00", "PayableAmount @currencyID=SEK -1"))
]

ITALIAN = edited(at_home("IT"), ("Godkänd för F-skatt", "RSSMRA85T10A562S"))
ITALY = [
    case("IT-R-001", ("RSSMRA85T10A562S", "RSSMRA85T1")),
    case("IT-R-002", ("        StreetName Storgatan 1\n", "")),
    case("IT-R-003", ("        CityName Luleå\n", "")),
    case("IT-R-004", ("        PostalZone 97231\n", "")),
]

MARK = "  AdditionalDocumentReference\n    ID 400001\n    DocumentDescription ##M.AR.K##\n"
ADDRESS = """  AdditionalDocumentReference
    ID 1
    DocumentDescription ##INVOICE|URL##
    Attachment
      ExternalReference
        URI https://verify.example/1
"""
GREEK = edited(
    at_home("GR").replace("CompanyID GR", "CompanyID EL"),
    ("  ID F-100\n", "  ID 123456783|01/12/2026|0|1.1|A|1\n"),
    ("EL556036079301", "EL123456783"),
    ("EL202100211401", "EL987654324"),
    ("@schemeID=0007 5560360793", "@schemeID=9933 123456783"),
    ("@schemeID=0007 2021002114", "@schemeID=9933 987654324"),
    (
        "      PostalAddress\n        Street",
        "      PartyName\n        Name Leverantören\n      PostalAddress\n        Street",
    ),
    (BUYER_ADDRESS, f"      PartyName\n        Name Arbetsförmedlingen\n{BUYER_ADDRESS}"),
    ("  AdditionalDocumentReference\n", MARK + ADDRESS + "  AdditionalDocumentReference\n"),
)
GREECE = [
    case("GR-R-001-1", ("|A|1\n", "|A|1|2\n")),
    case("GR-R-001-2", ("ID 123456783|", "ID 123456784|")),
    case("GR-R-001-2", ("ID 123456783|", "ID 987654324|"), story="of another"),
    case("GR-R-001-3", ("|01/12/2026|", "|02/12/2026|")),
    case("GR-R-001-4", ("|0|1.1", "|-1|1.1")),
    case("GR-R-001-5", ("|0|1.1", "|0|9.9")),
    case("GR-R-001-6", ("|A|1\n", "||1\n")),
    case("GR-R-001-7", ("|A|1\n", "|A|\n")),
    case("GR-R-002", ("      PartyName\n        Name Leverantören\n", "")),
    case("GR-S-011 GR-R-003 GR-R-001-2", ("EL123456783", "EL123456784")),
    case("GR-R-004-1", (MARK, "")),
    case("GR-R-004-2", ("ID 400001", "ID 0400001")),
    case("GR-R-005", ("      PartyName\n        Name Arbetsförmedlingen\n", "")),
    case("GR-R-006", ("EL987654324", "EL987654325")),
    case("GR-S-008-1", (ADDRESS, "")),
    case("GR-S-008-1 GR-R-008-2", (ADDRESS, ADDRESS * 2)),
    case("GR-R-008-3", ("URI https://verify.example/1", "URI ␠")),
    case("GR-R-009", ("9933 123456783", "9933 123456784")),
    case("GR-R-010", ("9933 987654324", "0007 987654324")),
]

LAST_DAY = "  AdditionalDocumentReference\n    ID 2027-01-15\n    DocumentDescription EINDAGI\n"
ICELANDIC = edited(
    at_home("IS"),
    (SELLER_NUMBER, SELLER_NUMBER.replace("0007 5560360793", "0196 5402697509")),
    (BUYER_NAME, BUYER_NAME + "        CompanyID @schemeID=0196 6702694079\n"),
    (
        BUYER_ADDRESS,
        BUYER_ADDRESS.replace("        C", "        StreetName A\n        PostalZone 101\n        C"),
    ),
    ("  AdditionalDocumentReference\n", LAST_DAY + "  AdditionalDocumentReference\n"),
    means("9", "PayeeFinancialAccount", "  ID 010126123456"),
    (PLUSGIRO, PLUSGIRO.replace("Code 30", "Code 42").replace("1234567", "010126123456")),
)
ICELAND = [
    case("IS-R-001", ("TypeCode 380", "TypeCode 386")),
    case("IS-R-002", ("@schemeID=0196 5402697509", "@schemeID=0007 5402697509")),
    case("IS-R-003", ("        StreetName Storgatan 1\n", "")),
    case("IS-R-003", ("        PostalZone 97231\n", ""), story="no post code"),
    case("IS-R-004", ("        CompanyID @schemeID=0196 6702694079\n", "")),
    case("IS-R-005", ("        PostalZone 101\n", "")),
    case(
        "IS-R-006",
        (
            "PayeeFinancialAccount\n      ID 010126123456\n  Allow",
            "PayeeFinancialAccount\n      ID 1\n  Allow",
        ),
    ),
    case("IS-R-007", ("      ID 010126123456\n      Fin", "      ID 01\n      Fin")),
    case("IS-R-008", ("ID 2027-01-15", "ID 2027-01-15T")),
    case("IS-R-009 IS-R-010", ("  DueDate 2026-12-31\n", "")),
    case("IS-R-010", ("ID 2027-01-15", "ID 2026-12-30")),
]

DUTCH = edited(
    at_home("NL"),
    ("NL556036079301", "NL123456789B01"),
    (SELLER_NUMBER, SELLER_NUMBER.replace("0007 5560360793", "0106 12345678")),
    (BUYER_NAME, BUYER_NAME + "        CompanyID @schemeID=0190 12345678901234567890\n"),
    (
        BUYER_ADDRESS,
        BUYER_ADDRESS.replace(
            "        C", "        StreetName A\n        CityName B\n        PostalZone 1\n        C"
        ),
    ),
    ("  BuyerReference 12345\n", "  BuyerReference 12345\n  OrderReference\n    ID 4711\n"),
    (
        "  PaymentMeans\n",
        "  TaxRepresentativeParty\n    PostalAddress\n      StreetName A\n      CityName B\n      PostalZone 2\n"
        "      Country\n        IdentificationCode NL\n  PaymentMeans\n",
    ),
)
DUTCH_NOTE = edited(
    at_home("NL", CREDIT_NOTE),
    (
        "  BuyerReference 12345\n",
        "  OrderReference\n    ID 4711\n  BillingReference\n    InvoiceDocumentReference\n      ID F-99\n",
    ),
    (SELLER_NUMBER, SELLER_NUMBER.replace("0007 5560360793", "0106 12345678")),
    (
        BUYER_ADDRESS,
        BUYER_ADDRESS.replace(
            "        C", "        StreetName A\n        CityName B\n        PostalZone 1\n        C"
        ),
    ),
)
ALL_MEANS = INVOICE[INVOICE.index("  PaymentMeans\n") : INVOICE.index("  AllowanceCharge\n")]
NETHERLANDS = [
    case("NL-R-002", ("        CityName Luleå\n", "")),
    case("NL-R-003", ("@schemeID=0106 12345678", "@schemeID=0007 12345678")),
    case("NL-R-004", ("        PostalZone 1\n", "")),
    case("NL-R-005", ("@schemeID=0190", "@schemeID=0088")),
    case("NL-R-006", ("      PostalZone 2\n", "")),
    case("NL-R-007", (ALL_MEANS, "")),
    case("NL-R-008", ("PaymentMeansCode 59", "PaymentMeansCode 31")),
    case("NL-R-009", ("  OrderReference\n    ID 4711\n", "")),
]
NETHERLANDS_NOTE = [
    case("NL-R-001", ("  BillingReference\n    InvoiceDocumentReference\n      ID F-99\n", "")),
    case(
        "NL-R-007",
        (ALL_MEANS, ""),
        ("PayableAmount @currencyID=SEK 2500.00", "PayableAmount @currencyID=SEK -1"),
    ),
]

BILLS = [
    (NORWEGIAN, NORWAY),
    (DANISH, DENMARK),
    (DANISH_NOTE, DENMARK_NOTE),
    (ITALIAN, ITALY),
    (GREEK, GREECE),
    (ICELANDIC, ICELAND),
    (DUTCH, NETHERLANDS),
    (DUTCH_NOTE, NETHERLANDS_NOTE),
]
CASES = [replace(each, base=bill) for bill, cases in BILLS for each in cases]


@pytest.mark.parametrize("bill", [bill for bill, _ in BILLS], ids=range(len(BILLS)))
def test_a_good_bill_breaks_no_rule(bill: str) -> None:
    assert fired(bill, RULES) == {}


def test_a_broken_bill_breaks_just_these_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            assert fired(edited(broken.base, *broken.edits), RULES) == broken.expected


def test_every_rule_but_the_german_ones_has_its_case() -> None:
    own = {rule for rule in rules_of(RULES) if not rule.startswith("DE-R")}
    assert own - rules_named(CASES) == set()
    assert len(own) == 2 + 14 + 4 + 19 + 10 + 9


def test_a_swedish_seller_is_not_judged_by_rules_of_others(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            at_swedes = edited(broken.base, *broken.edits)
            for country in ("NO", "DK", "IT", "GR", "EL", "IS", "NL"):
                at_swedes = at_swedes.replace(f"IdentificationCode {country}", "IdentificationCode SE")
                at_swedes = at_swedes.replace(f"CompanyID {country}", "CompanyID SE")
            assert fired(at_swedes, RULES) == {}


def test_what_only_warns() -> None:
    warned = {info.id for info in RULES.infos if info.severity is Severity.WARNING}
    assert {rule for rule in warned if not rule.startswith("DE-R")} == {
        "NO-R-002",
        "IS-R-001",
        "GR-S-008-1",
        "GR-S-011",
    }


@pytest.mark.parametrize(
    ("reference", "kind"),
    [("01#", GIRO), ("04#1234567890123456", GIRO), ("71#123456789012345", FIK), ("73#", FIK)],
)
def test_complete_danish_slips_pass(reference: str, kind: Edit) -> None:
    assert fired(edited(DANISH, slip(kind, reference)), RULES) == {}


@pytest.mark.parametrize("reason", ["3311", "Afgift#kobber"])
def test_danish_taxes_may_name_a_category_or_a_text(reason: str) -> None:
    text = f"ReasonCode ZZZ\n      AllowanceChargeReason {reason}\n"
    assert fired(edited(DANISH, ("ReasonCode FC\n", text)), RULES) == {}


def test_danish_sellers_may_send_negative_credit_notes_abroad() -> None:
    buyer = DANISH_NOTE.rindex("IdentificationCode DK")
    abroad = DANISH_NOTE[:buyer] + DANISH_NOTE[buyer:].replace(
        "IdentificationCode DK", "IdentificationCode SE", 1
    )
    negative = ("PayableAmount @currencyID=SEK 2500.00", "PayableAmount @currencyID=SEK -1")
    assert fired(edited(abroad, negative), RULES) == {}


def test_a_representative_makes_the_seller_greek() -> None:
    representative = """  TaxRepresentativeParty
    PartyTaxScheme
      CompanyID EL123456783
      TaxScheme
        ID VAT
"""
    own_number = ("CompanyID SE556036079301", "CompanyID")
    bill = edited(INVOICE, own_number, ("  PaymentMeans\n", f"{representative}  PaymentMeans\n"))
    found = fired(bill, RULES)
    assert found["GR-R-001-1"] == 1
    assert found["GR-R-009"] == 0


def test_the_check_digit_of_a_greek_tax_number() -> None:
    assert is_greek_tax_number("123456783")
    assert not is_greek_tax_number("12345678")
    assert not is_greek_tax_number("12345678X")
