"""From an installation's settings to the network's directory: which locator or register, whose signatures, what canary.

Raises `Refused` for settings that do not go together, before anything is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from foundation.database import utc_now
from foundation.network.own_machine import LOOPBACK
from foundation.periods import Clock
from foundation.text import Text
from operations.directory.wrong_settings import wrong_setting
from operations.exchange_settings import PostSettings
from peppol.access_points.protocol import Directory, NoDirectory, Unreachable
from peppol.access_points.web import Web
from peppol.exchange.directory_doubt import LikelyNo
from peppol.identifiers import InvalidIdentifier, ParticipantId
from peppol.lookup.confirmed import ConfirmedDirectory
from peppol.lookup.directory import FixedRegister, RegisterDirectory
from peppol.lookup.sml import GONE_ZONES, ZONES, Locator
from peppol.lookup.trust import NotTrusted, TrustAnchors


@contextmanager
def opened_directory(settings: PostSettings, *, clock: Clock = utc_now) -> Iterator[Directory]:
    """The directory the settings name; one that cannot tell where none is set. Raises Refused."""
    refuse_old_zone(settings)
    finder = _finder(settings)
    if finder is None:
        yield NoDirectory()
        return
    inside = bool(settings.lookup_own_zone) or _is_simulated(settings) or _is_here(settings.lookup_smp)
    directory = RegisterDirectory(
        finder,
        trust=_trust(settings),
        clock=clock,
        seconds=settings.lookup_seconds,
        remembers=timedelta(seconds=settings.lookup_remembers),
        proxy=settings.access_point_proxy,
        inside=inside,
    )
    try:
        yield ConfirmedDirectory(directory, canary=_canary(settings), clock=clock)
    finally:
        directory.close()


def refuse_old_zone(settings: PostSettings) -> None:
    """Refuse the choice of a zone by its address, which went with the zones. Raises Refused."""
    for name, zone in (
        ("BILLING_LOOKUP_SML_ZONE", settings.lookup_sml_zone),
        ("BILLING_LOOKUP_OWN_ZONE", settings.lookup_own_zone),
    ):
        if zone.strip(".").lower().endswith(GONE_ZONES):
            raise wrong_setting(
                name,
                Text(
                    "namnger %(zone)s, som inte svarar sedan den 31 augusti 2026. Ta bort den och skriv "
                    "BILLING_LOOKUP_SML=production, eller test för provnätet",
                    zone=zone,
                ),
            )
    if settings.lookup_sml_zone:
        raise wrong_setting(
            "BILLING_LOOKUP_SML_ZONE",
            Text(
                "används inte längre. Ta bort den och skriv BILLING_LOOKUP_SML=production eller test; en egen zon i "
                "ett simulerat nät skrivs i BILLING_LOOKUP_OWN_ZONE"
            ),
        )


def place_of(settings: PostSettings) -> str:
    """Where the directory is, as the settings name it: the locator's zone or a register; empty where none is set."""
    if settings.lookup_sml:
        return ZONES[settings.lookup_sml]
    if settings.lookup_own_zone or settings.lookup_smp:
        return settings.lookup_own_zone or settings.lookup_smp
    return f"{settings.access_point_address.rstrip('/')}/smp" if _is_simulated(settings) else ""


def likely_no(settings: PostSettings) -> LikelyNo:
    """Of how many receivers the directory may say no before its no is doubted."""
    return LikelyNo(settings.lookup_no_least, settings.lookup_no_share)


def _finder(settings: PostSettings) -> FixedRegister | Locator | None:
    chosen = {
        "BILLING_LOOKUP_SMP": settings.lookup_smp,
        "BILLING_LOOKUP_SML": settings.lookup_sml,
        "BILLING_LOOKUP_OWN_ZONE": settings.lookup_own_zone,
    }
    named = [name for name, value in chosen.items() if value]
    if len(named) > 1:
        raise wrong_setting(named[1], Text("går inte ihop med %(other)s: välj en av dem", other=named[0]))
    if settings.lookup_smp:
        return FixedRegister(_register_address(settings))
    if settings.lookup_sml or settings.lookup_own_zone:
        return Locator(
            settings.lookup_own_zone or ZONES[settings.lookup_sml],
            server=settings.lookup_dns_server,
            seconds=settings.lookup_seconds,
            inside=bool(settings.lookup_own_zone),
        )
    if settings.access_point_kind == "simulator":
        return FixedRegister(f"{settings.access_point_address.rstrip('/')}/smp")
    return None


def _register_address(settings: PostSettings) -> str:
    address = settings.lookup_smp
    try:
        Web(address).close()
    except ValueError as wrong:
        raise wrong_setting(
            "BILLING_LOOKUP_SMP", Text("ska vara registrets adress: https://värd/sökväg utan användarnamn")
        ) from wrong
    return address


def _is_here(address: str) -> bool:
    """Whether a register is one of this machine, which nobody else can be led by."""
    return urlsplit(address).hostname in LOOPBACK


def _is_simulated(settings: PostSettings) -> bool:
    return not settings.lookup_sml and settings.access_point_kind == "simulator"


def _trust(settings: PostSettings) -> Callable[[], TrustAnchors]:
    """Whose signatures are believed: those of the file, or of a simulated register by its own word."""
    if settings.lookup_trust_file is not None:
        try:
            anchors = TrustAnchors.from_pem(settings.lookup_trust_file.read_bytes())
        except (OSError, ValueError) as wrong:
            raise wrong_setting(
                "BILLING_LOOKUP_TRUST_FILE",
                Text(
                    "namnger en fil som inte kan läsas som utfärdares certifikat (PEM). Lägg där certifikatet för dem "
                    "som utfärdar registrens certifikat"
                ),
            ) from wrong
        return lambda: anchors
    if _is_simulated(settings):
        return _SimulatedTrust(settings.access_point_address)
    raise wrong_setting(
        "BILLING_LOOKUP_TRUST_FILE",
        Text(
            "saknas: utan den kan inget svar från registren prövas. Lägg i filen utfärdarens certifikat (PEM)"
        ),
    )


class _SimulatedTrust:
    """The authority of a simulated network, asked of the simulator itself the first time it is needed."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._held: TrustAnchors | None = None

    def __call__(self) -> TrustAnchors:
        if self._held is None:
            web = Web(self._address, plain_http=urlsplit(self._address).scheme == "http")
            try:
                answer = web.get("smp-authority.pem", accept="*/*")
                if not answer.fine:
                    raise NotTrusted(answer.words)
                self._held = TrustAnchors.from_pem(answer.body)
            except (Unreachable, ValueError) as fault:
                raise NotTrusted(f"the simulated authority cannot be asked: {fault}") from fault
            finally:
                web.close()
        return self._held


def _canary(settings: PostSettings) -> str:
    """The participant whose entry must be found: the one that is named, or we ourselves. Raises Refused."""
    if not settings.lookup_canary:
        return settings.access_point_participant
    try:
        return str(ParticipantId.parse(settings.lookup_canary))
    except InvalidIdentifier as wrong:
        raise wrong_setting(
            "BILLING_LOOKUP_CANARY", Text("är inte en Peppol-adress. Skriv till exempel 0007:2021002114")
        ) from wrong
