"""Settings that lie in files, one a file: how containers, clusters and systemd hand secrets over.

Convention: the folder is named by `BILLING_SECRETS_FOLDER`. A file is named as its setting, in small or capital letters
(`billing_database_url`, `BILLING_BUYER_KARLSTAD_SMTP_PASSWORD`), and holds its value; blanks and line ends around it do
not count. What the environment says holds before a file.
"""

import os
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, EnvSettingsSource, SecretsSettingsSource

from foundation.errors import Refused
from foundation.text import Text

FOLDER: Final = "BILLING_SECRETS_FOLDER"


class SecretsFolderRefused(Refused):
    """The folder that is to hold secrets cannot be read."""


def source(settings: type[BaseSettings], environment: EnvSettingsSource) -> SecretsSettingsSource:
    """The files of the folder, by the prefix that the environment is read with. Raises SecretsFolderRefused."""
    named = os.environ.get(FOLDER, "")
    if not named:
        return SecretsSettingsSource(settings)
    folder = Path(named)
    try:
        unreadable = [
            each.name for each in folder.iterdir() if each.is_file() and not os.access(each, os.R_OK)
        ]
    except OSError as error:
        raise SecretsFolderRefused(
            Text(
                "%(setting)s är %(folder)s, som inte går att läsa: %(fault)s. Ange mappen där hemligheterna ligger, "
                "eller ta bort inställningen.",
                setting=FOLDER,
                folder=folder,
                fault=error.strerror or type(error).__name__,
            )
        ) from error
    if unreadable:
        raise SecretsFolderRefused(
            Text(
                "Filen %(file)s i %(folder)s går inte att läsa. Ge programmets användare rätt att läsa den.",
                file=sorted(unreadable)[0],
                folder=folder,
            )
        )
    return SecretsSettingsSource(settings, secrets_dir=folder, env_prefix=environment.env_prefix)
