"""Remove kept files that no paper and no draft names: what somebody gave and never filed.

Source: docs/decisions/0301, 0332.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

from trueup.audit.statements import among
from trueup.signing.drafts import LIFETIME
from trueup.signing.models import Draft

# A draft may be changed on its last day, and what it names is looked up a day later.
KEPT_FOR = LIFETIME + timedelta(days=2)
BATCH = 500
DIGEST_LENGTH = 64
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def sweep_files(now: datetime) -> int:
    """Remove the files that are older than any draft and that nothing names; their number.

    Whether something names a file is asked of every column that can hold a digest, in every
    context, so that a new one need not be known here.

    Source: docs/decisions/0332.
    """
    old = _old_files(now - KEPT_FOR)
    in_drafts = _digests_in_drafts()
    removed = 0
    while some := dict(islice(old, BATCH)):
        named = in_drafts | _named(some)
        for digest, path in some.items():
            if digest not in named:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _old_files(before: datetime) -> Iterator[tuple[str, Path]]:
    root = Path(settings.VAR_DIR) / "documents"
    for path in sorted(root.glob("??/*")) if root.is_dir() else ():
        digest = path.parent.name + path.name
        if _DIGEST.fullmatch(digest) is None:
            continue
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            yield digest, path


def _named(digests: Iterable[str]) -> set[str]:
    wanted = list(digests)
    found: set[str] = set()
    for model, field in _columns():
        rows = model._default_manager.filter(**{f"{field}__in": among(wanted)})
        found.update(rows.values_list(field, flat=True))
    return found


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column as wide as a digest."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField) and field.max_length == DIGEST_LENGTH:
                yield model, field.name


def _digests_in_drafts() -> set[str]:
    rows = Draft.objects.filter(done_at=None).values_list("answers", "values")
    return {
        digest
        for pair in rows.iterator()
        for digest in _DIGEST.findall(json.dumps(pair, default=str))
    }
