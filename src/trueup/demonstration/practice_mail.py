"""Mail of a place to practise: kept inside, shown on a page, never sent.

Source: PLAT-155; docs/decisions/0278.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

PREFIX = "[PRACTICE] "
LINE = "This message is for practice. Nothing in it is real, and it was sent to nobody."
KEPT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message as its receiver would have read it; `key` orders them."""

    key: str
    to: str
    subject: str
    body: str
    sent_at: datetime


class PracticeMail(BaseEmailBackend):
    """Keeps every message in a folder, and sends none."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; one for each receiver, copies too."""
        for message in email_messages:
            for receiver in message.recipients():
                _keep(message, receiver)
        _forget_oldest()
        return len(email_messages)


def mails(*, to: str = "", before: str = "", limit: int = 50) -> list[Mail]:
    """What was written to one address or to all, the newest first.

    Args:
        before: Key of the last message of the page before.

    Source: PLAT-155.
    """
    found: list[Mail] = []
    for path in sorted(_folder().glob("*.json"), reverse=True):
        if before and path.stem >= before:
            continue
        mail = _read(path)
        if mail is not None and (not to or mail.to == to):
            found.append(mail)
        if len(found) == limit:
            break
    return found


def mail(key: str) -> Mail | None:
    """One message."""
    return _read(_folder() / f"{key}.json") if key.replace("-", "").isalnum() else None


def forget_all() -> None:
    """Delete every message; done with a reset.

    Source: PLAT-155.
    """
    for path in _folder().glob("*.json"):
        path.unlink(missing_ok=True)


def _keep(message: EmailMessage, receiver: str) -> None:
    at = timezone.now()
    subject = str(message.subject)
    kept = Mail(
        key=f"{at:%Y%m%d%H%M%S%f}-{uuid4().hex[:8]}",
        to=receiver,
        subject=subject if subject.startswith(PREFIX) else PREFIX + subject,
        body=f"{LINE}\n\n{message.body}",
        sent_at=at,
    )
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{kept.key}.{os.getpid()}"
    draft.write_text(json.dumps({**asdict(kept), "sent_at": at.isoformat()}), "utf-8")
    draft.replace(folder / f"{kept.key}.json")


def _forget_oldest() -> None:
    kept = sorted(_folder().glob("*.json"))
    for path in kept[: max(len(kept) - KEPT, 0)]:
        path.unlink(missing_ok=True)


def _read(path: Path) -> Mail | None:
    try:
        values = json.loads(path.read_text("utf-8"))
    except OSError:
        return None
    return Mail(**{**values, "sent_at": datetime.fromisoformat(values["sent_at"])})


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "practice-mail"
