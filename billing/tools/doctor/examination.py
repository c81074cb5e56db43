"""The whole examination, as things stand on one another: settings, books, services, machine, program.

Nothing is changed: books are opened as they are, nobody is sent anything, and a file that is tried to be written is
taken away. What cannot be examined since something before it is wrong is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final

from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import SQLAlchemyError

from billing.migrations.schema import open_database
from billing.tools.doctor import (
    database_examined,
    machine_examined,
    program_examined,
    services_examined,
    settings_examined,
    webhooks_examined,
)
from billing.tools.doctor.findings import Finding, fault
from foundation.errors import Refused
from operations.buyers import books as buyer_books
from operations.buyers import buyer_store
from operations.buyers.model import InstallationBuyer, chosen
from operations.settings import Settings

_OF_BOOKS: Final[Sequence[Callable[[Settings], Iterator[Finding]]]] = (
    settings_examined.fitting,
    settings_examined.private,
    database_examined.examined,
    machine_examined.folders,
    services_examined.access_point,
    services_examined.mail,
    services_examined.object_storage,
    services_examined.sign_in,
    webhooks_examined.webhooks,
)
_OF_THE_MACHINE: Final[Sequence[Callable[[], Iterator[Finding]]]] = (
    machine_examined.clock,
    machine_examined.time_zones,
    program_examined.python,
    program_examined.rules,
    program_examined.libraries,
    program_examined.paper,
    program_examined.help_texts,
)


def examined(settings: Callable[[], Settings], *, only: str = "") -> Iterator[Finding]:
    """Everything, one thing after the other; `only` is the short name of the one buyer whose books are looked at."""
    environment = settings_examined.environment()
    try:
        common = settings()
    except (ValidationError, SettingsError) as error:
        yield from settings_examined.strange_names(environment)
        yield from settings_examined.unusable(error)
    else:
        buyers, only = _buyers(common), only or common.buyer
        slugs = None if buyers is None else [each.slug for each in buyers]
        yield from settings_examined.strange_names(environment, slugs)
        yield from _unknown(buyers, only)
        yield from _books(common, buyers or (), only)
    for look in _OF_THE_MACHINE:
        yield from look()


def _books(common: Settings, buyers: Sequence[InstallationBuyer], only: str) -> Iterator[Finding]:
    """Of each buyer's books what is theirs; of one buyer's without a name."""
    if not buyers:
        yield from (finding for look in _OF_BOOKS for finding in look(common))
        return
    several = sum(each.is_open for each in buyers) > 1
    for buyer in buyers:
        if only in ("", buyer.slug):
            try:
                own = buyer_books.settings_of(common, buyer, several=several)
            except (ValidationError, SettingsError) as error:
                found = settings_examined.unusable(error)
            else:
                found = (finding for look in _OF_BOOKS for finding in look(own))
            yield from (replace(each, about=buyer.slug) for each in found)


def _unknown(buyers: Sequence[InstallationBuyer] | None, only: str) -> Iterator[Finding]:
    """A buyer that was named and that there is none of; nothing where nobody knows which there are."""
    if only and buyers:
        try:
            chosen(buyers, only)
        except Refused as refused:
            yield fault("settings.buyer", refused.text)


def _buyers(common: Settings) -> Sequence[InstallationBuyer] | None:
    """The installation's buyers; None where the first books cannot say."""
    try:
        with closing(open_database(common.database_url, options=common.database_options)) as database:
            return buyer_store.buyers_in(database)
    except (SQLAlchemyError, Refused):
        return None
