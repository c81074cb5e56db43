"""The network of the loop: a simulated access point in a process of its own, and suppliers that send and fetch there.

What an access point does wrong is met as a supplier's system meets it: what may not have arrived is handed in
again under the same instance identifier, what was not acknowledged comes again. `Met` counts it.
"""

import hashlib
import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import httpx

from billing.tools.simulation.erp import HandedMessage, SimulatedErp
from foundation.errors import Refused
from foundation.text import Text, WrittenText
from peppol.access_points.composed import Composed
from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.protocol import AccessPointError, RejectedForGood
from peppol.access_points.web import Web

T = TypeVar("T")
LoopFault = Mapping[str, object]

_TRIES: Final = 40
_TOKEN: Final = "the-token-of-the-loop"  # noqa: S105 - it opens a simulator on this machine that holds invented messages

#: What goes wrong when faults are switched on: replies lost, messages doubled and mixed up, errors and cut lines.
FAULTS: Final[Sequence[LoopFault]] = (
    {"fault": "lose-reply", "on": ["submit"], "share": 0.15, "first": 2},
    {"fault": "lose-reply", "on": ["acknowledge"], "share": 0.1, "first": 2},
    {"fault": "deliver-twice", "share": 0.15},
    {"fault": "reorder", "share": 0.7},
    {"fault": "answer-500", "on": ["submit", "list"], "share": 0.05, "first": 2},
    {"fault": "down", "on": ["submit", "fetch", "list"], "share": 0.05, "first": 2},
)


class NotDelivered(Refused):
    """The simulated network did not carry a message, however often it was tried."""

    def __init__(self, what: Text) -> None:
        super().__init__(
            Text(
                "%(what)s kom inte fram genom den simulerade accesspunkten. Se loggen i mappen access-point.",
                what=what,
            )
        )


@dataclass(slots=True)
class Network:
    """A running simulated access point, at its address."""

    address: str
    _stack: ExitStack

    def of(self, participant: str) -> Composed:
        """The access point as this participant sees it: phase4's shape out, its mailbox in."""
        return Composed(Phase4Outlet(self._web("phase4")), MailboxInlet(self._web("mailbox", participant)))

    def set_faults(self, faults: Sequence[LoopFault]) -> None:
        """Switch on these faults and no others."""
        with self._admin() as admin:
            admin.put("/admin/faults", json=list(faults)).raise_for_status()

    def received(self) -> Sequence[Mapping[str, object]]:
        """Every message handed in: how often (`times`), and how often it was laid in a mailbox (`laid`)."""
        with self._admin() as admin:
            found: Sequence[Mapping[str, object]] = admin.get("/admin/received").raise_for_status().json()
            return found

    def _admin(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"X-Token": _TOKEN}, timeout=60, trust_env=False)

    def _web(self, *path: str) -> Web:
        web = Web("/".join((self.address, *path)), headers={"X-Token": _TOKEN}, seconds=30)
        self._stack.callback(web.close)
        return web


@contextmanager
def network(folder: Path, *, buyer: str, suppliers: Sequence[str], seed: int) -> Iterator[Network]:
    """A simulated access point that runs while the block does, its memory in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    named = [part for each in suppliers for part in ("--supplier", each)]
    command = [sys.executable, "-m", "billing.cli.cli", "access-point", "simulate", "--port", "0"]
    command += ["--dir", str(folder), "--seed", str(seed), "--buyer-address", buyer, *named]
    settings = {**os.environ, "BILLING_SIMULATOR_TOKEN": _TOKEN}
    with (
        (folder / "log.txt").open("w", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=log, env=settings, text=True
        ) as running,
        ExitStack() as stack,
    ):
        stack.callback(running.terminate)
        assert running.stdout is not None  # noqa: S101 - it is a pipe
        address = running.stdout.readline().strip()
        if not address:
            raise NotDelivered(Text("Startsignalen"))
        yield Network(address, stack)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A supplier's message as an access point wants it."""

    message: HandedMessage
    sender: str
    receiver: str
    recipient: str
    copy: int

    @property
    def instance_id(self) -> str:
        digest = hashlib.sha256(f"{self.sender}|{self.copy}|".encode() + self.message.body).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    @property
    def kind(self) -> str:
        return self.message.kind.value

    @property
    def document_id(self) -> str:
        return self.message.number

    @property
    def issued_on(self) -> date:
        return self.message.issued_on

    @property
    def body(self) -> bytes:
        return self.message.body


@dataclass(slots=True)
class SuppliersOffice:
    """One supplier on the network: its system and its own connection. `met` counts what went wrong on the way."""

    erp: SimulatedErp
    access_point: Composed
    buyer: str
    buyer_number: str
    met: Counter[str] = field(default_factory=Counter)

    def fetch(self, *, on: date) -> int:
        """Take in what lies in the mailbox; how many messages were read."""
        read = 0
        for arrival in self._persistent("list", lambda: list(self.access_point.inbound())):
            reference = arrival.reference
            body = self._persistent("fetch", partial(self.access_point.fetch, reference))
            if self.erp.receive(body, on=on):
                self._persistent("acknowledge", partial(self.access_point.acknowledge, reference))
                read += 1
        return read

    def send(self, message: HandedMessage) -> None:
        """Hand a message in, as often as it takes; each copy is a transmission of its own."""
        sender = self.erp.supplier.participant_id or ""
        for copy in range(message.copies):
            outgoing = _Outgoing(message, sender, self.buyer, self.buyer_number, copy)
            self._persistent("submit", partial(self.access_point.submit, outgoing))

    def _persistent(self, what: str, done: Callable[[], T]) -> T:
        for _ in range(_TRIES):
            try:
                return done()
            except RejectedForGood:
                raise
            except AccessPointError as fault:
                self.met[f"{what} {fault.code}"] += 1
        raise NotDelivered(WrittenText(what))
