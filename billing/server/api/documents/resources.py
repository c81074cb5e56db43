"""The addresses of a supplier's documents, in the order in which they are asked."""

from typing import Final

from fastapi import APIRouter

from billing.server.api.documents import documents_api, outgoing_api, preview_api, sending_api

ROUTERS: Final[tuple[APIRouter, ...]] = (
    documents_api.router,
    outgoing_api.router,
    sending_api.router,
    preview_api.router,
)
