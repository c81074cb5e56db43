"""What the elements of a page are called, what they say, and which a selector means, as a browser would tell.

Convention: only as much of CSS and of the rules for accessible names as the journeys use.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

from lxml.html import HtmlElement

Named = str | re.Pattern[str]

_ROLES: Final = {
    "a": "link",
    "button": "button",
    "tr": "row",
    "select": "combobox",
    "textarea": "textbox",
    **{f"h{level}": "heading" for level in range(1, 7)},
}
_INPUTS: Final = {"submit": "button", "checkbox": "checkbox", "radio": "radio"}
_NAMED: Final = {"link", "button", "checkbox", "radio", "combobox", "textbox", "heading"}
_UNSAID: Final = {"script", "style", "template", "head", "title", "desc"}
_INLINE: Final = {
    "a",
    "abbr",
    "b",
    "code",
    "em",
    "i",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "mark",
    "var",
}
_COMPOUND: Final = re.compile(
    r"(?P<tag>[a-z][a-z0-9]*)|#(?P<id>[\w-]+)|\.(?P<class>[\w-]+)|\[(?P<attr>[\w-]+)(?:(?P<op>\^?=)'?(?P<value>[^'\]]*)'?)?\]"
    r"|:not\((?P<not>[^)]*)\)|:has-text\('(?P<text>[^']*)'\)"
)


def text_of(element: HtmlElement) -> str:
    """What an element says to whoever reads it: nothing hidden, one space between words and between blocks."""
    return re.sub(r"[ \t\r\n]+", " ", "".join(_said(element))).strip(" ")


def _said(element: HtmlElement) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in _UNSAID or element.get("hidden") is not None:
        return
    gap = "" if element.tag in _INLINE else " "
    yield gap
    yield element.text or ""
    for child in element:
        if not _folded(element) or child.tag == "summary":
            yield from _said(child)
        yield child.tail or ""
    yield gap


def _folded(element: HtmlElement) -> bool:
    """Whether they are details that are closed; what folds on a phone alone stands open on paper."""
    return (
        element.tag == "details"
        and element.get("open") is None
        and "narrow-fold" not in str(element.get("class", "")).split()
    )


def visible(element: HtmlElement) -> bool:
    """Whether it is neither hidden nor in details that are closed."""
    inside: HtmlElement | None = None
    for each in (element, *element.iterancestors()):
        if each.get("hidden") is not None or each.get("type") == "hidden":
            return False
        if _folded(each) and inside is not None and inside.tag != "summary":
            return False
        inside = each
    return True


def says(text: str, name: Named, *, exact: bool = False) -> bool:
    """Whether a text is, or has in it, what is asked for."""
    if isinstance(name, re.Pattern):
        return name.search(text) is not None
    return text == name if exact else name.casefold() in text.casefold()


def role_of(element: HtmlElement) -> str:
    """What sort of thing people would say it is."""
    given = element.get("role") if isinstance(element.tag, str) else ""
    if given or not isinstance(element.tag, str):
        return str(given)
    if element.tag == "input":
        return _INPUTS.get(element.get("type", "text"), "textbox")
    if element.tag == "a" and element.get("href") is None:
        return ""
    return _ROLES.get(element.tag, "")


def name_of(element: HtmlElement) -> str:
    """What people would call it: its aria-label, its own label, or what it says."""
    given = element.get("aria-label")
    if given:
        return str(given)
    if element.tag == "input" and element.get("type") == "submit":
        return str(element.get("value") or "")
    if element.tag in ("input", "select", "textarea"):
        top = element.getroottree().getroot()
        return " ".join(text_of(each) for each in top.iter("label") if control_of(each) is element)
    return text_of(element)


def barriers(document: HtmlElement) -> list[str]:
    """What keeps people out and can be told without drawing: what has no name, no language, no main part, no target."""
    elements = [each for each in document.iter() if isinstance(each.tag, str)]
    ids = Counter(each.get("id") for each in elements if each.get("id"))
    pointed = [
        (each, target)
        for each in elements
        for attribute in ("for", "form", "aria-describedby", "aria-labelledby")
        for target in (each.get(attribute) or "").split()
    ]
    nameless = [
        each
        for each in elements
        if (role_of(each) in _NAMED or each.tag == "input") and visible(each) and not name_of(each)
    ]
    return [
        *(f"{tag}: not one" for tag in ("main", "h1") if len(list(document.iter(tag))) != 1),
        *("html: no lang" for _ in range(not document.get("lang"))),
        *(f"id {name}: {many} times" for name, many in ids.items() if many > 1),
        *(
            f"{each.tag!s}: points to {target}, which is not there"
            for each, target in pointed
            if target not in ids
        ),
        *(f"{each.tag!s} {dict(each.attrib)}: has no name" for each in nameless),
        *("img: no alt" for each in document.iter("img") if each.get("alt") is None),
    ]


def control_of(label: HtmlElement) -> HtmlElement | None:
    """The field a label is about."""
    named = label.get("for")
    if named:
        found = label.getroottree().getroot().xpath("//*[@id=$name]", name=named)
        return found[0] if found else None
    return next(label.iter("input", "select", "textarea"), None)


def smallest_saying(top: HtmlElement, text: Named, *, exact: bool = False) -> list[HtmlElement]:
    """Those elements that say so and hold none that does."""
    saying = [
        each
        for each in top.iter()
        if isinstance(each.tag, str) and each.tag not in _UNSAID and says(_whole(each), text, exact=exact)
    ]
    return [each for each in saying if not any(inner in saying for inner in each)]


def _whole(element: HtmlElement) -> str:
    """All of its text, also what is hidden."""
    return re.sub(r"[ \t\r\n]+", " ", element.text_content()).strip(" ")


def by_css(top: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements below `top` that the selector means, in their order."""
    ways = [_parts(way.strip()) for way in selector.split(",")]
    return [
        each for each in top.iter() if isinstance(each.tag, str) and any(_meets(each, way) for way in ways)
    ]


@cache
def _parts(way: str) -> tuple[str, ...]:
    return tuple(re.split(r"\s+(?![^(\[]*[)\]])", way))


def _meets(element: HtmlElement, way: tuple[str, ...]) -> bool:
    *above, last = way
    if not _is(element, last):
        return False
    around = element.iterancestors()
    return all(any(_is(each, part) for each in around) for part in reversed(above))


def _is(element: HtmlElement, compound: str) -> bool:
    read = 0
    for found in _COMPOUND.finditer(compound):
        assert found.start() == read, compound
        read = found.end()
        if not _holds(element, found.groupdict()):
            return False
    assert read == len(compound), compound
    return True


def _holds(element: HtmlElement, asked: dict[str, str | None]) -> bool:
    if asked["tag"]:
        return bool(element.tag == asked["tag"])
    if asked["id"]:
        return bool(element.get("id") == asked["id"])
    if asked["class"]:
        return asked["class"] in element.get("class", "").split()
    if asked["not"]:
        return not _is(element, asked["not"])
    if asked["text"]:
        return says(_whole(element), asked["text"])
    value = element.get(str(asked["attr"]))
    if value is None or asked["op"] is None:
        return value is not None
    wanted = str(asked["value"])
    return bool(value.startswith(wanted)) if asked["op"] == "^=" else bool(value == wanted)
