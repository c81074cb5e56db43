"""The exchange's part of an installation's settings: the access point, the look-up, and messages pushed to us.

See docs/access-points.md for what each kind needs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from peppol.exchange import acknowledging


class PostSettings(BaseSettings):
    """Names begin with BILLING_ as all settings do."""

    # --- the access point; see docs/access-points.md ---
    access_point_kind: Literal["", "folder", "sftp", "phase4", "phoss", "simulator"] = ""
    access_point_address: str = ""
    """A folder, sftp://user@host:port/folder, or https://host/path, after the kind."""
    access_point_token: SecretStr = SecretStr("")
    access_point_participant: str = "0007:2021002114"
    """Our own address on the network, where the way in asks whose mailbox it is."""
    access_point_country: str = "SE"
    access_point_mls_to: str = ""
    """Where message level statuses about our messages go (0242:...); empty: where the access point wants them."""
    access_point_sends_mls: bool | None = None
    """Whether the access point sends message level statuses by itself; empty: as its kind does (phoss does)."""
    access_point_layout: Literal["plain", "oxalis", "operator"] = "plain"
    access_point_enveloped: bool = False
    """Hand messages over in our own envelope where the kind lets us choose."""
    access_point_bare: bool = False
    """phase4: use /sendas4, where the access point makes envelope and instance identifier."""
    access_point_seconds: float = 60
    access_point_ca_file: Path | None = None
    access_point_proxy: str = ""
    access_point_plain_http: bool = False
    access_point_inbox: Literal["", "mailbox", "folder", "sftp"] = ""
    """How messages come in where it is another way than out; empty: the kind's own, or the webhook."""
    access_point_inbox_address: str = ""
    access_point_sftp_host_key: str = ""
    """The server's public key as in known_hosts: ssh-ed25519 AAAA..."""
    access_point_sftp_password: SecretStr = SecretStr("")
    access_point_sftp_key: SecretStr = SecretStr("")
    """Our private key as text (OpenSSH or PEM); or the file it lies in:"""
    access_point_sftp_key_file: Path | None = None
    access_point_sftp_key_password: SecretStr = SecretStr("")
    simulator_token: SecretStr = SecretStr("simulated")

    # --- whom messages may be sent to: an SMP at a fixed address, or found through the SML ---
    lookup_smp: str = ""
    lookup_sml: Literal["", "production", "test"] = ""
    """The network's locator by name; see `peppol.lookup.sml.ZONES`."""
    lookup_own_zone: str = ""
    """A zone of our own in a simulated network: its registers may lie anywhere and answer without TLS."""
    lookup_sml_zone: str = ""
    """What the choice was called before 0.3.0: refused with a sentence, so that nobody asks a dead zone."""
    lookup_trust_file: Path | None = None
    """PEM: the authorities that issue certificates of registers."""
    lookup_canary: str = ""
    """A participant that is known to take invoices; a no counts only while it is found. Empty: we ourselves."""
    lookup_no_share: int = Field(default=20, ge=0, le=100)
    """Percent of the receivers asked about in an hour that the directory may say no of before its no is doubted."""
    lookup_no_least: int = Field(default=5, ge=0)
    """So many it may say no of in an hour whatever their share."""
    lookup_dns_server: str = ""
    lookup_seconds: float = 10
    lookup_remembers: int = 3600
    """For how long, in seconds, an answer holds; a no holds a sixth of that."""

    # --- messages pushed to us at /webhook/letters ---
    webhook_secret: SecretStr = SecretStr("")
    webhook_token: SecretStr = SecretStr("")
    webhook_window: int = 300
    """How old, in seconds, a signed message may be."""


def facts_of(settings: PostSettings) -> Mapping[str, object]:
    """What the books are told of the access point: who acknowledges what comes."""
    return acknowledging.facts_for(settings.access_point_kind, settings.access_point_sends_mls)
