"""What an installation speaks to, asked without sending anything: access point, directory, mail, providers."""

from collections.abc import Iterator
from typing import Final

from accounts.openid import asking, providers
from accounts.openid.faults import OpenIdRefused
from accounts.openid.provider_settings import OpenIdProvider, OpenIdSettingsWrong, providers_of
from billing.tools.doctor.findings import Finding, Verdict, fault, unknown, well
from foundation.database import utc_now
from foundation.errors import Refused
from foundation.text import Text
from operations.access_point import opened_access_point
from operations.directory.words import DOUBT_WORDS
from operations.mail import asking as asking_mail
from operations.object_storage import opening
from operations.settings import Settings
from peppol.access_points.probing import probed
from peppol.access_points.protocol import AccessPoint, AccessPointError, Capability, PeerVerdict
from peppol.identifiers import DocumentKind
from peppol.lookup.doubts import DirectoryDoubt

OURS: Final = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.ORDER_RESPONSE, DocumentKind.MLR)
"""What the buyer must be registered for: the documents that suppliers send us."""


def access_point(settings: Settings) -> Iterator[Finding]:
    """Whether it answers and would do its work, and whether the network knows us."""
    if not settings.access_point_kind:
        yield unknown(
            "access-point.answers",
            Text("Ingen accesspunkt är inställd: meddelanden varken skickas eller hämtas."),
            Text("Sätt BILLING_ACCESS_POINT_KIND och det som hör till, se docs/access-points.md."),
        )
        return
    try:
        with opened_access_point(settings) as opened:
            errors = [each.error for each in probed(opened) if each.error is not None]
            for error in errors:
                yield fault("access-point.answers", error.sentence)
            if not errors:
                yield well("access-point.answers", Text("Accesspunkten (%(name)s) svarar.", name=opened.name))
            yield from _directory(opened, settings.access_point_participant)
    except AccessPointError as error:
        yield fault("access-point.answers", error.sentence)
    except Refused as refused:
        yield fault("access-point.answers", refused.text)


def _directory(opened: AccessPoint, ourselves: str) -> Iterator[Finding]:
    found = {kind: opened.lookup(ourselves, kind.document_type_id, kind.profile_ids[0]) for kind in OURS}
    others = {kind: each for kind, each in found.items() if each.verdict is not PeerVerdict.TAKES}
    if not others:
        yield well(
            "access-point.registered",
            Text("Vi är anmälda i katalogen för allt som leverantörer skickar oss."),
        )
    for words in dict.fromkeys(registered(each) for each in others.values()):
        kinds = ", ".join(kind.value for kind, each in others.items() if registered(each) == words)
        verdicts = {each.verdict for each in others.values() if registered(each) == words}
        verdict = Verdict.UNKNOWN if verdicts == {PeerVerdict.CANNOT_TELL} else Verdict.FAULT
        yield Finding(
            "access-point.registered", verdict, Text("%(kinds)s: %(words)s", kinds=kinds, words=words)
        )


def registered(found: Capability) -> Text:
    """What the directory says of us for one kind of document, in words."""
    match found.verdict:
        case PeerVerdict.TAKES:
            return Text("Vi är anmälda för det.")
        case PeerVerdict.CANNOT_TELL if not found.asked_at:
            return Text("Går inte att säga utan uppslagning.")
        case PeerVerdict.CANNOT_TELL:
            return Text("Svaret kan inte prövas: %(words)s", words=found.words)
        case PeerVerdict.NO_IN_DOUBT if found.doubt == DirectoryDoubt.CANARY_MISSING:
            return Text(
                "Vi finns inte i katalogen. Kontrollera BILLING_LOOKUP_SML, och be operatören anmäla oss."
            )
        case PeerVerdict.NO_IN_DOUBT:
            return DOUBT_WORDS[DirectoryDoubt(found.doubt)]
        case _:
            return Text("Vi är inte anmälda: be operatören anmäla det.")


def mail(settings: Settings) -> Iterator[Finding]:
    """Whether the mail server takes us, encrypted and signed in as the settings say; nothing is sent."""
    if not settings.smtp_host:
        yield unknown("mail.answers", asking_mail.no_server(settings))
        return
    try:
        offers = asking_mail.offers(settings)
    except Refused as refused:
        yield fault("mail.answers", refused.text)
        return
    yield well("mail.answers", Text("Mejlservern svarar och släpper in oss."))
    if settings.smtp_utf8 and not offers.utf8:
        yield fault("mail.addresses", asking_mail.NO_ADDRESSES_OF_ALL_LETTERS)


def object_storage(settings: Settings) -> Iterator[Finding]:
    """Whether the object storage answers, lets us in, and locks objects where the settings count on it."""
    try:
        storage = opening.storage_of(settings)
        if storage is None:
            return
        locks = storage.has_lock()
    except Refused as refused:
        yield fault("object-storage.answers", refused.text)
        return
    yield well("object-storage.answers", Text("Objektlagret svarar och släpper in oss."))
    if settings.body_storage_lock and not locks:
        yield fault(
            "object-storage.lock",
            Text("Hinken %(bucket)s är gjord utan Object Lock.", bucket=settings.body_storage_bucket),
            Text("Gör en hink med Object Lock, eller töm BILLING_BODY_STORAGE_LOCK."),
        )
    if locks and not settings.body_storage_lock:
        yield unknown(
            "object-storage.lock",
            Text("Hinken %(bucket)s har Object Lock, som inte används.", bucket=settings.body_storage_bucket),
            Text("Sätt BILLING_BODY_STORAGE_LOCK till hold, så följer bevarandekrav med dit."),
        )


def sign_in(settings: Settings) -> Iterator[Finding]:
    """Whether each provider of identities is there, and is who the settings say."""
    try:
        every = providers_of(settings)
    except OpenIdSettingsWrong:
        return  # told among the settings
    for each in every:
        refused = fault_of(each)
        if refused is None:
            yield well("sign-in.providers", Text("Utgivaren %(provider)s svarar.", provider=each.key))
        else:
            yield fault(
                "sign-in.providers",
                Text("Utgivaren %(provider)s: %(why)s", provider=each.key, why=refused.text),
                Text("Se efter med: billing providers check"),
            )
    if not every:
        yield well("sign-in.providers", Text("Inga utgivare är inställda: alla loggar in med lösenord."))


def fault_of(provider: OpenIdProvider) -> OpenIdRefused | None:
    """What is wrong with the provider, its keys, or our own key to it; None where nothing is."""
    try:
        described = providers.described(provider)
        providers.keys_of(provider, "")
        if provider.client_authentication == "private_key_jwt":
            asking.assertion(provider, described, now=utc_now())
    except OpenIdRefused as refused:
        return refused
    return None
