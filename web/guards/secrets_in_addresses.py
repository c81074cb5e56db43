"""The API takes no secret in an address: addresses stand in the logs of everybody on the way.

Convention: such a request is refused before anything else is done, with what to do; the secret is known to others by
then, whether it was right or not.
"""

from typing import Final

from fastapi import Request

from accounts.api_clients import key_format
from foundation.errors import Refused
from foundation.text import Text

_NAMES: Final = frozenset(
    {"access_token", "client_secret", "client_assertion", "api_key", "apikey", "authorization", "token"}
)


class SecretInAddress(Refused):
    """A key, a token or a client's secret stands in the address."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Nyckeln står i adressen, och adresser loggas. Räkna den som röjd: gör en ny hemlighet för klienten, "
                "byt till den och avsluta den gamla. Skicka den i huvudet Authorization: Bearer."
            )
        )


def check(request: Request) -> None:
    """Raise SecretInAddress where the API is asked with a secret in the address."""
    url = request.url
    if not url.path.startswith("/api/"):
        return
    named = {name.lower() for name in request.query_params} & _NAMES
    if named or key_format.has_secret(url.path) or key_format.has_secret(url.query):
        raise SecretInAddress
