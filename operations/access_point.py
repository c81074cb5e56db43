"""From an installation's settings to its access point: the one place that knows all kinds.

Raises `Refused` for settings that do not go together, with the name of the setting and what to
write. What is opened is closed by `opened_access_point`. Its directory is opened by `directory`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.database import utc_now
from foundation.errors import Refused
from foundation.periods import Clock
from foundation.text import Text
from operations.directory.opening import opened_directory
from operations.directory.wrong_settings import wrong_setting
from operations.exchange_settings import PostSettings
from peppol.access_points.composed import Composed, NoInlet
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import LAYOUTS
from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.phoss import PhossInlet, PhossOutlet
from peppol.access_points.protocol import AccessPoint, Directory, Inlet
from peppol.access_points.web import Web

if TYPE_CHECKING:
    from peppol.access_points.sftp import SftpFiles


# A folder and a plain sending interface cannot be asked.
_ASKED = ("phoss", "simulator")


def is_asked(settings: PostSettings) -> bool:
    """Whether the access point of the settings can be asked how a message fares that it has taken."""
    return settings.access_point_kind in _ASKED


def no_access_point() -> Refused:
    """Nothing is set, and nothing was named."""
    return Refused(
        Text(
            "Ingen accesspunkt är inställd. Sätt BILLING_ACCESS_POINT_KIND och "
            "BILLING_ACCESS_POINT_ADDRESS, eller ange en mapp med --folder."
        ),
    )


@contextmanager
def opened_access_point(settings: PostSettings, *, clock: Clock = utc_now) -> Iterator[AccessPoint]:
    """The access point the settings name, with its directory; closed at the end. Raises Refused."""
    with ExitStack() as stack:
        directory = stack.enter_context(opened_directory(settings, clock=clock))
        yield _access_point(settings, directory, stack)


def _access_point(settings: PostSettings, directory: Directory, stack: ExitStack) -> AccessPoint:
    kind, address = settings.access_point_kind, settings.access_point_address
    if not kind:
        raise no_access_point()
    if not address:
        raise wrong_setting("BILLING_ACCESS_POINT_ADDRESS", Text("saknas"))

    def web(*path: str, base: str = address) -> Web:
        opened = _web(settings, "/".join((base.rstrip("/"), *path)))
        stack.callback(opened.close)
        return opened

    country, mls_to = settings.access_point_country, settings.access_point_mls_to
    if kind in ("folder", "sftp"):
        files = Path(address) if kind == "folder" else _sftp(settings, address, stack)
        return _folder(settings, files, name=kind, directory=directory)
    if kind == "phoss":
        main = web()
        outlet = PhossOutlet(main, country=country, mls_to=mls_to, enveloped=settings.access_point_enveloped)
        return Composed(outlet, _inlet(settings, web, stack) or PhossInlet(main, country=country), directory)
    if kind == "phase4":
        bare = settings.access_point_bare
        sending = Phase4Outlet(web(), country=country, mls_to=mls_to, bare=bare)
        return Composed(sending, _inlet(settings, web, stack) or NoInlet(), directory)
    simulated = Phase4Outlet(web("phase4"), country=country, mls_to=mls_to, name=kind)
    mailbox = MailboxInlet(web("mailbox", settings.access_point_participant))
    return Composed(simulated, _inlet(settings, web, stack) or mailbox, directory)


def _inlet(settings: PostSettings, web: Callable[..., Web], stack: ExitStack) -> Inlet | None:
    """The way in where it is another than the way out."""
    address = settings.access_point_inbox_address
    if not settings.access_point_inbox:
        return None
    if not address:
        raise wrong_setting("BILLING_ACCESS_POINT_INBOX_ADDRESS", Text("saknas"))
    if settings.access_point_inbox == "folder":
        return _folder(settings, Path(address), name="folder")
    if settings.access_point_inbox == "sftp":
        return _folder(settings, _sftp(settings, address, stack), name="sftp")
    return MailboxInlet(web(base=address))


def _folder(
    settings: PostSettings, files: "Path | SftpFiles", *, name: str, directory: Directory | None = None
) -> FolderAccessPoint:
    return FolderAccessPoint(
        files,
        layout=LAYOUTS[settings.access_point_layout],
        enveloped=settings.access_point_enveloped,
        country=settings.access_point_country,
        mls_to=settings.access_point_mls_to,
        directory=directory,
        name=name,
    )


def _sftp(settings: PostSettings, address: str, stack: ExitStack) -> "SftpFiles":
    # Ten libraries of cryptography take their time to load; only an SFTP account should pay for it.
    from peppol.access_points.sftp import SftpFiles
    from peppol.access_points.sftp_login import SftpLogin

    key = settings.access_point_sftp_key.get_secret_value()
    if settings.access_point_sftp_key_file is not None:
        try:
            key = settings.access_point_sftp_key_file.read_text(encoding="ascii")
        except (OSError, ValueError) as wrong:
            raise wrong_setting("BILLING_ACCESS_POINT_SFTP_KEY_FILE", Text("kan inte läsas")) from wrong
    if not settings.access_point_sftp_host_key:
        raise wrong_setting(
            "BILLING_ACCESS_POINT_SFTP_HOST_KEY",
            Text("saknas: fråga operatören efter serverns nyckel"),
        )
    try:
        account = SftpLogin.at(
            address,
            host_key=settings.access_point_sftp_host_key,
            password=settings.access_point_sftp_password.get_secret_value(),
            key=key,
            key_password=settings.access_point_sftp_key_password.get_secret_value(),
        )
        files = SftpFiles(account, seconds=settings.access_point_seconds)
    except (ValueError, OSError) as wrong:
        raise wrong_setting(
            "BILLING_ACCESS_POINT_ADDRESS",
            Text("eller en av _SFTP_-nycklarna är fel: skriv sftp://användare@värd:port/mapp utan lösenord"),
        ) from wrong
    stack.callback(files.close)
    return files


def opened_web(settings: PostSettings, stack: ExitStack) -> Web:
    """The access point's REST interface as the settings have it; `stack` closes it. Raises Refused."""
    web = _web(settings, settings.access_point_address)
    stack.callback(web.close)
    return web


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
        raise wrong_setting(
            "BILLING_ACCESS_POINT_ADDRESS",
            Text("eller _CA_FILE är fel: skriv https://värd/sökväg utan användarnamn"),
        ) from wrong
