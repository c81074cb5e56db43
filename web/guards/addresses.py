"""The one door that every address passes: what names no row is not there, whatever route it is for.

Convention: a part of a path that is a key is an `int` of its endpoint, annotated or not. `addressed` is a dependency
of the whole application, pages and API alike, and looks at all of them before anything else is done; the convertor
`int` of the router hands them on as they are written, however long they are.
"""

from functools import cache
from typing import Annotated, Final, get_args, get_origin

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


@cache
def _keys_of(endpoint: object) -> frozenset[str]:
    """The parameters of a route that are keys: an `int`, whatever else is said of it."""
    types = getattr(endpoint, "__annotations__", {})
    return frozenset(
        name
        for name, of in types.items()
        if of is int or (get_origin(of) is Annotated and get_args(of)[0] is int)
    )


def addressed(request: Request) -> None:
    """Raises NotThere where a key names no row, or the address holds what no row can: a null character.

    Raises SecretInAddress where the API is asked with a secret in the address.
    """
    secrets_in_addresses.check(request)
    keys = _keys_of(request.scope.get("endpoint"))
    if any(name in keys and key_in(str(value)) is None for name, value in request.path_params.items()):
        raise NotThere
    if NULL in request.url.path or any(NULL in value for value in request.query_params.values()):
        raise NotThere
