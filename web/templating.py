"""The templates, ready to be filled in: one environment a language, compiled once in a process.

Convention: a template knows the helpers named here and what its page gives it; an unknown name is a fault, never an
empty place. The two languages share what is compiled, since only the words differ. `ready` compiles everything
before the first visitor comes.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, get_args

from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from foundation import formatting
from foundation.errors import Language
from web import fronts, i18n, state_labels, static_files
from web.csrf import TOKEN_FIELD

FORM_TOKEN: Final[ContextVar[str]] = ContextVar("form_token", default="")
"""The token of the page being rendered; macros of other files reach it without being handed it."""


def environment(language: Language) -> Environment:
    """The templates of the web and of every front that takes part, in one language."""
    return _environment(language, fronts.packages())


@cache
def _environment(language: Language, packages: Sequence[str]) -> Environment:
    made = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        cache_size=-1,
        bytecode_cache=_COMPILED,
        # They change with the program only; looking at the file's date each time costs more than rendering some.
        auto_reload=False,
    )
    texts = i18n.catalogue(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        texts.gettext, texts.ngettext, newstyle=True
    )
    helpers: dict[str, Callable[..., Any] | str] = {
        "language": language,
        "csrf_field": _csrf,
        "pair": lambda sentence: i18n.pair(sentence, language),
        "money": lambda amount: i18n.money(amount, language),
        "number": lambda value: i18n.number(value, language),
        "day": formatting.day,
        "moment": formatting.moment,
        "month": lambda value: i18n.month(value, language),
        "period": formatting.period,
        "badge_of": state_labels.told,
        "static": static_files.address,
    }
    made.globals.update(helpers)
    return made


def ready() -> None:
    """Compile every template in every language, so that no visitor waits for it."""
    for language in get_args(Language):
        templates = environment(language)
        for name in templates.list_templates(extensions=("html",)):
            templates.get_template(name)


def _csrf() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, FORM_TOKEN.get())


class _InMemory(BytecodeCache):
    """What was compiled for one language, at hand for the other; the key has the file, the checksum its text."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, where it was compiled before."""
        held = self._held.get(bucket.key)
        if held is not None:
            bucket.bytecode_from_string(held)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _InMemory()
