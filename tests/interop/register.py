"""phoss-smp as an operator uses it: participants are registered over its REST interface, and dnsmasq leads to it."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from peppol.identifiers import DOCUMENT_SCHEME, PARTICIPANT_SCHEME, PROCESS_SCHEME, DocumentKind
from peppol.lookup.sml import host_name
from peppol.xml.literals import escaped
from tests.interop.parts import free_program, running

ZONE: Final = "participant.sml.test.tech.peppol.org"
_NAMES: Final = (
    'xmlns="http://busdox.org/serviceMetadata/publishing/1.0/" '
    'xmlns:id="http://busdox.org/transport/identifiers/1.0/" '
    'xmlns:wsa="http://www.w3.org/2005/08/addressing"'
)
# What phoss-smp begins with.
_USER: Final = ("admin@helger.com", "password")

Kinds = Sequence[tuple[DocumentKind, str]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An access point as the register shows it."""

    address: str
    certificate: x509.Certificate


class Register:
    """A running phoss-smp."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = httpx.Client(base_url=address, auth=_USER, timeout=60, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def enrol(self, participant: str, kinds: Kinds, endpoint: Endpoint) -> None:
        """Let the participant receive these kinds in these processes at the endpoint, and nothing else."""
        self.strike(participant)
        named = _identifier("Participant", PARTICIPANT_SCHEME, participant)
        group = f"<ServiceGroup {_NAMES}>{named}<ServiceMetadataReferenceCollection/></ServiceGroup>"
        self._put(_group(participant), group)
        for kind in dict.fromkeys(kind for kind, _ in kinds):
            processes = "".join(_process(each, endpoint) for other, each in kinds if other is kind)
            self._put(
                f"{_group(participant)}/services/{_quoted(DOCUMENT_SCHEME, kind.document_type_id)}",
                f"<ServiceMetadata {_NAMES}><ServiceInformation>{named}"
                f"{_identifier('Document', DOCUMENT_SCHEME, kind.document_type_id)}"
                f"<ProcessList>{processes}</ProcessList></ServiceInformation></ServiceMetadata>",
            )

    def strike(self, participant: str) -> None:
        """Take the participant off the register; one that is not on it is none the worse."""
        answer = self._client.delete(_group(participant))
        assert answer.status_code in (200, 404), answer.text

    def _put(self, path: str, written: str) -> None:
        answer = self._client.put(path, content=written.encode(), headers={"Content-Type": "application/xml"})
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"


@contextmanager
def name_server(register: str, participants: Sequence[str], *, port: int, log: Path) -> Iterator[str]:
    """A dnsmasq that leads to the register for these participants, and knows nobody else in the zone."""
    command = [free_program("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv"]
    command += ["--no-hosts", "--user=", "--pid-file=", "--bind-interfaces", "--listen-address=127.0.0.1"]
    command += [f"--port={port}", f"--local=/{ZONE}/", "--log-facility=-"]
    command += [
        f"--naptr-record={host_name(each, ZONE)},100,10,U,Meta:SMP,!.*!{register}!" for each in participants
    ]
    # It has no line of its own that says where it is.
    shown = ["sh", "-c", f'echo http://127.0.0.1:{port}; exec "$@"', "dnsmasq", *command]
    with running(shown, log=log):
        yield f"127.0.0.1:{port}"


def _process(process: str, endpoint: Endpoint) -> str:
    written = base64.b64encode(endpoint.certificate.public_bytes(Encoding.DER)).decode()
    return (
        f"<Process>{_identifier('Process', PROCESS_SCHEME, process)}<ServiceEndpointList>"
        '<Endpoint transportProfile="peppol-transport-as4-v2_0">'
        f"<wsa:EndpointReference><wsa:Address>{escaped(endpoint.address)}</wsa:Address></wsa:EndpointReference>"
        "<RequireBusinessLevelSignature>false</RequireBusinessLevelSignature>"
        f"<Certificate>{written}</Certificate>"
        "<ServiceDescription>interop</ServiceDescription>"
        "<TechnicalContactUrl>mailto:ap@interop.example</TechnicalContactUrl>"
        "</Endpoint></ServiceEndpointList></Process>"
    )


def _identifier(name: str, scheme: str, value: str) -> str:
    return f'<id:{name}Identifier scheme="{scheme}">{escaped(value)}</id:{name}Identifier>'


def _group(participant: str) -> str:
    return f"/{_quoted(PARTICIPANT_SCHEME, participant)}"


def _quoted(scheme: str, value: str) -> str:
    return quote(f"{scheme}::{value}", safe="")
