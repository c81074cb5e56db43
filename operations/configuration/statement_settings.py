"""What an installation says in its accessibility statement (law 2018:1937), and who supervises it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings

from foundation.text import Text

ASSESSED_ON: Final = date(2026, 12, 3)
"""The day the portal was last gone through by us, against WCAG 2.2 AA and EN 301 549."""

_PTS_FROM: Final = date(2027, 1, 1)


class Compliance(StrEnum):
    """How far the pages comply with the law's demands, in the three steps that its statements have."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"

    @property
    def words(self) -> Text:
        """The sentence of the statement."""
        return _WORDS[self]


_WORDS = {
    Compliance.FULL: Text("Portalen uppfyller lagens krav helt."),
    Compliance.PARTIAL: Text("Portalen uppfyller lagens krav delvis: vad som brister står nedan."),
    Compliance.NONE: Text("Portalen uppfyller inte lagens krav."),
}


class StatementSettings(BaseSettings):
    """Names begin with BILLING_ as all settings do."""

    accessibility_status: Compliance = Compliance.PARTIAL
    """How far the portal complies, by the buyer's own assessment: full, partial or none."""
    accessibility_assessed_on: date | None = None
    """The day of the buyer's latest assessment of the portal; none, and the day this version's was made."""
    accessibility_supervisor: str = Field(default="", max_length=120)
    """The authority that supervises accessibility; empty: Digg, and from 2027 PTS, which Digg becomes a part of."""
    accessibility_supervisor_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where that authority takes reports; empty: the page of the one that supervises."""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """An authority, and where it takes reports."""

    name: str
    address: str


_DIGG: Final = Supervisor("Myndigheten för digital förvaltning (Digg)", "https://www.digg.se/tdosanmalan")
_PTS: Final = Supervisor("Post- och telestyrelsen (PTS)", "https://www.pts.se/")


def supervisor(settings: StatementSettings, *, today: date) -> Supervisor:
    """Who supervises the portal's accessibility: as the installation says, otherwise by law on that day."""
    usual = _PTS if today >= _PTS_FROM else _DIGG
    if not settings.accessibility_supervisor:
        return Supervisor(usual.name, settings.accessibility_supervisor_url or usual.address)
    return Supervisor(settings.accessibility_supervisor, settings.accessibility_supervisor_url)
