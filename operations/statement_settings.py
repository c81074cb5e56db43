"""The part of an installation's settings about its accessibility statement, which the law asks for (2018:1937)."""

from datetime import date
from enum import StrEnum

from pydantic import Field
from pydantic_settings import BaseSettings

from foundation.text import Text


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
