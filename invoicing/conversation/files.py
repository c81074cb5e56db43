"""Files shown in a conversation: taken in by the rules of an invoice's own attachments, or refused with a sentence.

Convention: nothing is opened, unzipped or rendered; whoever serves a file sends it as a download.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from foundation.errors import Refused
from foundation.text import Text
from peppol.validation.attachments import ExaminedAttachment, Mime, decode
from peppol.xml.gate_errors import GateRefused

FILES_MAX: Final = 5
BYTES_MAX: Final = 10_000_000
"""So much may the files of one message be together, in bytes."""

_KINDS: Final = {
    ".pdf": Mime.PDF,
    ".png": Mime.PNG,
    ".jpg": Mime.JPEG,
    ".jpeg": Mime.JPEG,
    ".csv": Mime.CSV,
    ".xlsx": Mime.XLSX,
    ".ods": Mime.ODS,
}
ACCEPT: Final = ",".join(_KINDS)
"""What a form offers to choose among."""


class FileRefused(Refused):
    """A file may not be shown: its kind, its name, what is in it, or its size."""


@dataclass(frozen=True, slots=True)
class FileGiven:
    """A file as a form brought it."""

    name: str
    body: bytes


def examined(given: Sequence[FileGiven]) -> tuple[ExaminedAttachment, ...]:
    """The files as they are kept. Raises FileRefused for the first that may not be."""
    if len(given) > FILES_MAX:
        raise FileRefused(Text("Välj högst %(most)s filer.", most=FILES_MAX))
    if sum(len(each.body) for each in given) > BYTES_MAX:
        raise FileRefused(
            Text(
                "Filerna är för stora: tillsammans får de vara högst %(most)s MB.",
                most=BYTES_MAX // 1_000_000,
            )
        )
    return tuple(_examined(each) for each in given)


def _examined(given: FileGiven) -> ExaminedAttachment:
    if not given.body:
        raise FileRefused(Text("Filen %(name)s är tom. Välj en annan.", name=given.name))
    kind = _KINDS.get(PurePosixPath(given.name.lower()).suffix)
    if kind is None:
        raise FileRefused(
            Text(
                "Filen %(name)s kan inte skickas. Skicka PDF, PNG, JPEG, CSV, XLSX eller ODS.",
                name=given.name,
            )
        )
    packed = base64.b64encode(given.body).decode("ascii")
    try:
        return decode(packed, mime_code=kind.value, filename=given.name)
    except GateRefused:
        raise FileRefused(
            Text(
                "Filen %(name)s är inte vad namnet säger, eller så har den ett namn som inte kan sparas. Spara om den "
                "och välj den igen.",
                name=given.name,
            )
        ) from None
