"""The portal's own style sheets, script and pictures, and how long a browser may keep them.

Convention: a page names a file together with the first letters of its sha256, so the address changes with the
content and the browser may keep it for a year. Asked for without them, it is not kept at all.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

FOLDER: Final = Path(__file__).with_name("static")
_FOREVER: Final = "public, max-age=31536000, immutable"


@cache
def address(name: str) -> str:
    """The address of a file in `static/`, with the mark of its content. Raises FileNotFoundError."""
    return f"/static/{name}?v={_mark(name)}"


class MarkedFiles(StaticFiles):
    """Static files that may be kept when they are asked for by their mark."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with the time it may be kept."""
        response = await super().get_response(path, scope)
        if response.status_code < 400 and scope["query_string"] == f"v={_known(path)}".encode():
            response.headers["Cache-Control"] = _FOREVER
        return response


def _known(name: str) -> str:
    try:
        return _mark(name)
    except OSError:
        return ""


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
