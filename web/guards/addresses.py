"""The one door that every address passes: what names no row is not there, whatever route it is for.

Convention: a part of a path that is a key is an `int` of its endpoint. `addressed` is a dependency of the whole
application, pages and API alike, and looks at all of them before anything else is done; the convertor `int` of the
router hands them on as they are written, however long they are.
"""

from typing import Final

from fastapi import Request
from starlette.convertors import Convertor, register_url_convertor

from foundation.errors import NotThere
from foundation.identifiers import key_in
from web.guards import secrets_in_addresses


class DigitsConvertor(Convertor[str]):
    """Digits as they are written. The framework's own makes a number of them at once, and fails for very long ones."""

    regex = "[0-9]+"

    def convert(self, value: str) -> str:
        """As it is written."""
        return value

    def to_string(self, value: str) -> str:
        """As it is written."""
        return str(value)


register_url_convertor("int", DigitsConvertor())

NULL: Final = "\0"


def addressed(request: Request) -> None:
    """Raises NotThere where a key names no row, or the address holds what no row can: a null character.

    Raises SecretInAddress where the API is asked with a secret in the address.
    """
    secrets_in_addresses.check(request)
    types = getattr(request.scope.get("endpoint"), "__annotations__", {})
    for name, value in request.path_params.items():
        if types.get(name) is int and key_in(str(value)) is None:
            raise NotThere
    if NULL in request.url.path or any(NULL in value for value in request.query_params.values()):
        raise NotThere
