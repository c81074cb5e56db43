"""Settings examined: names in the environment that are none, and values that cannot be used. No value is repeated."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError
from pydantic_settings import SettingsError

from accounts import sealed_secrets
from accounts.openid import directory_roles
from accounts.openid.provider_settings import providers_of
from billing.tools.doctor.findings import Finding, fault, unknown, well
from foundation.errors import Refused
from foundation.text import Text
from operations.buyers import books as buyer_books
from operations.checks import private_files
from operations.configuration import reference
from operations.directory.opening import refuse_old_zone
from operations.settings import Settings
from peppol.validation.published_rules import FOLDER_VARIABLE

_WHERE: Final = Text("Vad den får vara står i docs/settings.md. Rätta den och starta om.")
_BUYERS: Final = re.compile(r"BILLING_BUYER_[A-Z0-9_]+?_(?P<setting>[A-Z][A-Z0-9_]*)")
_FIELD: Final = re.compile(r'field "(?P<name>[a-z_]+)"')


def known_variables() -> frozenset[str]:
    """Every variable of ours that is read."""
    return frozenset({FOLDER_VARIABLE, *(reference.variable_of(name) for name in Settings.model_fields)})


def strange_names(environment: Mapping[str, str], buyers: Collection[str] | None = None) -> Iterator[Finding]:
    """Names that begin as settings do and are none, each with the nearest that is.

    `buyers` are the short names of the installation's buyers, None where they are not known.
    """
    known = known_variables()
    prefixes = None if buyers is None else [buyer_books.prefix(each) for each in buyers]
    strange = sorted(
        name
        for name in environment
        if name.upper().startswith(reference.PREFIX)
        and name.upper() not in known
        and not _is_buyers(name.upper(), prefixes)
    )
    for name in strange:
        near = get_close_matches(name.upper(), known, n=1, cutoff=0.75)
        todo = (
            Text("Menade du %(near)s?", near=near[0])
            if near
            else Text("Ta bort den. Alla som finns: billing settings")
        )
        yield fault(
            "settings.names", Text("%(name)s är ingen inställning och har ingen verkan.", name=name), todo
        )
    if not strange:
        yield well("settings.names", Text("Alla namn som börjar med BILLING_ är inställningar."))


def _is_buyers(name: str, prefixes: Collection[str] | None) -> bool:
    fields = {each.upper() for each in Settings.model_fields}
    if prefixes is not None:
        return any(name.removeprefix(each) in fields for each in prefixes if name.startswith(each))
    found = _BUYERS.fullmatch(name)
    return found is not None and any(name.endswith(f"_{each}") for each in fields)


def unusable(error: ValidationError | SettingsError) -> Iterator[Finding]:
    """What the models refused: each variable, and why where a sentence says so."""
    if isinstance(error, SettingsError):
        found = _FIELD.search(str(error))
        name = reference.variable_of(found["name"]) if found else reference.PREFIX
        yield fault("settings.values", Text("%(name)s är inte JSON.", name=name), _WHERE)
        return
    for each in error.errors():
        cause = each.get("ctx", {}).get("error")
        name = reference.variable_of(str(each["loc"][0])) if each["loc"] else ""
        told = (
            cause.text
            if isinstance(cause, Refused)
            else Text("%(name)s har ett värde som inte går att använda.", name=name)
        )
        yield fault("settings.values", told, _WHERE)


def fitting(settings: Settings) -> Iterator[Finding]:
    """Whether what is set goes together, and what it names can be read."""
    faults = 0
    for look in (refuse_old_zone, _providers, sealed_secrets.of):
        try:
            look(settings)
        except Refused as refused:
            faults += 1
            yield fault("settings.values", refused.text)
    if not faults:
        yield well("settings.values", Text("Alla värden går att använda."))
    if not settings.public_url:
        yield unknown(
            "settings.public-url",
            Text(
                "BILLING_PUBLIC_URL är inte satt: länkar i mejl leder ingenstans, och ingen kan göra passnycklar."
            ),
            Text("Sätt den till portalens adress, som https://portal.example."),
        )
    is_sealed = bool(settings.secret_keys.get_secret_value().strip()) or settings.secret_keys_file is not None
    if not is_sealed and not settings.is_demo:
        yield unknown(
            "settings.secret-keys",
            Text("Hemligheter i databasen förseglas inte, eftersom ingen nyckel är satt."),
            Text(
                "Gör en nyckel (billing secrets key), sätt BILLING_SECRET_KEYS_FILE och kör billing secrets seal."
            ),
        )


def _providers(settings: Settings) -> None:
    directory_roles.checked(providers_of(settings))


def environment() -> Mapping[str, str]:
    """The variables this process was begun with."""
    return os.environ


def private(settings: Settings) -> Iterator[Finding]:
    """Files with books, mails or keys that others on the machine may use."""
    wide = list(private_files.open_to_others(settings))
    for each in wide:
        yield fault(
            "settings.private-files",
            Text(
                "%(path)s kan användas av andra på maskinen (%(mode)s).",
                path=each.path,
                mode=f"{each.mode:o}",
            ),
            Text("Stäng den: chmod %(closed)s %(path)s", closed=each.closed, path=each.path),
        )
    if not wide:
        yield well(
            "settings.private-files",
            Text("Böcker, mejl och nycklar kan bara användas av programmets användare."),
        )
