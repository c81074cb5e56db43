"""Control data from registers outside (Skatteverket, Bolagsverket, a control service): a file's rows, read. Pure.

CSV with the columns organisation_number, kind, value, since, told_at, or JSON as a list of objects with the same
names. `kind` is F_TAX, VAT or BANKRUPTCY; `value` yes or no (ja, nej, true, false, 1, 0); `since` a day or empty;
`told_at` a day, or a moment with its offset. A file is read whole or not at all; what is wrong is told by row, and no
organisation number is repeated, since it may be a person's.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from foundation.errors import Refused
from foundation.periods import STOCKHOLM
from foundation.text import JoinedText, Text
from peppol.identifiers import InvalidIdentifier, validate_organisation_number

_COLUMNS: Final = ("organisation_number", "kind", "value", "since", "told_at")
_YES: Final = frozenset({"yes", "ja", "true", "1"})
_NO: Final = frozenset({"no", "nej", "false", "0"})
_TOLD_MOST: Final = 10
ROWS_MAX: Final = 100_000


class DataKind(StrEnum):
    """What is told of a supplier: approved for F-tax, registered for VAT, declared bankrupt."""

    F_TAX = "F_TAX"
    VAT = "VAT"
    BANKRUPTCY = "BANKRUPTCY"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final[Mapping[DataKind, Text]] = {
    DataKind.F_TAX: Text("Godkänd för F-skatt"),
    DataKind.VAT: Text("Momsregistrerad"),
    DataKind.BANKRUPTCY: Text("I konkurs"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a source told of one supplier at one moment; `since` is the day from which it is so, where it is known."""

    supplier: str
    kind: DataKind
    value: bool
    since: date | None
    told_at: datetime
    source: str = ""


class ControlDataUnreadable(Refused):
    """The file is no control data; nothing of it was read in."""


def read(body: bytes, *, now: datetime) -> Sequence[Told]:
    """The rows of a file, CSV or JSON. Raises ControlDataUnreadable with the first rows that are wrong."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ControlDataUnreadable(
            Text("Kontrollunderlaget är inte text i UTF-8. Spara filen i UTF-8 och läs in den igen.")
        ) from None
    rows = list(_json_rows(text) if text.lstrip().startswith("[") else _csv_rows(text))
    if not rows:
        raise ControlDataUnreadable(Text("Kontrollunderlaget har inga rader. Ingenting är ändrat."))
    if len(rows) > ROWS_MAX:
        raise ControlDataUnreadable(
            Text("Kontrollunderlaget har fler än %(most)s rader. Dela filen.", most=ROWS_MAX)
        )
    found: list[Told] = []
    wrong: list[Text] = []
    for number, row in rows:
        try:
            found.append(_told(row, now))
        except ControlDataUnreadable as refused:
            wrong.append(Text("Rad %(row_number)s: %(sentence)s", row_number=number, sentence=refused.text))
    if wrong:
        many = [Text("%(count)s rader till är fel.", count=len(wrong) - _TOLD_MOST)]
        more = many if len(wrong) > _TOLD_MOST else []
        raise ControlDataUnreadable(
            JoinedText(" ", [*wrong[:_TOLD_MOST], *more, Text("Ingenting är inläst. Rätta och läs in igen.")])
        )
    return found


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    lacking = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if lacking:
        raise ControlDataUnreadable(
            Text(
                "Kontrollunderlaget saknar kolumnerna %(columns)s. Första raden ska vara %(all)s.",
                columns=", ".join(lacking),
                all=";".join(_COLUMNS),
            )
        )
    try:
        for row in reader:
            if any(isinstance(each, str) and each.strip() for each in row.values()):
                yield reader.line_num, row
    except csv.Error:
        raise ControlDataUnreadable(
            Text("Rad %(row_number)s går inte att läsa som CSV.", row_number=reader.line_num + 1)
        ) from None


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ControlDataUnreadable(
            Text("Kontrollunderlaget är ingen JSON. Be källan om filen på nytt.")
        ) from None
    for number, row in enumerate(content, 1):
        if not isinstance(row, dict):
            raise ControlDataUnreadable(Text("Rad %(row_number)s är inget objekt.", row_number=number))
        yield number, row


def _told(row: Mapping[str, Any], now: datetime) -> Told:
    given = {name: _text(row.get(name)) for name in _COLUMNS}
    try:
        supplier = validate_organisation_number(given["organisation_number"])
    except InvalidIdentifier:
        raise ControlDataUnreadable(
            Text("organisation_number har inte tio siffror med rätt kontrollsiffra.")
        ) from None
    if given["kind"] not in set(DataKind):
        raise ControlDataUnreadable(Text("kind ska vara %(known)s.", known=", ".join(DataKind)))
    if given["value"].lower() not in _YES | _NO:
        raise ControlDataUnreadable(Text("value ska vara ja eller nej."))
    told_at = _moment(given["told_at"])
    if told_at > now:
        raise ControlDataUnreadable(Text("told_at är en tid som inte har varit än."))
    return Told(
        supplier, DataKind(given["kind"]), given["value"].lower() in _YES, _day(given["since"]), told_at
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ControlDataUnreadable(Text("since ska vara en dag som ÅÅÅÅ-MM-DD, eller tom.")) from None


def _moment(text: str) -> datetime:
    """A day is its beginning in Sweden; a moment has its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or (moment.tzinfo is None and "T" in text):
        raise ControlDataUnreadable(
            Text("told_at ska vara en dag som ÅÅÅÅ-MM-DD, eller en tid som ÅÅÅÅ-MM-DDTTT:MM+01:00.")
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)).astimezone(UTC)
