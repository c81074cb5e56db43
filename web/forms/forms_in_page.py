"""Finding a form in one of our own pages, and writing into it what was written before, with the error at its field.

Pure. Two readings of the page: the first finds the form and the folds it lies in, the second copies the page and
changes that form alone. What is written is escaped; of a text with a personal identity number the number is left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from foundation import personal_numbers
from web.guards.kept_back import SIGN

Attributes = list[tuple[str, str | None]]
PAGE_FIELD: Final = "form_page"
"""The hidden field of a form on a page that tells of an error: the address of that page."""
_TOLD: Final = "error-summary"
_TICKED: Final = ("checkbox", "radio")
_NO_FIELD: Final = ("hidden", "submit", "button", "image", "reset")
# Told at as any field, but what stood in them is never written into a page.
_UNTOLD: Final = ("file", "password")
_LONG_DIGITS: Final = re.compile(r"\d[\d\s.+-]{7,}\d")


@dataclass(frozen=True, slots=True)
class Written:
    """A form that was refused: where it was sent, the page it stands on, what stood in it by field, and why not.

    `field` is the field the sentence is about; empty where the refusal does not say. `heading` and `mark` are the words
    above all errors, and before each.
    """

    action: str
    page: str
    values: Mapping[str, tuple[str, ...]]
    field: str
    sentence: str
    heading: str
    mark: str
    today: date


@dataclass(slots=True)
class _Field:
    name: str
    id: str
    kind: str
    is_required: bool


@dataclass(slots=True)
class _Form:
    """A form of the page: where it sends, its fields that a person sees, those it does not, and the folds around it."""

    place: int
    actions: set[str] = field(default_factory=set)
    fields: list[_Field] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    folds: set[int] = field(default_factory=set)


def filled(page: str, written: Written) -> str:
    """The page with what was written in its form again, and the error told first and at its field."""
    reading = _Reading(written.action)
    reading.feed(page)
    form = _form_of(reading.forms, written)
    at = _field_of(form, written) if form is not None else None
    writing = _Writing(written, form, at)
    writing.feed(page)
    writing.close()
    return "".join(writing.parts)


def _form_of(forms: list[_Form], written: Written) -> _Form | None:
    """The form that was sent: of several to the same address, the one whose hidden fields say what was sent."""
    sent = [each for each in forms if written.action in each.actions]
    for each in sent:
        if all(value in written.values.get(name, ()) for name, value in each.hidden.items()):
            return each
    return sent[0] if sent else None


def _field_of(form: _Form, written: Written) -> _Field | None:
    """The field the error is told at: the one it names; otherwise one left empty that must not be, or the longest."""
    said = {each.name: "".join(written.values.get(each.name, ())).strip() for each in form.fields}
    with_id = [each for each in form.fields if each.id]
    named = [each for each in with_id if each.name == written.field]
    empty = [each for each in with_id if each.is_required and not said[each.name]]
    typed = [each for each in with_id if each.kind not in (*_TICKED, "select")]
    longest = sorted(typed, key=lambda each: -len(said[each.name]))
    return next(iter((*named, *empty, *longest, *with_id)), None)


class _Reading(HTMLParser):
    """Finds every form, its fields, and the folds (`details`) it lies in."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_Form] = []
        self._address = address
        self._inside: _Form | None = None
        self._folds: list[int] = []
        self._fold_count = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note a form, a fold or a field."""
        given = {name: value or "" for name, value in attrs}
        if tag == "details":
            self._folds.append(self._fold_count)
            self._fold_count += 1
        elif tag == "form":
            self._inside = _Form(len(self.forms), {_path(given.get("action", ""), self._address)})
            self._inside.folds.update(self._folds)
            self.forms.append(self._inside)
        elif self._inside is not None:
            self._note(self._inside, tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or a fold."""
        if tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "form":
            self._inside = None

    def _note(self, form: _Form, tag: str, given: Mapping[str, str]) -> None:
        if "formaction" in given:
            form.actions.add(_path(given["formaction"], self._address))
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if tag not in ("input", "select", "textarea") or not name:
            return
        if kind == "hidden":
            if name != "form_token":
                form.hidden[name] = given.get("value", "")
        elif kind not in _NO_FIELD:
            form.fields.append(_Field(name, given.get("id", ""), kind, "required" in given))


class _Writing(HTMLParser):
    """Copies the page, with the form's fields filled in and the error told."""

    def __init__(self, written: Written, form: _Form | None, at: _Field | None) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._written, self._form, self._at = written, form, at
        self._form_count, self._fold_count = 0, 0
        self._inside, self._chosen, self._leaves_out = False, "", False
        self._is_told = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Copy a tag, changed where it belongs to the form."""
        raw = self.get_starttag_text() or ""
        if tag == "form":
            self._inside = self._form is not None and self._form_count == self._form.place
            self._form_count += 1
        elif tag == "details":
            if self._form is not None and self._fold_count in self._form.folds:
                raw = _tag(tag, [*(each for each in attrs if each[0] != "open"), ("open", None)])
            self._fold_count += 1
        elif self._inside:
            raw = self._field(tag, attrs, raw)
        elif tag == "html":
            raw = _tag(tag, [*attrs, ("data-page", self._written.page)])
        self.parts.append(raw)
        if tag == "form" and ("method", "post") in attrs:
            self.parts.append(
                f'<input type="hidden" name="{PAGE_FIELD}" value="{escape(self._written.page)}">'
            )
        if tag == "title":
            self.parts.append(f"{escape(self._written.mark)} ")
        elif tag == "main":
            self.parts.append(self._summary())

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """A tag that closes itself, as in a picture: copied, unless it is a field of the form."""
        raw = self.get_starttag_text() or ""
        self.parts.append(self._field(tag, attrs, raw) if self._inside else raw)

    def handle_endtag(self, tag: str) -> None:
        """Copy the end of a tag."""
        if tag == "form":
            self._inside = False
        if tag in ("textarea", "select"):
            self._leaves_out, self._chosen = False, ""
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text, but for what stood in a field that is written anew."""
        if not self._leaves_out:
            self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        """Copy a sign that is named."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a sign that is numbered."""
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Copy what the page declares itself to be."""
        self.parts.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        """Copy a comment."""
        self.parts.append(f"<!--{data}-->")

    def _field(self, tag: str, attrs: Attributes, raw: str) -> str:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        values = self._written.values
        if tag == "option" and self._chosen:
            is_chosen = given.get("value", "") in values.get(self._chosen, ())
            bare = [each for each in attrs if each[0] != "selected"]
            return _tag(tag, [*bare, ("selected", None)] if is_chosen else bare)
        if tag not in ("input", "select", "textarea") or (tag == "input" and kind in _NO_FIELD):
            return raw
        told = self._at_field(given)
        changed = [each for each in attrs if each[0] not in ("checked", "aria-invalid", "aria-describedby")]
        described = [given["aria-describedby"]] if given.get("aria-describedby") else []
        if told:
            described.append(f"{given['id']}-error")
            changed.append(("aria-invalid", "true"))
        if described:
            changed.append(("aria-describedby", " ".join(described)))
        if tag == "input" and kind in _TICKED:
            if given.get("value", "on") in values.get(name, ()):
                changed.append(("checked", None))
        elif tag == "input" and name in values and not _is_secret(given):
            changed = [each for each in changed if each[0] != "value"]
            changed.append(("value", self._shown(values[name][0])))
        elif tag == "select" and name in values:
            self._chosen = name
        made = _tag(tag, changed)
        if tag == "textarea" and name in values:
            self._leaves_out = True
            # The line feed that a browser takes away after the tag.
            made += f"\n{escape(self._shown(values[name][0]))}"
        return told + made

    def _at_field(self, given: Mapping[str, str]) -> str:
        """The error before the field it is about, once."""
        if self._at is None or self._is_told or given.get("id", "") != self._at.id:
            return ""
        self._is_told = True
        mark, sentence = escape(self._written.mark), escape(self._written.sentence)
        return f'<p class="error" id="{escape(self._at.id)}-error"><span class="hidden">{mark}</span> {sentence}</p>'

    def _summary(self) -> str:
        sentence = escape(self._written.sentence)
        told = f'<a href="#{escape(self._at.id)}">{sentence}</a>' if self._at is not None else sentence
        return (
            f'\n<div class="error-summary" role="alert" tabindex="-1" id="{_TOLD}">'
            f"<h2>{escape(self._written.heading)}</h2><ul><li>{told}</li></ul></div>"
        )

    def _shown(self, value: str) -> str:
        """What was written, but for a personal identity number in it."""
        if not self._has_number(value):
            return value
        left = _LONG_DIGITS.sub(SIGN, value)
        return "" if self._has_number(left) else left

    def _has_number(self, value: str) -> bool:
        return personal_numbers.found_in(value) or any(
            personal_numbers.numbers_in(value, on=self._written.today)
        )


def _is_secret(given: Mapping[str, str]) -> bool:
    """Whether what is written in the field is for the server alone: a password, a code, a file."""
    return given.get("type") in _UNTOLD or given.get("autocomplete") == "one-time-code"


def _tag(tag: str, attrs: Attributes) -> str:
    said = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{said}>"


def _path(action: str, address: str) -> str:
    """Where a form is sent, without its query; an empty action is the page's own address."""
    return urlsplit(action).path or address
