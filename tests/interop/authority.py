"""The tests' own Peppol authority: keys of access points and registers, and trust stores under Peppol's own names.

The published parts look for Peppol's authorities in files on their class path, by alias. Files of the same names that
lie before theirs there hold ours instead: every check of a certificate is the part's own, against another authority.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

PASSWORD: Final = "peppol"
"""What the parts expect of their trust stores."""
ALIAS: Final = "key"
TRUST_STORES: Final = {
    "ap": "peppol access point test ca - g3 (peppol root test ca - g3)",
    "smp": "peppol service metadata publisher test ca - g3 (peppol root test ca - g3)",
}
"""Peppol's trust stores of its test network, by the first part of their files' names; each holds both authorities."""
_ROOT_ALIAS: Final = "peppol root test ca - g3"


@dataclass(frozen=True, slots=True)
class Signed:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


class Authority:
    """A root, one authority for access points and one for registers; made anew for every run."""

    def __init__(self) -> None:
        self._root = _signed("PEPPOL Root TEST CA - G3", None, is_authority=True)
        self._intermediates = {
            "ap": _signed("PEPPOL ACCESS POINT TEST CA - G3", self._root, is_authority=True),
            "smp": _signed("PEPPOL SERVICE METADATA PUBLISHER TEST CA - G3", self._root, is_authority=True),
        }

    def write_trust_stores(self, folder: Path) -> None:
        """The trust stores of the test network, where the parts look on their class path below `folder`."""
        place = folder / "truststore" / "2025"
        place.mkdir(parents=True, exist_ok=True)
        held = [(_ROOT_ALIAS, self._root)]
        held += [(alias, self._intermediates[kind]) for kind, alias in TRUST_STORES.items()]
        for kind in TRUST_STORES:
            store = pkcs12.serialize_java_truststore(
                [pkcs12.PKCS12Certificate(each.certificate, name.encode()) for name, each in held],
                BestAvailableEncryption(PASSWORD.encode()),
            )
            (place / f"{kind}-test-truststore.p12").write_bytes(store)

    def key_store(self, path: Path, *, kind: str, seat: str, expired: bool = False) -> x509.Certificate:
        """A new key for the provider of that seat in a key store at `path`; its certificate."""
        issuer = self._intermediates[kind]
        made = _signed(
            seat, issuer, unit="PEPPOL TEST AP" if kind == "ap" else "PEPPOL TEST SMP", expired=expired
        )
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(
                ALIAS.encode(),
                made.key,
                made.certificate,
                [issuer.certificate, self._root.certificate],
                BestAvailableEncryption(PASSWORD.encode()),
            )
        )
        return made.certificate


def _signed(
    name: str, issuer: Signed | None, *, unit: str = "", is_authority: bool = False, expired: bool = False
) -> Signed:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            *([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] if unit else []),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Interop"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
        ]
    )
    now = datetime.now(UTC)
    until = now - timedelta(days=1) if expired else now + timedelta(days=30)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_authority), critical=True)
    )
    certificate = builder.sign(key if issuer is None else issuer.key, hashes.SHA256())
    return Signed(key, certificate)


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=not is_authority,
        data_encipherment=not is_authority,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
