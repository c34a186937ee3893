"""Why an act about a set-aside is not done."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NoSetAside(Refusal):
    """The program has no such set-aside, or none of that State and vintage."""

    code = "set_aside.no_set_aside"
    cite = "40 CFR 62.16235(c), (d)"


class ProjectTaken(Refusal):
    """A project stands in one State's pool once."""

    code = "set_aside.project_taken"
    cite = "40 CFR 62.16245(a)(3)(ii)(C)"


class UnknownProject(Refusal):
    code = "set_aside.unknown_project"
    cite = "40 CFR 62.16245(a)(3)"


class NoGeneralAccount(Refusal):
    code = "set_aside.no_general_account"
    cite = "40 CFR 62.16245(a)(3)(i)"


class WrongState(Refusal):
    """It was decided already, or not yet."""

    code = "set_aside.wrong_state"
    cite = "40 CFR 62.16245(a)(5)"


class TooLate(Refusal):
    code = "set_aside.too_late"
    cite = "40 CFR 62.16245(a)(3)(ii); MASS-AMB-19"


class NotAQuantity(Refusal):
    code = "set_aside.not_a_quantity"
    cite = "40 CFR 62.16245(a)(3)(ii)(A)"


class ProjectionTaken(Refusal):
    code = "set_aside.projection_taken"
    cite = "40 CFR 62.16245(a)(3)(ii)"


class UnknownProjection(Refusal):
    code = "set_aside.unknown_projection"
    cite = "40 CFR 62.16245(a)(5)"


class ExplanationOwed(Refusal):
    """A shortfall above the limit is to be explained before anything further is filed."""

    code = "set_aside.explanation_owed"
    cite = "40 CFR 62.16245(a)(5)(iii)"


class YearNotOver(Refusal):
    code = "set_aside.year_not_over"
    cite = "40 CFR 62.16245(a)(4)"


class VerifiedBefore(Refusal):
    code = "set_aside.verified_before"
    cite = "40 CFR 62.16245(a)(4)"


class ReportNotVerified(Refusal):
    """M&V reports of the whole year, each with its verification report, come first."""

    code = "set_aside.report_not_verified"
    cite = "40 CFR 62.16245(a)(4); MASS-082"


class NothingToExplain(Refusal):
    code = "set_aside.nothing_to_explain"
    cite = "40 CFR 62.16245(a)(5)(iii)"


class DistributedBefore(Refusal):
    """It was proposed or recorded; nothing runs twice."""

    code = "set_aside.distributed_before"
    cite = "40 CFR 62.16240(b)"


class NothingInIt(Refusal):
    """A set-aside of zero has nothing to distribute."""

    code = "set_aside.nothing_in_it"
    cite = "40 CFR 62.16235(c), (d)"


class DividedByFormula(Refusal):
    """What the program divides by a formula is not given by decision before that."""

    code = "set_aside.divided_by_formula"
    cite = "40 CFR 62.16245(a)(5), (b)(3); PLAT-065"


class ExceedsSetAside(Refusal):
    code = "set_aside.exceeds_set_aside"
    cite = "PLAT-065"


class UnknownDistribution(Refusal):
    code = "set_aside.unknown_distribution"
    cite = "40 CFR 62.16240(b)"


class ChangedSince(Refusal):
    """What it would be now is not what was proposed."""

    code = "set_aside.changed_since"
    cite = "PLAT-018"


class SameOfficial(Refusal):
    code = "set_aside.same_official"
    cite = "PLAT-018"


class NotPublished(Refusal):
    """Data and preliminary results come first, then comments, then the final result."""

    code = "set_aside.not_published"
    cite = "40 CFR 62.16245(b)(3)(iii)"


class PublishedBefore(Refusal):
    code = "set_aside.published_before"
    cite = "40 CFR 62.16245(b)(3)(iii)"


class CommentPeriodOpen(Refusal):
    code = "set_aside.comment_period_open"
    cite = "40 CFR 62.16245(b)(3)(iii)"


class NoGenerationPeriod(Refusal):
    """The first period has no set-aside: nothing was generated before it."""

    code = "set_aside.no_generation_period"
    cite = "40 CFR 62.16375 “Generation period”"


class DataMissing(Refusal):
    """Net generation of a unit that may take part is not known for every year."""

    code = "set_aside.data_missing"
    cite = "40 CFR 62.16245(b)(3)(i)"


class EmptyComment(Refusal):
    code = "set_aside.empty_comment"
    cite = "40 CFR 62.16245(b)(3)(iii)"
