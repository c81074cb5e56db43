"""Which settings belong together, and which processes read them: what the models of settings do not say themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Process(StrEnum):
    """A process of ours, as what begins it is called."""

    SERVE = "serve"
    WORK = "work"
    COMMANDS = "commands"
    """Every other command of `billing`, for its own part."""


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings of one topic. A name that ends with `_` stands for all that begin so and are not named elsewhere.

    `read_by` holds for those that `others` does not name.
    """

    title: str
    names: tuple[str, ...]
    read_by: frozenset[Process]
    others: Mapping[str, frozenset[Process]]
    more: str = ""
    """Where more stands, as a link in `docs/`."""


_ALL: Final = frozenset(Process)
_SERVE: Final = frozenset({Process.SERVE})
_WORK: Final = frozenset({Process.WORK})
_NOT_WORK: Final = frozenset({Process.SERVE, Process.COMMANDS})
_NOT_SERVE: Final = frozenset({Process.WORK, Process.COMMANDS})
_NONE_OTHER: Final[Mapping[str, frozenset[Process]]] = {}

GROUPS: Final = (
    SettingGroup(
        "Books and buyers",
        (
            *("database_url", "pooler", "supplier_role", "idle_transaction_seconds"),
            *("buyer", "buyer_name", "mark_folder"),
        ),
        _ALL,
        _NONE_OTHER,
        "[the database](operating.md#the-database), [several buyers](operating.md#several-buyers),"
        " [backup and restore](operating.md#backup-and-restore)",
    ),
    SettingGroup(
        "Settings in files",
        ("secrets_folder",),
        _ALL,
        _NONE_OTHER,
        "[settings and secrets](operating.md#settings-and-secrets)",
    ),
    SettingGroup(
        "The portal",
        (
            "public_url",
            "security_contact",
            "is_demo",
            "second_step",
            "metrics_token",
            "sandbox_folder",
            "accessibility_",
        ),
        _SERVE,
        {"public_url": _ALL, "is_demo": _ALL},
        "[the portal](operating.md#the-portal)",
    ),
    SettingGroup(
        "Secrets in the database",
        ("secret_keys", "secret_keys_file"),
        _ALL,
        _NONE_OTHER,
        "[signing in, and its secrets](operating.md#signing-in-and-its-secrets)",
    ),
    SettingGroup(
        "Providers of identities",
        ("openid_",),
        _NOT_WORK,
        _NONE_OTHER,
        "[providers](operating.md#providers-the-employers-directory-and-brokers-of-e-ids)",
    ),
    SettingGroup(
        "Mail",
        ("mail_from", "smtp_", "mail_folder", "daily_mail_hour", "alarm_mail"),
        _NOT_SERVE,
        {
            "smtp_host": _ALL,
            "smtp_utf8": _ALL,
            "mail_folder": _ALL,
            "alarm_mail": frozenset({Process.SERVE, Process.WORK}),
            "daily_mail_hour": _WORK,
        },
        "[mail](operating.md#mail)",
    ),
    SettingGroup(
        "Alarms, and what is kept",
        (
            *("report_alarm_days", "waiting_alarm_days", "objection_alarm_days"),
            *("keep_refused_months", "keep_unsent_months", "keep_feed_months", "keep_webhook_days"),
            "journal_head_folder",
        ),
        _WORK,
        {"keep_refused_months": _NOT_WORK, "keep_unsent_months": _NOT_WORK, "journal_head_folder": _ALL},
        "[alarms](operating.md#alarms)",
    ),
    SettingGroup(
        "What callers may take of a process",
        ("api_", "caller_", "strangers_", "events_seconds", "figures_least"),
        _SERVE,
        {"figures_least": _NOT_WORK},
        "[what checking documents may take](operating.md#what-checking-documents-may-take)",
    ),
    SettingGroup(
        "Payments and the ledger",
        ("debtor_", "control_data_", "ledger_accounts"),
        _ALL,
        {"control_data_url": _NOT_SERVE, "control_data_token": _NOT_SERVE},
        "[payments and reconciliation](payments-and-reconciliation.md)",
    ),
    SettingGroup(
        "The access point",
        ("access_point_", "simulator_token"),
        _ALL,
        _NONE_OTHER,
        "[access points](access-points.md)",
    ),
    SettingGroup(
        "The object storage",
        ("body_storage_",),
        _ALL,
        {
            name: _NOT_SERVE
            for name in (
                "body_storage_prefix",
                "body_storage_after_days",
                "body_storage_lock",
                "body_storage_lock_days",
            )
        },
        "[old messages in an object storage](operating.md#old-messages-in-an-object-storage)",
    ),
    SettingGroup(
        "The network's directory",
        ("lookup_",),
        _ALL,
        _NONE_OTHER,
        "[when the directory is doubted](operating.md#when-the-directory-is-doubted)",
    ),
    SettingGroup(
        "Webhooks to other systems",
        ("webhooks_",),
        _ALL,
        {"webhooks_ca_file": _WORK},
        "[webhooks](webhooks.md)",
    ),
    SettingGroup(
        "Messages pushed to us",
        ("webhook_",),
        _SERVE,
        _NONE_OTHER,
        "[access points](access-points.md)",
    ),
)


def groups_with(name: str) -> Iterable[SettingGroup]:
    """The groups that name the setting, by its whole name before by how it begins; one, where all is well."""
    exactly = [group for group in GROUPS if name in group.names]
    begins = [
        group for group in GROUPS if any(each.endswith("_") and name.startswith(each) for each in group.names)
    ]
    return exactly or begins


def read_by(name: str, group: SettingGroup) -> frozenset[Process]:
    """The processes that read the setting."""
    return group.others.get(name, group.read_by)
