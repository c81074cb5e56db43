"""The network of `make interop`: register, name server, the supplier's access point, and the buyer's in each shape.

Each is the published part in a process of its own on a free port of this machine; the certificates are our own
authority's (`authority`). What a part writes lies in build/interop/run.
"""

import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509

from billing.tools.access_point_simulator.app import BUYER_KINDS, SUPPLIER_KINDS
from peppol.access_points.composed import Composed
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import LAYOUTS
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.web import Web
from peppol.identifiers import DocumentKind
from tests.interop.authority import ALIAS, PASSWORD, Authority
from tests.interop.parts import BUILT, RunningPart, java_part
from tests.interop.register import Endpoint, Kinds, Register, name_server
from tests.support.servers.access_points import BUYER, SUPPLIER, TOKEN

RUN: Final = BUILT / "run"
SEATS: Final = {"buyer": "PSE000101", "supplier": "PSE000202", "register": "PSE000303"}
MLS_TO: Final = "0242:000101"
MLS_FROM: Final = "0242:000202"
"""The service providers of buyer and supplier, as message level statuses name them: the digits of their seats."""
PARTICIPANTS: Final = (BUYER, SUPPLIER, MLS_TO)


@dataclass
class AccessPointPart:
    """An access point of phase4's parts with a key of its own; it can be ended and begun again at the same address."""

    network: "Network"
    name: str
    seat: str
    port: int
    forward: Mapping[str, str] = field(default_factory=dict)
    certificate: x509.Certificate = field(init=False)
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(f"{self.address}/as4", self.certificate)

    @property
    def inbound(self) -> Path:
        """Where what comes in is laid, as Oxalis lays it."""
        return RUN / self.name

    def begin(self, *, expired: bool = False) -> None:
        """Start it with a new key, which has expired where that is said."""
        (self.inbound / "inbound").mkdir(parents=True, exist_ok=True)
        keys = RUN / f"{self.name}.p12"
        self.certificate = self.network.authority.key_store(keys, kind="ap", seat=self.seat, expired=expired)
        self.go_on()

    def go_on(self) -> None:
        """Start it with the key it has."""
        self._running.enter_context(self._part())

    def end(self) -> None:
        """Stop it."""
        self._running.close()

    def _part(self) -> AbstractContextManager[RunningPart]:
        settings = {
            "interop.port": str(self.port),
            "interop.seat": self.seat,
            "interop.token": TOKEN,
            "interop.data": str(RUN / f"{self.name}-data"),
            "interop.inbound": str(self.inbound / "inbound"),
            "phase4.endpoint.address": self.endpoint.address,
            **self.forward,
            **self.network.keys(f"{self.name}.p12"),
        }
        return java_part(
            "interop.AccessPoint", settings=settings, first_on_path=[RUN], log=RUN / f"{self.name}.log"
        )


@dataclass
class Network:
    """The register and the name server, and what both sides' access points are made with."""

    authority: Authority
    register: Register
    _name_port: int = field(default_factory=lambda: free_port())
    _names: ExitStack = field(default_factory=ExitStack)
    _located: tuple[str, ...] = ()

    @property
    def name_server(self) -> str:
        """Where the locator is asked, as host:port."""
        return f"127.0.0.1:{self._name_port}"

    def locate(self, *participants: str) -> None:
        """Let the locator know these participants and nobody else."""
        self.close()
        self._located = participants
        self._names.enter_context(
            name_server(
                self.register.address, participants, port=self._name_port, log=RUN / "name-server.log"
            )
        )

    def close(self) -> None:
        """End the name server."""
        self._names.close()

    def keys(self, store: str) -> dict[str, str]:
        """The settings of phase4's parts: their key, the authorities, and the name server."""
        own = "org.apache.wss4j.crypto.merlin.keystore"
        trusted = "org.apache.wss4j.crypto.merlin.truststore"
        places = RUN / "truststore" / "2025"
        return {
            f"{own}.type": "PKCS12",
            f"{own}.file": str(RUN / store),
            f"{own}.password": PASSWORD,
            f"{own}.alias": ALIAS,
            f"{own}.private.password": PASSWORD,
            f"{trusted}.type": "PKCS12",
            f"{trusted}.file": str(places / "ap-test-truststore.p12"),
            f"{trusted}.password": PASSWORD,
            "smpclient.truststore.type": "PKCS12",
            "smpclient.truststore.path": str(places / "smp-test-truststore.p12"),
            "smpclient.truststore.password": PASSWORD,
            "dns.server": self.name_server,
        }

    def enrol_supplier(self, endpoint: Endpoint, kinds: Kinds = SUPPLIER_KINDS) -> None:
        """The supplier is in the locator, and receives these kinds at the endpoint."""
        if SUPPLIER not in self._located:
            self.locate(*PARTICIPANTS)
        self.register.enrol(SUPPLIER, kinds, endpoint)

    def strike_supplier(self) -> None:
        """The supplier is in neither."""
        self.register.strike(SUPPLIER)
        self.locate(*(each for each in PARTICIPANTS if each != SUPPLIER))

    def enrol_buyer(self, endpoint: Endpoint) -> None:
        """The buyer receives what it does at the endpoint, and so does its service provider."""
        self.register.enrol(BUYER, BUYER_KINDS, endpoint)
        self.register.enrol(MLS_TO, [(DocumentKind.MLS, DocumentKind.MLS.profile_ids[0])], endpoint)


@contextmanager
def network() -> Iterator[Network]:
    """The register and the name server, until the block ends."""
    shutil.rmtree(RUN, ignore_errors=True)
    RUN.mkdir(parents=True)
    authority = Authority()
    authority.write_trust_stores(RUN)
    authority.key_store(RUN / "register.p12", kind="smp", seat=SEATS["register"])
    with ExitStack() as stack:
        part = stack.enter_context(
            java_part(
                "interop.Register",
                of="register",
                settings=_of_register(),
                first_on_path=[RUN],
                log=RUN / "register.log",
            )
        )
        register = Register(part.address)
        stack.callback(register.close)
        running = Network(authority, register)
        stack.callback(running.close)
        running.locate(*PARTICIPANTS)
        yield running


def supplier_side(part: AccessPointPart, stack: ExitStack) -> Composed:
    """The supplier's system: it sends through its access point, and reads the folder that this fills."""
    web = Web(part.address, headers={"X-Token": TOKEN}, seconds=120)
    stack.callback(web.close)
    return Composed(Phase4Outlet(web), FolderAccessPoint(part.inbound, layout=LAYOUTS["oxalis"]))


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _of_register() -> dict[str, str]:
    places = RUN / "truststore" / "2025"
    return {
        "webapp.datapath": str(RUN / "register"),
        "smp.backend": "xml",
        "smp.keystore.type": "pkcs12",
        "smp.keystore.path": str(RUN / "register.p12"),
        "smp.keystore.password": PASSWORD,
        "smp.keystore.key.alias": ALIAS,
        "smp.keystore.key.password": PASSWORD,
        "smp.truststore.path": str(places / "smp-test-truststore.p12"),
        "smp.identifiertype": "peppol",
        "smp.rest.type": "peppol",
        "sml.enabled": "false",
        "sml.smpid": "INTEROP-SMP",
    }
