"""Where messages lie in a folder, and what they are called: one value per habit.

plain     outbox/<receiver>/<kind>-<number>-<instance>.xml out, inbox/** in, moved to collected/
operator  an account at a VAN operator: send/ out, files in the account's root in; each is renamed
          to <name>.downloading while it is read and removed once it is stored
oxalis    Oxalis-NG beside us: inbound/<receiver>/<sender>/<id>.doc.xml in, complete when
          <id>.receipt.dat lies beside it; moved to collected/ with its receipt

A name that comes from outside is data: it is checked, never trusted, and shown with what is
not printable in it percent-encoded.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from peppol.access_points.protocol import Outbound

UNFINISHED: Final = (".tmp", ".part", ".filepart", ".crdownload", ".downloading")
DOWNLOADING: Final = ".downloading"


@dataclass(frozen=True, slots=True)
class Layout:
    """One habit. Empty `collected`: what is stored is removed. Empty `inbox`: the root itself.

    `suffix` is how messages' names end, `receipt` the ending that replaces it for the receipt of a
    message that came. `receipts` is where receipts of our own messages are laid for us.
    """

    outbox: str
    inbox: str
    collected: str
    by_receiver: bool
    deep: bool
    claims: bool = False
    suffix: str = ""
    receipt: str = ""
    receipts: str = "receipts"

    def outgoing(self, message: Outbound) -> str:
        """The path of a message of ours: its own ids alone, so every attempt gives the same."""
        name = f"{message.kind.lower()}-{safe(message.document_id)}-{safe(message.instance_id)}.xml"
        if not self.by_receiver:
            return f"{self.outbox}/{name}"
        return f"{self.outbox}/{safe(message.receiver or f'portal-{message.recipient}')}/{name}"

    def incoming(self, reference: str) -> str:
        """The path of a message to us."""
        path = path_of(reference)
        return f"{self.inbox}/{path}" if self.inbox else path

    def reference(self, path: str) -> str:
        """What a message to us is called: its path within the inbox."""
        return shown(path[len(self.inbox) + 1 :] if self.inbox else path)

    def is_message(self, path: str) -> bool:
        """Whether a file in the inbox is a message that nobody is writing or reading now."""
        name = path.rpartition("/")[2]
        return (
            not name.startswith(".")
            and not name.endswith(UNFINISHED)
            and name.endswith(self.suffix)
            and not (self.receipt and name.endswith(self.receipt))
        )

    def receipt_of(self, path: str) -> str:
        """The path of the receipt of a message that came; empty where the habit has none."""
        return path.removesuffix(self.suffix) + self.receipt if self.receipt else ""


PLAIN: Final = Layout("outbox", "inbox", "collected", by_receiver=True, deep=True)
OPERATOR: Final = Layout("send", "", "", by_receiver=False, deep=False, claims=True)
OXALIS: Final = Layout(
    "outbound",
    "inbound",
    "collected",
    by_receiver=True,
    deep=True,
    suffix=".doc.xml",
    receipt=".receipt.dat",
)
LAYOUTS: Final = {"plain": PLAIN, "operator": OPERATOR, "oxalis": OXALIS}


def safe(name: str) -> str:
    """A file name part of messages, digits, dot and dash only, as Oxalis makes them.

    >>> safe("0007:5599991014"), safe("../x/å")
    ('0007_5599991014', '.._x__')
    """
    written = "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-") else "_" for sign in name)
    return written[:80] or "_"


def shown(path: str) -> str:
    """A path as text that every database and log can hold.

    >>> shown("sub/faktura 1 å.xml"), shown("a%b\\n\\udcff")
    ('sub/faktura 1 å.xml', 'a%25b%0A%FF')
    """
    return "".join(
        sign
        if sign.isprintable() and sign != "%"
        else "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogateescape"))
        for sign in path
    )


def path_of(reference: str) -> str:
    """The path that `shown` wrote down.

    >>> path_of("a%25b%0A%FF") == "a%b\\n\\udcff"
    True
    """
    return unquote_to_bytes(reference.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
