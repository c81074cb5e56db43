"""The signature of a register's answer: only what it covers is read, and only where somebody we trust has made it.

A register signs the whole of its answer in one way: one enveloped signature, last in SignedServiceMetadata, with one
reference to the document (URI ""), and SHA-256 or better (Peppol SMP 1.3; OASIS BDXR SMP 1.0, 3.6). Any other shape is
refused before anything is computed, so that no signature over another element, or of another document, can stand in.
What is returned is what the signature covers, as it was canonicalised, and never the bytes beside it.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from peppol.lookup.trust import NotTrusted, TrustAnchors
from peppol.xml.gate_errors import GateRefused

_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
_ENVELOPED: Final = f"{_DS}enveloped-signature"
_CANONICAL: Final = frozenset(
    {
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2006/12/xml-c14n11",
    }
)
_METHODS: Final = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS: Final = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_CERTIFICATES_MAX: Final = 10
_BLANKS: Final = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """What a signature covers, without the signature, and whose it is."""

    root: etree._Element
    certificate: x509.Certificate


def verified(root: etree._Element, data: bytes, *, trust: TrustAnchors, at: datetime) -> SignedAnswer:
    """The part of the answer that is signed by somebody trusted; `root` is `data` as the gate admitted it.

    Raises NotTrusted, whose words say what is wrong with the signature.
    """
    signature = _only_signature(root)
    _check_shape(signature)
    signer = _signer(signature)
    trust.vouch_for(signer, at)
    try:
        found = XMLVerifier().verify(
            data,
            x509_cert=signer,
            # The key is that of the certificate vouched for, whatever else the answer says of keys.
            ignore_ambiguous_key_info=True,
            expect_config=SignatureConfiguration(
                require_x509=True,
                location="./",
                expect_references=1,
                signature_methods=_METHODS,
                digest_algorithms=_DIGESTS,
                # XML Signature 4.4.3.2: Canonical XML 1.0 where no transform says another.
                verification_time=at,
                default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
            ),
        )
    except (SignXMLException, GateRefused, etree.LxmlError, ValueError, TypeError) as wrong:
        raise NotTrusted(f"the signature does not hold ({type(wrong).__name__})") from wrong
    (one,) = found if isinstance(found, list) else [found]
    if one.signed_xml is None or one.signed_xml.tag != root.tag:
        raise NotTrusted("the signature is over something else")
    return SignedAnswer(one.signed_xml, signer)


def _only_signature(root: etree._Element) -> etree._Element:
    signatures = list(root.iter(f"{{{_DS}}}Signature"))
    if not signatures:
        raise NotTrusted("the answer is not signed")
    if len(signatures) > 1 or signatures[0].getparent() is not root:
        raise NotTrusted("the signature is not where a register puts it")
    return signatures[0]


def _check_shape(signature: etree._Element) -> None:
    """Refuse whatever a register does not do: other references, other transforms, algorithms no longer safe."""
    references = list(signature.iter(f"{{{_DS}}}Reference"))
    if len(references) != 1 or references[0].get("URI") != "":
        raise NotTrusted("the signature is not over the whole answer")
    transforms = [each.get("Algorithm", "") for each in references[0].iter(f"{{{_DS}}}Transform")]
    if transforms[:1] != [_ENVELOPED] or len(transforms) > 2 or not _CANONICAL.issuperset(transforms[1:]):
        raise NotTrusted("the signature is over a part of the answer")
    if _algorithm(signature, "CanonicalizationMethod") not in _CANONICAL:
        raise NotTrusted("the signature is of a form registers do not use")
    if _algorithm(signature, "SignatureMethod") not in {each.value for each in _METHODS}:
        raise NotTrusted("the signature is made with an algorithm that is not safe, or not known")
    if _algorithm(signature, "DigestMethod") not in {each.value for each in _DIGESTS}:
        raise NotTrusted("the digest is made with an algorithm that is not safe, or not known")


def _algorithm(signature: etree._Element, name: str) -> str:
    found = list(signature.iter(f"{{{_DS}}}{name}"))
    return found[0].get("Algorithm", "") if len(found) == 1 else ""


def _signer(signature: etree._Element) -> x509.Certificate:
    """The one certificate of an end entity beside the signature; those of authorities are passed over."""
    texts = ["".join((each.text or "").split()) for each in signature.iter(f"{{{_DS}}}X509Certificate")]
    if not texts or len(texts) > _CERTIFICATES_MAX:
        raise NotTrusted("the signature brings no certificate")
    try:
        held = [x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in texts]
        own = [each for each in held if not _for_authority(each)]
    except (ValueError, binascii.Error) as wrong:
        raise NotTrusted("the certificate of the signature cannot be read") from wrong
    if len(own) != 1:
        raise NotTrusted("the signature brings several certificates, or an authority's alone")
    return own[0]


def _for_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def is_called(certificate: x509.Certificate, uid: str) -> bool:
    """Whether a certificate is the one that a redirect names: by its subject, or by its common name.

    CertificateUID is the subject's unique identifier (Peppol SMP 1.3, 4.3.3); registers write one or the other.
    """
    names = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if uid.strip() in names:
        return True
    try:
        named = x509.Name.from_rfc4514_string(_BLANKS.sub(",", uid.strip()))
    except ValueError:
        return False
    # Some write a name from its end, some from its beginning.
    return _parts(named) == _parts(certificate.subject)


def _parts(name: x509.Name) -> list[tuple[str, str]]:
    return sorted((each.oid.dotted_string, str(each.value)) for each in name)
