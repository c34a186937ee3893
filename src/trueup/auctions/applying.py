"""Qualify who may bid: on application with financial security, or by an official's record.

Source: RGGI-042.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trueup.accounts.rivals import looking_again
from trueup.accounts.submitters import principal_of
from trueup.auctions import checks, telling
from trueup.auctions.bid_checks import KIND, locked_for_bids, receiver, require_submitter
from trueup.auctions.entries import ApplicationEntry
from trueup.auctions.filing_models import SECURITIES, Application
from trueup.auctions.models import Auction, Qualification
from trueup.auctions.noticing import find_all, not_in_state
from trueup.audit import services as audit
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.auction_bids import in_dollars
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.transfers.signed import sign

CITE = "RGGI-042"
REFERENCE_MAX = 200
_SECURITY_MAX_CENTS = 10**15


def qualify_bidder(
    *,
    program: str,
    number: str,
    account: str,
    security_cents: int | None,
    actor: str,
    at: datetime,
) -> None:
    """Record that an account may bid in an auction, and what security was given for it.

    A later record takes the place of an earlier one until the auction closes. Where several
    vintages are held together it is for all of them, with one security.

    Raises Refused (`unknown_auction`, `not_in_state`, `unknown_account`,
    `security_missing`).

    Source: RGGI-042.
    """

    def act() -> None:
        row = locked_for_bids(program=program, number=number)
        if row.state != "open":
            raise Refused([not_in_state(row, "entered")])
        entry = receiver(program=program, account=account)
        if (row.is_security_required and security_cents is None) or (security_cents or 0) < 0:
            raise Refused([checks.SecurityMissing("State the security that was given.")])
        before = Qualification.objects.filter(auction=row, account_id=entry.id).first()
        for one in find_all(program=program, number=number):
            if one.state == "open":
                Qualification.objects.update_or_create(
                    auction=one,
                    account_id=entry.id,
                    defaults={
                        "security_cents": security_cents,
                        "decided_by": actor,
                        "decided_at": at,
                    },
                )
        telling.qualified(row, entry.id, at=at)
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="qualify_bidder",
            subject=f"auction:{row.pk}",
            account=entry.id,
            before=None if before is None else {"security_cents": before.security_cents},
            after={"account": entry.number, "security_cents": security_cents},
            cite=CITE,
        )

    looking_again(act)


def application_text(
    entry: AccountEntry,
    *,
    number: str,
    security_kind: str,
    security_cents: int | None,
    reference: str,
) -> str:
    """What is signed with an application to qualify, word for word.

    Source: RGGI-042; PLAT-151.
    """
    amount = "none" if security_cents is None else in_dollars(security_cents)
    return "\n".join(
        [
            f"I apply that this account may bid in auction {number}.",
            f"Account: {entry.name} ({entry.number})",
            f"Financial security: {security_kind.replace('_', ' ')}, {amount}",
            f"Reference: {reference or '-'}",
        ]
    )


def apply_to_bid(
    *,
    program: str,
    number: str,
    account: str,
    person: int,
    security_kind: str,
    security_cents: int | None,
    reference: str,
    key: UUID,
    at: datetime,
    evidence: Evidence | None = None,
) -> ApplicationEntry:
    """Take in an application to qualify, with the security it gives; an official decides.

    Args:
        evidence: That it was signed as `application_text` says; None on the console.

    Raises Refused (`unknown_auction`, `applications_closed`, `unknown_account`,
    `not_representative`, `security_missing`, `already_applied`, `key_reused`, and what
    signing refuses).

    Source: RGGI-042.
    """

    def act() -> ApplicationEntry:
        row = locked_for_bids(program=program, number=number)
        entry = receiver(program=program, account=account)
        before = _filed_before(row, entry, key=key)
        if before is not None:
            return application_entry(before, number=row.number, repeated=True)
        _require_applicable(row, entry, person=person, at=at)
        _require_security(row, kind=security_kind, cents=security_cents, reference=reference)
        filed = Application(
            key=key,
            auction=row,
            account_id=entry.id,
            person_id=person,
            for_person_id=principal_of(person, entry.id, at=at, kind=KIND),
            security_kind=security_kind,
            security_cents=security_cents,
            reference=reference,
            filed_at=at,
        )
        filed.signature_id = _sign(filed, entry, number=number, evidence=evidence)
        filed.save(force_insert=True)
        telling.applied(row, filed, at=at)
        _log(row, filed, "apply_to_bid", actor=f"person:{person}", at=at)
        return application_entry(filed, number=row.number)

    return looking_again(act)


def decide_application(
    *,
    program: str,
    application: int,
    is_accepted: bool,
    reason: str = "",
    actor: str,
    at: datetime,
) -> ApplicationEntry:
    """Let an applicant bid, with the security it gave, or refuse it with a reason.

    Raises Refused (`unknown_application`, `already_decided`, `reason_missing`, and as
    `qualify_bidder`).

    Source: RGGI-042.
    """

    def act() -> ApplicationEntry:
        filed = Application.objects.filter(id=application, auction__program=program).first()
        if filed is None:
            raise Refused([checks.UnknownApplication("There is no such application.")])
        row = locked_for_bids(program=program, number=filed.auction.number)
        filed.refresh_from_db()
        if filed.state != "waiting":
            raise Refused([checks.AlreadyDecided(f"The application is {filed.state} already.")])
        if not is_accepted and not reason.strip():
            raise Refused([checks.ReasonMissing("Say why the account may not bid.")])
        filed.state = "accepted" if is_accepted else "refused"
        filed.reason, filed.decided_by, filed.decided_at = reason.strip(), actor, at
        filed.save(update_fields=["state", "reason", "decided_by", "decided_at"])
        if is_accepted:
            qualify_bidder(
                program=program,
                number=row.number,
                account=ledger.account(filed.account_id).number,
                security_cents=filed.security_cents,
                actor=actor,
                at=at,
            )
        telling.decided(row, filed, actor=actor, at=at)
        _log(row, filed, "decide_bidder", actor=actor, at=at)
        return application_entry(filed, number=row.number)

    return looking_again(act)


def application_entry(
    row: Application, *, number: str = "", repeated: bool = False
) -> ApplicationEntry:
    """An application's row as its applicant and the officials may see it."""
    return ApplicationEntry(
        id=row.pk,
        key=row.key,
        auction=row.auction_id,
        number=number or row.auction.number,
        account=row.account_id,
        person=row.person_id,
        security_kind=row.security_kind,
        security_cents=row.security_cents,
        reference=row.reference,
        filed_at=row.filed_at,
        state=row.state,
        decided_at=row.decided_at,
        reason=row.reason,
        repeated=repeated,
    )


def _filed_before(row: Auction, entry: AccountEntry, *, key: UUID) -> Application | None:
    """The application that a request's key filed already; the key of another is refused."""
    before = Application.objects.filter(key=key).first()
    if before is not None and (before.auction_id, before.account_id) != (row.pk, entry.id):
        raise Refused([checks.KeyReused("This request's key was used for another one.")])
    return before


def _sign(
    filed: Application, entry: AccountEntry, *, number: str, evidence: Evidence | None
) -> int | None:
    """Keep the signature under an application, in the words of `application_text`."""
    text = application_text(
        entry,
        number=number,
        security_kind=filed.security_kind,
        security_cents=filed.security_cents,
        reference=filed.reference,
    )
    return sign(
        rules=programs.load(entry.program),
        document="auction_application",
        text=text,
        accounts=[entry],
        signer=filed.person_id,
        principal=filed.for_person_id,
        evidence=evidence,
        signed_at=filed.filed_at,
    )


def _require_applicable(row: Auction, entry: AccountEntry, *, person: int, at: datetime) -> None:
    if row.state != "open" or at > row.terms.qualify_until:
        raise Refused(
            [checks.ApplicationsClosed(f"The time to apply for auction {row.number} is over.")]
        )
    require_submitter(entry, person=person, at=at)
    if Application.objects.filter(auction=row, account_id=entry.id, state="waiting").exists():
        raise Refused([checks.AlreadyApplied(f"Account {entry.number} has applied already.")])


def _require_security(row: Auction, *, kind: str, cents: int | None, reference: str) -> None:
    """Raise Refused (`security_missing`) unless a security is stated as the notice asks."""
    given = kind in SECURITIES[:-1] and cents is not None and 0 < cents <= _SECURITY_MAX_CENTS
    none = kind == "none" and cents is None and not row.is_security_required
    if not (given or none) or len(reference) > REFERENCE_MAX:
        raise Refused([checks.SecurityMissing("State the security that was given.")])


def _log(row: Auction, filed: Application, act: str, *, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"auction:{row.pk}",
        account=filed.account_id,
        after={
            "application": filed.pk,
            "state": filed.state,
            "security_kind": filed.security_kind,
            "security_cents": filed.security_cents,
        },
        cite=CITE,
    )
