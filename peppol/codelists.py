"""The code values that the profiles allow, as sets of strings.

A code is compared exactly, after white space around it is taken away; only the
reasons for exemption from VAT (`VATEX`) are compared in capitals. A set holds
what one release allows: Peppol BIS Billing 3.0.21 and Upgrade 3.0.17 (May 2026,
mandatory 2026-08-24), and the EN 16931 validation 1.3.16 where a name says so.
Long lists are text files in the folder beside this module, read once.

Values are facts of the lists' owners (ISO, UN/CEFACT, UN/ECE, CEF, OpenPeppol).
"""

from pathlib import Path
from typing import Final

CodeList = frozenset[str]

_FOLDER: Final = Path(__file__).with_suffix("")


def _list(name: str) -> CodeList:
    """The codes of `codelists/<name>.txt`: words, lines that begin with # left out."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()
    return frozenset(code for line in lines if not line.startswith("#") for code in line.split())


def codes(text: str) -> CodeList:
    """The codes written in `text`; 4-7 stands for 4, 5, 6 and 7, with leading zeros kept."""
    written: list[str] = []
    for word in text.split():
        first, dash, last = word.partition("-")
        if dash and first.isdigit():
            written += [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
        else:
            written.append(word)
    return frozenset(written)


#: Currencies, 178.
ISO4217: Final = _list("iso4217")
#: Countries, with 1A (Kosovo) and XI (Northern Ireland), 251.
ISO3166: Final = _list("iso3166")
#: Units and packages, 2162.
UNECE_REC20: Final = _list("unece_rec20")

#: Schemes of electronic addresses that Peppol uses, 82 (PEPPOL-EN16931-CL008, T01, T76, T111).
EAS: Final = _list("eas")
#: Schemes of electronic addresses that EN 16931 knows (BR-CL-25): also those withdrawn from Peppol.
EAS_EN: Final = EAS | codes(
    "0037 0147 0154 0158 0170 0177 0193 0194 0202 0203 0205 0212 0213 0215 0217 0219 0220 AN AQ AS AU EM"
)
#: Schemes of organisation and location identifiers, ISO 6523, 243.
ICD: Final = codes("0002-0091 0093-0102 0104-0180 0183-0248")

#: BT-3 of an invoice, BR-CL-01.
INVOICE_TYPES_EN: Final = codes(
    "71 80 81 82 84 102 130 202-204 211 218 219 295 325 326 331 380 382-390 393-395 456 457 471-473"
    " 500 501 527 553 575 623 633 751 780 817 870 875-877 935"
)
#: BT-3 of a credit note, BR-CL-01.
CREDIT_NOTE_TYPES_EN: Final = codes("81 83 261 262 296 308 381 396 420 458 532")
#: BT-3 of an invoice in Peppol, PEPPOL-EN16931-P0100. 326 and 384 only between German parties (P0112).
INVOICE_TYPES_PEPPOL: Final = codes(
    "71 80 82 84 102 218 219 326 331 380 382-384 386 388 393 395 553 575 623 780 817 870 875-877"
)
#: BT-3 of a credit note in Peppol, PEPPOL-EN16931-P0101.
CREDIT_NOTE_TYPES_PEPPOL: Final = codes("381 396 81 83 532")
#: Kind of order (T01): 220 an ordinary one; 105, 221, 226, 227 and 402 read as 220 unless agreed.
ORDER_TYPES: Final = codes("105 220 221 226 227 402")
#: Every kind of document: what an invoice response or a message level response may speak of.
UNCL1001: Final = codes(
    "1-470 481-491 493-499 520-539 550-554 575-589 610 621-659 700-751 760 761 763-766 770 775 780-799"
    " 810-812 820-825 830 833 840 841 850-853 855 856 860-865 870 890 895 896 901 910 911 913-917"
    " 925-927 929-938 940 941 950-955 960-966 970-972 974-979 990 991 995 996 998 1999"
)

#: VAT categories. B is Italian, L and M are Spanish islands.
UNCL5305: Final = codes("AE E S Z G O K L M B")
#: Why VAT is not charged (BT-121), compared in capitals.
VATEX: Final = _list("vatex")
#: What decides the day VAT falls due (BT-8): issue, delivery, payment.
UNCL2005: Final = codes("3 35 432")
#: Payment means (BT-81): 30 is a credit transfer.
UNCL4461: Final = codes("1-70 74-78 91-98 ZZZ")
#: Why an allowance is given.
UNCL5189: Final = codes("41 42 60 62-68 70 71 88 95 100 102-105")
#: Why a charge is made.
UNCL7161: Final = _list("uncl7161")
#: Schemes of an item's classification.
UNCL7143: Final = _list("uncl7143")
#: Schemes of an invoiced object.
UNCL1153: Final = _list("uncl1153")
#: Priority of a shipment (T01).
UNCL4219: Final = codes("1-4")

#: Attachments of an order.
MIME_ORDER: Final = codes(
    "application/pdf image/png image/jpeg image/tiff application/acad application/dwg drawing/dwg"
    " application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    " application/vnd.oasis.opendocument.spreadsheet"
)
#: Attachments of an invoice or credit note, BR-CL-24 and PEPPOL-EN16931-CL001.
MIME_BILLING: Final = codes(
    "application/pdf image/png image/jpeg text/csv"
    " application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    " application/vnd.oasis.opendocument.spreadsheet"
)

#: Answer to an order: AB received, AP accepted, RE rejected, CA accepted with changes.
UNCL4343_T76: Final = codes("AB AP RE CA")
#: Answer to an invoice: AB received, IP in process, UQ under query, CA accepted on condition,
#: RE rejected, AP approved, PD paid.
UNCL4343_T111: Final = codes("AB AP RE IP UQ CA PD")
#: Answer to a message (MLR and MLS): AB received, AP accepted, RE rejected.
UNCL4343_MLR: Final = codes("AB AP RE")
#: Answer to an order line: 1 added, 3 changed, 5 accepted, 7 not accepted, 42 already delivered.
UNCL1229_T76: Final = codes("1 3 5 7 42")
#: Why an invoice is answered as it is (listID OPStatusReason).
STATUS_REASON: Final = codes("NON REF LEG REC QUA DEL PRI QTY ITM PAY UNR FIN PPD OTH")
#: What the sender is asked to do (listID OPStatusAction).
STATUS_ACTION: Final = codes("NOA PIN NIN CNF CNP CNA OTH")
#: Why a message is refused (MLR): BV a fatal rule, BW a warning, SV the schema.
STATUS_REASON_MLR: Final = codes("BV BW SV")
#: Why a message is refused or not delivered (MLS): FD is a failed delivery.
STATUS_REASON_MLS: Final = STATUS_REASON_MLR | {"FD"}
