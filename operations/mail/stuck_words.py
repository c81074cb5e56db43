"""What is said of a mail that is stuck: which kind it is, and why it has not left. Pure.

Convention: `faults.py` tells what happens to a mail that is tried again; here nothing more happens by itself, so where
its sentence promises another try this one is said instead.
"""

from collections.abc import Mapping
from typing import Final

from foundation.text import JoinedText, Text, WrittenText
from operations.mail.faults import MailFault, MailFaultKind
from operations.mail.store import NEVER_BACK
from operations.mail.texts import TEXTS

ALARM: Final = "alarm"
"""The mail to those who run the system; to no account, as the answers to who applies for one."""

_KINDS: Final[Mapping[str, Text]] = {ALARM: Text("Larm till driften")}
"""Kinds whose subject names what only the mail itself knows."""

_TRIES_ENDED: Final[Mapping[MailFaultKind, Text]] = {
    MailFaultKind.RECEIVER_LATER: Text(
        "Mottagarens brevlåda kunde inte ta emot vid något av försöken (%(code)s). Fråga mottagaren, och skicka igen."
    ),
    MailFaultKind.RECEIVER_FORBIDDEN: Text(
        "Mejlservern fick inte skicka till mottagaren för oss vid något av försöken (%(code)s). Gäller det alla mejl: "
        "be driften kontrollera inloggningen till mejlservern."
    ),
    MailFaultKind.CONTENT_LATER: Text(
        "Mejlservern kunde inte ta emot mejlet vid något av försöken (%(code)s). Skicka igen."
    ),
    MailFaultKind.CUT_OFF: Text("Mejlservern bröt förbindelsen vid försöken. Skicka igen när den svarar."),
    MailFaultKind.NOT_ANSWERING: Text("Mejlservern svarade inte vid försöken. Skicka igen när den svarar."),
}
_TO_NOBODYS_ACCOUNT: Final[Mapping[MailFaultKind, Text]] = {
    MailFaultKind.RECEIVER_REFUSED: Text("Mottagaren finns inte eller tar inte emot mejlet (%(code)s)."),
    MailFaultKind.LETTERS_NOT_TAKEN: Text(
        "Mejlservern kan inte skicka till adresser med å, ä eller ö före @ (SMTPUTF8)."
    ),
    MailFaultKind.ADDRESS_UNUSABLE: Text("Adressen går inte att skicka till."),
}
"""Faults of an address, said where it stands in no account and so cannot be mended in one."""

_ALARMED: Final = Text("Be driften rätta adressen som larm går till.")
_APPLIED: Final = Text("Adressen stod i ansökan: nå den som ansökte på annat sätt.")
_NEVER_BACK: Final = Text("Försöken avbröts innan de var klara. Skicka igen.")


def kind_of(template: str) -> Text:
    """What a kind of mail is called: its subject; the name itself where no mail of ours is made from it.

    >>> str(kind_of("order-new"))
    'En ny order'
    """
    text = TEXTS.get(template)
    return _KINDS.get(template) or (text.subject if text is not None else WrittenText(template))


def why(fault: str, template: str, *, has_account: bool) -> Text:
    """Why a mail is stuck, and what to do, by the fault that is kept with it; as it is kept where it is none of ours.

    >>> str(why("ADDRESS_UNUSABLE", "order-new", has_account=True))
    'Adressen går inte att skicka till. Rätta den under Personer.'
    >>> str(why("ADDRESS_UNUSABLE", "application-received", has_account=False))
    'Adressen går inte att skicka till. Adressen stod i ansökan: nå den som ansökte på annat sätt.'
    """
    if fault == NEVER_BACK:
        return _NEVER_BACK
    kind, _, rest = fault.partition(" ")
    code, _, enhanced = rest.partition(" ")
    if kind not in set(MailFaultKind) or not (code.isdecimal() or not code):
        return WrittenText(fault)
    found = MailFault(MailFaultKind(kind), int(code or 0), enhanced)
    if not has_account and found.kind in _TO_NOBODYS_ACCOUNT:
        remedy = _ALARMED if template == ALARM else _APPLIED
        return JoinedText(" ", (_TO_NOBODYS_ACCOUNT[found.kind].with_values(code=found.codes), remedy))
    ended = _TRIES_ENDED.get(found.kind)
    return found.told if ended is None else ended.with_values(code=found.codes)
