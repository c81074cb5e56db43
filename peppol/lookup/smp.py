"""What a register's answers say: which document types a participant takes, in which processes, and where.

Peppol's SMP 1.x (busdox) and the OASIS BDXR SMP 1.0 that came of it: the same words in two
namespaces. Answers come through the gate like all outside XML; what is not known is passed over.
Only what a signature covers is read here of service metadata (`signature`); a service group is not signed by anybody,
and so says no more than which metadata may be asked for.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lxml import etree

from peppol.identifiers import DOCUMENT_SCHEME, PROCESS_SCHEME
from peppol.lookup.document_types import WILDCARD_SCHEME, RegisteredType
from peppol.lookup.endpoints import TRANSPORT, ServiceEndpoint
from peppol.xml.gate import admit_metadata
from peppol.xml.gate_errors import GateRefused, Limits

LIMITS: Final = Limits(bytes_max=1_000_000, elements_max=50_000, depth_max=50)

_SMP: Final = "http://busdox.org/serviceMetadata/publishing/1.0/"
_ID: Final = "http://busdox.org/transport/identifiers/1.0/"
_WSA: Final = "http://www.w3.org/2005/08/addressing"
_BDXR: Final = "http://docs.oasis-open.org/bdxr/ns/SMP/2016/05"
_KNOWN: Final = (_SMP, _BDXR)


class NotUnderstood(Exception):
    """An answer that is no service metadata, or is about somebody or something else."""


@dataclass(frozen=True, slots=True)
class RedirectTo:
    """Another register that knows: its address, and what the certificate it signs with is called."""

    address: str
    certificate_uid: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """One document type of one participant: its endpoints of our transport profile, or another register that knows."""

    endpoints: tuple[ServiceEndpoint, ...] = ()
    redirect: RedirectTo | None = None


def admitted(data: bytes) -> etree._Element:
    """An answer through the gate. Raises NotUnderstood for what is no register's."""
    try:
        root = admit_metadata(data, LIMITS)
    except GateRefused as refused:
        raise NotUnderstood(refused.finding.rule) from refused
    if etree.QName(root).namespace not in _KNOWN:
        raise NotUnderstood("not of a register")
    return root


def read_metadata(signed: etree._Element, *, participant: str, document_type: RegisteredType) -> Metadata:
    """What the signed answer about this participant and document type says. Raises NotUnderstood."""
    root = _child(signed, "ServiceMetadata") if _local(signed) == "SignedServiceMetadata" else None
    if root is None:
        raise NotUnderstood("no signed service metadata")
    elsewhere = _child(root, "Redirect")
    if elsewhere is not None:
        redirect = RedirectTo(elsewhere.get("href", ""), _text(elsewhere, "CertificateUID"))
        if not redirect.address or not redirect.certificate_uid:
            raise NotUnderstood("a redirect that does not say where, or to whom")
        return Metadata(redirect=redirect)
    about = _child(root, "ServiceInformation")
    if about is None:
        raise NotUnderstood("no service information")
    if _text(about, "ParticipantIdentifier").lower() != participant.lower():
        raise NotUnderstood("an answer about another participant")
    kind = _child(about, "DocumentIdentifier")
    if kind is None or RegisteredType(kind.get("scheme", ""), (kind.text or "").strip()) != document_type:
        raise NotUnderstood("an answer about another document type")
    found: list[ServiceEndpoint] = []
    for process in _children(_child(about, "ProcessList"), "Process"):
        name = _child(process, "ProcessIdentifier")
        if name is None or name.get("scheme") != PROCESS_SCHEME:
            continue
        for endpoint in _children(_child(process, "ServiceEndpointList"), "Endpoint"):
            if endpoint.get("transportProfile") == TRANSPORT:
                found.append(_endpoint((name.text or "").strip(), endpoint))
    return Metadata(tuple(found))


def read_group(data: bytes, *, participant: str) -> frozenset[RegisteredType]:
    """The document types in a participant's service group. Raises NotUnderstood."""
    root = admitted(data)
    if _local(root) != "ServiceGroup":
        raise NotUnderstood("no service group")
    if _text(root, "ParticipantIdentifier").lower() != participant.lower():
        raise NotUnderstood("an answer about another participant")
    references = _children(_child(root, "ServiceMetadataReferenceCollection"), "ServiceMetadataReference")
    ends = (unquote(each.get("href", "")).partition("/services/")[2] for each in references)
    named = (end.partition("::") for end in ends)
    return frozenset(
        RegisteredType(scheme, value)
        for scheme, _, value in named
        if scheme in (DOCUMENT_SCHEME, WILDCARD_SCHEME) and value
    )


def _endpoint(process: str, endpoint: etree._Element) -> ServiceEndpoint:
    address = endpoint.findtext(f"{{{_WSA}}}EndpointReference/{{{_WSA}}}Address") or _text(
        endpoint, "EndpointURI"
    )
    return ServiceEndpoint(
        process,
        address.strip(),
        activation=_text(endpoint, "ServiceActivationDate"),
        expiration=_text(endpoint, "ServiceExpirationDate"),
        certificate=_text(endpoint, "Certificate"),
    )


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    if parent is None:
        return []
    return [
        child
        for child in parent
        if isinstance(child.tag, str)
        and _local(child) == name
        and etree.QName(child).namespace in (*_KNOWN, _ID)
    ]


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(parent, name)), None)


def _text(parent: etree._Element, name: str) -> str:
    child = _child(parent, name)
    return ((child.text if child is not None else "") or "").strip()
