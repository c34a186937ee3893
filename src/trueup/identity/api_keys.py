"""Keys for machines: they may read and propose, and a person decides."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec, NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.audit.statements import among
from trueup.identity import checks
from trueup.identity.entries import SCOPES, KeyEntry
from trueup.identity.models import ApiKey, ApiKeyScope
from trueup.rules.refusal import Refusal, Refused

LIFETIME_MAX = timedelta(days=366)
NAME_MAX = 80
# The last use is written down at most this often, so that reading does not become writing.
USE_NOTED_EVERY = timedelta(minutes=1)
_MARK = "tu"


@transaction.atomic
def create_api_key(
    *,
    person: int,
    name: str,
    scopes: Collection[str],
    created_at: datetime,
    expires_at: datetime,
    account: int | None = None,
    program: str = "",
) -> tuple[KeyEntry, str]:
    """Make a machine's key, and give its secret, which is shown this once and kept nowhere.

    Args:
        account: The only account that the key may propose for; None: all of the person's.

    Raises Refused (`scope_unknown`, `key_not_usable`).

    Source: PLAT-004; PLAT-035 (what is submitted by another is still the person's).
    """
    refusals = _check(name, scopes, created_at, expires_at)
    if refusals:
        raise Refused(refusals)
    prefix, secret = _new_secret()
    row = ApiKey.objects.create(
        person_id=person,
        account_id=account,
        program=program,
        name=name.strip(),
        prefix=prefix,
        digest=_digest(secret),
        created_at=created_at,
        expires_at=expires_at,
    )
    wanted = sorted(set(scopes))
    ApiKeyScope.objects.bulk_create([ApiKeyScope(key=row, scope=scope) for scope in wanted])
    entry = key_entry(row, wanted)
    _log_and_tell(entry, at=created_at)
    return entry, secret


@transaction.atomic
def revoke_api_keys(
    *,
    at: datetime,
    actor: str,
    key: int | None = None,
    person: int | None = None,
    accounts: Collection[int] | None = None,
) -> int:
    """Revoke one key, or all of a person's, or those for some accounts; gives how many.

    With `person` and `accounts`: the person's keys that are limited to one of them.

    Raises ValueError if nothing says which, which is a caller's bug.

    Source: PLAT-094; 40 CFR 62.16295(a) (what ends with a predecessor).
    """
    if key is None and person is None and accounts is None:
        raise ValueError("say which keys are to be revoked")
    chosen = Q(revoked_at=None)
    if key is not None:
        chosen &= Q(id=key)
    if person is not None:
        chosen &= Q(person_id=person)
    if accounts is not None:
        chosen &= Q(account_id__in=among(accounts))
    rows = list(ApiKey.objects.select_for_update().filter(chosen).order_by("id"))
    ApiKey.objects.filter(id__in=among(row.id for row in rows)).update(
        revoked_at=at, revoked_by=actor
    )
    audit.log_many(
        [
            EventSpec(
                at=at,
                program=row.program,
                actor=actor,
                act="revoke_api_key",
                subject=f"key:{row.id}",
                before={"prefix": row.prefix, "person": row.person_id},
                cite="PLAT-094",
            )
            for row in rows
        ]
    )
    return len(rows)


def authenticate_key(secret: str, *, at: datetime) -> KeyEntry | None:
    """The key with this secret, if it is alive; None otherwise, whatever the reason.

    Source: PLAT-004.
    """
    if not secret.isascii() or not secret.startswith(f"{_MARK}_") or len(secret) > 100:
        return None
    row = (
        ApiKey.objects.filter(digest=_digest(secret), revoked_at=None)
        .prefetch_related("scopes")
        .first()
    )
    if row is None:
        return None
    entry = key_entry(row, (scope.scope for scope in row.scopes.all()))
    if not entry.is_alive(at):
        return None
    if row.last_used_at is None or at - row.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(id=row.id).update(last_used_at=at)
    return entry


def _check(
    name: str, scopes: Collection[str], created_at: datetime, expires_at: datetime
) -> list[Refusal]:
    refusals: list[Refusal] = []
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        refusals.append(
            checks.ScopeUnknown(
                f"A key cannot be given {', '.join(unknown) or 'nothing'}: it may"
                f" {', '.join(SCOPES)}. It never approves, signs or decides."
            )
        )
    if not 0 < len(name.strip()) <= NAME_MAX:
        refusals.append(
            checks.KeyNotUsable(f"Give the key a name of at most {NAME_MAX} characters.")
        )
    if not created_at < expires_at <= created_at + LIFETIME_MAX:
        refusals.append(
            checks.KeyNotUsable(f"A key ends after today and within {LIFETIME_MAX.days} days.")
        )
    return refusals


def _new_secret() -> tuple[str, str]:
    prefix = f"{_MARK}_{secrets.token_hex(4)}"
    return prefix, f"{prefix}_{secrets.token_urlsafe(32)}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _log_and_tell(key: KeyEntry, *, at: datetime) -> None:
    said: dict[str, ContextValue] = {
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }
    audit.log(
        at=at,
        program=key.program,
        actor=f"person:{key.person}",
        act="create_api_key",
        subject=f"key:{key.id}",
        after={
            "prefix": key.prefix,
            "name": key.name,
            "scopes": sorted(key.scopes),
            "account": key.account,
            "expires_at": str(key.expires_at),
        },
        cite="PLAT-004",
    )
    audit.notify(
        [
            NoticeSpec(
                event="api_key_created",
                program=key.program,
                person=key.person,
                account=key.account,
                created_at=at,
                context=said,
            )
        ]
    )


def key_entry(row: ApiKey, scopes: Iterable[str]) -> KeyEntry:
    return KeyEntry(
        id=row.id,
        person=row.person_id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(scopes),
        account=row.account_id,
        program=row.program,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
