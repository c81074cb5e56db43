"""Code values as EN 16931 validation 1.3.16 has them, where they differ from the shared lists.

Values are facts of ISO and UN/CEFACT.
"""

from typing import Final

from peppol import codelists

#: BR-CL-03 to BR-CL-05: still the old code of the dobra of Sao Tome.
CURRENCIES: Final = codelists.ISO4217 - {"STN"} | {"STD"}

#: BR-CL-01.
CREDIT_NOTE_TYPES: Final = codelists.CREDIT_NOTE_TYPES_EN | {"502", "503"}

#: BR-CO-09: countries and EL for Greece, as one text, because the rule asks whether two
#: characters occur in it and not whether they are a code.
VAT_PREFIXES: Final = f" {' '.join(sorted(codelists.ISO3166 | {'EL'}))} "


def _series(text: str) -> str:
    """Codes written out; AAA-G stands for AAA, AAB and so on to AAG."""
    codes: list[str] = []
    for word in text.split():
        first, _, last = word.partition("-")
        messages = range(ord(first[-1]), ord(last or first[-1]) + 1)
        codes += [first[:-1] + chr(message) for message in messages]
    return f" {' '.join(codes)} "


#: BR-CL-08: UNCL 4451, subjects of a note, as one text for the same reason.
NOTE_SUBJECTS: Final = _series(
    "AAA-G AAI-N AAO-Z ABA-X ABZ ACA-Z ADA-Z AEA-Z AFA-Z AGA-Z AHA-Z AIA-Z AJA-B ALC-Q ARR-S AUT-Z AVA-F"
    " BAG-S BLC-Z BMA-E CCI CEX CHG CIP CLP CLR COI CUR-S DAR DCL DEL DIN DOC DUT EUR FBC GBL GEN GS7 HAN HAZ"
    " ICN IIN IMI IND INS INV IRP ITR-S LAN LIN LOI MCO MDH MKS ORI OSI PAC PAI PAY PKG PKT PMD PMT PRD PRF"
    " PRI PUR QIN QQD QUT RAH REG RET REV RQR SAF SIC SIN SLR SPA SPG-H SPP SPT SRN SSR SUR TCA TDT TRA TRR"
    " TXD WHI ZZZ"
)
