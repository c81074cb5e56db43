"""Rules of the answers: order response (T76), invoice response (T111), MLR (T71) and MLS.

T76, T111 and T71 share the common and the structure rules; each adds a few of its own.
The message level status (MLS 1.0.1) is judged by SCH-MLS-01 to 31 alone. Terms are those
of the transactions' data models (tir76-nnn, tir111-nnn). Of the contexts of one pattern
the first that matches a node is used, as published.
"""

from collections.abc import Callable, Mapping, Set
from typing import Final

from peppol.codelists import STATUS_ACTION, STATUS_REASON
from peppol.rules.engine.checks import holds, present
from peppol.rules.engine.rulebook import WARNING, Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact
from peppol.rules.ordering.response_models import INVOICE_RESPONSE, MESSAGE_LEVEL_RESPONSE, ORDER_RESPONSE
from peppol.rules.shared.post_award import register_post_award
from peppol.rules.shared.structure import register_structure

_TRANSACTIONS: Final = "urn:fdc:peppol.eu:poacc:trns:"

T76: Final = Book("PEPPOL-T76", "2026.5")
"""All rules of the order response."""
register_post_award(T76)
register_structure(T76, ORDER_RESPONSE)

T111: Final = Book("PEPPOL-T111", "2026.5")
"""All rules of the invoice response."""
register_post_award(T111)
register_structure(T111, INVOICE_RESPONSE)

T71: Final = Book("PEPPOL-T71", "2026.5")
"""All rules of the message level response."""
register_post_award(T71)
register_structure(T71, MESSAGE_LEVEL_RESPONSE)


def _begins_with(start: str) -> Test:
    return lambda node: holds(node.value.startswith(start), found=node.value, expected=start)


T76.context("cbc:CustomizationID", pattern="rules").add(
    "PEPPOL-T76-R006",
    _begins_with(_TRANSACTIONS + "order_response:3"),
    "The specification identifier (tir76-001) begins with that of the order response.",
)


@T76.context("cbc:PriceAmount", pattern="rules").rule("PEPPOL-T76-R005")
def price_is_in_the_answers_currency(price: Node) -> RuleVerdict:
    """A price (tir76-130) is in the currency of the answer (tir76-007)."""
    currency = price.attributes.get("currencyID")
    expected = _currencies(price)
    return holds(currency in expected, found=currency or "", expected=" ".join(expected))


@fact
def _currencies(answer: DocumentTree) -> Mapping[str, None]:
    return dict.fromkeys(code.text for code in answer.all("cbc:DocumentCurrencyCode"))


def _is_identified(party: Node) -> RuleVerdict:
    named = party.exists("cac:PartyLegalEntity", "cbc:RegistrationName")
    return holds(named or party.exists("cac:PartyIdentification", "cbc:ID"))


T76.context("cac:BuyerCustomerParty/cac:Party", pattern="rules").add(
    "PEPPOL-T76-R001",
    _is_identified,
    "The buyer has an official name (tir76-023) or an identifier (tir76-022).",
)
T76.context("cac:SellerSupplierParty/cac:Party", pattern="rules").add(
    "PEPPOL-T76-R002",
    _is_identified,
    "The seller has an official name (tir76-060) or an identifier (tir76-059).",
)


@T76.context("cac:PromisedDeliveryPeriod", pattern="rules").rule("PEPPOL-T76-R004")
def promised_period_is_not_reversed(period: Node) -> RuleVerdict:
    """A promised period that has both days ends on or after its start (tir76-099, -100, -126, -127).

    As published the two are compared as texts.
    """
    starts, ends = period.all("cbc:StartDate"), period.all("cbc:EndDate")
    if not starts or not ends or any(end.text >= start.text for end in ends for start in starts):
        return None
    return Broken(found=ends[0].text, expected=f">= {starts[0].text}", at=ends[0])


@fact
def _lines_by_id(answer: DocumentTree) -> Mapping[str, Set[int]]:
    """Which lines bear an identifier, each once however often it stands there."""
    lines: dict[str, set[int]] = {}
    for line in answer.named("cac:LineItem"):
        for number in line.all("cbc:ID"):
            lines.setdefault(number.string, set()).add(id(line))
    return lines


@T76.context("cac:OrderLine/cac:LineItem", pattern="rules").rule("PEPPOL-T76-R003")
def answered_line_is_unique(line: Node) -> RuleVerdict:
    """The line has an identifier (tir76-120) that no other line of the answer has."""
    lines = _lines_by_id(line)
    numbers = line.all("cbc:ID")
    unique = bool(numbers) and all(len(lines[number.string]) == 1 for number in numbers)
    return holds(unique, found=line.text_of("cbc:ID"))


_ANSWER: Final = T76.context("cbc:OrderResponseCode", pattern="rules")


def _has_lines(code: Node) -> bool:
    return code.above is not None and code.above.has("cac:OrderLine")


@_ANSWER.rule("PEPPOL-T76-R007")
def conditional_acceptance_has_lines(code: Node) -> RuleVerdict:
    """An answer CA, accepted with changes (tir76-200), lists the lines it is about."""
    return holds(code.value != "CA" or _has_lines(code), expected="cac:OrderLine")


def _without_lines(answer: str) -> Test:
    def without_lines(code: Node) -> RuleVerdict:
        return holds(code.value != answer or not _has_lines(code), found="cac:OrderLine")

    return without_lines


_ANSWER.add("PEPPOL-T76-R008", _without_lines("AP"), "An answer AP, accepted (tir76-200), lists no lines.")
_ANSWER.add("PEPPOL-T76-R009", _without_lines("RE"), "An answer RE, rejected (tir76-200), lists no lines.")
_ANSWER.add(
    "PEPPOL-T76-R010", _without_lines("AB"), "An answer AB, acknowledged (tir76-200), lists no lines."
)


def _needs_clarification(response: Node) -> bool:
    return f" {response.value_of('cbc:ResponseCode')} " in " CA UQ RE "


@T111.context("cac:Response", pattern="rules", when=_needs_clarification).rule("PEPPOL-T111-R001")
def doubt_or_refusal_is_explained(response: Node) -> RuleVerdict:
    """An answer CA, UQ or RE (tir111-013) gives at least one clarification code (tir111-015)."""
    return present(response, "cac:Status", "cbc:StatusReasonCode")


def _clarifies(reason: str) -> Callable[[Node], bool]:
    return lambda status: any(code.text == reason for code in status.all("cbc:StatusReasonCode"))


@T111.context("cac:Status", pattern="rules", when=_clarifies("OTH")).rule("PEPPOL-T111-R002", WARNING)
def other_reason_is_told(status: Node) -> RuleVerdict:
    """The clarification OTH, other (tir111-015), should come with words (tir111-016)."""
    return present(status, "cbc:StatusReason")


T111.context("cbc:CustomizationID", pattern="rules").add(
    "PEPPOL-T111-R003",
    _begins_with(_TRANSACTIONS + "invoice_response:3"),
    "The specification identifier (tir111-006) begins with that of the invoice response.",
)

_PARTLY_PAID: Final = T111.context("cac:Status", pattern="rules", when=_clarifies("PPD"))


@_PARTLY_PAID.rule("PEPPOL-T111-R004")
def part_payment_is_told(status: Node) -> RuleVerdict:
    """The clarification PPD, partly paid (tir111-015), comes with words (tir111-016)."""
    return present(status, "cbc:StatusReason")


@_PARTLY_PAID.rule("PEPPOL-T111-R005")
def part_payment_goes_with_paid(_: Node) -> RuleVerdict:
    """PPD, partly paid, is meant for the answer PD, paid, alone.

    The published test asks whether a comparison exists, which it always does: the rule never
    fires, here as there. Who writes an answer keeps PPD to PD on his own.
    """
    return None


@T111.context("cbc:ProfileID", pattern="rules").rule("PEPPOL-T111-R008")
def profile_is_an_invoice_response(profile: Node) -> RuleVerdict:
    """The process (tir111-005) is invoice response or billing with response."""
    allowed = ("urn:fdc:peppol.eu:poacc:bis:invoice_response:3", "urn:peppol:bis:billing_with_response")
    return holds(profile.value in allowed, found=profile.value, expected=allowed[0])


def _from_list(name: str) -> Callable[[Node], bool]:
    return lambda status: any(
        code.attributes.get("listID") == name for code in status.all("cbc:StatusReasonCode")
    )


def _code_among(codes: frozenset[str]) -> Test:
    def code_among(status: Node) -> RuleVerdict:
        code = status.value_of("cbc:StatusReasonCode")
        return holds(code in codes, found=code, expected=" ".join(sorted(codes)))

    return code_among


T111.context("cac:Status", pattern="lists", when=_from_list("OPStatusAction")).add(
    "PEPPOL-T111-R006", _code_among(STATUS_ACTION), "A code said to be an action is one of OPStatusAction."
)
T111.context("cac:Status", pattern="lists", when=_from_list("OPStatusReason")).add(
    "PEPPOL-T111-R007", _code_among(STATUS_REASON), "A code said to be a reason is one of OPStatusReason."
)

T71.context("cbc:CustomizationID", pattern="rules").add(
    "PEPPOL-T71-R001",
    _begins_with(_TRANSACTIONS + "mlr:3"),
    "The specification identifier begins with that of the message level response.",
)
