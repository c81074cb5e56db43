"""Code lists as November 2025 had them, by the list of May 2026 each stands in for."""

from typing import Final

from peppol import codelists
from peppol.codelists import codes
from peppol.rules.en16931.lists import CREDIT_NOTE_TYPES, CURRENCIES

_WITHDRAWN: Final = codes("0037 0147 0154 0158 0170 0177 0193 0194 0202 0203 0205 0212 0213 0215 0217")
_CREDITING: Final = frozenset({"502", "503"})
_LATE_CHARGES: Final = codes("CAX CAY CAZ DAC DAF DAG DAH DAI DAJ DAK DAL DAM DAN DAO DAP DAQ PRV")

BILLING: Final = {
    # EN 16931 1.3.15: the krona of Curaçao before its guilder, 502 and 503 still kinds of invoice.
    CURRENCIES: CURRENCIES - {"XCG"} | {"ANG", "BGN"},
    codelists.INVOICE_TYPES_EN: codelists.INVOICE_TYPES_EN | _CREDITING,
    CREDIT_NOTE_TYPES: CREDIT_NOTE_TYPES - _CREDITING,
    codelists.EAS_EN: codelists.EAS_EN - {"0242", "0246", "0248"},
    codelists.ICD: codelists.ICD - {"0246", "0247", "0248"},
    # Billing 3.0.20.
    codelists.ISO4217: codelists.ISO4217 - {"STN", "XCG"} | {"ANG", "BGN", "STD"},
    codelists.EAS: codelists.EAS - {"0242", "0246", "0248"} | _WITHDRAWN,
}
"""Of invoices and credit notes."""

POST_AWARD: Final = {
    codelists.ISO4217: BILLING[codelists.ISO4217],
    codelists.EAS: codelists.EAS - {"0242", "0245", "0246", "0248"} | _WITHDRAWN,
    codelists.ICD: codelists.ICD - {"0245", "0246", "0247", "0248"},
    codelists.UNCL7161: codelists.UNCL7161 - _LATE_CHARGES,
}
"""Of orders and answers."""
