"""The simulated network's authority: it issues the certificates its register signs with and its access point has.

Made anew in an empty folder and kept there, so that who trusted it yesterday trusts it today. Its key lies beside it in
the clear: it vouches for nothing but a simulated network, and its name says so.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation.database import utc_now
from foundation.disks.whole_files import write_whole
from peppol.lookup import signing

_LASTS: Final = timedelta(days=3650)
_BEGAN: Final = timedelta(days=3650)
_FILE: Final = "authority.pem"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class SimulatedAuthority:
    """The authority in a folder, with a register's certificate and an access point's."""

    def __init__(self, folder: Path) -> None:
        kept = folder / _FILE
        if not kept.exists():
            write_whole(kept, _pem(_issue("SIMULATED NETWORK CA, FOR TEST ONLY", None)))
        self._authority = _read(kept.read_bytes())
        self._register = _issue("SIMULATED REGISTER", self._authority)
        self._access_point = _issue("SIMULATED ACCESS POINT", self._authority)
        self.signed = lru_cache(maxsize=1_000)(self._signed)

    @property
    def pem(self) -> bytes:
        """The authority's certificate, for whoever is to trust it."""
        return self._authority.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def access_point_certificate(self) -> bytes:
        """The certificate that messages to the simulated access point are encrypted with, as DER."""
        return self._access_point.certificate.public_bytes(serialization.Encoding.DER)

    def _signed(self, answer: bytes) -> bytes:
        """A register's answer with its signature, as Peppol SMP 1.3 has it."""
        register = self._register
        return signing.signed(answer, key=register.key, certificate=register.certificate)


def _issue(name: str, by: Issued | None) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = utc_now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Simulated months are played on days of their own, which may be long past.
        .not_valid_before(now - _BEGAN)
        .not_valid_after(now + _LASTS)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .sign(by.key if by else key, hashes.SHA256())
    )
    return Issued(certificate, key)


def _pem(issued: Issued) -> bytes:
    key = issued.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + issued.certificate.public_bytes(serialization.Encoding.PEM)


def _read(data: bytes) -> Issued:
    key = serialization.load_pem_private_key(data, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key of the simulated authority is of another kind")
    return Issued(x509.load_pem_x509_certificate(data), key)
