"""The templates, ready to be filled in: one environment a language, compiled once in a process.

Convention: a template knows the helpers named here and what its page gives it; an unknown name is a fault, never an
empty place. All languages share what is compiled, since only the words differ; a
`Text` is written in the language of the page. `ready` compiles everything
before the first visitor comes.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_eval_context
from jinja2.bccache import Bucket
from jinja2.nodes import EvalContext
from markupsafe import Markup

from foundation import formatting
from foundation.product import PRODUCT
from foundation.text import Language, Text, filled, languages, translations
from foundation.units import unit_name
from invoicing.matching import payee_accounts
from web import fronts, i18n, state_labels, static_files
from web.csrf import TOKEN_FIELD
from web.guards.kept_back import kept_back

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
        finalize=lambda value: kept_back(value.in_language(language) if isinstance(value, Text) else value),
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    helpers: dict[str, Callable[..., Any] | str | Text] = {
        "language": language,
        "languages": i18n.language_choices,
        "csrf_field": _csrf,
        "gettext": _gettext(language),
        "ngettext": _ngettext(language),
        "said": lambda text: text.in_language(language),
        "money": lambda amount: i18n.money(amount, language),
        "unit_price": lambda value: i18n.unit_price(value, language),
        "unit_name": unit_name,
        "account_as_written": payee_accounts.as_written,
        "product": PRODUCT,
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


def _gettext(language: Language) -> Callable[..., str]:
    @pass_eval_context
    def gettext(context: EvalContext, message: str, /, **values: object) -> str:
        return _filled(context, translations(language).gettext(message), values, language)

    return gettext


def _ngettext(language: Language) -> Callable[..., str]:
    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: object) -> str:
        template = translations(language).ngettext(one, many, number)
        return _filled(context, template, {"num": number, **values}, language)

    return ngettext


def _filled(context: EvalContext, template: str, values: dict[str, object], language: Language) -> str:
    """The template with its values; on a page they are escaped, and the template, which is ours, is not."""
    values = {
        name: kept_back(value.in_language(language) if isinstance(value, Text) else value)
        for name, value in values.items()
    }
    return filled(Markup(template) if context.autoescape else template, values, language)  # noqa: S704


def ready() -> None:
    """Compile every template in every language, so that no visitor waits for it."""
    for language in languages():
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
