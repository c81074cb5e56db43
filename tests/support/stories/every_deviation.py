"""Every deviation with every value it can have, and with each that may be absent, for tests of words."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Final

from invoicing.matching.deviation_texts import WORDS
from invoicing.matching.deviations import Deviation, DeviationCode, Source, SuggestionBasis, Weight

_C = DeviationCode
# What is found, expected and referred to, as it may be in books.
SAMPLES: Mapping[DeviationCode, tuple[str, str, str]] = {
    DeviationCode.NO_DEMAND: ("325", "380", ""),
    DeviationCode.SEVERAL_ORDERS: ("2100000011, 2100000012", "1", ""),
    DeviationCode.CREDIT_ORDER: ("2100000012", "2100000011", "F-1001"),
    DeviationCode.CREDIT_LINE: ("001", "", "F-1001"),
    DeviationCode.ORDER_MISSING: ("NA", "2100000011", ""),
    DeviationCode.ORDER_UNKNOWN: ("4500017", "2100000011", ""),
    DeviationCode.ORDER_NOT_SUPPLIERS: ("2100000011", "2026-03-01", "5599991014"),
    DeviationCode.BUYER: ("5560360793", "2021002114", ""),
    DeviationCode.CURRENCY: ("EUR", "SEK", "2100000011"),
    DeviationCode.LINE_MISSING: ("", "001", "2100000011"),
    DeviationCode.LINE_UNKNOWN: ("1", "001", "2100000011"),
    DeviationCode.SEVERAL_LINES: ("001, 002", "1", ""),
    DeviationCode.NOT_RECEIVED: ("002", "2026-02-13", "2026-03"),
    DeviationCode.ALREADY_INVOICED: ("001", "", "F-1001"),
    DeviationCode.UNIT: ("HUR", "DAY", "001"),
    DeviationCode.QUANTITY: ("22", "21", "2026-01 v1"),
    DeviationCode.PRICE: ("100.00", "95.00", "001"),
    DeviationCode.PERIOD: ("2026-02-01/2026-02-28", "2026-01-01/2026-01-31", "001"),
    DeviationCode.AMOUNT: ("2090.01", "2090.00", "2026-01 v1"),
    DeviationCode.VAT_CATEGORY: ("E", "S", ""),
    DeviationCode.VAT_RATE: ("12", "25", ""),
    DeviationCode.VAT_AMOUNT: ("522.51", "522.50", "2090.00 x 25 %"),
    DeviationCode.F_TAX: ("2026-01-31", "627.00", "2090.00"),
    DeviationCode.PAYEE_ACCOUNT: ("BANKGIRO 50501055", "BANKGIRO 5999107", "2026-02-28"),
    DeviationCode.PAYEE: ("Fordringsköp Exempel AB (5590000005)", "Fyrbåken Exempel AB", ""),
    DeviationCode.ISSUE_DATE: ("2026-10-08", "2026-10-07", "2100000011"),
    DeviationCode.LATE_PAYMENT_CLAIM: ("450.00", "", "F-1001"),
    DeviationCode.DUE_DATE: ("2026-02-13", "2026-03-05", ""),
    DeviationCode.EXECUTION_REFERENCE: ("100000999", "100000101", "2100000011"),
    DeviationCode.CONTRACT: ("AVT-9", "AVT-1001", "2100000011"),
    DeviationCode.CREDIT_REFERENCE_MISSING: ("", "F-1001", ""),
    DeviationCode.CREDIT_SEVERAL: ("F-1001, F-1002", "1", ""),
    DeviationCode.CREDIT_UNKNOWN: ("1001", "F-1001", ""),
    DeviationCode.CREDIT_OF_CREDIT: ("K-1", "", "K-1"),
    DeviationCode.ALREADY_CREDITED: ("F-1001", "", "K-1"),
    DeviationCode.CREDIT_AMOUNT: ("1000.00", "2612.50", "F-1001"),
    DeviationCode.CREDIT_CURRENCY: ("EUR", "SEK", "F-1001"),
}
_DETAILS = {
    "interrupted": "2026-01-13",
    "sent_back": "2026-02-05",
    "revoked_report": "2026-02-05",
    "revoked": "2026-02-05",
    "disputed": "Fakturan betalades i tid",
    SuggestionBasis.NAMED: "BT-10",
    SuggestionBasis.PARTICIPANT: "BT-22",
    SuggestionBasis.ORDER: "BT-13",
}
_VALUES: Final = ("found", "expected", "line", "reference", "variant")
LET_THROUGH: Final = ("tolerated", "accepted")
"""What differs and is let through has the same words for every code."""

ROWS: Final = (*WORDS, *((DeviationCode.PRICE, each) for each in LET_THROUGH))
"""Every code and variant that has words, and one code let through."""

_HOLD: Final = {(_C.PAYEE_ACCOUNT, ""), (_C.F_TAX, ""), (_C.PAYEE, ""), (_C.PAYEE, "factored")}
_PARK: Final = {
    (_C.NOT_RECEIVED, ""),
    (_C.NOT_RECEIVED, "with_buyer"),
    (_C.ORDER_NOT_SUPPLIERS, "unregistered"),
    *((_C.CREDIT_UNKNOWN, variant) for variant in ("", "named", "slip")),
}
_NOTED: Final = {_C.PAYEE_ACCOUNT, _C.PAYEE, _C.DUE_DATE, _C.EXECUTION_REFERENCE, _C.CONTRACT}
_BY_ENDING: Final = {"note": Weight.NOTE, "hold": Weight.HOLD, "question": Weight.QUESTION}


def weight_of(code: DeviationCode, variant: str) -> Weight:
    """How grave the checks let this deviation be."""
    if (code, variant) in _HOLD:
        return Weight.HOLD
    if (code, variant) in _PARK:
        return Weight.PARK
    if code in _NOTED or variant in LET_THROUGH or (code, variant) == (_C.ISSUE_DATE, ""):
        return Weight.NOTE
    return _BY_ENDING.get(variant.rpartition("_")[2], Weight.QUESTION)


def a_deviation(code: DeviationCode, variant: str) -> Deviation:
    """A deviation of this code and variant with every value it can have."""
    found, expected, reference = SAMPLES[code]
    if (code, variant) == (DeviationCode.AMOUNT, "rounding"):
        found, expected = "1.25", "1.00"
    if (code, variant) == (DeviationCode.VAT_AMOUNT, "base"):
        found, expected, reference = "2090.50", "2090.00", "25"
    if (code, variant) == (DeviationCode.CREDIT_AMOUNT, "negative"):
        found = f"-{expected}"
    if code is DeviationCode.PAYEE_ACCOUNT and variant in ("debited", "by_card"):
        found = {"debited": "49", "by_card": "48"}[variant]
    if code is DeviationCode.PERIOD and variant:
        found = found.partition("/")[0]
    return Deviation(
        code,
        weight_of(code, variant),
        "BT-1",
        found,
        expected,
        Source.RECEIPT,
        line="1",
        reference=reference,
        variant=f"{variant} {_DETAILS.get(variant, '')}".strip(),
    )


def without(whole: Deviation, *, most: int = len(_VALUES)) -> Iterator[Deviation]:
    """The deviation whole, and with each set of at most so many of its values absent."""
    for many in range(most + 1):
        for absent in combinations(_VALUES, many):
            changes = {name: "" for name in absent if name != "variant"}
            if "variant" in absent:
                changes["variant"] = whole.variant.partition(" ")[0]
            yield replace(whole, **changes)  # type: ignore[arg-type]
