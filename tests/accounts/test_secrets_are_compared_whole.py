"""What proves who somebody is is compared in a time that says nothing of how much of it was right (ASVS 11.2.4)."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support import product
from tests.support.project import PROJECT

COMPARED_WHOLE = {
    ("accounts/mails/mail_links.py", "read"),
    ("accounts/openid/arriving.py", "_end_journey"),
    ("accounts/api_clients/signing_in.py", "by_secret"),
    ("accounts/two_factor.py", "step_of"),
    ("billing/server/metrics.py", "metrics"),
    ("billing/server/webhook.py", "_by_token"),
    ("billing/server/webhook.py", "check"),
    ("billing/tools/access_point_simulator/app.py", "__call__"),
    ("web/csrf.py", "guarded"),
    ("accounts/mails/status_links.py", "read"),
    ("accounts/api_clients/key_format.py", "key_of"),
}
NO_SECRETS_OF_OURS = {
    "_E.token == token": "which worker has the endpoint, asked of the database; no way in",
    "password != again": "both were typed by the same person, and are told to differ",
    "left != password": "asks whether a password holds a name, before there is an account",
}
_A_SECRET = re.compile(r"token|secret|signature|password|cookie|nonce|totp|recovery", re.IGNORECASE)


def functions(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def source(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


def calls_for_the_whole(function: ast.AST) -> bool:
    """Whether the function compares in constant time."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "compare_digest" for node in ast.walk(function)
    )


def name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return name_of(inner)
        case _:
            return ""


def asks_the_database(node: ast.expr) -> bool:
    """Whether a column is compared: by an index of fingerprints, which nobody can guess sign by sign."""
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"
    )


def compared_sign_by_sign(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            sides = (node.left, *node.comparators)
            if any(map(asks_the_database, sides)) or any(isinstance(side, ast.Constant) for side in sides):
                continue
            if any(_A_SECRET.search(name_of(side)) for side in sides):
                yield ast.unparse(node)


def test_each_place_that_weighs_a_secret_compares_it_whole() -> None:
    found = {
        (path, function.name)
        for path in product.modules()
        if "compare_digest" in source(path)
        for function in functions(path)
        if calls_for_the_whole(function)
    }
    assert found == COMPARED_WHOLE


def test_no_secret_is_compared_sign_by_sign() -> None:
    found = {
        each
        for path in product.modules()
        if _A_SECRET.search(source(path))
        for each in compared_sign_by_sign(ast.parse(source(path)))
    }
    assert found == set(NO_SECRETS_OF_OURS)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("given_token == right", ["given_token == right"]),
        ("right != request.cookies['x']", ["right != request.cookies['x']"]),
        ("table.c.secret_sha256 == key", []),
        ("token == ''", []),
        ("hmac.compare_digest(token, right)", []),
    ],
)
def test_what_would_be_found(code: str, found: list[str]) -> None:
    assert list(compared_sign_by_sign(ast.parse(code))) == found
