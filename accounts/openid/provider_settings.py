"""The OpenID providers of an installation, as a file of the operator's names them: one table for each.

Convention: addresses, names and rules stand in the file of `openid_file`; secrets come from the environment by the
provider's key (`openid_secrets`), and private keys from files of their own. The single provider of `openid_issuer` and
the settings beside it is one more, called `default`. What is wrong is told when the program starts, with its place.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from foundation.errors import Refused
from foundation.text import Text
from operations.settings import Settings

DEFAULT: Final = "default"
"""The key of the provider that the settings without a file name."""

LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""This very machine, which may be asked without TLS."""


class OpenIdSettingsWrong(Refused):
    """The file of providers cannot be used."""


class OpenIdProvider(BaseModel):
    """One provider: where it is, who we are to it, and what of its word is believed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")
    """What addresses and the log call it: /sign-in/openid/<key>/callback."""

    issuer: str = Field(max_length=200)
    """Exactly as the provider writes itself, with or without a slash at the end."""

    name: str = Field(min_length=1, max_length=60)
    """What people read: Logga in med <name>."""

    people: Literal["everybody", "staff", "suppliers"] = "everybody"
    """Whose accounts it opens: the buyer's, the suppliers', or any."""

    client_id: str = Field(min_length=1, max_length=200)
    """Who we are to it."""
    client_secret: SecretStr = SecretStr("")
    client_authentication: Literal["client_secret_basic", "client_secret_post", "private_key_jwt"] = (
        "client_secret_basic"
    )
    """How we prove who we are to it: our secret in the header or the form, or a key of ours (RFC 7523)."""
    client_key_file: Path | None = None
    """private_key_jwt: the private key (PEM), RSA or EC."""
    client_key_id: str = ""
    """The key's `kid`, where the provider knows it by one."""
    client_certificate_file: Path | None = None
    """The certificate whose SHA-256 the assertion names (x5t#S256), as Entra ID wants."""
    assertion_audience: Literal["issuer", "token_endpoint"] = "issuer"
    """Whom an assertion is for: the issuer (RFC 7523bis), or the token endpoint where the provider asks that."""

    ca_file: Path | None = None
    """Certificates that the provider's own is signed by, where the machine does not trust them."""

    scope: str = Field(default="openid email", pattern=r"^openid( \S+)*$")
    """What it is asked to tell of a person."""
    pushed: bool = False
    """Whether requests are pushed (RFC 9126); they are anyhow where the provider demands it."""

    userinfo: bool = False
    """Whether mail address and groups are asked of the userinfo endpoint, where the ID token lacks them."""

    email_claim: str = "email"
    """The claim with the mail address."""
    email_verified: Literal["claim", "text", "always"] = "claim"
    """When an address counts as verified: the claim is true; or also the text "true"; or always, said or not."""

    first_link: frozenset[Literal["email", "invitation", "personal_number"]] = frozenset(
        {"email", "invitation"}
    )
    """How an identity finds its account the first time."""

    personal_number_claim: str = ""
    """The claim with a personal number, of which only a keyed hash is kept."""

    acr_values: tuple[str, ...] = ()
    """Levels of assurance that are asked for and believed, the wanted first; none, and any will do."""

    acr_for_roles: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """For accounts with a permission, those of the levels that are enough: {ATTEST = ["loa4"]}."""

    roles_claim: str = ""
    """The claim with the person's groups or roles; none, and roles are given here alone."""

    roles: Mapping[str, str] = Field(default_factory=dict)
    """A group there -> the buyer's permission here."""

    @field_validator("issuer")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or not parts.hostname:
            raise ValueError("address")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
            raise ValueError("address")
        return value

    @field_validator("key")
    @classmethod
    def _no_path_of_ours(cls, value: str) -> str:
        if value in ("callback", "logout"):
            raise ValueError("taken")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.client_authentication == "private_key_jwt" and self.client_key_file is None:
            raise ValueError("client_key_file")
        if "personal_number" in self.first_link and not self.personal_number_claim:
            raise ValueError("personal_number_claim")
        if bool(self.roles) != bool(self.roles_claim):
            raise ValueError("roles")
        if self.roles and self.people == "suppliers":
            raise ValueError("roles_of_suppliers")
        if any(each not in self.acr_values for levels in self.acr_for_roles.values() for each in levels):
            raise ValueError("acr_for_roles")
        return self

    @property
    def path(self) -> str:
        """Where signing in with it begins, below the portal's address."""
        return "/sign-in/openid" if self.key == DEFAULT else f"/sign-in/openid/{self.key}"


_WRONG: Final[Mapping[str, Text]] = {
    "missing": Text("värdet saknas"),
    "extra_forbidden": Text("det finns ingen sådan inställning"),
    "address": Text("skriv adressen med https:// och utan ? och #"),
    "taken": Text("namnet är upptaget; välj ett annat"),
    "client_key_file": Text("private_key_jwt kräver client_key_file"),
    "personal_number_claim": Text("first_link med personal_number kräver personal_number_claim"),
    "roles": Text("roles och roles_claim hör ihop: ange båda eller ingen"),
    "roles_of_suppliers": Text("roller ur grupper ges bara köparens medarbetare"),
    "acr_for_roles": Text("nivåerna i acr_for_roles ska stå i acr_values"),
}
_ANY_OTHER: Final = Text("värdet går inte att använda")


def providers_of(settings: Settings) -> tuple[OpenIdProvider, ...]:
    """Every provider of the installation, in the order of the file, the single one first.

    Raises OpenIdSettingsWrong with the file, the provider and the setting.
    """
    secrets = tuple((key, value.get_secret_value()) for key, value in sorted(settings.openid_secrets.items()))
    named = _of_file(settings.openid_file, secrets) if settings.openid_file is not None else ()
    if not settings.openid_issuer:
        return named
    single = {
        "key": DEFAULT,
        "issuer": settings.openid_issuer,
        "name": settings.openid_name,
        "client_id": settings.openid_client_id,
        "client_secret": settings.openid_client_secret,
        "acr_values": (settings.openid_acr,) if settings.openid_acr else (),
    }
    try:
        return (OpenIdProvider.model_validate(single), *named)
    except ValidationError as error:
        raise OpenIdSettingsWrong(
            Text(
                "BILLING_OPENID_%(name)s: %(why)s. Rätta det och starta om.",
                name=str(error.errors()[0]["loc"][0]).upper(),
                why=_why(error),
            )
        ) from None


# Read once a process: whoever changes the file starts the program anew, as for every setting.
@cache
def _of_file(file: Path, secrets: tuple[tuple[str, str], ...]) -> tuple[OpenIdProvider, ...]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OpenIdSettingsWrong(
            Text(
                "Filen i BILLING_OPENID_FILE går inte att läsa: %(file)s (%(why)s). Rätta den och starta om.",
                file=str(file),
                why=getattr(error, "strerror", None) or str(error).splitlines()[0],
            )
        ) from None
    rows = told.get("provider", [])
    if set(told) - {"provider"} or not isinstance(rows, list) or not rows:
        raise OpenIdSettingsWrong(
            Text(
                "Filen i BILLING_OPENID_FILE ska bestå av tabeller [[provider]], en för varje utgivare: %(file)s",
                file=str(file),
            )
        )
    by_key = dict(secrets)
    found = tuple(_provider(file, number, row, by_key) for number, row in enumerate(rows, 1))
    _tell_twice(file, found)
    unused = sorted(by_key.keys() - {each.key for each in found})
    if unused:
        raise OpenIdSettingsWrong(
            Text(
                "BILLING_OPENID_SECRETS nämner %(key)s, som inte finns i %(file)s. Rätta namnet eller ta bort det.",
                key=unused[0],
                file=str(file),
            )
        )
    return found


def _provider(file: Path, number: int, row: Any, secrets: Mapping[str, str]) -> OpenIdProvider:  # noqa: ANN401 - as TOML has it
    key = row.get("key", "") if isinstance(row, dict) else ""
    try:
        if isinstance(row, dict) and "client_secret" in row:
            raise _wrong(
                file,
                str(key or number),
                "client_secret",
                Text("hemligheten hör hemma i BILLING_OPENID_SECRETS"),
            )
        given = {**row, "client_secret": secrets[key]} if key in secrets else row
        return OpenIdProvider.model_validate(given)
    except ValidationError as error:
        place = ".".join(str(each) for each in error.errors()[0]["loc"]) or "-"
        raise _wrong(file, str(key or number), place, _why(error)) from None


def _why(error: ValidationError) -> Text:
    """What is wrong, of the first fault found; never what was written, which may be a secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    cause = str(first.get("ctx", {}).get("error", "")) or first["type"]
    return _WRONG.get(cause, _ANY_OTHER)


def _wrong(file: Path, provider: str, place: str, why: Text) -> OpenIdSettingsWrong:
    return OpenIdSettingsWrong(
        Text(
            "%(file)s, utgivaren %(provider)s, %(place)s: %(why)s. Rätta det och starta om.",
            file=str(file),
            provider=provider,
            place=place,
            why=why,
        )
    )


def _tell_twice(file: Path, found: Sequence[OpenIdProvider]) -> None:
    for name in ("key", "issuer"):
        values = [getattr(each, name) for each in found]
        twice = next((each for each in values if values.count(each) > 1), None)
        if twice is not None or (name == "key" and DEFAULT in values):
            raise _wrong(file, str(twice or DEFAULT), name, Text("det finns redan en sådan"))
