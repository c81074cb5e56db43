"""Signing an answer as a register does, for a register of a simulated network: Peppol SMP 1.3, SHA-256, enveloped."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner


def signed(answer: bytes, *, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """The answer, of our own writing, with its signature last in it and the certificate beside that."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    root = signer.sign(etree.fromstring(answer), key=key, cert=[certificate])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
