"""Why a State's assurance level is not assessed, or nothing is taken for it."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NoAssuranceLevels(Refusal):
    code = "assurance.no_assurance_levels"
    cite = "40 CFR 97.410(b)"


class AssessedAlready(Refusal):
    code = "assurance.assessed_already"
    cite = "40 CFR 97.425(b)"


class EmissionsIncomplete(Refusal):
    """A source of the State has no complete and final data for the year."""

    code = "assurance.emissions_incomplete"
    cite = "40 CFR 97.425(b)"


class RepresentativeMissing(Refusal):
    """A source of the State belongs to no group: nobody represents it."""

    code = "assurance.representative_missing"
    cite = "40 CFR 97.402 “Common designated representative”"


class NotAssessed(Refusal):
    code = "assurance.not_assessed"
    cite = "40 CFR 97.425(b)"


class NotDueYet(Refusal):
    code = "assurance.not_due_yet"
    cite = "40 CFR 97.406(c)(2)(ii)"


class TakenAlready(Refusal):
    code = "assurance.taken_already"
    cite = "40 CFR 97.425(b)"
