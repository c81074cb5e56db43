"""Where is looked after a restore, what was found there that the books lack, and what going through it did."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from foundation import number_series
from foundation.books_mark import BooksMark
from operations.restore.outside import CameOutside, LeftOutside, PaymentsOutside
from operations.restore.payments_left import PaymentLeft
from peppol.access_points.composed import Composed
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPoint

Whose = tuple[Callable[[bytes], bool], Callable[[bytes], bool]]
"""Whether a message that came, and one that left, is these books'."""


def _everything(body: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look: the access point and, of it, the folders that are ours to see; archives; payment files."""

    access_point: AccessPoint | None = None
    archives: Sequence[Path] = ()
    payment_files: Sequence[Path] = ()
    tells_unknown: bool = False
    """Whether the access point's UNKNOWN means that it never had a message, and not that it cannot tell."""

    sent: Sequence[Path] = ()
    """Folders with what an access point that keeps no folder of ours has sent: its own archive of envelopes."""
    came_to_us: Callable[[bytes], bool] = _everything
    """Whether a message that came is these books', where one way in serves several buyers."""
    left_us: Callable[[bytes], bool] = _everything
    """Whether a message that left is these books'."""

    @property
    def inlet(self) -> FolderAccessPoint | None:
        """The way in, where it keeps what came in a folder: on a disk or over SFTP."""
        way = self.access_point.inlet if isinstance(self.access_point, Composed) else self.access_point
        return way if isinstance(way, FolderAccessPoint) else None

    @property
    def folder(self) -> FolderAccessPoint | None:
        """The way out, where it keeps what left in a folder: on a disk or over SFTP."""
        way = self.access_point.outlet if isinstance(self.access_point, Composed) else self.access_point
        return way if isinstance(way, FolderAccessPoint) else None

    @property
    def tells_came(self) -> bool:
        """Whether anything says which documents came."""
        return self.inlet is not None or bool(self.archives)

    @property
    def tells_left(self) -> bool:
        """Whether anything says which messages left."""
        return self.folder is not None or bool(self.sent)


@dataclass(frozen=True, slots=True)
class Found:
    """What lies outside that the books do not know, and how far the mark outside had come."""

    books: BooksMark
    mark: BooksMark | None
    came: Sequence[CameOutside]
    left: Sequence[LeftOutside]
    payments: Sequence[PaymentsOutside]
    events: Mapping[str, tuple[int, datetime]]
    books_ended: int | None
    """The last row of the journal as the books were restored; None where it was not noted when they were held."""
    payments_left: Sequence[PaymentLeft] = ()
    """Each payment of those files, with what the bank's own files say of it."""
    ordered_again: Sequence[tuple[str, str]] = ()
    """Orders that left, each with one that was placed since for the same placement and days and differs from it."""
    is_mark_known: bool = True
    """Whether anything outside tells how far the books had come before they were lost."""

    @property
    def rows_lost(self) -> int | None:
        """How many rows of the journal, things people and systems did, are lost at most; None where nothing tells.

        A number that was taken by a transaction which did not end well counts as a row.
        """
        if self.mark is None:
            return 0
        if not self.is_mark_known:
            return None
        return None if self.books_ended is None else max(0, self.mark.journal - self.books_ended)

    def without_payments(self, message_ids: Collection[str]) -> "Found":
        """The same without those payment files, by the bank's names for them."""
        return replace(
            self,
            payments=[each for each in self.payments if each.message_id not in message_ids],
            payments_left=[each for each in self.payments_left if each.message_id not in message_ids],
        )

    @property
    def is_all_known(self) -> bool:
        """Whether the books know of everything that was found outside."""
        return not (self.came or self.left or self.payments)


@dataclass(slots=True)
class GoneThrough:
    """What one going-through did."""

    taken_in: int = 0
    orders_noted: int = 0
    """Orders outside that the books lack: they take up their numbers when they are decided again."""
    answers_noted: int = 0
    """Answers outside that the books lack: what they answer is answered with them when it is read again."""
    noted_sent: int = 0
    to_ask: list[str] = field(default_factory=list)
    jumps: list[number_series.SeriesJump] = field(default_factory=list)
    taken_up: list[str] = field(default_factory=list)
    """Payment files that the books' own attested proposals made: noted as exported."""
    stopped: list[str] = field(default_factory=list)
