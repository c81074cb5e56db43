"""Who may have what a machine watches."""

from tests.support.pages.routes import Route

ROUTES = {
    "GET /livez": Route(everybody=True, own=("/livez",), page=False),
    "GET /readyz": Route(everybody=True, own=("/readyz",), page=False),
    "GET /metrics": Route(everybody=True, own=("/metrics",), page=False),
    # Not there until the operator has named somebody.
    "GET /.well-known/security.txt": Route(everybody=True, page=False),
}
