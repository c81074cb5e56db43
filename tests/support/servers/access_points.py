"""For tests: a simulated access point on a free port, messages to hand in, and its admin address."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import httpx

from billing.tools.access_point_simulator.app import BUYER_KINDS, SUPPLIER_KINDS, create_simulator
from billing.tools.access_point_simulator.desk import Desk, Repeats
from billing.tools.access_point_simulator.store import Store
from fixtures.build_bad import base
from peppol.access_points.composed import Composed
from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.phoss import PhossInlet, PhossOutlet
from peppol.access_points.web import Web
from peppol.identifiers import DocumentKind
from peppol.lookup.trust import TrustAnchors
from tests.support.servers.serving import NO_TLS, serving

BUYER, SUPPLIER, ANOTHER = "0007:2021002114", "0007:5599991014", "0007:5599992020"
TOKEN = "the-token-of-the-tests"


@dataclass(frozen=True)
class AMessage:
    """A message of ours; the order of the test documents, its number changed so that messages differ."""

    number: int = 1
    receiver: str = SUPPLIER
    sender: str = BUYER
    kind: str = DocumentKind.ORDER
    recipient: str = "5599991014"
    issued_on: date = date(2026, 6, 1)
    changed_body: bytes = b""

    @property
    def instance_id(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012d}"

    @property
    def document_id(self) -> str:
        return f"21{self.number:08d}"

    @property
    def body(self) -> bytes:
        return self.changed_body or order(self.document_id)


@cache
def _order() -> bytes:
    return base("order")


def order(number: str) -> bytes:
    """A good order with this number."""
    start, _, rest = _order().partition(b"<cbc:ID>")
    return start + b"<cbc:ID>" + number.encode() + b"</cbc:ID>" + rest.partition(b"</cbc:ID>")[2]


@dataclass
class Simulator:
    """A running simulated access point."""

    address: str
    admin: httpx.Client
    trust_file: Path
    webs: list[Web] = field(default_factory=list)

    def trust(self) -> TrustAnchors:
        """Whose signatures hold in its network."""
        return TrustAnchors.from_pem(self.trust_file.read_bytes())

    def web(self, *path: str, token: str = TOKEN, seconds: float = 30) -> Web:
        """A client for one of its shapes."""
        web = Web("/".join((self.address, *path)), headers={"X-Token": token}, seconds=seconds)
        self.webs.append(web)
        return web

    def phase4(self, whose: str = BUYER, *, bare: bool = False) -> Composed:
        """As one participant sees it: phase4's shape out, the mailbox in."""
        return Composed(Phase4Outlet(self.web("phase4"), bare=bare), MailboxInlet(self.web("mailbox", whose)))

    def phoss(self, whose: str = BUYER, *, enveloped: bool = False) -> Composed:
        """As one participant sees it in the shape of phoss-ap."""
        web = self.web("phoss", whose)
        return Composed(PhossOutlet(web, enveloped=enveloped), PhossInlet(web))

    def faults(self, *rules: Mapping[str, object]) -> None:
        """Switch on these faults and no others."""
        self.admin.put("/admin/faults", json=list(rules)).raise_for_status()

    def received(self) -> Sequence[Mapping[str, object]]:
        """Every message handed in."""
        found: Sequence[Mapping[str, object]] = self.admin.get("/admin/received").raise_for_status().json()
        return found

    def times(self, name: str = "laid") -> dict[str, object]:
        """How often each message was laid in a mailbox (`laid`), handed in (`times`), in how many `forms`."""
        return {str(each["instance_id"]): each[name] for each in self.received()}

    def release(self) -> None:
        """Send on what is held."""
        self.admin.post("/admin/release").raise_for_status()

    def lay(self, body: bytes, whose: str = BUYER, instance_id: str = "") -> None:
        """Lay bytes in a mailbox."""
        self.admin.post(
            f"/admin/letters/{whose}", content=body, params={"instance_id": instance_id}
        ).raise_for_status()


@contextmanager
def simulator(
    folder: Path,
    *,
    seed: int = 1,
    repeats: Repeats = "answer",
    suppliers: Sequence[str] = (SUPPLIER, ANOTHER),
) -> Iterator[Simulator]:
    """A simulated access point over real sockets, its state in `folder`."""
    store = Store(folder)
    for each in suppliers:
        store.register(each, SUPPLIER_KINDS)
    store.register(BUYER, BUYER_KINDS)
    desk = Desk(store, seed=seed, repeats=repeats, token=TOKEN)
    app = create_simulator(desk)
    with (
        serving(app, log_level="critical") as address,
        httpx.Client(
            base_url=address, headers={"X-Token": TOKEN}, trust_env=False, verify=NO_TLS, timeout=60
        ) as admin,
    ):
        trust_file = folder / "trust.pem"
        trust_file.write_bytes(desk.authority.pem)
        running = Simulator(address, admin, trust_file)
        try:
            yield running
        finally:
            for web in running.webs:
                web.close()
    store.close()
