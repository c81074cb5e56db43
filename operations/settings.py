"""Settings of one installation: from the environment, or from the command line.

Names begin with BILLING_. Secrets come from the environment or from files (`operations.machine.secret_files`), and are
never printed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from foundation.engines.options import IDLE_SECONDS, SUPPLIER_ROLE, DatabaseOptions, Pooler
from foundation.errors import Refused
from foundation.text import Text
from invoicing.payment.bank_files.banks import BankName, PainVersion
from operations.configuration.statement_settings import StatementSettings
from operations.exchange_settings import PostSettings
from operations.machine import secret_files
from operations.object_storage.storage_settings import BodyStorageSettings
from operations.webhooks.receiver_addresses import networks_of


class SettingRefused(Refused, ValueError):
    """A setting that cannot be used; the sentence says which, why, and what to write."""


class Settings(PostSettings, BodyStorageSettings, StatementSettings):
    """What an installation decides about itself; what the buyer decides stands in the register."""

    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by hand holds first, then the environment, then files."""
        assert isinstance(env_settings, EnvSettingsSource)  # noqa: S101 - the library's own
        return init_settings, env_settings, secret_files.source(settings_cls, env_settings)

    secrets_folder: Path | None = None
    """A folder with files named as settings, for secrets; see `operations.machine.secret_files`."""

    database_url: str = "sqlite:///billing.sqlite"
    """The installation's books; with several buyers the first buyer's, where they are listed."""

    pooler: Pooler = Pooler.NONE
    """What stands between us and PostgreSQL: transaction or session, as the pooler is set up; empty: nothing."""

    supplier_role: str = SUPPLIER_ROLE
    """The role of PostgreSQL that suppliers' sessions run as; another for each installation on one server."""

    idle_transaction_seconds: int = Field(default=IDLE_SECONDS, ge=10, le=3600)
    """So many seconds a transaction may do nothing before PostgreSQL ends it; behind a pooler it is told each time."""

    buyer: str = ""
    """Which buyer a command is about, by its short name, where the installation has several."""

    buyer_name: str = ""
    """The buyer's name on mails and pages, where the installation has several."""

    public_url: str = ""
    """Where people reach the portal, as https://portal.example; mails link there, and cookies are Secure.

    Scheme and host alone, or a path of ours for one of several buyers: what is below another path is not served.
    """

    security_contact: str = Field(default="", pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)?$")
    """Whom to tell of a security fault, as mailto:sakerhet@kopare.example; shown at /.well-known/security.txt."""

    is_demo: bool = False
    """Invented data only: the sign-in page lists the demo's users, and nobody needs a second step."""

    second_step: bool = True
    """Whether those who sign in with a password must set up codes as well."""

    secret_keys: SecretStr = SecretStr("")
    """The keys that secrets in the database are sealed with, with a space between: the first seals, all open."""

    secret_keys_file: Path | None = None
    """A file with such keys, one a line, after those of `secret_keys`."""

    mail_from: str = "leverantorsportalen@kopare.example"
    """The sender of the portal's mails."""

    smtp_host: str = ""
    """The mail server; without one, mails are laid as files in `mail_folder`."""

    smtp_port: int = 587
    """The mail server's port; mostly 587 with starttls and 465 with tls."""

    smtp_encryption: Literal["starttls", "tls", "none"] = "starttls"
    """How the way to the mail server is encrypted; none is for a server on the machine itself."""

    smtp_user: str = ""
    """Who we sign in as at the mail server; empty, and nobody signs in."""

    smtp_password: SecretStr = SecretStr("")
    """The password of `smtp_user`."""

    smtp_ca_file: Path | None = None
    """The only authorities whose certificates are believed of the mail server (PEM); none, and the system's are."""

    smtp_utf8: bool = False
    """Whether the mail server sends to addresses with other letters than a to z before the @ (SMTPUTF8)."""

    sandbox_folder: Path | None = None
    """A folder for the sandboxes of test clients, for every process that answers; empty: beside a file of SQLite."""

    mail_folder: Path = Path("mail")
    """Where mails are laid as files while there is no mail server."""

    daily_mail_hour: int = Field(default=7, ge=0, le=23)
    """The hour in Sweden at which what people have chosen to have gathered is mailed to them."""

    debtor_iban: str = ""
    """The account suppliers are paid from; without it no payment file is made."""

    debtor_bic: str = ""
    """The BIC of that account's bank; without it no payment file is made."""

    debtor_customer_id: str = ""
    """What the bank calls us in payment files, where it wants to be told."""

    control_data_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where control data of suppliers (F-tax, VAT, bankruptcy) is fetched each morning; none, and files are loaded."""

    control_data_token: SecretStr = SecretStr("")
    """The bearer token it is asked with, where it wants one."""

    debtor_bank: BankName = BankName.OTHER
    """Whose wishes payment files follow: danske, swedbank, or other."""

    debtor_pain_version: PainVersion | None = None
    """Which version of pain.001 is written, 03 or 09; none, and it is the bank's."""

    ledger_accounts: Mapping[str, str] = Field(default_factory=dict)
    """The ledger's accounts by name, instead of the examples of `LedgerAccounts`; JSON."""

    openid_issuer: str = ""
    """The OpenID provider's address, as https://id.example; none, and only passwords are offered."""

    openid_name: str = "OpenID Connect"
    """What people read on the sign-in page: Logga in med ..."""

    openid_client_id: str = ""
    """Who we are to that provider."""

    openid_client_secret: SecretStr = SecretStr("")
    """Our secret at that provider."""

    openid_acr: str = ""
    """The level of assurance asked of the provider and demanded in its answer; none, and any will do."""

    openid_file: Path | None = None
    """A TOML file with a table [[provider]] for each OpenID provider (`accounts.openid.provider_settings`)."""

    openid_secrets: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Their client secrets, by the provider's key; JSON."""

    alarm_mail: str = ""
    """Who is told of alarms; empty: they are only rows and lines in the journal."""

    report_alarm_days: int = Field(default=14, ge=1, le=366)
    """How many days a filed report may wait for the buyer before it is alarmed about, and again after as many."""

    waiting_alarm_days: int = Field(default=7, ge=1, le=366)
    """The same for everything else that waits for somebody at the buyer: changes, applications, events, questions."""

    objection_alarm_days: int = Field(default=5, ge=1, le=366)
    """The same for an objection to an order that the buyer has not answered."""

    keep_refused_months: int = Field(default=24, ge=3, le=120)
    """How many whole months a message that was technically refused is kept, before it may be disposed of."""

    keep_unsent_months: int = Field(default=6, ge=1, le=120)
    """The same for what never left its maker: files taken in, documents taken back, test documents."""

    keep_feed_months: int = Field(default=13, ge=1, le=120)
    """How many whole months an event that we told stays in the feed; who reads it at all will have read it by then."""

    keep_webhook_days: int = Field(default=30, ge=7, le=400)
    """How many days a webhook's message and its attempts are kept after it came through or was given up."""

    webhooks_inner_networks: str = ""
    """Networks within the buyer's own walls that the buyer's webhooks may go to, as 10.1.0.0/16 10.2.0.0/16."""

    webhooks_ca_file: Path | None = None
    """Authorities whose certificates are believed of webhooks' receivers, beside the system's (PEM)."""

    events_seconds: int = Field(default=20, ge=1, le=300)
    """How long a request with events may be worked on; what is left then is said to be, and is sent again."""

    figures_least: int = Field(default=5, ge=3, le=100)
    """The smallest count of participants that is told in the service's figures; smaller ones are left out."""

    api_requests: int = Field(default=600, ge=10, le=100_000)
    """How often one client may ask one address of the API in a minute; all processes of `serve` count together."""

    caller_cpu_seconds: float = Field(default=60, ge=1, le=3600)
    """Seconds of a processor a minute that checking documents may take for one organisation or one address."""

    caller_bytes: int = Field(default=200_000_000, ge=20_000_000, le=2_000_000_000)
    """Bytes of documents a minute that one organisation or one address may have checked."""

    strangers_cpu_seconds: float = Field(default=90, ge=1, le=3600)
    """The same seconds for all together who are not signed in."""

    strangers_bytes: int = Field(default=400_000_000, ge=20_000_000, le=2_000_000_000)
    """The same bytes for all together who are not signed in."""

    journal_head_folder: Path | None = None
    """Where the head of the journal is written every day, best on a disk of its own."""

    mark_folder: Path | None = None
    """Where the mark of the books lies as well, best with what is not restored with the database."""

    metrics_token: SecretStr = SecretStr("")
    """What who reads /metrics must bear; none, and the proxy in front decides who may."""

    @property
    def database_options(self) -> DatabaseOptions:
        """How the database is reached. Raises DatabaseUnusable for a role's name that cannot be one."""
        return DatabaseOptions(self.pooler, self.supplier_role, self.idle_transaction_seconds)

    @model_validator(mode="after")
    def _networks_are_some(self) -> Self:
        try:
            networks_of(self.webhooks_inner_networks)
        except ValueError:
            raise SettingRefused(
                Text(
                    "BILLING_WEBHOOKS_INNER_NETWORKS ska vara nät med mellanslag emellan, som 10.1.0.0/16. Utan nät "
                    "går inga webhooks till adresser inom egna nät."
                )
            ) from None
        return self

    @model_validator(mode="after")
    def _public_url_leads_here(self) -> Self:
        """What stands after the host would be lost: pages, forms and cookies are of the whole host."""
        own = f"/buyers/{self.buyer}" if self.buyer_name else "/"
        if self.public_url and not _is_address(self.public_url, paths=("", "/", own)):
            raise SettingRefused(
                Text(
                    "BILLING_PUBLIC_URL ska vara protokoll och värd och inget mer, som https://portal.example. "
                    "Portalen kan inte ligga under en sökväg: ge den ett eget värdnamn i proxyn."
                )
            )
        return self


def _is_address(url: str, *, paths: tuple[str, ...]) -> bool:
    """Whether the URL is scheme, host and perhaps port, and one of the paths."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    alone = not (parts.query or parts.fragment or parts.username or "?" in url or "#" in url)
    return parts.scheme in ("http", "https") and has_host and alone and parts.path in paths
