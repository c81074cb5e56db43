"""The work of a supplier's full export: its files are read for as long as it takes, and kept in one stroke."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from billing.server.background.own_data import contents
from billing.server.background.own_data.archive import Archive
from foundation.errors import Refused
from foundation.text import Text
from invoicing.portal_invoicing.scope import Scope
from operations.background.running import Doing, Work
from operations.background.tasks import Outcome, TaskKind
from operations.supplier_exports import export_store, exporting
from operations.supplier_exports.export_store import ExportState
from orders.register import store as register_store

_PIECE: Final = 1_000_000


class ExportOver(Refused):
    """The export was given up before it was made."""

    def __init__(self) -> None:
        super().__init__(Text("Exporten avbröts innan den blev klar. Be om en ny."))


def make(doing: Doing) -> None:
    """All of a supplier's own data becomes a file. `content`: day. Raises ExportOver."""
    with doing.reading() as session:
        export = export_store.of_task(session, doing.task.id)
        if export is None or export.state is not ExportState.WAITING:
            raise ExportOver
        predecessors, taken_over_on = register_store.succession_of(session, export.supplier, doing.day)
    scope = Scope(export.supplier, predecessors=predecessors, taken_over_on=taken_over_on)
    now = doing.database.clock()
    with tempfile.TemporaryFile() as file:
        archive = Archive.begun(file)
        contents.write(archive, doing.database, scope, come=doing.come)
        archive.end(supplier=export.supplier, made_at=now.isoformat())
        with doing.keeping() as kept:
            sha256, size = hashlib.sha256(), 0
            for position, piece in enumerate(_pieces(file), 1):
                export_store.add_part(kept.session, export.id, position, piece)
                sha256.update(piece)
                size += len(piece)
            exporting.finish(
                kept.session, export, size=size, sha256=sha256.hexdigest(), at=now, day=doing.day
            )
            kept.end(Outcome(Text("Exporten är klar. Leverantören kan hämta den.")))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


KINDS: Final[Mapping[TaskKind, Work]] = {TaskKind.SUPPLIER_EXPORT: make}
"""What each kind of work does."""
