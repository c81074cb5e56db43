"""What a system sends as events: one, a batch, or a line for each, cut into the pieces that are read one by one. Pure.

A batch is cut by where its values begin and end, and each piece is kept as it was written: a key that stands twice is
still seen, an event has the same fingerprint as on a line of a file, and what is no event is kept byte for byte.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from billing.server.bodies import json_values
from billing.server.bodies.json_values import SPACE, NotAnArray
from foundation.formatting import number
from foundation.text import Text
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

BATCH: Final = "application/cloudevents-batch+json"
ONE: Final = "application/cloudevents+json"
LINES: Final = ("application/x-ndjson", "application/jsonl")

BYTES_MAX: Final = 5_000_000
EVENTS_MAX: Final = 1_000


def pieces_of(media_type: str, body: bytes) -> list[str]:
    """The events of a request, each as it was written. Raises ProblemResponse (400, 413, 415)."""
    name, _, parameters = media_type.partition(";")
    cut = _CUTS.get(name.strip().lower())
    charset = parameters.strip().lower().replace('"', "")
    if cut is None or charset not in ("", "charset=utf-8"):
        raise ProblemResponse(
            ProblemCode.MEDIA_TYPE_NOT_TAKEN,
            Text(
                "Skicka händelserna som %(types)s, i UTF-8, med den formen i Content-Type.",
                types=", ".join(_CUTS),
            ),
        )
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemResponse(
            ProblemCode.BODY_UNREADABLE, Text("Begäran är inte skriven i UTF-8. Ingen händelse är läst.")
        ) from None
    pieces = cut(text)
    if not pieces:
        raise ProblemResponse(ProblemCode.BODY_UNREADABLE, Text("Begäran innehåller ingen händelse."))
    if len(pieces) > EVENTS_MAX:
        raise ProblemResponse(
            ProblemCode.BODY_TOO_LARGE,
            Text(
                "Begäran har %(count)s händelser; högst %(most)s tas på en gång. Ingen är läst: dela upp den "
                "och skicka delarna i ordning.",
                count=len(pieces),
                most=number(Decimal(EVENTS_MAX)),
            ),
        )
    return pieces


def _one(text: str) -> list[str]:
    return [text.strip(SPACE)] if text.strip(SPACE) else []


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


def _batch(text: str) -> list[str]:
    """The values of a JSON array, as they are written. Raises ProblemResponse (400)."""
    try:
        return json_values.values_of(text)
    except NotAnArray as wrong:
        raise ProblemResponse(
            ProblemCode.BODY_UNREADABLE,
            Text(
                "Begäran är inte en JSON-lista av händelser: den går inte att läsa efter händelse %(read)s. "
                "Ingen händelse är läst.",
                read=wrong.read,
            ),
        ) from None


_CUTS: Final[Mapping[str, Callable[[str], list[str]]]] = {
    BATCH: _batch,
    ONE: _one,
    **dict.fromkeys(LINES, _lines),
}
