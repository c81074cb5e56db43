"""Drawing pictures as SVG in the page: elements with their attributes, everything written escaped.

Convention: a picture carries its own title and description, takes its colours from classes of the style
sheet, and tells nothing by colour alone. Coordinates are whole numbers of a unit that is one pixel when
the picture is as wide as it was drawn; an amount becomes a length by exact arithmetic.
"""

from decimal import Decimal

from markupsafe import Markup, escape

SvgChild = Markup | str


def element(name: str, *children: SvgChild, **attributes: object) -> Markup:
    """One element; an attribute's underscores become hyphens, `class_` is class, and None leaves it out.

    >>> str(element("text", "5 < 6", x=1, class_="tick"))
    '<text x="1" class="tick">5 &lt; 6</text>'
    """
    # Plain text of escaped parts: Markup's own formatting takes ten times as long, and a picture has hundreds.
    written = "".join(
        f' {_attribute(key)}="{escape(value)}"' for key, value in attributes.items() if value is not None
    )
    inner = "".join(map(escape, children))
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704 - every part is escaped above


def picture(
    *children: SvgChild,
    name: str,
    title: str,
    description: str,
    width: int,
    height: int,
    class_: str,
    links: bool = False,
) -> Markup:
    """The whole picture. One with links is a group, so that a screen reader reaches them; others are an image."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *children,
        class_=class_,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="group" if links else "img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
        focusable="false",
    )


def plain_picture(
    *children: SvgChild, name: str, title: str, width: int, height: int, class_: str | None = None
) -> Markup:
    """A picture as wide as the room it gets, whose title says all there is to say.

    Of one that is drawn twice the class is `wide-picture` or `narrow-picture`, and the screen's width shows one.
    """
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        *children,
        class_=class_,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{name}-title",
    )


def line(x1: int, y1: int, x2: int, y2: int, *, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def box(x: int, y: int, width: int, height: int, *, class_: str) -> Markup:
    """A rectangle, such as a bar."""
    return element("rect", x=x, y=y, width=width, height=height, class_=class_)


def words(text: str, *, x: int, y: int, class_: str, anchor: str | None = None) -> Markup:
    """A piece of text; `anchor` middle or end sets where x is."""
    return element("text", text, x=x, y=y, class_=class_, text_anchor=anchor)


def length(amount: Decimal, *, whole: Decimal, units: int) -> int:
    """How long an amount is drawn when `whole` takes `units`; never below nothing or above the whole.

    >>> length(Decimal("25.00"), whole=Decimal("100"), units=200)
    50
    """
    if whole <= 0 or amount <= 0:
        return 0
    return min(units, int((amount * units / whole).to_integral_value()))


def _attribute(key: str) -> str:
    return (
        key if key in ("viewBox", "patternUnits", "patternTransform") else key.rstrip("_").replace("_", "-")
    )
