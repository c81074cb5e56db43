"""Before anything is served: do the keys we have open the secrets that lie in the books."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from accounts import sealed_secrets
from accounts.sealed_secrets import SecretsLocked, Standing
from billing.server.installation import Installation
from foundation.database import DatabaseUnusable

_log = structlog.get_logger("installation")


def prove(installation: Installation) -> None:
    """Raises SecretsLocked where a secret of a buyer's books cannot be opened, and SecretKeyWrong.

    Books that do not answer stop nobody: what serves and works waits for them.
    """
    try:
        served = installation.served()
    except (SQLAlchemyError, DatabaseUnusable):
        sealed_secrets.of(installation.settings)
        return
    for books in served:
        seal = sealed_secrets.of(books.settings)
        try:
            with installation.database_of(books).reading() as session:
                found = sealed_secrets.standings(session, seal)
        except (SQLAlchemyError, DatabaseUnusable):
            continue
        if found[Standing.LOCKED]:
            raise SecretsLocked(found[Standing.LOCKED])
        if found[Standing.PLAIN] and not books.settings.is_demo:
            _log.warning("secrets lie unsealed", count=found[Standing.PLAIN], buyer=books.slug)
