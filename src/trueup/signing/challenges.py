"""Begin a signature, and give the second factor for exactly that text.

Source: PLAT-151; PLAT-094.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction

from trueup.audit import services as audit
from trueup.identity import services as identity
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.statements import Statement
from trueup.signing import checks, forms, models, texts
from trueup.signing.entries import ChallengeEntry, Evidence, Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

# From reading the text to the second factor, and from the second factor to the act.
LIFETIME = timedelta(minutes=15)

# Wrong second factors of a person before no more are looked at, and for how long.
ATTEMPTS = 5
ATTEMPTS_WITHIN = timedelta(minutes=15)


def begin(
    *,
    program: str,
    document: str,
    text: str,
    statements: Sequence[Statement],
    signer: int,
    at: datetime,
    for_person: int | None = None,
    form_version: str = "",
) -> ChallengeEntry:
    """Put a text before the person who is to sign it, for a short time and once.

    Args:
        text: The submission itself; form, signer and statements are put around it.
        for_person: In whose name, if the signer is an agent.

    Raises Refused (`no_agreement`, `form_superseded`).

    Source: PLAT-151, PLAT-152, PLAT-153.
    """
    version = forms.version_in_force(document, on=at.date(), version=form_version)
    if document != forms.AGREEMENT:
        require_agreement(signer, at=at)
    whole = whole_text(
        program=program,
        document=document,
        form_version=version,
        text=text,
        statements=statements,
        signer=signer,
        for_person=for_person,
    )
    models.Challenge.objects.filter(person_id=signer, expires_at__lte=at, used_at=None).delete()
    nonce = secrets.token_hex(32)
    challenge = texts.challenge_of(whole, nonce)
    made = models.Challenge.objects.create(
        nonce=nonce,
        person_id=signer,
        digest=texts.digest_of(whole),
        challenge=challenge.hex(),
        begun_at=at,
        expires_at=at + LIFETIME,
    )
    return ChallengeEntry(
        nonce=nonce,
        text=whole,
        digest=made.digest,
        challenge=challenge,
        form_version=version,
        expires_at=made.expires_at,
    )


def prove_code(
    *, nonce: str, person: int, user: int, code: str, at: datetime, accepted: Sequence[str] = ()
) -> Evidence:
    """Give a code of the person's authenticator for what was begun.

    Raises Refused (`too_many_attempts`, `second_factor_missing`, `second_factor_wrong`,
    `code_used_before`, or as `challenge_of` says); a wrong code is remembered.

    Source: PLAT-151; PLAT-094; RFC 6238, section 5.2.
    """
    from trueup.signing import factors

    challenge = _open_challenge(nonce, person=person, at=at)
    if "totp" not in factors.methods_of(user):
        raise Refused([_no_factor()])
    _refuse_too_many(person, at=at)
    counter = factors.code_counter(user, code, at=at)
    if counter is None:
        _remember_attempt(person, at=at)
        raise Refused(
            [checks.SecondFactorWrong("The code is wrong or too old. Enter the one shown now.")]
        )
    with transaction.atomic():
        is_fresh = identity.use_code(user=user, step=counter)
        if is_fresh:
            _prove(challenge, method="totp", proof={"step": counter}, at=at)
    if not is_fresh:
        raise Refused([checks.CodeUsedAlready("This code was used before. Wait for the next one.")])
    return _evidence(challenge, method="totp", accepted=accepted)


def prove_passkey(
    *,
    nonce: str,
    person: int,
    user: AbstractBaseUser,
    response: Mapping[str, Any],
    site: Site,
    at: datetime,
    accepted: Sequence[str] = (),
) -> Evidence:
    """Give a passkey's assertion, whose challenge is the digest of what was begun.

    Raises Refused (`too_many_attempts`, `second_factor_wrong`, or as `challenge_of` says).

    Source: PLAT-151; Web Authentication Level 2, section 7.2.
    """
    from trueup.signing import factors

    challenge = _open_challenge(nonce, person=person, at=at)
    _refuse_too_many(person, at=at)
    proof = factors.passkey_proof(user, response, bytes.fromhex(challenge.challenge), site=site)
    if proof is None:
        _remember_attempt(person, at=at)
        raise Refused([checks.SecondFactorWrong("The passkey did not sign this text. Try again.")])
    _prove(challenge, method="passkey", proof=proof, at=at)
    return _evidence(challenge, method="passkey", accepted=accepted)


def whole_text(
    *,
    program: str,
    document: str,
    form_version: str,
    text: str,
    statements: Sequence[Statement],
    signer: int,
    for_person: int | None,
) -> str:
    """All that is signed: the submission between its heading and its statements.

    Source: PLAT-152.
    """
    names = names_of([signer] if for_person is None else [signer, for_person])
    if signer not in names or (for_person is not None and for_person not in names):
        raise ValueError("the signer is not a registered person")
    return texts.canonical(
        program=program,
        title=forms.form(document).title,
        document=document,
        form_version=form_version,
        text=text,
        statements=statements,
        signer=names[signer],
        for_person=names[for_person] if for_person not in (None, signer) else "",
    )


def names_of(people: Sequence[int]) -> dict[int, str]:
    """Names of registered persons."""
    rows = apps.get_model("accounts", "Person").objects.filter(id__in=people)
    return dict(rows.values_list("id", "name"))


def require_agreement(person: int, *, at: datetime) -> None:
    """Refuse whoever has no electronic signature agreement on file.

    Source: PLAT-151.
    """
    wanted = [item.version for item in forms.form(forms.AGREEMENT).versions]
    in_force = [
        item.version for item in forms.form(forms.AGREEMENT).versions if item.is_in_force(at.date())
    ] or wanted[-1:]
    rows = models.Agreement.objects.filter(
        person_id=person, form_version__in=in_force, accepted_at__lte=at
    )
    if not rows.exists():
        raise Refused(
            [
                checks.NoAgreement(
                    "There is no electronic signature agreement of yours on file."
                    " Sign the agreement first."
                )
            ]
        )


def _open_challenge(nonce: str, *, person: int, at: datetime) -> models.Challenge:
    """A challenge that this person can still answer."""
    found = models.Challenge.objects.filter(nonce=nonce, person_id=person).first()
    if found is None:
        raise Refused(
            [checks.SecondFactorMissing("Nothing was put before you to sign. Begin again.")]
        )
    if found.used_at is not None:
        raise Refused([signed_already()])
    if found.expires_at <= at:
        raise Refused([expired()])
    return found


def signed_already() -> Refusal:
    return checks.SignedAlready("This was signed already; nothing was done a second time.")


def expired() -> Refusal:
    return checks.ChallengeExpired("The time for signing is over. Check your answers and sign.")


def _no_factor() -> Refusal:
    return checks.SecondFactorMissing(
        "You have no authenticator that gives codes. Set one up, or sign with a passkey."
    )


def _refuse_too_many(person: int, *, at: datetime) -> None:
    tried = models.FactorAttempt.objects.filter(person_id=person, at__gt=at - ATTEMPTS_WITHIN)
    if tried.count() >= ATTEMPTS:
        minutes = int(ATTEMPTS_WITHIN.total_seconds() // 60)
        raise Refused(
            [
                checks.TooManyAttempts(
                    f"The second factor was wrong {ATTEMPTS} times. Wait {minutes} minutes."
                )
            ]
        )


@transaction.atomic
def _remember_attempt(person: int, *, at: datetime) -> None:
    models.FactorAttempt.objects.create(person_id=person, at=at)
    audit.log(
        at=at,
        program="",
        actor=f"person:{person}",
        act="give_wrong_second_factor",
        subject=f"person:{person}",
        cite="PLAT-017; PLAT-094",
    )


def _prove(
    challenge: models.Challenge, *, method: str, proof: Mapping[str, Any], at: datetime
) -> None:
    """Keep the proof with its challenge, unless that was answered meanwhile."""
    rows = models.Challenge.objects.filter(id=challenge.pk, used_at=None)
    if not rows.update(method=method, proof=dict(proof), proven_at=at):
        raise Refused([signed_already()])


def _evidence(challenge: models.Challenge, *, method: str, accepted: Sequence[str]) -> Evidence:
    return Evidence(method=method, detail={"challenge": challenge.nonce}, accepted=tuple(accepted))
