"""Settings that cannot be used are refused at the start, with a sentence that says what to write."""

import pytest
from pydantic import ValidationError

from billing.cli.exit_codes import refusal_of
from operations.settings import Settings


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://portal.example",
        "https://portal.example/",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "https://PORTAL.example:8443",
    ],
)
def test_the_portals_address_is_scheme_and_host(url: str) -> None:
    assert Settings(public_url=url).public_url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.example/af",
        "https://portal.example/buyers/af",
        "https://portal.example//",
        "https://portal.example/?a=1",
        "https://portal.example?",
        "https://portal.example#top",
        "https://anna@portal.example",
        "https://portal.example:port",
        "https://:8000",
        "portal.example",
        "//portal.example",
        "ftp://portal.example",
    ],
)
def test_an_address_with_a_path_or_none_at_all_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(public_url=url)
    told = refusal_of(refused.value).text
    assert told.sv.startswith("BILLING_PUBLIC_URL ska vara protokoll och värd och inget mer")
    assert "a path" in told.en
