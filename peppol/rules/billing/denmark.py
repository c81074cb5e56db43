"""Rules for Danish sellers in BIS Billing: DK-R-002 to DK-R-011, DK-R-013, -014, -016 and -017.

Denmark by postal address (BT-40, BT-55) as written. Most rules ask for a Danish buyer too.
Payment slips (giro 50, FIK 93) carry a card type at the start of the payment reference
(BT-83): three characters such as 71#, then for most types a number of given length.
"""

import re
from typing import Final

from peppol.rules.engine.checks import holds
from peppol.rules.engine.rulebook import Book, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact, normal
from peppol.rules.engine.xpath import number_of
from peppol.rules.shared.trading_countries import buyer_postal, seller_postal

_CVR: Final = "0184"
_SELLER: Final = ("cac:AccountingSupplierParty", "cac:Party")
_COMPANY_NUMBER: Final = ("cac:PartyLegalEntity", "cbc:CompanyID")
_ACCOUNT: Final = ("cac:PayeeFinancialAccount", "cbc:ID")
# Written as one text because the published test looks a code up between blanks.
_PAYMENT_CODES: Final = " 1 10 31 42 48 49 50 58 59 93 97 "
_GIRO_TYPES: Final = frozenset({"01#", "04#", "15#"})
_FIK_TYPES: Final = frozenset({"71#", "73#", "75#"})
_CLASSIFICATIONS: Final = frozenset({"19.05.01", "19.0501", "26.08.01", "26.0801"})
_TAXES: Final = "ZZZ"

DENMARK: Final = Book("DK-R", "3.0.21")
"""The rules for Danish sellers; one pattern."""


@fact
def _seller_is_danish(bill: DocumentTree) -> bool:
    return seller_postal(bill) == "DK"


@fact
def _both_are_danish(bill: DocumentTree) -> bool:
    return seller_postal(bill) == "DK" == buyer_postal(bill)


_BILL: Final = DENMARK.context("CreditNote | Invoice", when=_seller_is_danish)


@_BILL.rule("DK-R-002")
def seller_has_a_cvr(bill: Node) -> RuleVerdict:
    """A Danish seller states its legal registration number (BT-30), the CVR number."""
    return holds(bool(bill.value_of(*_SELLER, *_COMPANY_NUMBER)), expected="BT-30")


def _is_cvr_if_stated(*path: str) -> Test:
    def is_cvr_if_stated(node: Node) -> RuleVerdict:
        number = node.at(*path)
        scheme = normal(number.attributes.get("schemeID", "")) if number is not None else _CVR
        return holds(scheme == _CVR, found=scheme, expected=_CVR)

    return is_cvr_if_stated


_BILL.add(
    "DK-R-014",
    _is_cvr_if_stated(*_SELLER, *_COMPANY_NUMBER),
    "A Danish seller's legal registration number (BT-30) is of scheme 0184.",
)


@_BILL.rule("DK-R-016")
def credit_note_is_not_negative(bill: Node) -> RuleVerdict:
    """A credit note between Danish parties has no negative amount to pay (BT-115)."""
    if bill.name != "CreditNote" or not _both_are_danish(bill):
        return None
    payable = bill.text_of("cac:LegalMonetaryTotal", "cbc:PayableAmount")
    number = number_of(payable)
    return holds(number is None or number >= 0, found=payable, expected=">= 0")


@DENMARK.context(
    "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification"
    " | cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification",
    when=_both_are_danish,
).rule("DK-R-013")
def identifier_names_its_scheme(identification: Node) -> RuleVerdict:
    """Identifiers of seller (BT-29) and buyer (BT-46) between Danish parties name their scheme."""
    number = identification.first("cbc:ID")
    return holds(number is None or bool(normal(number.attributes.get("schemeID", ""))), expected="@schemeID")


_PAYMENT: Final = DENMARK.context("Invoice/cac:PaymentMeans", when=_both_are_danish)


def _pays_by(means: Node, *codes: str) -> bool:
    return any(code.text in codes for code in means.all("cbc:PaymentMeansCode"))


@_PAYMENT.rule("DK-R-005")
def payment_code_is_danish(means: Node) -> RuleVerdict:
    """The payment means (BT-81) is one of 1, 10, 31, 42, 48, 49, 50, 58, 59, 93 and 97."""
    code = means.text_of("cbc:PaymentMeansCode")
    return holds(f" {code} " in _PAYMENT_CODES, found=code, expected=_PAYMENT_CODES.strip())


@_PAYMENT.rule("DK-R-006")
def transfer_names_account_and_bank(means: Node) -> RuleVerdict:
    """A transfer (BT-81 is 31 or 42) names the account (BT-84) and its registration number (BT-86)."""
    branch = means.value_of("cac:PayeeFinancialAccount", "cac:FinancialInstitutionBranch", "cbc:ID")
    named = bool(means.value_of(*_ACCOUNT)) and bool(branch)
    return holds(named or not _pays_by(means, "31", "42"), expected="BT-84 BT-86")


@_PAYMENT.rule("DK-R-007")
def debit_names_mandate_and_account(means: Node) -> RuleVerdict:
    """A direct debit (BT-81 is 49) names mandate (BT-89) and debited account (BT-91)."""
    debited = means.value_of("cac:PaymentMandate", "cac:PayerFinancialAccount", "cbc:ID")
    named = bool(means.value_of("cac:PaymentMandate", "cbc:ID")) and bool(debited)
    return holds(named or not _pays_by(means, "49"), expected="BT-89 BT-91")


def _reference(means: Node) -> str:
    return means.text_of("cbc:PaymentID")


@_PAYMENT.rule("DK-R-008")
def giro_slip_is_complete(means: Node) -> RuleVerdict:
    """A giro slip (BT-81 is 50) has card type 01, 04 or 15 (BT-83) and an account of 7 or 8 digits (BT-84)."""
    good = _reference(means)[:3] in _GIRO_TYPES and re.fullmatch(r"[0-9]{7,8}", means.text_of(*_ACCOUNT))
    return holds(bool(good) or not _pays_by(means, "50"), found=_reference(means), expected="01# 04# 15#")


@_PAYMENT.rule("DK-R-009")
def giro_reference_has_16_digits(means: Node) -> RuleVerdict:
    """A giro reference of card type 04 or 15 (BT-83) is followed by 16 more characters."""
    reference = _reference(means)
    bound = _pays_by(means, "50") and reference[:3] in ("04#", "15#")
    return holds(not bound or len(reference) == 19, found=reference)


@_PAYMENT.rule("DK-R-010")
def fik_slip_is_complete(means: Node) -> RuleVerdict:
    """A FIK slip (BT-81 is 93) has card type 71, 73 or 75 (BT-83) and an account of 8 characters (BT-84)."""
    good = _reference(means)[:3] in _FIK_TYPES and len(means.text_of(*_ACCOUNT)) == 8
    return holds(good or not _pays_by(means, "93"), found=_reference(means), expected="71# 73# 75#")


@_PAYMENT.rule("DK-R-011")
def fik_reference_has_15_or_16_digits(means: Node) -> RuleVerdict:
    """A FIK reference of card type 71 or 75 (BT-83) is followed by 15 or 16 more characters."""
    reference = _reference(means)
    bound = _pays_by(means, "93") and reference[:3] in ("71#", "75#")
    return holds(not bound or len(reference) in (18, 19), found=reference)


DENMARK.context("cac:AccountingCustomerParty/cac:Party", when=_both_are_danish).add(
    "DK-R-017",
    _is_cvr_if_stated(*_COMPANY_NUMBER),
    "A Danish buyer's legal registration number (BT-47) is of scheme 0184.",
)


@DENMARK.context("CreditNote/cac:CreditNoteLine | Invoice/cac:InvoiceLine", when=_both_are_danish).rule(
    "DK-R-003"
)
def classification_has_a_known_version(line: Node) -> RuleVerdict:
    """A UNSPSC classification (BT-158 with list TST) is of version 19.05.01 or 26.08.01."""
    codes = line.every("cac:Item", "cac:CommodityClassification", "cbc:ItemClassificationCode")
    if not any(code.attributes.get("listID") == "TST" for code in codes):
        return None
    versions = {code.attributes.get("listVersionID", "") for code in codes}
    return holds(bool(versions & _CLASSIFICATIONS), found=" ".join(sorted(versions)), expected="26.08.01")


@DENMARK.context("cac:AllowanceCharge", when=_both_are_danish).rule("DK-R-004")
def tax_as_charge_names_its_kind(item: Node) -> RuleVerdict:
    """A tax given as charge with reason ZZZ names its four-digit category, or a text with # inside (BT-104)."""
    if not any(code.text == _TAXES for code in item.all("cbc:AllowanceChargeReasonCode")):
        return None
    reason = item.text_of("cbc:AllowanceChargeReason")
    category = number_of(reason)
    is_category = len(normal(reason)) == 4 and category is not None and 0 <= category <= 9999
    has_parts = "#" in reason and not reason.startswith("#") and not reason.endswith("#")
    return holds(is_category or has_parts, found=reason)
