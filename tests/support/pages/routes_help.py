"""Who may have the pages of help: everybody."""

from tests.support.pages.routes import Route

ROUTES = {
    "GET /help": Route(everybody=True, own=("/help",)),
    "GET /help/search": Route(
        everybody=True, own=("/help/search", "/help/search?q=faktura", "/help/search?q=xyzzy")
    ),
    "GET /help/images/{name}": Route(
        everybody=True, own=("/help/images/overview.png",), foreign=("/help/images/nothing.png",), page=False
    ),
    "GET /help/{name:path}": Route(
        everybody=True,
        own=(
            "/help/guides/supplier",
            "/help/guides/finance",
            "/help/guides/account",
            "/help/guides/vendor",
            "/help/problem-codes",
            "/help/api-reference",
            "/help/api-reference/orders",
            "/help/rules",
            "/help/rules/se-r",
            "/help/rules/en16931",
            "/help/rules/en16931/br-co",
            "/help/decisions",
        ),
        foreign=("/help/nothing", "/help/guides/nobody"),
    ),
}
