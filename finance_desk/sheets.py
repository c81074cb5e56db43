"""Tables of the ledger's pages as files: one table of values, written as CSV for Excel and as a workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foundation.spreadsheets import (
    CSV_TYPE,
    XLSX_TYPE,
    CellValue,
    Dialect,
    SheetColumn,
    csv_of,
    xlsx_of,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title, its columns, and its rows, which are read once."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[CellValue]]

    def csv(self) -> bytes:
        """As Swedish Excel reads it."""
        return b"".join(csv_of(self.columns, self.rows, Dialect.SWEDISH))

    def xlsx(self) -> bytes:
        """As a workbook."""
        return b"".join(xlsx_of(self.title, self.columns, self.rows))

    def file(self, form: str) -> tuple[bytes, str] | None:
        """The bytes and their media type in that form; None for a form there is not."""
        match form:
            case "csv":
                return self.csv(), CSV_TYPE
            case "xlsx":
                return self.xlsx(), XLSX_TYPE
            case _:
                return None
