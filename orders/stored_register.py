"""The register as the database holds it: every version that was ever loaded, the newest in force.

A register is a few hundred suppliers; it is read once per version and process and then
kept as the immutable value it is.
"""

import hashlib
from datetime import datetime

from sqlalchemy import insert, select

from orders import journal, tables
from orders.contracts import Register
from orders.values import Refused
from peppol.sql import Session


class NoRegister(Refused):
    """Nothing can be decided before the register is loaded."""

    def __init__(self) -> None:
        super().__init__(
            "Registret är tomt. Läs in det först: billing register load FIL...",
            "The register is empty. Load it first: billing register load FILE...",
        )


def save(session: Session, register: Register, *, at: datetime, actor: str) -> bool:
    """Keep a new version; False where the newest has the same content already."""
    body = register.to_json()
    digest = hashlib.sha256(body.encode()).hexdigest()
    versions = tables.register_version
    newest = session.execute(
        select(versions.c.sha256).order_by(versions.c.version.desc()).limit(1)
    ).scalar_one_or_none()
    if newest == digest:
        return False
    session.execute(insert(versions), {"loaded_at": at, "sha256": digest, "body": body})
    journal.record(session, actor, "register.loaded", digest[:16], suppliers=str(len(register.suppliers)))
    return True


def load(session: Session) -> Register:
    """The register in force; raises NoRegister."""
    versions = tables.register_version
    newest = session.execute(
        select(versions.c.version, versions.c.sha256).order_by(versions.c.version.desc()).limit(1)
    ).one_or_none()
    if newest is None:
        raise NoRegister
    if newest.sha256 not in _read_before:
        body = session.execute(
            select(versions.c.body).where(versions.c.version == newest.version)
        ).scalar_one()
        _read_before[newest.sha256] = Register.from_json(body)
    return _read_before[newest.sha256]


# By content, so that it holds for any database of this process; versions are few.
_read_before: dict[str, Register] = {}
