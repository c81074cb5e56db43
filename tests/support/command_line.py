"""The command line as a story meets it: a folder with a database, commands in front of it, what they say.

The stories run on a copy of one prepared database: a placement decided in January 2026 with
its first two months reported and approved, and a retroactive interruption that was kept aside.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from billing.cli.cli import app
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from peppol.documents import billing
from peppol.xml import codec
from tests.support.project import PROJECT

REGISTER = PROJECT / "fixtures" / "demo" / "register"
FOREIGN = PROJECT / "fixtures" / "bad" / "gate" / "xinclude.xml"
# Built once: two hundred commands are given below.
COMMAND = get_command(app)
SUPPLIER = "5599991014"
REFERENCE = "300000001"
ORDER = "2100000001"


@dataclass(frozen=True)
class Answer:
    """What a command said and ended with."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - a test knows the shape it asks for
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A folder with a database, and the command line in front of it."""

    folder: Path
    address: str = ""

    @property
    def url(self) -> str:
        return self.address or f"sqlite:///{self.folder / 'billing.sqlite'}"

    def run(self, *words: object, code: int = 0, columns: str | None = None) -> Answer:
        environment = {"BILLING_DATABASE_URL": self.url, "COLUMNS": columns}
        with CliRunner().isolation(env=environment) as (out, err, _):
            with pytest.raises(SystemExit) as ended:
                COMMAND.main([str(word) for word in words], prog_name="billing")
            sys.stdout.flush()
            raw, complaint = out.getvalue(), err.getvalue().decode()
        answer = Answer(int(ended.value.code or 0), raw.decode("utf-8", "replace"), complaint, raw)
        assert answer.code == code, (words, answer.out, answer.err)
        assert "Traceback" not in answer.out + answer.err
        return answer

    def invoice(self, name: str, **options: str) -> Path:
        """The invoice of the first line, flipped into a file."""
        path = self.folder / f"{name}.xml"
        line = options.get("line", "001")
        self.run("flip", ORDER, line, "--number", name, "--on", "2026-02-05", "--out", path)
        return path

    def again(self, invoice: Path, name: str) -> Path:
        """The same invoice under another number."""
        old = invoice.stem.encode()
        path = self.folder / f"{name}.xml"
        path.write_bytes(invoice.read_bytes().replace(old, name.encode()))
        return path

    def credit_of(self, invoice: Path, name: str) -> Path:
        """The credit note of a whole invoice."""
        document = codec.parse(billing.Invoice, invoice.read_bytes())
        path = self.folder / f"{name}.xml"
        path.write_bytes(codec.serialise(credit_note_of(document, given=Numbered(name, document.issue_date))))
        return path


def an_event(number: int, kind_of_event: str, day: str, **data: object) -> str:
    """One event as a line."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": f"E{number}",
            "source": "urn:test:decisions",
            "type": kind_of_event,
            "time": f"{day}T09:00:00Z",
            "data": data,
        }
    )


def a_decision(number: int = 1, reference: str = REFERENCE) -> str:
    """A placement of six months from 15 January 2026."""
    return an_event(
        number,
        "placement.decided",
        "2026-01-12",
        decision_id=f"B{number}",
        execution_reference=reference,
        supplier=SUPPLIER,
        contract="AVT-1001",
        unit={
            "id": "UV-101",
            "name": "Fyrbåken Umeå",
            "address": {"street": "Båkvägen 3", "city": "Umeå", "postal_code": "903 00"},
        },
        delivery_area="LO-NORD",
        level="C",
        period={"start": "2026-01-15", "end": "2026-07-14"},
        decided_on="2026-01-12",
    )


def a_report(number: int, month: str, day: str) -> Iterator[str]:
    """A month filed and approved the same day."""
    for step, kind in enumerate(("report.filed", "report.approved")):
        yield an_event(
            number + step,
            kind,
            day,
            execution_reference=REFERENCE,
            month=month,
            version=1,
            at=f"{day}T10:00:00Z",
            by="person-1",
        )


EVENTS = (
    a_decision(),
    *a_report(2, "2026-01", "2026-02-03"),
    *a_report(4, "2026-02", "2026-03-03"),
    an_event(
        6,
        "interruption.registered",
        "2026-03-10",
        execution_reference=REFERENCE,
        registered_on="2026-03-10",
        effective_on="2026-02-20",
        reason="WORK",
    ),
)


def prepare(desk: Desk) -> None:
    """The tables, the register and the events of the story."""
    desk.run("init")
    desk.run("register", "load", REGISTER)
    path = desk.folder / "events.jsonl"
    path.write_text("\n".join(EVENTS), encoding="utf-8")
    desk.run("events", "load", path)


@cache
def _prepared() -> bytes:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        prepare(desk)
        return (desk.folder / "billing.sqlite").read_bytes()


def a_desk(folder: Path) -> Desk:
    """A desk with a copy of the prepared database."""
    books = folder / "billing.sqlite"
    books.touch(mode=0o600)
    books.write_bytes(_prepared())
    return Desk(folder)
