"""The bank's status report on a file of ours (pain.002), of any version: accepted, refused or waiting, and why.

A status stands of the whole file, of its one payment order, or of single payments; what stands nearer a payment counts.
"""

from typing import Final

from foundation.text import WrittenText
from invoicing.payment.bank_files.camt import reasons
from invoicing.payment.bank_files.told import Status
from peppol.xml.bank_elements import BankElement

_CONTENT: Final = "CstmrPmtStsRpt"


def statuses(document: BankElement) -> tuple[str, tuple[Status, ...]]:
    """The file of ours it answers, by our message id, and what it says: the whole first, then payment by payment.

    Raises UnreadableDocument.
    """
    report = document.child(_CONTENT)
    if report is None:
        raise document.refuse(_CONTENT, WrittenText(_CONTENT))
    group = report.child("OrgnlGrpInfAndSts")
    original = report.text("OrgnlGrpInfAndSts/OrgnlMsgId", "OrgnlPmtInfAndSts/OrgnlPmtInfId")
    if not original:
        raise report.refuse("OrgnlGrpInfAndSts", WrittenText("OrgnlMsgId"))
    found: list[Status] = []
    if group is not None and group.text("GrpSts"):
        found.append(Status("", original, group.text("GrpSts"), reasons(group, "StsRsnInf", "Rsn")))
    for order in report.children("OrgnlPmtInfAndSts"):
        name = order.text("OrgnlPmtInfId") or original
        if order.text("PmtInfSts"):
            found.append(Status("", name, order.text("PmtInfSts"), reasons(order, "StsRsnInf", "Rsn")))
        found += [_payment(each, name) for each in order.children("TxInfAndSts")]
    return original, tuple(found)


def _payment(payment: BankElement, batch: str) -> Status:
    name = payment.text("OrgnlEndToEndId", "OrgnlInstrId")
    if not name:
        raise payment.refuse("OrgnlEndToEndId", WrittenText("OrgnlEndToEndId"))
    return Status(name, batch, payment.text("TxSts"), reasons(payment, "StsRsnInf", "Rsn"))
