"""A second official approves, confirms or declines; the first may withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.desk import checks, parameters, proposing, queries, second_typing, telling
from trueup.desk.acts import act_named
from trueup.desk.entries import ProposalEntry
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.models import Outcome, Verdict
from trueup.officials import queries as officials
from trueup.officials.entries import GrantEntry
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence

Carrying = Callable[[Asked], Result]


def approve(
    *,
    proposal: UUID,
    by: int,
    at: datetime,
    digest: str = "",
    reason: str = "",
    evidence: Evidence | None = None,
) -> ProposalEntry:
    """Approve a first official's proposal as a second one; it is carried out at once.

    Every check of the act is made again. If one says no, nothing is done, and the
    proposal is kept as refused with the reasons.

    Args:
        digest: What the official saw; another one means that it is not this proposal.

    Raises Refused (`unknown_proposal`, `already_decided`, `same_person`,
    `not_authorized`, `first_without_role`, `changed_since`, `not_typed_again`).

    Source: PLAT-018, PLAT-019, PLAT-094.
    """
    entry, authority = for_second(proposal, by=by, at=at, digest=digest)
    if entry.kind != "proposal":
        raise Refused([checks.NotToBeConfirmed("This does not wait for an approval.")])
    kind = act_named(entry.act)
    require_first(entry, kind, at=at)
    if kind.is_typed_twice:
        second_typing.require_same(entry, by)
    verdict = Word("executed", by=by, at=at, authority=authority, evidence=evidence, reason=reason)
    return carry_out(entry, kind.carry_out, verdict)


def confirm(
    *, proposal: UUID, by: int, at: datetime, digest: str = "", evidence: Evidence | None = None
) -> ProposalEntry:
    """Confirm as a second official what a first one did at once, such as a freeze.

    Raises Refused as `approve` does, and `not_to_be_confirmed`.

    Source: PLAT-094.
    """
    entry, authority = for_second(proposal, by=by, at=at, digest=digest)
    if entry.kind != "unconfirmed":
        raise Refused([checks.NotToBeConfirmed("This does not wait to be confirmed.")])
    kind = act_named(entry.act)
    verdict = Word("confirmed", by=by, at=at, authority=authority, evidence=evidence)
    return carry_out(entry, kind.confirm or _nothing, verdict)


def decline(
    *,
    proposal: UUID,
    by: int,
    at: datetime,
    reason: str,
    digest: str = "",
    evidence: Evidence | None = None,
) -> ProposalEntry:
    """Decline a proposal or a recommendation; undo what was done at once.

    Raises Refused as `approve` does, and `reason_missing`.

    Source: PLAT-018, PLAT-094.
    """
    _require_reason(reason)
    entry, authority = for_second(proposal, by=by, at=at, digest=digest)
    kind = act_named(entry.act)
    word = "declined"
    carrying: Carrying = _nothing
    if entry.kind == "unconfirmed":
        word, carrying = "undone", kind.undo or _nothing
    verdict = Word(word, by=by, at=at, authority=authority, evidence=evidence, reason=reason)
    return carry_out(entry, carrying, verdict)


def withdraw(*, proposal: UUID, by: int, at: datetime, reason: str) -> ProposalEntry:
    """Take back one's own proposal or recommendation, as long as nobody decided it.

    Raises Refused (`unknown_proposal`, `already_decided`, `not_authorized`,
    `reason_missing`, `not_to_be_confirmed`).

    Source: PLAT-018.
    """
    _require_reason(reason)
    entry = _undecided(proposal)
    if entry.proposed_by != by:
        raise Refused([checks.NotAuthorized("Only who proposed it can withdraw it.")])
    if entry.kind == "unconfirmed":
        raise Refused(
            [
                checks.NotToBeConfirmed(
                    "It took effect already; a second official confirms or undoes it."
                )
            ]
        )
    verdict = Word("withdrawn", by=by, at=at, authority=None, evidence=None, reason=reason)
    return carry_out(entry, _nothing, verdict)


class Word:
    """What an official says of a proposal."""

    def __init__(
        self,
        verdict: str,
        *,
        by: int,
        at: datetime,
        authority: GrantEntry | None,
        evidence: Evidence | None,
        reason: str = "",
        signature: int | None = None,
    ) -> None:
        self.verdict = verdict
        self.by = by
        self.at = at
        self.authority = authority.authority if authority is not None else ""
        self.evidence = evidence
        self.reason = reason.strip()
        self.signature = signature


def carry_out(entry: ProposalEntry, carrying: Carrying, word: Word) -> ProposalEntry:
    """Write the verdict and carry it out in one transaction; keep a refusal in another.

    The verdict is written first: a rival's is refused by the database, after ours ended.
    """
    refused: Refused | None = None
    with transaction.atomic():
        try:
            with transaction.atomic():
                _write(entry, word, word.verdict)
                result = carrying(proposing.asked_of(entry, at=word.at, second=word.by))
                Outcome.objects.create(proposal_id=entry.id, at=word.at, result=result)
        except Refused as problem:
            if word.verdict != "executed" or _is_about_signing(problem):
                raise
            refused = problem
            _write(entry, word, "refused", signed=False)
            Outcome.objects.create(
                proposal_id=entry.id, at=word.at, refusals=_as_json(problem.refusals)
            )
        verdict = "refused" if refused is not None else word.verdict
        _log(entry, word, verdict)
        telling.decided(entry, verdict=verdict, by=word.by, at=word.at, reason=word.reason)
    return queries.known(entry.key)


def _write(entry: ProposalEntry, word: Word, verdict: str, *, signed: bool = True) -> None:
    try:
        with transaction.atomic():
            row = Verdict(
                proposal_id=entry.id,
                verdict=verdict,
                first_id=entry.proposed_by,
                given_by_id=word.by,
                given_as=word.authority,
                given_at=word.at,
                reason=word.reason,
            )
            if word.signature is not None:
                row.signature_id = word.signature
            elif signed:
                row.signature_id = proposing.sign_act(
                    proposing.verdict_text(entry, word.verdict, reason=word.reason),
                    program=entry.program,
                    document="official_verdict",
                    by=word.by,
                    at=word.at,
                    evidence=word.evidence,
                )
            row.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused([decided_already()]) from problem


def _is_about_signing(problem: Refused) -> bool:
    """Whether the word itself does not count, rather than the act: nothing is kept then."""
    return any(
        refusal.code.startswith(("signing.", "desk.already_decided"))
        for refusal in problem.refusals
    )


def for_second(
    proposal: UUID, *, by: int, at: datetime, digest: str
) -> tuple[ProposalEntry, GrantEntry]:
    """An undecided proposal, and the authority of the second official who speaks to it."""
    entry = _undecided(proposal)
    kind = act_named(entry.act)
    authority = officials.acting_as(
        by,
        kind.approver or kind.function,
        program=entry.program,
        jurisdiction=entry.jurisdiction,
        at=at,
    )
    if authority is None:
        raise Refused(
            [checks.NotAuthorized("This proposal is for officials of another function or State.")]
        )
    if entry.proposed_by == by:
        raise Refused([checks.SamePerson("Whoever asked never approves: another official must.")])
    recomputed = parameters.digest_of(
        entry.act, program=entry.program, jurisdiction=entry.jurisdiction, values=entry.values
    )
    if entry.digest != recomputed or (digest and digest != entry.digest):
        raise Refused(
            [checks.ChangedSince("This is not what you saw; look at the proposal again.")]
        )
    return entry, authority


def _undecided(proposal: UUID) -> ProposalEntry:
    entry = queries.known(proposal)
    if entry.verdict is not None or entry.approval is not None:
        raise Refused([decided_already()])
    return entry


def require_first(entry: ProposalEntry, kind: Act, *, at: datetime) -> None:
    """Refuse what was proposed by somebody who could not propose it any more."""
    if not officials.may(
        entry.proposed_by,
        kind.function,
        program=entry.program,
        jurisdiction=entry.jurisdiction,
        at=at,
    ):
        raise Refused(
            [
                checks.FirstWithoutRole(
                    f"{entry.name} has no longer the role to ask for this; propose it anew."
                )
            ]
        )


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > parameters.TEXT_MAX:
        raise Refused(
            [checks.ReasonMissing(f"Say why, in at most {parameters.TEXT_MAX} characters.")]
        )


def decided_already() -> Refusal:
    return checks.AlreadyDecided("The proposal was decided already; nothing was done again.")


def _nothing(_asked: Asked) -> Result:
    return {}


def _as_json(refusals: tuple[Refusal, ...]) -> list[dict[str, str]]:
    return [
        {"code": refusal.code, "cite": refusal.cite, "sentence": refusal.sentence}
        for refusal in refusals
    ]


def _log(entry: ProposalEntry, word: Word, verdict: str) -> None:
    audit.log(
        at=word.at,
        program=entry.program,
        actor=f"official:{word.by}",
        act=f"proposal_{verdict}",
        subject=entry.subject,
        before={"state": entry.state, "proposed_by": f"official:{entry.proposed_by}"},
        after={
            "act": entry.act,
            "as": word.authority,
            "digest": entry.digest,
            "reason": word.reason,
        },
        cite=act_named(entry.act).cite,
    )
