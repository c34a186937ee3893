"""What a program asks of the people who act in it, and how it guards their accounts.

One mechanism serves all programs; these values are what differs between them.

Source: 40 CFR 62.16290 to 62.16320; 62.16485 to 62.16515; PLAT-026, PLAT-052.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.rules.statements import Statement

# What a person signs, and so which statements belong to it.
DOCUMENTS = (
    "certificate",
    "delegation_compliance",
    "delegation_general",
    "application",
    "submission_compliance",
    "submission_general",
)
DIFFERENCES = ("hold", "refuse")
AGREEMENTS = ("always", "on_request")
ACCEPTANCES = ("never", "always", "standing")

# What an official does only with a second official, who is never the first.
SECOND_PERSONS = ("listed", "every")
OFFICIAL_ACTS = (
    "originate",
    "allocate",
    "settle",
    "revoke",
    "correct",
    "unfreeze",
    "freeze",
    "brake",
    "auction",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """Who represents a facility or an account, and when a change must be filed.

    Attributes:
        alternate_required: Whether a certificate or application must name an alternate.
        owner_change_days: Days for filing a change of owners or operators.
        unit_change_days: Days for filing the arrival or departure of a unit.
        retirement_days: Days for the statement that a unit was retired.
        proof_years: Years for which proof of retirement is kept.
        other_program_differs: What becomes of a certificate that names another person than
            the Acid Rain or a Transport Rule program knows: `hold` until it is resolved,
            or `refuse`.
        agreements: Whether the agreement behind a certificate is taken `always` or only
            `on_request`; it is never required.
    """

    alternate_required: bool
    owner_change_days: int
    unit_change_days: int
    retirement_days: int
    proof_years: int
    other_program_differs: str = "hold"
    agreements: str = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralAccounts:
    """How general accounts are applied for and closed.

    Attributes:
        target_days: Days in which an application is to be decided; a target, not a limit.
        lapse_days: Days without a word from the applicant after which it lapses.
        reminder_days: Days of silence after which the applicant is reminded.
        inactive_months: Months without a transfer before a notice of closure.
        notice_days: Days from the notice until the account is closed.
    """

    target_days: int
    lapse_days: int
    reminder_days: tuple[int, ...]
    inactive_months: int
    notice_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """What keeps instruments from leaving an account too easily.

    Attributes:
        second_signature_hours: Lifetime of a proposal that lacks a signature; 0: no end.
        wait_business_days: Wait of a transfer to an account that is not trusted.
        listing_business_days: Wait before an account that was listed is trusted.
        receiver_acceptance: Whether the receiver must agree: `never`, `always`, or
            `standing` (unless the account has agreed once and for all).
        confirm_business_days: Business days in which a second official confirms an act
            that had to take effect at once.
        cool_down_hours: Hours after a reset of credentials in which nothing is moved.
        identity_scan_days: Days after which the scan of an identity paper is deleted.
        concentration_percent: Share of all instruments above which holdings are flagged.
        second_person: Whose transfers a second person approves: those of accounts that are
            `listed` for it, or of `every` account.
        acceptance_hours: Time in which the receiver must agree where it is asked; 0: no end.
    """

    second_signature_hours: int
    wait_business_days: int
    listing_business_days: int
    receiver_acceptance: str
    confirm_business_days: int
    cool_down_hours: int
    identity_scan_days: int
    concentration_percent: int
    second_person: str = "listed"
    acceptance_hours: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRules:
    """All of it for one program.

    Attributes:
        statements: The prescribed words of each of DOCUMENTS, in the order of the rule.
        statements_of: The program whose words they are: its own, or another's.
        second_official: Acts of officials that a second one approves.
    """

    representation: Representation
    general_accounts: GeneralAccounts
    safeguards: Safeguards
    statements: Mapping[str, tuple[Statement, ...]]
    statements_of: str
    second_official: frozenset[str]
