"""Why a person has laid a message to us aside, or wants no answer written; in words that its sender may read."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.text import Text


class LaidAsideReason(StrEnum):
    """What was done about it (skäl att lägga till handlingarna)."""

    CAME_AGAIN = "CAME_AGAIN"
    SAME_DOCUMENT = "SAME_DOCUMENT"
    TOLD_OTHERWISE = "TOLD_OTHERWISE"
    NOT_FOR_US = "NOT_FOR_US"


LAID_ASIDE_TEXTS: Final[Mapping[LaidAsideReason, Text]] = {
    LaidAsideReason.CAME_AGAIN: Text("Dokumentet har kommit igen, med nytt nummer eller rättat."),
    LaidAsideReason.SAME_DOCUMENT: Text("Det är samma sak som ett dokument som redan är mottaget."),
    LaidAsideReason.TOLD_OTHERWISE: Text("Avsändaren har fått besked på annat sätt."),
    LaidAsideReason.NOT_FOR_US: Text("Det var inte till köparen."),
}
"""Each reason in words."""

LAID_ASIDE_NOTE: Final = "LAID_ASIDE"
"""The note that lies on a message laid aside, with what was done."""
