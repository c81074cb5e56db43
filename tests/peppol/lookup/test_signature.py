"""The signature of a register's answer: what is read is what was signed, by somebody named; a table of what is not."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod

from peppol.lookup import signature
from peppol.lookup.smp import NotUnderstood, admitted
from peppol.lookup.trust import NotTrusted, TrustAnchors
from tests.support.servers import registers
from tests.support.servers.access_points import ANOTHER, SUPPLIER
from tests.support.servers.registers import DAY, NOW, Endpoint, Holder, authority, holder, metadata, signed

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
EC_KEY: Final = ec.generate_private_key(ec.SECP256R1())


def good() -> bytes:
    return signed(metadata(Endpoint(), who=SUPPLIER))


def verified(data: bytes, *, trust: TrustAnchors | None = None, at: datetime = NOW) -> signature.SignedAnswer:
    return signature.verified(admitted(data), data, trust=trust or registers.trusted(), at=at)


def by(one: Holder) -> Callable[[], bytes]:
    return lambda: signed(metadata(Endpoint(), who=SUPPLIER), one)


# What holds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "c14n",
    [each for each in CanonicalizationMethod if "WITH_COMMENTS" not in each.name],
    ids=lambda x: x.name,
)
@pytest.mark.parametrize("digest", ["SHA256", "SHA384", "SHA512"])
def test_what_registers_sign_with_holds(c14n: CanonicalizationMethod, digest: str) -> None:
    found = verified(signed(metadata(Endpoint(), who=SUPPLIER), c14n=c14n, digest=digest))
    assert SUPPLIER.encode() in etree.tostring(found.root)
    assert found.certificate == registers.register().certificate


def test_a_key_on_a_curve_holds_too() -> None:
    assert verified(by(holder("REGISTER 2", authority(), key=EC_KEY))())


def test_the_authority_may_be_in_the_answer_and_is_not_believed_for_that() -> None:
    both = [registers.register().certificate, authority().certificate]
    assert verified(signed(metadata(Endpoint(), who=SUPPLIER), cert=both))
    strange = authority("SOMEBODY'S CA")
    one = holder("REGISTER 1", strange)
    with pytest.raises(NotTrusted, match="not named as an authority"):
        verified(signed(metadata(Endpoint(), who=SUPPLIER), one, cert=[one.certificate, strange.certificate]))


def test_of_two_authorities_of_one_name_the_one_that_holds_counts() -> None:
    old = holder("REGISTERS CA", ca=True, begins=NOW - 9 * DAY, ends=NOW - DAY)
    both = TrustAnchors.from_pem(old.pem + authority().pem)
    assert verified(good(), trust=both)


# What does not ------------------------------------------------------------------------------


def changed(what: bytes, to: bytes) -> bytes:
    data = good()
    assert what in data
    return data.replace(what, to, 1)


def edited(edit: Callable[[etree._Element], object]) -> bytes:
    root = etree.fromstring(good())
    edit(root)
    return etree.tostring(root)


def wrapped_beside() -> bytes:
    """The signed answer whole inside another: its signature is found, and another's words are the first."""
    root = etree.fromstring(metadata(Endpoint(address="https://wrong.example/as4"), who=SUPPLIER))
    root.append(etree.fromstring(good()))
    return etree.tostring(root)


def wrapped_by_reference() -> bytes:
    """A signature over an element by its Id, with another element where registers are read."""
    inner = etree.fromstring(metadata(Endpoint(), who=SUPPLIER))[0]
    inner.set("Id", "signed")
    outer = etree.fromstring(metadata(Endpoint(address="https://wrong.example/as4"), who=SUPPLIER))
    outer.append(inner)
    return signed(etree.tostring(outer), reference_uri="#signed")


def two_signatures() -> bytes:
    root = etree.fromstring(good())
    root.append(etree.fromstring(good())[1])
    return etree.tostring(root)


def signature_within() -> bytes:
    root = etree.fromstring(good())
    root[0].append(root[1])
    return etree.tostring(root)


def with_transform(algorithm: str) -> bytes:
    def edit(root: etree._Element) -> None:
        etree.SubElement(next(root.iter(f"{DS}Transforms")), f"{DS}Transform", Algorithm=algorithm)

    return edited(edit)


def set_on(name: str, attribute: str, value: str) -> bytes:
    return edited(lambda root: next(root.iter(f"{DS}{name}")).set(attribute, value))


def with_key_of_another() -> bytes:
    """Signed by a stranger, who names the register's certificate beside his own signature."""
    stranger = holder("REGISTER 1", authority("SOMEBODY'S CA"), key=registers.rsa_key(which=9))
    data = etree.fromstring(signed(metadata(Endpoint(), who=SUPPLIER), stranger))
    next(data.iter(f"{DS}X509Certificate")).text = registers.register().base64
    return etree.tostring(data)


WRONG: Final[Mapping[str, tuple[Callable[[], bytes], str]]] = {
    "not signed": (lambda: metadata(Endpoint(), who=SUPPLIER), "not signed"),
    "another participant than was signed": (
        lambda: changed(SUPPLIER.encode(), ANOTHER.encode()),
        "does not hold",
    ),
    "another address than was signed": (lambda: changed(b"ap.example", b"wrong.example"), "does not hold"),
    "an endpoint more than was signed": (
        lambda: changed(b"<smp:ProcessList>", b"<smp:ProcessList>" + Endpoint().written().encode()),
        "does not hold",
    ),
    "a signature cut": (
        lambda: edited(lambda root: setattr(next(root.iter(f"{DS}SignatureValue")), "text", "AAAA")),
        "does not hold",
    ),
    "a digest of something else": (
        lambda: edited(
            lambda root: setattr(
                next(root.iter(f"{DS}DigestValue")), "text", base64.b64encode(b"0" * 32).decode()
            )
        ),
        "does not hold",
    ),
    "another register's certificate beside a stranger's signature": (with_key_of_another, "does not hold"),
    "inside another answer": (wrapped_beside, "not where a register puts it"),
    "over an element by its name": (wrapped_by_reference, "not over the whole"),
    "two signatures": (two_signatures, "not where a register puts it"),
    "a signature within what it signs": (signature_within, "not where a register puts it"),
    "over nothing": (
        lambda: edited(lambda root: root[1][0].remove(next(root.iter(f"{DS}Reference")))),
        "not over the whole",
    ),
    "over another place": (
        lambda: set_on("Reference", "URI", "https://wrong.example/x"),
        "not over the whole",
    ),
    "with a path": (lambda: with_transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), "over a part"),
    "with a style sheet": (
        lambda: with_transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
        "over a part",
    ),
    "with base64": (lambda: with_transform("http://www.w3.org/2000/09/xmldsig#base64"), "over a part"),
    "with comments": (
        lambda: signed(
            metadata(Endpoint(), who=SUPPLIER),
            c14n=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS,
        ),
        "over a part",
    ),
    "SHA-1": (lambda: signed(metadata(Endpoint(), who=SUPPLIER), digest="SHA1"), "not safe"),
    "an algorithm nobody knows": (
        lambda: set_on("SignatureMethod", "Algorithm", "https://wrong.example/none"),
        "not safe, or not known",
    ),
    "a secret shared by nobody": (
        lambda: set_on("SignatureMethod", "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        "not safe, or not known",
    ),
    "no certificate": (
        lambda: edited(lambda root: root[1].remove(next(root.iter(f"{DS}KeyInfo")))),
        "brings no certificate",
    ),
    "a certificate that is none": (
        lambda: edited(lambda root: setattr(next(root.iter(f"{DS}X509Certificate")), "text", "AAAA")),
        "cannot be read",
    ),
    "two certificates": (
        lambda: signed(
            metadata(Endpoint(), who=SUPPLIER),
            cert=[registers.register().certificate, registers.access_point().certificate],
        ),
        "several certificates",
    ),
    "an authority's own": (by(authority()), "an authority's alone"),
    "issued by somebody else": (
        by(holder("REGISTER 1", authority("SOMEBODY'S CA"))),
        "not named as an authority",
    ),
    "issued by one of the same name": (
        by(holder("REGISTER 1", holder("REGISTERS CA", ca=True, key=registers.rsa_key(which=7)))),
        "not named as an authority",
    ),
    "issued by itself": (by(holder("REGISTER 1")), "not named as an authority"),
    "an access point's": (by(registers.access_point()), "not named as an authority"),
    "expired": (by(holder("REGISTER 1", authority(), begins=NOW - 9 * DAY, ends=NOW - DAY)), "has expired"),
    "not yet valid": (
        by(holder("REGISTER 1", authority(), begins=NOW + DAY, ends=NOW + 9 * DAY)),
        "not valid yet",
    ),
    "not for signing": (by(holder("REGISTER 1", authority(), may_sign=False)), "not made for signing"),
    "a short key": (by(holder("REGISTER 1", authority(), key=registers.rsa_key(1024))), "too short"),
}


@pytest.mark.parametrize(("made", "words"), WRONG.values(), ids=list(WRONG))
def test_what_is_not_believed(made: Callable[[], bytes], words: str) -> None:
    with pytest.raises(NotTrusted, match=words):
        verified(made())


def test_an_authority_that_has_expired_vouches_for_nobody() -> None:
    old = holder("OLD CA", ca=True, begins=NOW - 9 * DAY, ends=NOW - DAY)
    data = by(holder("REGISTER 1", old))()
    with pytest.raises(NotTrusted, match="authority has expired"):
        verified(data, trust=TrustAnchors.from_pem(old.pem))


def test_a_certificate_signed_with_sha_1_is_not_believed() -> None:
    # The library no longer makes such ones, so its word for how it was made is looked at alone.
    one = holder("REGISTER 1", authority(), made_with=hashes.SHA224())
    with pytest.raises(NotTrusted, match="no longer safe"):
        verified(by(one)())


def test_without_an_authority_nothing_is_believed() -> None:
    with pytest.raises(NotTrusted, match="BILLING_LOOKUP_TRUST_FILE"):
        verified(good(), trust=TrustAnchors([]))


def test_a_file_of_authorities_holds_authorities_alone() -> None:
    assert TrustAnchors.from_pem(authority().pem).names == ("CN=REGISTERS CA,C=SE",)
    for data in (b"", b"not pem", registers.register().pem, authority().pem + registers.register().pem):
        with pytest.raises(ValueError, match=r".*"):
            TrustAnchors.from_pem(data)


def test_what_is_read_is_what_was_signed_though_a_comment_splits_it() -> None:
    # 0007:5599991014 with a comment in it reads as the same text, to whoever reads the signed form alone.
    split = changed(SUPPLIER.encode(), SUPPLIER[:6].encode() + b"<!-- -->" + SUPPLIER[6:].encode())
    (who,) = verified(split).root.iter("{*}ParticipantIdentifier")
    assert who.text == SUPPLIER


@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_a_byte_changed_anywhere_changes_nothing_of_what_is_read(place: float, byte: int) -> None:
    data = good()
    at = int(place * len(data))
    other = data[:at] + bytes([byte]) + data[at + 1 :]
    try:
        found = verified(other)
    except (NotTrusted, NotUnderstood):
        return
    assert etree.tostring(found.root, method="c14n") == etree.tostring(verified(data).root, method="c14n")


def test_a_redirect_names_its_certificate_by_subject_or_common_name() -> None:
    certificate = registers.register().certificate
    for uid in ("REGISTER 1", "CN=REGISTER 1,C=SE", "C=SE,CN=REGISTER 1", " CN=REGISTER 1, C=SE "):
        assert signature.is_called(certificate, uid), uid
    for uid in ("", "REGISTER", "CN=REGISTER 1", "CN=REGISTER 1,C=NO", "=,"):
        assert not signature.is_called(certificate, uid), uid
