"""Signatures as another library makes and reads them (xmlsec): what it signs holds here, and ours hold there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree

from billing.tools.access_point_simulator.authority import SimulatedAuthority
from peppol.lookup import signature
from peppol.lookup.document_types import RegisteredType
from peppol.lookup.smp import admitted, read_metadata
from peppol.lookup.trust import NotTrusted, TrustAnchors
from tests.support.servers import registers
from tests.support.servers.access_points import SUPPLIER
from tests.support.servers.registers import NOW, ORDER, Endpoint, metadata, signed

C14N = {
    "exclusive": xmlsec.constants.TransformExclC14N,
    "inclusive": xmlsec.constants.TransformInclC14N,
    "inclusive 1.1": xmlsec.constants.TransformInclC14N11,
}


def elsewhere(answer: bytes, c14n: str, *, named: bool) -> bytes:
    """An answer as xmlsec signs it; `named`: with the canonicalisation of the reference written out too."""
    root = etree.fromstring(answer)
    template = xmlsec.template.create(root, C14N[c14n], xmlsec.constants.TransformRsaSha256, ns="ds")
    root.append(template)
    reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256, uri="")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    if named:
        xmlsec.template.add_transform(reference, C14N[c14n])
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
    holder = registers.register()
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        holder.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        xmlsec.constants.KeyDataFormatPem,
    )
    context.key.load_cert_from_memory(holder.pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(template)
    return etree.tostring(root)


def read_there(data: bytes, certificate_pem: bytes) -> None:
    """Raise xmlsec.Error where xmlsec does not find the signature good."""
    root = etree.fromstring(data)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate_pem, xmlsec.constants.KeyDataFormatCertPem)
    node = xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature)
    assert node is not None
    context.verify(node)


# Names declared far out and never used, and blanks: where the canonical forms part.
ODD = (
    metadata(Endpoint(), who=SUPPLIER)
    .replace(b"<smp:SignedServiceMetadata ", b'<smp:SignedServiceMetadata xmlns:unused="urn:x" ')
    .replace(b"<smp:ServiceMetadata>", b"\n  <smp:ServiceMetadata>\n    ")
)


@pytest.mark.parametrize("named", [True, False], ids=["named", "by default"])
@pytest.mark.parametrize("c14n", C14N)
def test_what_another_library_signs_holds_here(c14n: str, named: bool) -> None:
    data = elsewhere(ODD, c14n, named=named)
    found = signature.verified(admitted(data), data, trust=registers.trusted(), at=NOW)
    known = RegisteredType("busdox-docid-qns", ORDER)
    assert read_metadata(found.root, participant=SUPPLIER, document_type=known).endpoints
    other = data.replace(b"ap.example", b"no.example")
    with pytest.raises(NotTrusted):
        signature.verified(admitted(other), other, trust=registers.trusted(), at=NOW)


def test_an_attribute_of_xml_itself_around_an_inclusive_signature_leaves_us_in_doubt() -> None:
    """The inclusive forms carry xml:lang of what is around into the signature, and our library does not: no yes."""
    odd = ODD.replace(b"<smp:SignedServiceMetadata ", b'<smp:SignedServiceMetadata xml:lang="sv" ')
    data = elsewhere(odd, "inclusive", named=True)
    read_there(data, registers.register().pem)
    with pytest.raises(NotTrusted):
        signature.verified(admitted(data), data, trust=registers.trusted(), at=NOW)
    data = elsewhere(odd, "exclusive", named=True)
    assert signature.verified(admitted(data), data, trust=registers.trusted(), at=NOW)


def test_what_the_simulated_register_signs_holds_there(tmp_path: Path) -> None:
    authority = SimulatedAuthority(tmp_path)
    data = authority.signed(metadata(Endpoint(), who=SUPPLIER))
    found = signature.verified(
        admitted(data), data, trust=TrustAnchors.from_pem(authority.pem), at=datetime.now(UTC)
    )
    read_there(data, found.certificate.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(xmlsec.Error):
        read_there(
            data.replace(b"ap.example", b"no.example"),
            found.certificate.public_bytes(serialization.Encoding.PEM),
        )


def test_what_the_tests_sign_holds_there() -> None:
    read_there(signed(metadata(Endpoint(), who=SUPPLIER)), registers.register().pem)
