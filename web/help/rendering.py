"""A document of help as a page: HTML, its title and its headings, with the links leading to pages of help.

Convention: headings have the addresses that GitHub and the site of documents give them, so that a link holds in all
three; what is to keep its address whatever it is called has `<a id="...">` above it. HTML is taken as it stands in a
document: documents are the product's own, and nobody else writes any.
"""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from web.help.library import Library, address_of

_PARSER: Final = MarkdownIt("commonmark", {"html": True}).enable("table")
_NAMED: Final = re.compile(r'<a id="([a-z0-9-]+)">')
_DEEPEST: Final = 3
# Where a name of code may be broken: after a run of signs, and before a word within it.
_SIGNS: Final = re.compile(r"[_/.:=]+(?=[^_/.:=\s])|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its level, 1 to 6, and its address on the page."""

    level: int
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A document ready to be shown: its title apart, and of its headings those of the second and third level."""

    name: str
    title: str
    body: Markup
    headings: Sequence[Heading]
    places: frozenset[str]
    """Every address on the page that a link may lead to."""


@lru_cache(maxsize=512)
def page_of(library: Library, name: str) -> HelpPage:
    """The document as a page. Raises NotThere."""
    text = library.text(name)
    environment: dict[str, Any] = {}
    tokens = _PARSER.parse(text, environment)
    headings = _numbered(tokens)
    for token in tokens:
        _lead(token, library, name)
    title = next((each.title for each in headings if each.level == 1), name)
    body = _PARSER.renderer.render(_framed(_untitled(tokens)), _PARSER.options, environment)
    return HelpPage(
        name,
        title,
        Markup(body),  # noqa: S704 - the product's own documents
        [each for each in headings if 1 < each.level <= _DEEPEST],
        frozenset({each.id for each in headings} | set(_NAMED.findall(text))),
    )


def slug(title: str) -> str:
    """The address of a heading, as GitHub makes it.

    >>> slug("Vad gör jag, när?"), slug("`billing init` – first")
    ('vad-gör-jag-när', 'billing-init--first')
    """
    return re.sub(r"[^\w\- ]", "", title.lower().strip()).replace(" ", "-")


def _numbered(tokens: Sequence[Token]) -> list[Heading]:
    """The headings, each given its address; a second of the same title has a number behind it."""
    found: list[Heading] = []
    taken: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        title = "".join(
            each.content for each in inline.children or () if each.type in ("text", "code_inline")
        )
        own = slug(title)
        count = taken[own] = taken.get(own, -1) + 1
        address = f"{own}_{count}" if count else own
        opening.attrSet("id", address)
        found.append(Heading(int(opening.tag[1:]), address, title))
    return found


def _lead(token: Token, library: Library, name: str) -> None:
    """Let links and pictures lead to where help has them."""
    for each in token.children or ():
        if each.type == "link_open":
            each.attrSet("href", _led(str(each.attrGet("href") or ""), name))
        elif each.type == "image":
            source = str(each.attrGet("src") or "")
            each.attrSet("src", f"/help/images/{posixpath.basename(source)}")
            each.attrSet("loading", "lazy")


def _led(target: str, name: str) -> str:
    if target.startswith(("http://", "https://", "mailto:", "#")):
        return target
    path, _, part = target.partition("#")
    led = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
    if led.startswith("images/"):
        return f"/help/{led}"
    return f"{address_of(led.removesuffix('.md'))}{'#' + part if part else ''}"


def _untitled(tokens: Sequence[Token]) -> Sequence[Token]:
    """What stands below the title, where the document begins with one: heading, its words, and the heading's end."""
    return tokens[3:] if tokens and tokens[0].tag == "h1" else tokens


def _framed(tokens: Sequence[Token]) -> list[Token]:
    """Tables and code in frames that scroll by themselves, and that the keyboard reaches; cells told their columns."""
    framed: list[Token] = []
    columns: list[str] = []
    column = 0
    for token, following in zip(tokens, (*tokens[1:], None), strict=True):
        if token.type == "table_open":
            framed.append(_html('<div class="table-frame" tabindex="0">'))
            token.attrSet("class", "data")
            columns, column = [], 0
        if token.type == "th_open" and following is not None:
            columns.append("".join(each.content for each in following.children or ()))
        if token.type == "tr_open":
            column = 0
        if token.type == "td_open":
            token.attrSet("data-name", columns[column])
            column += 1
        if token.type == "inline" and columns:
            _let_code_break(token)
        if token.type in ("fence", "code_block"):
            framed.append(_html('<div class="code-frame" tabindex="0">'))
        framed.append(token)
        if token.type in ("table_close", "fence", "code_block"):
            framed.append(_html("</div>\n"))
            columns = []
    return framed


def _let_code_break(token: Token) -> None:
    """Let names of code in a cell go on to the next line after their signs, rather than within a word."""
    for each in token.children or ():
        if each.type == "code_inline":
            written = _SIGNS.sub(r"\g<0><wbr>", str(escape(each.content)))
            each.type, each.tag, each.content = "html_inline", "", f"<code>{written}</code>"


def _html(text: str) -> Token:
    return Token("html_block", "", 0, content=text)
