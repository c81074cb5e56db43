"""The forms of a page as it was sent: found, filled in and sent as a browser sends them."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from lxml import html

from tests.support.pages.visitor import Visitor


@dataclass(frozen=True, slots=True)
class PageForm:
    """A form as a page shows it: where it stands, where it is sent, what is in it, and what must be."""

    page: str
    action: str
    values: dict[str, str]
    fields: dict[str, str]
    required: tuple[str, ...] = ()


def read(page: str, form: html.HtmlElement) -> PageForm:
    """The form of the page with what stands in it, as `fields` those that a person sees, with their kinds."""
    values: dict[str, str] = {}
    fields: dict[str, str] = {}
    for each in form.cssselect("input, select, textarea"):
        name = str(each.get("name") or "")
        kind = each.get("type", "text") if each.tag == "input" else each.tag
        if not name or name == "form_token" or kind == "file":
            continue
        if kind in ("checkbox", "radio"):
            if each.get("checked") is not None:
                values[name] = str(each.get("value", "on"))
            continue
        values[name] = each.text_content() if each.tag == "textarea" else value_of(each)
        if kind != "hidden":
            fields[name] = str(kind)
    required = tuple(str(each.get("name")) for each in form.cssselect("[required]"))
    return PageForm(page, form.get("action") or page, values, fields, required)


def value_of(field: html.HtmlElement) -> str:
    """What stands in a field, or the choice of a list: the one that is chosen, otherwise its first."""
    if field.tag != "select":
        return str(field.get("value") or "")
    options = field.cssselect("option[selected]") or field.cssselect("option")
    return next((str(each.get("value", each.text_content())) for each in options), "")


def sent(who: Visitor, form: PageForm, values: Mapping[str, str | list[str]]) -> httpx.Response:
    """The form sent as a browser sends it, which says what page it stands on."""
    address = who.site.address
    return who.client.post(
        form.action,
        data={"form_token": who.token, **values},
        headers={"Origin": address, "Referer": f"{address}{form.page}"},
    )
