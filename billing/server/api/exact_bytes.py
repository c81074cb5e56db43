"""The very bytes of a message, with their digest as ETag, so that whoever has them is not sent them again."""

from typing import Final

from fastapi import Request
from fastapi.responses import Response

from supplier_portal.pages.forms import as_file
from supplier_portal.pages.query_params import digest_of

ANSWERS: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "description": "The bytes as they were sent; `ETag` and `Content-Digest` are their SHA-256.",
        "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "They are those of `If-None-Match`."},
}
"""What an address of such bytes answers."""


def answer(request: Request, body: bytes, sha256: str, name: str) -> Response:
    """The bytes as XML, or 304; `sha256` in hex is theirs, `name` what they are saved as without its ending."""
    tag = f'"{sha256}"'
    given = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if given & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    response = as_file(body, "application/xml", f"{name}.xml")
    response.headers.update({**headers, "Content-Digest": digest_of(bytes.fromhex(sha256))})
    return response
