"""The bank's files as banks write them: statements, notices and status reports of any version, in every form we know.

Made by us after the ISO 20022 message definitions: the same movement can be written with amounts in one place or
another, as one line or several, with prefixes or without.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

ACCOUNT: Final = "SE4550000000058398257466"
CAMT_VERSIONS: Final = ("02", "03", "04", "06", "08", "10", "13")
AMOUNT_PLACES: Final = ("TxAmt", "Amt", "InstdAmt", "")
DAY_FORMS: Final = ("Dt", "Dt with zone", "DtTm", "DtTm in UTC")
BATCH_PLACES: Final = ("PmtInfId", "MsgId")


@dataclass(frozen=True, slots=True)
class Part:
    """One payment of a line. `amount_in` is where its amount stands, empty where the bank leaves it out.

    `ocr` and `remittance` are what the payer wrote, and `bank_reference` what the bank calls it.
    """

    end_to_end: str
    amount: str
    amount_in: str = "TxAmt"
    batch: str = ""
    reason: str = ""
    words: str = ""
    ocr: str = ""
    remittance: str = ""
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: `parts` as the bank lists them, or only the file they were sent in (`batch`)."""

    amount: str
    parts: tuple[Part, ...] = ()
    batch: str = ""
    batch_in: str = "PmtInfId"
    count: str = ""
    direction: str = "DBIT"
    status: str = "BOOK"
    day: str = "2026-03-05"
    day_form: str = "Dt"
    charges: str = ""
    reversal: bool = False
    currency: str = "SEK"


def paid(*payments: tuple[str, str], amount_in: str = "TxAmt") -> Line:
    """The line of these payments, end-to-end id and amount of each."""
    total = sum((Decimal(amount) for _, amount in payments), Decimal(0))
    return Line(str(total), tuple(Part(name, amount, amount_in) for name, amount in payments))


def back(name: str, amount: str, *, reason: str = "AC04", words: str = "", day: str = "2026-03-09") -> Line:
    """The line of one payment that came back."""
    return replace(Line(amount, (Part(name, amount, reason=reason, words=words),)), direction="CRDT", day=day)


@dataclass(frozen=True, slots=True)
class Hand:
    """How a bank writes its files: message and version, a prefix for every name or none, a byte order mark."""

    message: str = "camt.053"
    version: str = "02"
    prefix: str = ""
    mark: bool = False
    statements: int = 1


def account(*lines: Line, hand: Hand | None = None) -> bytes:
    """The file of these lines; spread over as many statements as the hand says."""
    hand = hand or Hand()
    content, report = (
        ("BkToCstmrStmt", "Stmt") if hand.message == "camt.053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    )
    reports = ""
    for place in range(hand.statements):
        own = "".join(_line(each, hand.version) for each in lines[place :: hand.statements])
        balance = "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp></Bal>" if report == "Stmt" else ""
        reports += (
            f"<{report}><Id>{place}</Id><CreDtTm>2026-03-05T20:00:00</CreDtTm>"
            f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>{balance}{own}</{report}>"
        )
    header = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-05T20:00:00</CreDtTm></GrpHdr>"
    return _document(f"<{content}>{header}{reports}</{content}>", hand)


def status_report(
    *payments: tuple[str, str, str],
    original: str = "RM30000001",
    group: str = "",
    order: str = "",
    reason: str = "",
    words: str = "",
    version: str = "03",
) -> bytes:
    """A status report: end-to-end id, status and reason of each payment; `group` and `order` are the whole's."""
    why = _reason(reason, words, "StsRsnInf") if group in ("RJCT", "PART") or order == "RJCT" else ""
    rows = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"{_reason(code, words, 'StsRsnInf')}</TxInfAndSts>"
        for name, status, code in payments
    )
    whole = f"<GrpSts>{group}</GrpSts>{why}" if group else ""
    own = f"<PmtInfSts>{order}</PmtInfSts>{why}" if order else ""
    orders = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{original}</OrgnlPmtInfId>{own}{rows}</OrgnlPmtInfAndSts>"
        if rows or own
        else ""
    )
    header = "<GrpHdr><MsgId>P1</MsgId><CreDtTm>2026-03-05T09:00:00</CreDtTm></GrpHdr>"
    about = (
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>"
        f"{whole}</OrgnlGrpInfAndSts>"
    )
    hand = Hand("pain.002", version)
    return _document(f"<CstmrPmtStsRpt>{header}{about}{orders}</CstmrPmtStsRpt>", hand)


def _line(line: Line, version: str) -> str:
    status = f"<Sts><Cd>{line.status}</Cd></Sts>" if version >= "08" else f"<Sts>{line.status}</Sts>"
    reversal = "<RvslInd>true</RvslInd>" if line.reversal else ""
    day = {
        "Dt": f"<Dt>{line.day}</Dt>",
        "Dt with zone": f"<Dt>{line.day}+01:00</Dt>",
        "DtTm": f"<DtTm>{line.day}T00:30:00</DtTm>",
        "DtTm in UTC": f"<DtTm>{_day_before(line.day)}T23:00:00.000Z</DtTm>",
    }[line.day_form]
    charges = f'<Chrgs><Amt Ccy="SEK">{line.charges}</Amt></Chrgs>' if line.charges else ""
    if charges and version >= "04":
        charges = f'<Chrgs><Rcrd><Amt Ccy="SEK">{line.charges}</Amt></Rcrd></Chrgs>'
    count = f"<NbOfTxs>{line.count}</NbOfTxs>" if line.count else ""
    batch = f"<Btch><{line.batch_in}>{line.batch}</{line.batch_in}>{count}</Btch>" if line.batch else ""
    parts = "".join(map(_part, line.parts))
    details = f"<NtryDtls>{batch}{parts}</NtryDtls>" if batch or parts else ""
    written = (
        f'<Ntry><Amt Ccy="SEK">{line.amount}</Amt><CdtDbtInd>{line.direction}</CdtDbtInd>{reversal}{status}'
        f"<BookgDt>{day}</BookgDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>{charges}{details}</Ntry>"
    )
    return written.replace('Ccy="SEK"', f'Ccy="{line.currency}"')


def _part(part: Part) -> str:
    amount = f'<Amt Ccy="SEK">{part.amount}</Amt>'
    written = {
        "TxAmt": f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>",
        "InstdAmt": f"<AmtDtls><InstdAmt>{amount}</InstdAmt></AmtDtls>",
        "Amt": amount,
        "": "",
    }[part.amount_in]
    batch = f"<PmtInfId>{part.batch}</PmtInfId>" if part.batch else ""
    name = f"<EndToEndId>{part.end_to_end}</EndToEndId>" if part.end_to_end else ""
    called = f"<AcctSvcrRef>{part.bank_reference}</AcctSvcrRef>" if part.bank_reference else ""
    references = f"<Refs>{called}{batch}{name}</Refs>" if called or batch or name else ""
    free = f"<Ustrd>{part.remittance}</Ustrd>" if part.remittance else ""
    ocr = f"<Strd><CdtrRefInf><Ref>{part.ocr}</Ref></CdtrRefInf></Strd>" if part.ocr else ""
    remittance = f"<RmtInf>{free}{ocr}</RmtInf>" if free or ocr else ""
    return f"<TxDtls>{references}{written}{remittance}{_reason(part.reason, part.words, 'RtrInf')}</TxDtls>"


def _reason(code: str, words: str, place: str) -> str:
    if not code and not words:
        return ""
    given = f"<Rsn><Cd>{code}</Cd></Rsn>" if code else ""
    return f"<{place}>{given}{f'<AddtlInf>{words}</AddtlInf>' if words else ''}</{place}>"


def _day_before(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}-{month}-{int(number) - 1:02}"


def _document(content: str, hand: Hand) -> bytes:
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{hand.message}.001.{hand.version}"
    if hand.prefix:
        content = content.replace("</", f"</{hand.prefix}:").replace("<", f"<{hand.prefix}:")
        content = content.replace(f"<{hand.prefix}:/{hand.prefix}:", f"</{hand.prefix}:")
        root, declared = f"{hand.prefix}:Document", f"xmlns:{hand.prefix}"
    else:
        root, declared = "Document", "xmlns"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {declared}="{namespace}">{content}</{root}>'
    return (b"\xef\xbb\xbf" if hand.mark else b"") + text.encode()
