"""Rules for Swedish sellers in BIS Billing: SE-R-001 to SE-R-013.

A seller is Swedish by its postal address (BT-40), for VAT also by its VAT number
(BT-31). The rules ask for the forms of VAT and organisation numbers, for "Godkänd för
F-skatt" (BT-32), for Swedish VAT rates, and for bankgiro and plusgiro the Swedish way:
payment code 30 with the giro named as the account's branch (BT-86).
"""

from typing import Final

from peppol.rules.engine.checks import holds
from peppol.rules.engine.rulebook import WARNING, Book, Broken, RuleVerdict
from peppol.rules.engine.tree import DocumentTree, Node, fact
from peppol.rules.engine.xpath import is_number, number_of
from peppol.rules.shared.party_numbers import is_swedish_organisation_number
from peppol.rules.shared.trading_countries import vat_schemes

_SELLER: Final = "cac:AccountingSupplierParty/cac:Party"
_COUNTRY: Final = ("cac:PostalAddress", "cac:Country", "cbc:IdentificationCode")
_ACCOUNT: Final = "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
_RATES: Final = frozenset({25, 12, 6})
_GIRO_CODES: Final = frozenset({"50", "56"})
_TRANSFER: Final = "30"
_LOCAL_TRANSFER: Final = "31"
_F_TAX: Final = "GODKÄND FÖR F-SKATT"

SWEDEN: Final = Book("SE-R", "3.0.21")
"""The rules for Swedish sellers; one pattern, the first context that matches is used."""


def _is_at_home(party: Node | None) -> bool:
    return party is not None and any(code.text == "SE" for code in party.every(*_COUNTRY))


def _is_swedish_for_vat(party: Node) -> bool:
    return _is_at_home(party) and any(_vat_number(scheme)[:2] == "SE" for scheme in vat_schemes(party))


def _vat_number(scheme: Node) -> str:
    return scheme.text_of("cbc:CompanyID")


@fact
def _seller_is_at_home(bill: DocumentTree) -> bool:
    return any(map(_is_at_home, bill.anywhere("cac:AccountingSupplierParty", "cac:Party")))


@fact
def buyer_is_at_home(bill: DocumentTree) -> bool:
    """Whether the buyer's postal country (BT-55) is Sweden."""
    return any(map(_is_at_home, bill.anywhere("cac:AccountingCustomerParty", "cac:Party")))


@fact
def _seller_is_swedish_for_vat(bill: DocumentTree) -> bool:
    return any(map(_is_swedish_for_vat, bill.anywhere("cac:AccountingSupplierParty", "cac:Party")))


_VAT: Final = SWEDEN.context(_SELLER, when=_is_swedish_for_vat)


@_VAT.rule("SE-R-001")
def vat_number_has_14_characters(party: Node) -> RuleVerdict:
    """A Swedish VAT number (BT-31) is 14 characters long."""
    number = vat_schemes(party)[0].value_of("cbc:CompanyID")
    return holds(len(number) == 14, found=number, expected="SE999999999901")


@_VAT.rule("SE-R-002")
def vat_number_ends_in_digits(party: Node) -> RuleVerdict:
    """The twelve characters after SE in a Swedish VAT number (BT-31) are a number."""
    number = _vat_number(vat_schemes(party)[0])
    return holds(is_number(number[2:14]), found=number, expected="SE999999999901")


def _has_swedish_number(entity: Node) -> bool:
    return entity.has("cbc:CompanyID") and _is_at_home(entity.above)


_ENTITY: Final = SWEDEN.context(f"{_SELLER}/cac:PartyLegalEntity", when=_has_swedish_number)


@_ENTITY.rule("SE-R-003")
def organisation_number_is_a_number(entity: Node) -> RuleVerdict:
    """A Swedish organisation number (BT-30) is a number."""
    number = entity.text_of("cbc:CompanyID")
    return holds(is_number(number), found=number)


@_ENTITY.rule("SE-R-004")
def organisation_number_has_10_characters(entity: Node) -> RuleVerdict:
    """A Swedish organisation number (BT-30) is ten characters long, without a dash."""
    number = entity.value_of("cbc:CompanyID")
    return holds(len(number) == 10, found=number)


@_ENTITY.rule("SE-R-013")
def organisation_number_has_its_check_digit(entity: Node) -> RuleVerdict:
    """The tenth digit of a Swedish organisation number (BT-30) is its Luhn check digit."""
    number = entity.value_of("cbc:CompanyID")
    return holds(is_swedish_organisation_number(number), found=number)


def _is_other_registration(number: Node) -> bool:
    scheme = number.above
    party = scheme.above if scheme is not None else None
    if scheme is None or party is None or not _is_at_home(party):
        return False
    named = scheme.value_of("cac:TaxScheme", "cbc:ID").upper()
    return named != "VAT" and party.exists("cac:PartyLegalEntity", "cbc:CompanyID")


@SWEDEN.context(f"{_SELLER}/cac:PartyTaxScheme/cbc:CompanyID", when=_is_other_registration).rule("SE-R-005")
def other_registration_is_f_tax(number: Node) -> RuleVerdict:
    """A Swedish company's tax registration beside VAT (BT-32) reads "Godkänd för F-skatt"."""
    return holds(number.value.upper() == _F_TAX, found=number.value, expected="Godkänd för F-skatt")


def _is_standard_rated(category: Node) -> bool:
    for code in category.all("cbc:ID"):
        if code.text == "S":
            return _seller_is_swedish_for_vat(category)
    return False


@SWEDEN.context("cac:TaxCategory | cac:ClassifiedTaxCategory", when=_is_standard_rated).rule("SE-R-006")
def rate_is_swedish(category: Node) -> RuleVerdict:
    """The standard category has a Swedish VAT rate (BT-119, -152, -96, -103): 25, 12 or 6 per cent."""
    rate = category.text_of("cbc:Percent")
    return holds(number_of(rate) in _RATES, found=rate, expected="25 12 6")


def _is_giro(account: Node, branch: str) -> bool:
    payee = account.above
    means = payee.above if payee is not None else None
    return (
        payee is not None
        and means is not None
        and _seller_is_at_home(account)
        and means.value_of("cbc:PaymentMeansCode") == _TRANSFER
        and payee.value_of("cac:FinancialInstitutionBranch", "cbc:ID") == branch
    )


_PLUSGIRO: Final = SWEDEN.context(_ACCOUNT, when=lambda account: _is_giro(account, "SE:PLUSGIRO"))


def account_is_a_number(account: Node) -> RuleVerdict:
    """The giro number (BT-84) is digits alone, without a dash."""
    return holds(is_number(account.value), found=account.value)


_PLUSGIRO.add("SE-R-007", account_is_a_number, "A plusgiro number (BT-84) is digits alone.", WARNING)


@_PLUSGIRO.rule("SE-R-010", WARNING)
def plusgiro_has_2_to_8_characters(account: Node) -> RuleVerdict:
    """A plusgiro number (BT-84) has 2 to 8 characters."""
    return holds(2 <= len(account.value) <= 8, found=account.value)


_BANKGIRO: Final = SWEDEN.context(_ACCOUNT, when=lambda account: _is_giro(account, "SE:BANKGIRO"))
_BANKGIRO.add("SE-R-008", account_is_a_number, "A bankgiro number (BT-84) is digits alone.", WARNING)


@_BANKGIRO.rule("SE-R-009", WARNING)
def bankgiro_has_7_or_8_characters(account: Node) -> RuleVerdict:
    """A bankgiro number (BT-84) has 7 or 8 characters."""
    return holds(len(account.value) in (7, 8), found=account.value)


def _pays_with(means: Node, codes: frozenset[str]) -> bool:
    return any(code.text in codes for code in means.all("cbc:PaymentMeansCode"))


def _names_giro_by_code(means: Node) -> bool:
    return _pays_with(means, _GIRO_CODES) and _seller_is_at_home(means)


@SWEDEN.context("cac:PaymentMeans", when=_names_giro_by_code).rule("SE-R-011", WARNING)
def giro_is_a_transfer(_: Node) -> RuleVerdict:
    """Bankgiro and plusgiro are given as code 30 with SE:BANKGIRO or SE:PLUSGIRO, not as 50 or 56 (BT-81)."""
    return Broken(expected=_TRANSFER)


def _is_domestic_local_transfer(means: Node) -> bool:
    return (
        _pays_with(means, frozenset({_LOCAL_TRANSFER}))
        and _seller_is_at_home(means)
        and buyer_is_at_home(means)
    )


@SWEDEN.context("cac:PaymentMeans", when=_is_domestic_local_transfer).rule("SE-R-012", WARNING)
def domestic_transfer_is_30(_: Node) -> RuleVerdict:
    """Between Swedish parties a credit transfer is code 30, not 31 (BT-81)."""
    return Broken(found=_LOCAL_TRANSFER, expected=_TRANSFER)
