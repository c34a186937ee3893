"""Objections to representatives and to what they did: correspondence, and nothing else.

No check anywhere asks for an objection. The Administrator relies on the latest complete
certificate or application, and decides no private dispute.

Source: 40 CFR 62.16310, 62.16320(c)(4); MASS-026, MASS-039; RATE-165, RATE-176.
"""

from __future__ import annotations

from datetime import datetime

from trueup.accounts import checks
from trueup.accounts.account_limits import existing_account
from trueup.accounts.application_entries import ObjectionEntry
from trueup.accounts.application_models import Objection
from trueup.accounts.models import NAME_MAX
from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.ledger import checks as ledger_checks
from trueup.rules.refusal import Refusal, Refused

TEXT_MAX = 20_000
CITES = {"compliance": "40 CFR 62.16310", "general": "40 CFR 62.16320(c)(4)"}


def log_objection(
    *,
    account: int,
    by: str,
    text: str,
    received_at: datetime,
    about: str = "",
    actor: str = "administrator",
) -> ObjectionEntry:
    """Keep an objection with the account; the authority of nobody changes by it.

    Args:
        by: Who objects, as the letter names them; they need not be registered.
        about: The submission or the decision that it is about.

    Raises Refused (`unknown_account`, `name_not_usable`, `ground_missing`).

    Source: 40 CFR 62.16310, 62.16320(c)(4); MASS-026, MASS-039.
    """

    def act() -> ObjectionEntry:
        entry = existing_account(account)
        refusals: list[Refusal] = checks.check_name(by, of="person who objects")
        if not text.strip() or len(text) > TEXT_MAX:
            refusals.append(
                ledger_checks.GroundMissing(f"Give the objection, in at most {TEXT_MAX:,} letters.")
            )
        if len(checks.tidy(about)) > NAME_MAX or not checks.is_readable(checks.tidy(about)):
            refusals.append(ledger_checks.GroundMissing("What it is about cannot be read."))
        if refusals:
            raise Refused(refusals)
        row = Objection.objects.create(
            account_id=account,
            by=checks.tidy(by),
            about=checks.tidy(about),
            text=text.strip(),
            received_at=received_at,
            entered_by=actor,
        )
        audit.log(
            at=received_at,
            program=entry.program,
            actor=actor,
            act="log_objection",
            subject=f"account:{account}",
            after={"objection": row.pk, "by": row.by, "about": row.about, "effect": "none"},
            cite=CITES.get(entry.kind, CITES["general"]),
        )
        return objection_entry(row)

    return looking_again(act)


def objections_of(account: int, *, limit: int = 100, before: int = 0) -> list[ObjectionEntry]:
    """The objections about an account, the newest first, a page at a time."""
    rows = Objection.objects.filter(account_id=account)
    if before:
        rows = rows.filter(id__lt=before)
    return [objection_entry(row) for row in rows.order_by("-id")[:limit]]


def objection_entry(row: Objection) -> ObjectionEntry:
    return ObjectionEntry(
        id=row.pk,
        account=row.account_id,
        by=row.by,
        about=row.about,
        text=row.text,
        received_at=row.received_at,
        entered_by=row.entered_by,
    )
