"""Which request something is done for: the id it brought or was given, from the first line of code to the last.

Whoever is in front (the proxy) names a request by `X-Request-Id`; who does not is given a name. The first of our
applications that meets a request names it, and those behind it use the name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.types import Scope

from foundation.observability import request_ids

_KNOWN: Final = "billing.request_id"


@contextmanager
def identified(scope: Scope) -> Iterator[str]:
    """The request's id, which stands in what is logged and recorded meanwhile."""
    known = scope.get(_KNOWN)
    if known is not None:
        yield str(known)
        return
    request_id = request_ids.accepted(header_of(scope, b"x-request-id"))
    scope[_KNOWN] = request_id
    with request_ids.identified(request_id, request_ids.trace_of(header_of(scope, b"traceparent"))):
        yield request_id


def header_of(scope: Scope, name: bytes) -> str:
    """The header's value, by its name in small letters; empty where it is not there or stands there twice."""
    found = [value for given, value in scope["headers"] if given == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""
