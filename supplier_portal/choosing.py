"""From an installation's settings to its access point and its directory: the one place that knows all kinds.

Raises `Refused` for settings that do not go together, with the name of the setting and what to
write. What is opened is closed by `opened_access_point` and `opened_directory`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from orders.database import Clock, utc_now
from orders.values import Refused
from peppol.access_points.composed import Composed, NoInlet
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.phoss import PhossInlet, PhossOutlet
from peppol.access_points.protocol import AccessPoint, Directory, Inlet, NoDirectory
from peppol.access_points.web import Web
from peppol.lookup import FixedRegister, RegisterDirectory
from peppol.lookup_dns import Locator
from supplier_portal.settings_post import PostSettings


def no_access_point() -> Refused:
    """Nothing is set, and nothing was named."""
    return Refused(
        "Ingen accesspunkt är inställd. Sätt BILLING_ACCESS_POINT_KIND och BILLING_ACCESS_POINT_ADDRESS, "
        "eller ange en mapp med --folder.",
        "No access point is set. Set BILLING_ACCESS_POINT_KIND and BILLING_ACCESS_POINT_ADDRESS, "
        "or name a folder with --folder.",
    )


@contextmanager
def opened_access_point(settings: PostSettings, *, clock: Clock = utc_now) -> Iterator[AccessPoint]:
    """The access point the settings name, with its directory; closed at the end. Raises Refused."""
    with ExitStack() as stack:
        directory = stack.enter_context(opened_directory(settings, clock=clock))
        yield _access_point(settings, directory, stack)


@contextmanager
def opened_directory(settings: PostSettings, *, clock: Clock = utc_now) -> Iterator[Directory]:
    """The directory the settings name; one that cannot tell where none is set. Raises Refused."""
    finder: FixedRegister | Locator | None = None
    if settings.lookup_smp:
        finder = FixedRegister(settings.lookup_smp)
    elif settings.lookup_sml_zone:
        finder = Locator(
            settings.lookup_sml_zone, server=settings.lookup_dns_server, seconds=settings.lookup_seconds
        )
    elif settings.access_point_kind == "simulator":
        finder = FixedRegister(f"{settings.access_point_address.rstrip('/')}/smp")
    if finder is None:
        yield NoDirectory()
        return
    directory = RegisterDirectory(
        finder,
        clock=clock,
        seconds=settings.lookup_seconds,
        remembers=timedelta(seconds=settings.lookup_remembers),
        proxy=settings.access_point_proxy,
    )
    try:
        yield directory
    finally:
        directory.close()


def _access_point(settings: PostSettings, directory: Directory, stack: ExitStack) -> AccessPoint:
    kind, address = settings.access_point_kind, settings.access_point_address
    if not kind:
        raise no_access_point()
    if not address:
        raise _wrong("BILLING_ACCESS_POINT_ADDRESS", "saknas", "is missing")

    def web(*path: str, base: str = address) -> Web:
        opened = _web(settings, "/".join((base.rstrip("/"), *path)))
        stack.callback(opened.close)
        return opened

    country, mls_to = settings.access_point_country, settings.access_point_mls_to
    if kind == "folder":
        return FolderAccessPoint(
            Path(address), enveloped=settings.access_point_enveloped, directory=directory
        )
    if kind == "phoss":
        main = web()
        outlet = PhossOutlet(main, country=country, mls_to=mls_to, enveloped=settings.access_point_enveloped)
        return Composed(outlet, _inlet(settings, web, stack) or PhossInlet(main, country=country), directory)
    if kind == "phase4":
        bare = settings.access_point_bare
        sending = Phase4Outlet(web(), country=country, mls_to=mls_to, bare=bare)
        return Composed(sending, _inlet(settings, web, stack) or NoInlet(), directory)
    simulated = Phase4Outlet(web("phase4"), country=country, mls_to=mls_to)
    mailbox = MailboxInlet(web("mailbox", settings.access_point_participant))
    return Composed(simulated, _inlet(settings, web, stack) or mailbox, directory)


def _inlet(settings: PostSettings, web: Callable[..., Web], stack: ExitStack) -> Inlet | None:
    """The way in where it is another than the way out."""
    address = settings.access_point_inbox_address
    if not settings.access_point_inbox:
        return None
    if not address:
        raise _wrong("BILLING_ACCESS_POINT_INBOX_ADDRESS", "saknas", "is missing")
    if settings.access_point_inbox == "folder":
        return FolderAccessPoint(Path(address))
    return MailboxInlet(web(base=address))


def _web(settings: PostSettings, address: str) -> Web:
    token = settings.access_point_token.get_secret_value()
    if not token and settings.access_point_kind == "simulator":
        token = settings.simulator_token.get_secret_value()
    try:
        return Web(
            address,
            headers={"X-Token": token} if token else None,
            seconds=settings.access_point_seconds,
            ca_file=settings.access_point_ca_file,
            proxy=settings.access_point_proxy,
            plain_http=settings.access_point_plain_http,
        )
    except (ValueError, OSError) as wrong:
        raise _wrong(
            "BILLING_ACCESS_POINT_ADDRESS",
            "eller _CA_FILE är fel: skriv https://värd/sökväg utan användarnamn",
            "or _CA_FILE is wrong: write https://host/path without user name",
        ) from wrong


def _wrong(setting: str, sv: str, en: str) -> Refused:
    return Refused(
        f"Inställningen {setting} {sv}. Se docs/access-points.md.",
        f"The setting {setting} {en}. See docs/access-points.md.",
    )
