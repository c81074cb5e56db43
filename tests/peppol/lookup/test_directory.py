"""A directory over a register that answers as told: a signed yes, a no, and doubt for all that cannot be verified."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from peppol.access_points.protocol import Capability, PeerVerdict
from peppol.identifiers import DOCUMENT_SCHEME, DocumentKind
from peppol.lookup.directory import REDIRECTS_MAX, FixedRegister, RegisterDirectory
from peppol.lookup.document_types import WILDCARD_SCHEME
from peppol.lookup.sml import Locator, host_name
from tests.support.servers import registers
from tests.support.servers.access_points import ANOTHER, SUPPLIER
from tests.support.servers.name_server import name_server
from tests.support.servers.registers import (
    DAY,
    NOW,
    ORDER,
    ORDER_ONLY,
    Endpoint,
    Served,
    authority,
    group,
    holder,
    metadata,
    redirect,
    served,
    signed,
)

ORDERING: Final = DocumentKind.ORDER.profile_ids[1]
BDXR: Final = "http://docs.oasis-open.org/bdxr/ns/SMP/2016/05"
TAKES, OTHERS, NOBODY, DOUBT = (
    PeerVerdict.TAKES,
    PeerVerdict.OTHER_KINDS_ONLY,
    PeerVerdict.NOT_REGISTERED,
    PeerVerdict.CANNOT_TELL,
)


@pytest.fixture
def register() -> Iterator[Served]:
    with served() as register:
        yield register


def asked(
    register: Served, *, inside: bool = False, process: str = ORDER_ONLY, kind: str = ORDER
) -> Capability:
    directory = RegisterDirectory(
        FixedRegister(register.address), trust=registers.trusted, clock=lambda: NOW, seconds=20, inside=inside
    )
    try:
        return directory.lookup(SUPPLIER, kind, process)
    finally:
        directory.close()


def answer(register: Served, body: bytes | int) -> None:
    """What the register says of the supplier and orders."""
    register.answers[register.about(SUPPLIER, ORDER)] = body


def say(*endpoints: Endpoint, **more: str) -> bytes:
    return signed(metadata(*endpoints, **{"who": SUPPLIER, **more}))


# What it says of endpoints -------------------------------------------------------------------

GONE, COMING = "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"
EXPIRED: Final = holder("AP", authority(), begins=NOW - 9 * DAY, ends=NOW - DAY).base64
COMING_CERTIFICATE: Final = holder("AP", authority(), begins=NOW + DAY, ends=NOW + 9 * DAY).base64

ENDPOINTS: Final[Mapping[str, tuple[tuple[Endpoint, ...], PeerVerdict]]] = {
    "one": ((Endpoint(),), TAKES),
    "none": ((), OTHERS),
    "of another process": ((Endpoint(process=ORDERING),), OTHERS),
    "of another transport": ((Endpoint(transport="busdox-transport-as2-ver1p0"),), OTHERS),
    "of an older AS4": ((Endpoint(transport="peppol-transport-as4-v1_0"),), OTHERS),
    "of two transports": ((Endpoint(transport="busdox-transport-as2-ver1p0"), Endpoint()), TAKES),
    "gone": ((Endpoint(expiration=GONE),), OTHERS),
    "coming": ((Endpoint(activation=COMING),), OTHERS),
    "gone and one that is here": ((Endpoint(expiration=GONE), Endpoint()), TAKES),
    "gone and one that is coming": ((Endpoint(expiration=GONE), Endpoint(activation=COMING)), OTHERS),
    "here between its days": ((Endpoint(activation=GONE, expiration=COMING),), TAKES),
    "gone by a day with its zone": ((Endpoint(expiration="2024-01-01Z"),), OTHERS),
    "with days that are none": ((Endpoint(expiration="i morgon"),), DOUBT),
    "with days that are none, and one that is here": ((Endpoint(expiration="i morgon"), Endpoint()), TAKES),
    "without TLS": ((Endpoint(address="http://ap.example/as4"),), DOUBT),
    "without an address": ((Endpoint(address=""),), DOUBT),
    "with a certificate that has expired": ((Endpoint(certificate=EXPIRED),), DOUBT),
    "with a certificate of tomorrow": ((Endpoint(certificate=COMING_CERTIFICATE),), DOUBT),
    "with a certificate that is none": ((Endpoint(certificate="c2ltdWxhdGVk"),), DOUBT),
    "without a certificate": ((Endpoint(certificate=""),), DOUBT),
    "with an expired certificate, and one that is here": ((Endpoint(certificate=EXPIRED), Endpoint()), TAKES),
}


@pytest.mark.parametrize(("endpoints", "verdict"), ENDPOINTS.values(), ids=list(ENDPOINTS))
def test_an_endpoint(register: Served, endpoints: tuple[Endpoint, ...], verdict: PeerVerdict) -> None:
    answer(register, say(*endpoints))
    register.answers[register.about(SUPPLIER)] = group(SUPPLIER, f"{DOCUMENT_SCHEME}::{ORDER}")
    found = asked(register)
    assert (found.verdict, bool(found.words)) == (verdict, verdict is DOUBT)
    assert found.address == ("https://ap.example/as4" if verdict is TAKES else "")


def test_the_younger_form_is_read_too(register: Served) -> None:
    answer(register, say(Endpoint(), namespace=BDXR))
    assert asked(register).takes


# What is no answer -----------------------------------------------------------------------------

NOT_BELIEVED: Final[Mapping[str, Callable[[], bytes | int]]] = {
    "empty": lambda: b"",
    "text": lambda: b"not xml",
    "about another participant": lambda: say(Endpoint(), who=ANOTHER),
    "about another document type": lambda: say(Endpoint(), kind=DocumentKind.INVOICE.document_type_id),
    "about another scheme": lambda: say(Endpoint(), scheme=WILDCARD_SCHEME),
    "with a declaration": lambda: b'<!DOCTYPE x [<!ENTITY e "boom">]>' + say(Endpoint()).partition(b"?>")[2],
    "of another namespace": lambda: say(Endpoint()).replace(b"busdox.org", b"busdox.example"),
    "cut": lambda: say(Endpoint())[:-40],
    "too deep": lambda: signed(metadata(who=SUPPLIER).replace(b"</smp:P", b"<a>" * 60 + b"</a>" * 60 + b"</smp:P")),
    "a group": lambda: group(SUPPLIER, ORDER),
    "too large": lambda: say(Endpoint()) + b" " * 1_000_001,
    "not signed": lambda: metadata(Endpoint(), who=SUPPLIER),
    "signed by an access point": lambda: signed(metadata(Endpoint(), who=SUPPLIER), registers.access_point()),
    "not signed inside": lambda: say(Endpoint()).replace(b"SignedServiceMetadata", b"ServiceMetadata"),
    "a server's fault": lambda: 500,
    "not now": lambda: 503,
    "denied": lambda: 403,
    "nothing": lambda: 204,
}  # fmt: skip


@pytest.mark.parametrize("made", NOT_BELIEVED.values(), ids=list(NOT_BELIEVED))
def test_what_cannot_be_verified_is_neither_yes_nor_no(
    register: Served, made: Callable[[], bytes | int]
) -> None:
    answer(register, made())
    found = asked(register)
    assert (found.verdict, bool(found.words)) == (DOUBT, True)


# A no ----------------------------------------------------------------------------------------


def test_who_is_not_in_the_register_is_not_registered(register: Served) -> None:
    assert asked(register).verdict is NOBODY


def test_who_takes_other_documents_has_them_in_its_group(register: Served) -> None:
    register.answers[register.about(SUPPLIER)] = group(SUPPLIER, f"{DOCUMENT_SCHEME}::other")
    assert asked(register).verdict is OTHERS


def test_a_group_that_lists_what_the_register_does_not_have_is_doubt(register: Served) -> None:
    register.answers[register.about(SUPPLIER)] = group(SUPPLIER, f"{DOCUMENT_SCHEME}::{ORDER}")
    assert asked(register).verdict is DOUBT


@pytest.mark.parametrize("body", [b"<x/>", group(ANOTHER), 500], ids=["another", "of another", "fault"])
def test_a_group_that_cannot_be_read_is_doubt(register: Served, body: bytes | int) -> None:
    register.answers[register.about(SUPPLIER)] = body
    assert asked(register).verdict is DOUBT


def test_a_register_that_the_locator_names_and_that_knows_nobody_is_doubt(register: Served) -> None:
    record = f'100 10 "U" "Meta:SMP" "!^.*$!{register.address}!" .'
    with name_server({host_name(SUPPLIER, "sml.test"): [record]}) as server:
        locator = Locator("sml.test", server=server, seconds=5, inside=True)
        directory = RegisterDirectory(locator, trust=registers.trusted, clock=lambda: NOW, inside=True)
        found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
        directory.close()
    assert (found.verdict, "does not know" in found.words) == (DOUBT, True)


# Wildcards -------------------------------------------------------------------------------------

ROOT: Final = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##{}::2.1"
PINT: Final = ROOT.format("urn:peppol:pint:billing-1@eu-1")


@pytest.mark.parametrize(
    ("registered", "covers"),
    [
        ("urn:peppol:pint:billing-1@eu-1", True),
        ("urn:peppol:pint:billing-1@eu-1*", True),
        ("urn:peppol:pint:billing-1*", True),
        ("urn:peppol:pint:billing-1", False),
        ("urn:peppol:pint:billing*", False),
        ("urn:peppol:pint:billing-1@jp-1*", False),
        ("*", False),
    ],
)
def test_a_wildcard_covers_what_begins_as_it_at_a_part(
    register: Served, registered: str, covers: bool
) -> None:
    value = ROOT.format(registered)
    register.answers[register.about(SUPPLIER)] = group(SUPPLIER, f"{WILDCARD_SCHEME}::{value}")
    register.answers[register.about(SUPPLIER, value, WILDCARD_SCHEME)] = say(
        Endpoint(), kind=value, scheme=WILDCARD_SCHEME
    )
    assert asked(register, kind=PINT).verdict is (TAKES if covers else OTHERS)


def test_of_several_the_closest_is_asked(register: Served) -> None:
    values = [ROOT.format(each) for each in ("urn:peppol:pint:billing-1*", "urn:peppol:pint:billing-1@eu-1*")]
    register.answers[register.about(SUPPLIER)] = group(
        SUPPLIER, *(f"{WILDCARD_SCHEME}::{each}" for each in values)
    )
    for value, process in zip(values, (ORDERING, ORDER_ONLY), strict=True):
        register.answers[register.about(SUPPLIER, value, WILDCARD_SCHEME)] = say(
            Endpoint(process=process), kind=value, scheme=WILDCARD_SCHEME
        )
    assert asked(register, kind=PINT).takes


# Led on to another register ----------------------------------------------------------------------


def lead(register: Served, to: Served, uid: str = "REGISTER 2") -> None:
    answer(register, signed(redirect(f"{to.address}/iso6523-actorid-upis%3A%3Ax/services/y", uid)))


@pytest.mark.parametrize(
    ("uid", "verdict"),
    [("REGISTER 2", TAKES), ("CN=REGISTER 2,C=SE", TAKES), ("REGISTER 1", DOUBT), ("", DOUBT)],
)
def test_a_register_leads_to_another_whose_certificate_it_names(
    register: Served, uid: str, verdict: PeerVerdict
) -> None:
    with served() as other:
        lead(register, other, uid)
        answer(other, signed(metadata(Endpoint(), who=SUPPLIER), registers.register("REGISTER 2")))
        assert asked(register, inside=True).verdict is verdict


def test_a_redirect_that_nobody_signed_leads_nowhere(register: Served) -> None:
    with served() as other:
        answer(register, redirect(other.address, "REGISTER 2"))
        answer(other, signed(metadata(Endpoint(), who=SUPPLIER), registers.register("REGISTER 2")))
        assert (asked(register, inside=True).verdict, other.asked) == (DOUBT, [])


def test_whoever_is_led_to_and_knows_nothing_is_no_no(register: Served) -> None:
    with served() as other:
        lead(register, other)
        assert asked(register, inside=True).verdict is DOUBT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_http_leads_to_the_same_question_elsewhere(register: Served, status: int) -> None:
    with served() as other:
        to = f"{other.address}/iso6523-actorid-upis%3A%3Aelse/secret?x=1"
        register.answers[register.about(SUPPLIER, ORDER)] = (status, {"Location": to})
        answer(other, say(Endpoint()))
        assert asked(register, inside=True).takes
        assert other.asked == [other.about(SUPPLIER, ORDER)]


def test_nobody_is_led_around_without_end(register: Served) -> None:
    lead(register, register, "REGISTER 1")
    assert (asked(register, inside=True).verdict, len(register.asked)) == (DOUBT, 1 + REDIRECTS_MAX)
    register.asked.clear()
    register.answers[register.about(SUPPLIER, ORDER)] = (302, {"Location": f"{register.address}/"})
    assert (asked(register, inside=True).verdict, len(register.asked)) == (DOUBT, 1 + REDIRECTS_MAX)


@pytest.mark.parametrize("to", ["", "//", "http://[", "mailto:x", "/else"])
def test_http_that_leads_nowhere_is_doubt(register: Served, to: str) -> None:
    register.answers[register.about(SUPPLIER, ORDER)] = (302, {"Location": to})
    assert asked(register).verdict is DOUBT
