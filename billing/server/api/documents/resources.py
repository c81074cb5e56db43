"""The addresses of a supplier's documents, in the order in which they are asked."""

from typing import Final

from fastapi import APIRouter

from billing.server.api.documents import (
    answers_api,
    claims_api,
    documents_api,
    outgoing_api,
    payments_api,
    preview_api,
    prices_api,
    sending_api,
    settings_api,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    documents_api.router,
    outgoing_api.router,
    sending_api.router,
    preview_api.router,
    answers_api.router,
    payments_api.router,
    claims_api.router,
    prices_api.router,
    settings_api.router,
)
