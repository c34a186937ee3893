"""What is missing in an application, and why a step with it is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trueup.accounts.application_entries import ApplicationEntry, ApplicationSpec, Contact
from trueup.accounts.checks import check_jurisdiction, check_name, tidy
from trueup.accounts.ownership_checks import check_party
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal

REASON_MAX = 2000


class UnknownApplication(Refusal):
    code = "accounts.unknown_application"
    cite = "40 CFR 62.16320(c)(1)"


class StepNotPermitted(Refusal):
    code = "accounts.step_not_permitted"
    cite = "PLAT-026"


class SamePerson(Refusal):
    code = "accounts.same_person"
    cite = "PLAT-026"


class ReasonMissing(Refusal):
    code = "accounts.reason_missing"
    cite = "PLAT-026"


class NotTheApplicant(Refusal):
    code = "accounts.not_the_applicant"
    cite = "PLAT-004; 40 CFR 62.16320(c)(1)"


class NotASigner(Refusal):
    code = "accounts.not_a_signer"
    cite = "40 CFR 62.16320(c)(1)(ii)(E)"


class SignedAlready(Refusal):
    code = "accounts.signed_already"
    cite = "40 CFR 62.16320(c)(1)(ii)(E)"


# In which states each step can be taken; the database knows no others.
STEPS: Mapping[str, tuple[str, ...]] = {
    "revise": ("draft", "incomplete", "information_requested"),
    "sign": ("draft", "incomplete", "information_requested"),
    "submit": ("draft", "incomplete", "information_requested"),
    "review": ("submitted",),
    "ask": ("submitted", "in_review"),
    "approve": ("submitted", "in_review"),
    "reject": ("submitted", "in_review"),
    "withdraw": ("draft", "incomplete", "information_requested", "submitted", "in_review"),
    "lapse": ("draft", "incomplete", "information_requested"),
}


def step_refusals(application: ApplicationEntry, step: str) -> list[Refusal]:
    """Whether a step can be taken from where the application is.

    Source: PLAT-026.
    """
    if application.state in STEPS[step]:
        return []
    state = application.state.replace("_", " ")
    return [StepNotPermitted(f"The application is {state}; it cannot {_IN_WORDS[step]} now.")]


_IN_WORDS = {
    "revise": "be revised",
    "sign": "be signed",
    "submit": "be submitted",
    "review": "be taken into review",
    "ask": "be sent back with questions",
    "approve": "be approved",
    "reject": "be rejected",
    "withdraw": "be withdrawn",
    "lapse": "lapse",
}


def draft_refusals(spec: ApplicationSpec, *, rules: Program) -> list[Refusal]:
    """What cannot be stored, even in a draft; what is merely missing can."""
    refusals: list[Refusal] = []
    if tidy(spec.name):
        refusals += check_name(spec.name, of="account")
    if spec.jurisdiction:
        refusals += check_jurisdiction(spec.jurisdiction, rules=rules)
    for party in spec.parties:
        refusals += check_party(party)
    return refusals


def missing_elements(
    spec: ApplicationSpec,
    *,
    people: Mapping[int, Contact],
    signed: Collection[int],
    rules: Program,
) -> tuple[str, ...]:
    """Every element that a complete application has and this one lacks, in words.

    Args:
        signed: Who has signed this revision, and so accepted the prescribed statement.

    Source: 40 CFR 62.16320(c)(1)(ii)(A) to (E); PLAT-025.
    """
    missing: list[str] = []
    if not tidy(spec.name):
        missing.append("the name of the account")
    missing += _missing_seats(spec, rules=rules)
    for title, named in (
        ("authorized account representative", spec.representatives),
        ("alternate", spec.alternates),
    ):
        for key in named:
            missing += _missing_contacts(people.get(key), title=title)
    if not spec.parties:
        missing.append("the persons with an ownership interest")
    statements = " and ".join(item.key for item in rules.people.statements["application"])
    for key in dict.fromkeys((*spec.representatives, *spec.alternates)):
        if key not in signed and key in people:
            missing.append(f"the signature of {people[key].name} under {statements}")
    return tuple(missing)


def _missing_seats(spec: ApplicationSpec, *, rules: Program) -> list[str]:
    missing: list[str] = []
    if not spec.representatives:
        missing.append("the authorized account representative")
    elif len(spec.representatives) > 1:
        count = len(spec.representatives)
        missing.append(f"one authorized account representative: {count} are named")
    if len(spec.alternates) > 1:
        missing.append(f"at most one alternate: {len(spec.alternates)} are named")
    elif not spec.alternates and rules.people.representation.alternate_required:
        missing.append("the alternate authorized account representative")
    if set(spec.representatives) & set(spec.alternates):
        missing.append("an alternate who is another person than the representative")
    return missing


def _missing_contacts(person: Contact | None, *, title: str) -> list[str]:
    if person is None:
        return [f"the {title}: the person named is not registered"]
    needed = (("mailing address", person.address), ("telephone number", person.phone))
    return [f"the {what} of {person.name}" for what, value in needed if not value]
