"""For tests: an authority, registers that sign as they are told, and a server that answers as a register does."""

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from peppol.identifiers import DOCUMENT_SCHEME, PARTICIPANT_SCHEME, PROCESS_SCHEME, DocumentKind
from peppol.lookup.trust import TrustAnchors
from peppol.xml.literals import escaped

SMP = "http://busdox.org/serviceMetadata/publishing/1.0/"
IDENTIFIERS = "http://busdox.org/transport/identifiers/1.0/"
ORDER = DocumentKind.ORDER.document_type_id
ORDER_ONLY = DocumentKind.ORDER.profile_ids[0]
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(bits: int = 2048, which: int = 0) -> rsa.RSAPrivateKey:
    """One of a few keys, made once: making them takes its time."""
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def base64(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


def holder(
    name: str,
    by: Holder | None = None,
    *,
    key: Key | None = None,
    ca: bool = False,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + DAY,
    may_sign: bool | None = None,
    made_with: hashes.SHA224 | hashes.SHA256 | None = None,
) -> Holder:
    """Somebody with a certificate, issued by another or by itself."""
    own = key or rsa_key(which=hash(name) % 3)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if may_sign is not None:
        builder = builder.add_extension(
            x509.KeyUsage(may_sign, False, True, False, False, False, False, False, False), critical=True
        )
    return Holder(builder.sign(by.key if by else own, made_with or hashes.SHA256()), own)


@cache
def authority(name: str = "REGISTERS CA") -> Holder:
    """The authority that the tests trust, or one of another name."""
    return holder(name, ca=True, begins=NOW - 400 * DAY, ends=NOW + 4000 * DAY)


@cache
def register(name: str = "REGISTER 1") -> Holder:
    """A register, issued by the authority."""
    return holder(name, authority(), begins=NOW - 300 * DAY, ends=NOW + 300 * DAY)


@cache
def access_point() -> Holder:
    """A receiver's access point."""
    return holder("ACCESS POINT 1", authority("ACCESS POINTS CA"))


def trusted() -> TrustAnchors:
    """Whom the tests trust."""
    return TrustAnchors.from_pem(authority().pem)


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as a register writes it."""

    process: str = ORDER_ONLY
    address: str = "https://ap.example/as4"
    transport: str = "peppol-transport-as4-v2_0"
    activation: str = ""
    expiration: str = ""
    certificate: str | None = None

    def written(self) -> str:
        dates = "".join(
            f"<smp:Service{name}Date>{value}</smp:Service{name}Date>"
            for name, value in (("Activation", self.activation), ("Expiration", self.expiration))
            if value
        )
        certificate = access_point().base64 if self.certificate is None else self.certificate
        return (
            f'<smp:Process><ids:ProcessIdentifier scheme="{PROCESS_SCHEME}">{self.process}'
            "</ids:ProcessIdentifier><smp:ServiceEndpointList>"
            f'<smp:Endpoint transportProfile="{self.transport}">'
            '<wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing">'
            f"<wsa:Address>{escaped(self.address)}</wsa:Address></wsa:EndpointReference>"
            "<smp:RequireBusinessLevelSignature>false</smp:RequireBusinessLevelSignature>"
            f"{dates}<smp:Certificate>{certificate}</smp:Certificate>"
            "</smp:Endpoint></smp:ServiceEndpointList></smp:Process>"
        )


def metadata(
    *endpoints: Endpoint,
    who: str,
    kind: str = ORDER,
    scheme: str = DOCUMENT_SCHEME,
    namespace: str = SMP,
) -> bytes:
    """Service metadata without its signature."""
    ids = IDENTIFIERS if namespace == SMP else namespace
    return (
        f'<smp:SignedServiceMetadata xmlns:smp="{namespace}" xmlns:ids="{ids}"><smp:ServiceMetadata>'
        "<smp:ServiceInformation>"
        f'<ids:ParticipantIdentifier scheme="{PARTICIPANT_SCHEME}">{who}</ids:ParticipantIdentifier>'
        f'<ids:DocumentIdentifier scheme="{scheme}">{escaped(kind)}</ids:DocumentIdentifier>'
        f"<smp:ProcessList>{''.join(each.written() for each in endpoints)}</smp:ProcessList>"
        "</smp:ServiceInformation></smp:ServiceMetadata></smp:SignedServiceMetadata>"
    ).encode()


def redirect(to: str, uid: str) -> bytes:
    """A redirect without its signature."""
    return (
        f'<smp:SignedServiceMetadata xmlns:smp="{SMP}"><smp:ServiceMetadata><smp:Redirect href="{escaped(to)}">'
        f"<smp:CertificateUID>{escaped(uid)}</smp:CertificateUID></smp:Redirect></smp:ServiceMetadata>"
        "</smp:SignedServiceMetadata>"
    ).encode()


def group(who: str, *references: str) -> bytes:
    """A service group with these references, each scheme::value."""
    from urllib.parse import quote

    links = "".join(
        f'<smp:ServiceMetadataReference href="https://smp.example/x/services/{quote(each, safe="")}"/>'
        for each in references
    )
    return (
        f'<smp:ServiceGroup xmlns:smp="{SMP}" xmlns:ids="{IDENTIFIERS}">'
        f'<ids:ParticipantIdentifier scheme="{PARTICIPANT_SCHEME}">{who}</ids:ParticipantIdentifier>'
        f"<smp:ServiceMetadataReferenceCollection>{links}</smp:ServiceMetadataReferenceCollection>"
        "</smp:ServiceGroup>"
    ).encode()


_FAMILY = {rsa.RSAPrivateKey: "RSA", ec.EllipticCurvePrivateKey: "ECDSA"}


class _OldSigner(XMLSigner):
    """Signs with what is no longer safe, as registers did before June 2024."""

    def check_deprecated_methods(self) -> None:
        """Whoever asks for SHA-1 here means it."""


def signed(
    answer: bytes,
    by: Holder | None = None,
    *,
    digest: str = "SHA256",
    c14n: CanonicalizationMethod = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    **how: Any,  # noqa: ANN401 - what the library takes
) -> bytes:
    """An answer with its signature."""
    signer = by or register()
    family = next(name for kind, name in _FAMILY.items() if isinstance(signer.key, kind))
    maker = _OldSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod[f"{family}_{digest}"],
        digest_algorithm=DigestAlgorithm[digest],
        c14n_algorithm=c14n,
    )
    how = {"cert": [signer.certificate], **how}
    root = maker.sign(etree.fromstring(answer), key=signer.key, **how)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@dataclass
class Served:
    """What a register answers to each question, by the end of its path, and what it was asked."""

    answers: dict[str, bytes | int | tuple[int, Mapping[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def about(self, who: str, kind: str = "", scheme: str = DOCUMENT_SCHEME) -> str:
        """The path of a question about a participant, or about one of its document types."""
        services = f"/services/{scheme}::{kind}" if kind else ""
        return f"/{PARTICIPANT_SCHEME}::{who}{services}"


@contextmanager
def served() -> Iterator[Served]:
    """A server that answers by `answers`: a body, a status alone, or a status with headers; 404 to all else."""
    told = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path)
            told.asked.append(path)
            found = told.answers.get(path, 404)
            status, headers, body = 200, {"Content-Type": "application/xml"}, b""
            if isinstance(found, bytes):
                body = found
            elif isinstance(found, tuple):
                status, headers = found[0], dict(found[1])
            else:
                status = found
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
