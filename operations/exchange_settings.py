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
    """The kind of access point that messages leave by; empty: none is set."""
    access_point_address: str = ""
    """A folder, sftp://user@host:port/folder, or https://host/path, after the kind."""
    access_point_token: SecretStr = SecretStr("")
    """The key that its REST interface asks for (X-Token)."""
    access_point_participant: str = "0007:2021002114"
    """Our own address on the network, where the way in asks whose mailbox it is."""
    access_point_country: str = "SE"
    """Our country, as the network's envelope and statistics tell it (C1's country)."""
    access_point_mls_to: str = ""
    """Where message level statuses about our messages go (0242:...); empty: where the access point wants them."""
    access_point_sends_mls: bool | None = None
    """Whether the access point sends message level statuses by itself; empty: as its kind does (phoss does)."""
    access_point_layout: Literal["plain", "oxalis", "operator"] = "plain"
    """How files are laid out in the access point's folders: in ours, as Oxalis has it, or as the operator has."""
    access_point_enveloped: bool = False
    """Hand messages over in our own envelope where the kind lets us choose."""
    access_point_bare: bool = False
    """phase4: use /sendas4, where the access point makes envelope and instance identifier."""
    access_point_seconds: float = 60
    """How long its answer is waited for, in seconds."""
    access_point_ca_file: Path | None = None
    """PEM: the only authorities whose certificates are believed of it; empty: the system's."""
    access_point_proxy: str = ""
    """The proxy that it, and registers, are reached through, as http://proxy.example:3128."""
    access_point_plain_http: bool = False
    """Whether it may be spoken to without TLS on another machine than this."""
    access_point_inbox: Literal["", "mailbox", "folder", "sftp"] = ""
    """How messages come in where it is another way than out; empty: the kind's own, or the webhook."""
    access_point_inbox_address: str = ""
    """Where that way in is: an address or folder, after its kind."""
    access_point_sftp_host_key: str = ""
    """The server's public key as in known_hosts: ssh-ed25519 AAAA..."""
    access_point_sftp_password: SecretStr = SecretStr("")
    """Our password at the SFTP server, where it takes no key."""
    access_point_sftp_key: SecretStr = SecretStr("")
    """Our private key as text (OpenSSH or PEM)."""
    access_point_sftp_key_file: Path | None = None
    """The file our private key lies in, instead of `access_point_sftp_key`."""
    access_point_sftp_key_password: SecretStr = SecretStr("")
    """What our private key is encrypted with, where it is."""
    simulator_token: SecretStr = SecretStr("simulated")
    """The key of the simulated access point (`billing access-point simulate`)."""

    # --- whom messages may be sent to: an SMP at a fixed address, or found through the SML ---
    lookup_smp: str = ""
    """The register that every participant's metadata is asked of, where it is always the same (https://...)."""
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
    """The name server that the locator's zone is asked of; empty: the system's."""
    lookup_seconds: float = 10
    """How long a name server or a register is waited for, in seconds."""
    lookup_remembers: int = 3600
    """For how long, in seconds, an answer holds; a no holds a sixth of that."""

    # --- messages pushed to us at /webhook/letters ---
    webhook_secret: SecretStr = SecretStr("")
    """What messages pushed to us are signed with (HMAC); none, and signed ones are refused."""
    webhook_token: SecretStr = SecretStr("")
    """What whoever pushes a message must bear (X-Token), where they are not signed."""
    webhook_window: int = 300
    """How old, in seconds, a signed message may be."""


def facts_of(settings: PostSettings) -> Mapping[str, object]:
    """What the books are told of the access point: who acknowledges what comes."""
    return acknowledging.facts_for(settings.access_point_kind, settings.access_point_sends_mls)
