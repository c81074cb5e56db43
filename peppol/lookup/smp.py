"""What a register's answers say: which document types a participant takes, in which processes, and where.

Peppol's SMP 1.x (busdox) and the OASIS BDXR SMP 1.0 that came of it: the same words in two
namespaces. Answers come through the gate like all outside XML; what is not known is passed over.

What is not verified: the signature of SignedServiceMetadata. TLS to the register's own host is
the trust we have; our access point looks the receiver up itself and verifies the signature
before it sends, so a false answer can make us wait or try in vain, and never sends a message astray.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

from lxml import etree

from peppol.identifiers import DOCUMENT_SCHEME, PROCESS_SCHEME
from peppol.xml.gate import admit_metadata
from peppol.xml.gate_errors import GateRefused, Limits

TRANSPORT: Final = "peppol-transport-as4-v2_0"
LIMITS: Final = Limits(bytes_max=1_000_000, elements_max=50_000, depth_max=50)

_SMP: Final = "http://busdox.org/serviceMetadata/publishing/1.0/"
_ID: Final = "http://busdox.org/transport/identifiers/1.0/"
_WSA: Final = "http://www.w3.org/2005/08/addressing"
_BDXR: Final = "http://docs.oasis-open.org/bdxr/ns/SMP/2016/05"
_KNOWN: Final = (_SMP, _BDXR)


class NotUnderstood(Exception):
    """An answer that is no service metadata, or is about somebody or something else."""


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """Where messages of one process go, and from when until when."""

    process: str
    address: str
    active_from: datetime | None
    active_until: datetime | None

    def active(self, at: datetime) -> bool:
        """Whether messages may be sent there at that moment."""
        begun = self.active_from is None or self.active_from <= at
        return begun and (self.active_until is None or at < self.active_until)


@dataclass(frozen=True, slots=True)
class Metadata:
    """One document type of one participant; `redirect` is another register that knows, "" usually."""

    endpoints: tuple[ServiceEndpoint, ...] = ()
    redirect: str = ""


def read_metadata(data: bytes, *, participant: str, document_type: str) -> Metadata:
    """What the answer about this participant and document type says. Raises NotUnderstood."""
    admitted = _admitted(data)
    signed = _local(admitted) == "SignedServiceMetadata"
    root = _child(admitted, "ServiceMetadata") if signed else admitted
    if root is None or _local(root) != "ServiceMetadata":
        raise NotUnderstood("no service metadata")
    elsewhere = _child(root, "Redirect")
    if elsewhere is not None:
        href = elsewhere.get("href", "")
        if not href:
            raise NotUnderstood("a redirect to nowhere")
        return Metadata(redirect=href)
    about = _child(root, "ServiceInformation")
    if about is None:
        raise NotUnderstood("no service information")
    if _text(about, "ParticipantIdentifier").lower() != participant.lower():
        raise NotUnderstood("an answer about another participant")
    kind = _child(about, "DocumentIdentifier")
    if kind is None or kind.get("scheme") != DOCUMENT_SCHEME or (kind.text or "").strip() != document_type:
        raise NotUnderstood("an answer about another document type")
    processes = _child(about, "ProcessList")
    found: list[ServiceEndpoint] = []
    for process in _children(processes, "Process"):
        name = _child(process, "ProcessIdentifier")
        if name is None or name.get("scheme") != PROCESS_SCHEME:
            continue
        for endpoint in _children(_child(process, "ServiceEndpointList"), "Endpoint"):
            if endpoint.get("transportProfile") == TRANSPORT:
                found.append(_endpoint((name.text or "").strip(), endpoint))
    return Metadata(tuple(found))


def read_group(data: bytes, *, participant: str) -> tuple[str, ...]:
    """The document types in a participant's service group. Raises NotUnderstood."""
    root = _admitted(data)
    if _local(root) != "ServiceGroup":
        raise NotUnderstood("no service group")
    if _text(root, "ParticipantIdentifier").lower() != participant.lower():
        raise NotUnderstood("an answer about another participant")
    references = _children(_child(root, "ServiceMetadataReferenceCollection"), "ServiceMetadataReference")
    ends = (unquote(each.get("href", "")).partition("/services/")[2] for each in references)
    mark = f"{DOCUMENT_SCHEME}::"
    return tuple(sorted({end.removeprefix(mark) for end in ends if end.startswith(mark)}))


def _admitted(data: bytes) -> etree._Element:
    try:
        root = admit_metadata(data, LIMITS)
    except GateRefused as refused:
        raise NotUnderstood(refused.finding.rule) from refused
    if etree.QName(root).namespace not in _KNOWN:
        raise NotUnderstood("not of a register")
    return root


def _endpoint(process: str, endpoint: etree._Element) -> ServiceEndpoint:
    address = endpoint.findtext(f"{{{_WSA}}}EndpointReference/{{{_WSA}}}Address") or _text(
        endpoint, "EndpointURI"
    )
    return ServiceEndpoint(
        process,
        address.strip(),
        _moment(_text(endpoint, "ServiceActivationDate")),
        _moment(_text(endpoint, "ServiceExpirationDate")),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    if parent is None:
        return []
    return [
        child for child in parent if _local(child) == name and etree.QName(child).namespace in (*_KNOWN, _ID)
    ]


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(parent, name)), None)


def _text(parent: etree._Element, name: str) -> str:
    child = _child(parent, name)
    return ((child.text if child is not None else "") or "").strip()
