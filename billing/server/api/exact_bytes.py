"""Bytes that never change, handed out as they are kept: with their SHA-256, and once to whoever has them already."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

from billing.server.api.base import problem
from supplier_portal.pages.query_params import digest_of


def answers(media_type: str) -> Mapping[int | str, dict[str, object]]:
    """How the description of the interface tells of them."""
    return {
        200: {
            "description": "The bytes as they are kept; `ETag` and `Content-Digest` are their SHA-256.",
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "They are those of `If-None-Match`."},
        422: problem("A parameter has a value that is not allowed."),
    }


def answer(request: Request, body: bytes, sha256: str, *, name: str, media_type: str) -> Response:
    """The bytes, whose SHA-256 in hexadecimal is `sha256`, as a file of this name; 304 where they are known."""
    headers = etag(sha256)
    if is_known(request, sha256):
        return Response(status_code=304, headers=headers)
    return Response(
        body,
        media_type=media_type,
        headers={
            **headers,
            "Content-Digest": digest_of(bytes.fromhex(sha256)),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def etag(sha256: str) -> Mapping[str, str]:
    """The headers by which the bytes are known again."""
    return {"ETag": f'"{sha256}"', "Cache-Control": "private, no-cache"}


def is_known(request: Request, sha256: str) -> bool:
    """Whether whoever asks says that it has these bytes."""
    given = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    return bool(given & {f'"{sha256}"', "*"})
