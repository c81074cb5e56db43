"""An installation for restore drills: what its people and systems do, by the real ways in and out and the commands."""

import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from foundation.database import Database
from operations.event_loading import load_events
from operations.settings import Settings
from orders.purchase_orders import order_store
from orders.purchase_orders.order_store import OrderSummary
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange import outgoing
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.paying import PayDesk
from tests.support.stories.system import System, decision, event_line, example_register, report

FEBRUARY, LATER, PAID_ON = date(2026, 2, 2), date(2026, 2, 10), date(2026, 3, 20)


class Drill:
    """An installation in folders: what its people and systems do, by the real ways in and out."""

    def __init__(self, url: str, place: Path) -> None:
        self.url, self.place = url, place
        self.folder, self.bank = place / "access-point", place / "bank"
        self.bank.mkdir()
        self.now = CLOCK
        self.told: list[tuple[str, dict[str, object], date]] = []
        self.open()

    def open(self) -> None:
        self.database = Database(self.url, clock=lambda: self.now, options=Settings().database_options)
        self.database.marks = (self.place / "marks" / f"{self.name}.mark.json",)
        self.system = System(self.database)

    @property
    def name(self) -> str:
        return Path(str(make_url(self.url).database)).stem

    def billing(self, *given: str) -> Result:
        return CliRunner(env={"BILLING_MARK_FOLDER": str(self.place / "marks")}).invoke(
            app, ["--database", self.url, "--lang", "en", *given]
        )

    def case(self, number: int) -> None:
        """A case from its decision to its supplier's invoice, which lies at the access point in the end."""
        reference = f"1000{number:05}"
        for kind, data, on in (
            ("placement.decided", decision(reference), date(2026, 1, 1)),
            ("report.filed", report(reference, "2026-01", 1, FEBRUARY), FEBRUARY),
            ("report.approved", report(reference, "2026-01", 1, FEBRUARY), FEBRUARY),
        ):
            self.told.append((kind, data, on))
            self._tell(len(self.told) - 1)
        order = self.system.order(reference).number
        document = self.system.flip(order, "001", number=f"F-{number}", on=LATER)
        path = self.folder / "inbox" / f"F-{number}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(codec.serialise(document))
        unfinished.rename(path)

    def cases(self, first: int, last: int) -> None:
        """So many cases, one after the other."""
        for number in range(first, last):
            self.case(number)

    def cases_with_post(self, first: int, last: int) -> None:
        """The same, while documents arrive, are read and answered, and orders leave."""
        for number in range(first, last):
            self.case(number)
            self.work()

    def tell_all_again(self) -> None:
        """The decision system sends everything once more, as it was asked to."""
        for place in range(len(self.told)):
            self._tell(place)

    def _tell(self, place: int) -> None:
        kind, data, on = self.told[place]
        load_events(self.database, [event_line(kind, data, on=on, event_id=f"evt-{place:05}")])

    def work(self) -> None:
        access_point = FolderAccessPoint(self.folder)
        outgoing.collect(self.database.writing, access_point, today=LATER, now=self.now)
        self.system.read_messages(on=LATER)
        outgoing.deliver_waiting(self.database.writing, access_point, now=self.now)

    def pay(self) -> None:
        desk = PayDesk(self.system)
        proposal = desk.propose(on=PAID_ON)
        desk.attest(proposal)
        desk.export(proposal)
        (self.bank / f"{proposal.number}.xml").write_bytes(desk.file(proposal))

    def lose_and_restore(self, copy: Path, elsewhere: str) -> None:
        """All that is left of the books is the copy: put back by hand where they were, or by command elsewhere."""
        self.database.close()
        # What somebody had in hand as the copy was taken is free again by then.
        self.now = CLOCK + timedelta(hours=1)
        if elsewhere:
            self.url = elsewhere
            loaded = self.billing("restore", "load", str(copy))
            assert loaded.exit_code == 0, loaded.output
            assert "are held" in loaded.stdout
            self.open()
            return
        if self.url.startswith("sqlite"):
            books = Path(str(make_url(self.url).database))
            for each in books.parent.glob(f"{books.name}*"):
                each.unlink()
            shutil.copyfile(copy, books)
        else:
            plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(plain, autocommit=True) as server:
                server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            restores = ["pg_restore", "--no-owner", f"--dbname={plain}", str(copy)]
            subprocess.run(restores, check=True, capture_output=True)
        self.open()

    def outbox(self) -> dict[str, bytes]:
        return {str(each): each.read_bytes() for each in (self.folder / "outbox").rglob("*.xml")}

    def orders(self) -> list[OrderSummary]:
        """Every order in the books."""
        with self.database.reading() as session:
            return list(order_store.summaries(session, limit=10_000))

    def prepare(self) -> None:
        """A register, and who may attest."""
        self.system.change_register(example_register())
        PayDesk(self.system).give_right(limit="10000000.00")
