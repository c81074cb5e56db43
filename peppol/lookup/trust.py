"""Whose signatures on a register's answers are believed: certificates issued by the authorities an operator names.

The file holds the authority that issues certificates of registers (PEPPOL SERVICE METADATA PUBLISHER CA - G3) and no
other: what its root issues besides, such as access points, may not answer for a register. So a certificate counts
only where one of these very certificates issued it, whatever an answer brings along. Peppol PKI 2025 (G3).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa

_HASHES: Final = ("sha256", "sha384", "sha512")
_RSA_BITS_LEAST: Final = 2048
_EC_BITS_LEAST: Final = 256


class NotTrusted(Exception):
    """Nobody we trust stands behind a certificate; the words say why."""


class TrustAnchors:
    """The authorities whose certificates are believed."""

    def __init__(self, authorities: Sequence[x509.Certificate]) -> None:
        self._authorities = tuple(authorities)

    @classmethod
    def from_pem(cls, data: bytes) -> Self:
        """The authorities of a PEM file. Raises ValueError for one that holds none, or something else besides.

        That of an end entity is refused: whoever pins a register's own certificate loses it when it is renewed.
        """
        authorities = x509.load_pem_x509_certificates(data)
        for each in authorities:
            if not _is_authority(each):
                raise ValueError(f"not the certificate of an authority: {each.subject.rfc4514_string()}")
        return cls(authorities)

    @property
    def names(self) -> tuple[str, ...]:
        """What the authorities are called."""
        return tuple(each.subject.rfc4514_string() for each in self._authorities)

    def vouch_for(self, certificate: x509.Certificate, at: datetime) -> None:
        """Raise NotTrusted unless the certificate was issued by one of the authorities and both hold at the moment."""
        if not self._authorities:
            raise NotTrusted("no authority is named (BILLING_LOOKUP_TRUST_FILE)")
        if _is_authority(certificate):
            raise NotTrusted("signed by an authority itself")
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise NotTrusted("the certificate of the signature has expired, or is not valid yet")
        if not _may_sign(certificate):
            raise NotTrusted("the certificate of the signature is not made for signing")
        _check_strength(certificate)
        issuers = [each for each in self._authorities if _issued(each, certificate)]
        if not issuers:
            raise NotTrusted(
                f"issued by {certificate.issuer.rfc4514_string()}, which is not named as an authority"
            )
        if not any(each.not_valid_before_utc <= at <= each.not_valid_after_utc for each in issuers):
            raise NotTrusted("the certificate of the authority has expired, or is not valid yet")


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _may_sign(certificate: x509.Certificate) -> bool:
    """Whether its key may make signatures; a certificate that says nothing of its use may."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False


def _check_strength(certificate: x509.Certificate) -> None:
    made = certificate.signature_hash_algorithm
    if made is None or made.name not in _HASHES:
        raise NotTrusted(
            "the certificate of the signature was itself signed with an algorithm no longer safe"
        )
    key = certificate.public_key()
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _RSA_BITS_LEAST) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _EC_BITS_LEAST
    )
    if not strong:
        raise NotTrusted("the key of the signature is too short, or of a kind registers do not use")
