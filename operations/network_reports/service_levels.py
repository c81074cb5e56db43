"""What the access point reports of its acknowledgements, where it acknowledges by itself, told to people."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from foundation.formatting import Json
from foundation.text import Text
from operations.access_point import opened_web
from operations.settings import Settings
from peppol.access_points import service_levels
from peppol.access_points.service_levels import ServiceLevel, ServiceLevels


@dataclass(frozen=True, slots=True)
class Reported:
    """The levels as they were reported."""

    levels: ServiceLevels

    def to_json(self) -> Json:
        """The same by name."""
        return {
            "receiving": _json(self.levels.receiving),
            "sending": _json(self.levels.sending),
            "unacknowledged": self.levels.unacknowledged,
            "fault": self.levels.words,
        }


def asked(settings: Settings) -> Reported | None:
    """What the access point reports; None for a kind that reports nothing. Raises Refused for wrong settings."""
    if settings.access_point_kind != "phoss" or not settings.access_point_address:
        return None
    with ExitStack() as stack:
        web = opened_web(settings, stack)
        return Reported(service_levels.read(web))


def told(reported: Reported) -> Iterator[Text]:
    """What people are told: a line for each report, and what has had no status."""
    levels = reported.levels
    if levels.words:
        yield Text("Kvittenser: accesspunktens rapporter kan inte läsas: %(words)s", words=levels.words)
    for name, level in (
        (Text("Kvittenser på det vi tagit emot"), levels.receiving),
        (Text("Kvittenser på det vi skickat"), levels.sending),
    ):
        if level is not None:
            yield Text(
                "%(what)s: %(percent)s procent inom %(minutes)s minuter (%(in_time)s av %(measured)s), målet är "
                "%(target)s procent%(met)s.",
                what=name,
                percent=level.percent,
                minutes=level.threshold_seconds // 60,
                in_time=level.in_time,
                measured=level.measured,
                target=level.target_percent,
                met="" if level.is_met else Text(": målet nås inte, fråga operatören"),
            )
    if levels.unacknowledged:
        yield Text(
            "%(count)s mottagna meddelanden har ännu ingen kvittens från accesspunkten.",
            count=levels.unacknowledged,
        )


def _json(level: ServiceLevel | None) -> Json:
    if level is None:
        return None
    return {
        "measured": level.measured,
        "in_time": level.in_time,
        "percent": str(level.percent),
        "target_percent": str(level.target_percent),
        "threshold_seconds": level.threshold_seconds,
        "met": level.is_met,
    }
