"""Which addresses a webhook may have: public names over https; and what no name may lead to."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Refused
from operations.webhooks.receiver_addresses import IpAddress, checked_url, is_public, may_be_reached

INSIDE = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
]
INSIDE_6 = ["::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32"]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/",
        "https://hooks.example:8443/a?token=b",
        "https://xn--rksmrgs-5wao1o.example/h%C3%B6r",
    ],
)
def test_a_public_name_over_https_is_taken_as_it_is_written(url: str) -> None:
    assert checked_url(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example", "http://hooks.example/", "ftp://hooks.example/", "https://", "https:///a"),
        *(
            "https://localhost/",
            "https://intern/",
            "https://a.local/",
            "https://db.internal/",
            "https://a.home.arpa",
        ),
        *(
            "https://127.0.0.1/",
            "https://93.184.215.14/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
        ),
        *(
            "https://127.1/",
            "https://0177.0.0.1/",
            "https://hooks.example:0/",
            "https://hooks.example:99999/",
        ),
        *("https://user@hooks.example/", "https://:pw@hooks.example/", "https://hooks.example/#a"),
        *(
            "https://hooks.example\\@10.0.0.1/",
            "https://hooks.example/a b",
            "https://å.example/",
        ),
        *(
            "https://hooks.example/" + "a" * 500,
            "https://hooks.example/19121212-1212",
            "https://a.localhost/",
        ),
    ],
)
def test_anything_else_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_url(url)
    assert refused.value.text.sv != refused.value.text.en


def test_a_name_inside_is_taken_where_the_buyer_has_opened_its_networks() -> None:
    opened = (ip_network("10.1.0.0/16"),)
    assert checked_url("https://ledger/hook", inner=opened) == "https://ledger/hook"
    with pytest.raises(Refused):
        checked_url("http://ledger/hook", inner=opened)


@given(st.sampled_from(INSIDE), st.data())
def test_no_inner_address_is_public_however_it_is_wrapped(net: str, data: st.DataObject) -> None:
    network = ip_network(net)
    address = IPv4Address(data.draw(st.integers(int(network[0]), int(network[-1]))))
    value = int(address)
    wrapped: list[IpAddress] = [
        IPv6Address(0xFFFF << 32 | value),
        IPv6Address(value),
        IPv6Address(0x0064_FF9B << 96 | value),
        IPv6Address(0x2002 << 112 | value << 80 | 1),
    ]
    assert [each for each in [address, *wrapped] if is_public(each)] == []
    assert not may_be_reached([address])


@given(st.sampled_from(INSIDE_6), st.data())
def test_no_inner_address_of_ipv6_is_public(net: str, data: st.DataObject) -> None:
    network = ip_network(net)
    assert not is_public(IPv6Address(data.draw(st.integers(int(network[0]), int(network[-1])))))


def test_addresses_of_the_internet_are_public_and_nothing_is_nowhere() -> None:
    assert is_public(IPv4Address("93.184.215.14"))
    assert is_public(IPv6Address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))
    assert not may_be_reached([])
