"""Reasons why an act about resources is refused; one class a reason."""

from __future__ import annotations

from trueup.rules.refusal import Refusal

APPLYING = "40 CFR 62.16445(a), (b)"
REPORTING = "40 CFR 62.16445(c), 62.16460"
VERIFYING = "40 CFR 62.16445(d), 62.16465, 62.16470"
ISSUING = "40 CFR 62.16445(e), (f)"
CORRECTING = "40 CFR 62.16450"


class UnknownResource(Refusal):
    code = "resources.unknown_resource"
    cite = APPLYING


class ResourceNameTaken(Refusal):
    code = "resources.resource_name_taken"
    cite = APPLYING


class UnknownCategory(Refusal):
    code = "resources.unknown_category"
    cite = "40 CFR 62.16435(a)(4)"


class UnknownState(Refusal):
    code = "resources.unknown_state"
    cite = "40 CFR 62.16435(a)(3)"


class CapacityMissing(Refusal):
    code = "resources.capacity_missing"
    cite = "40 CFR 62.16445(a)(2)(i)"


class AccountMissing(Refusal):
    code = "resources.account_missing"
    cite = "40 CFR 62.16445(a)(1), 62.16515(c); preamble IV.D.6.b"


class RecipientNotGeneral(Refusal):
    code = "resources.recipient_not_general"
    cite = "preamble IV.D.6; 40 CFR 62.16515(c)"


class AccountNumberWrong(Refusal):
    code = "resources.account_number_wrong"
    cite = "40 CFR 62.16445(a)(1)"


class NotRepresentative(Refusal):
    code = "resources.not_representative"
    cite = "40 CFR 62.16445(a)(1), (c)"


class AlreadySubmitted(Refusal):
    code = "resources.already_submitted"
    cite = APPLYING


class NotSubmitted(Refusal):
    code = "resources.application_missing"
    cite = APPLYING


class InformationAwaited(Refusal):
    code = "resources.information_awaited"
    cite = "40 CFR 62.16445(a)(9)"


class NothingAsked(Refusal):
    code = "resources.nothing_asked"
    cite = "40 CFR 62.16445(a)(9)"


class NotVerified(Refusal):
    """No report of an accredited verifier stands behind what is to be approved or issued."""

    code = "resources.verification_missing"
    cite = "40 CFR 62.16445(a)(6), (d), (e)"


class GroundMissing(Refusal):
    code = "resources.ground_missing"
    cite = "40 CFR 62.16440, 62.16450, 62.16480"


class UnknownCause(Refusal):
    code = "resources.unknown_cause"
    cite = "40 CFR 62.16440, 62.16450(e), 62.16480"


class NotRegistered(Refusal):
    code = "resources.not_registered"
    cite = "40 CFR 62.16445(b), (e)"


class QualificationRevoked(Refusal):
    code = "resources.qualification_revoked"
    cite = "40 CFR 62.16440(a)"


class Barred(Refusal):
    code = "resources.barred"
    cite = "40 CFR 62.16450(b), (d)(3)"


class MonthsNotReadable(Refusal):
    code = "resources.months_not_usable"
    cite = REPORTING


class BeforeFirstYear(Refusal):
    code = "resources.before_first_year"
    cite = "40 CFR 62.16420(d); preamble IV.D.6"


class PeriodNotOver(Refusal):
    code = "resources.period_not_over"
    cite = REPORTING


class BeforeService(Refusal):
    code = "resources.before_service"
    cite = "40 CFR 62.16435(a)(1)"


class SavingClaimedAlready(Refusal):
    code = "resources.saving_claimed_already"
    cite = "40 CFR 62.16455(c)(7)(vi)(C)"


class Overlap(Refusal):
    code = "resources.overlap"
    cite = "40 CFR 62.16445(a)(4); preamble IV.D.6.b"


class MwhNotReadable(Refusal):
    code = "resources.mwh_not_usable"
    cite = "40 CFR 62.16460(b)(2)(iii)"


class AboveMetered(Refusal):
    code = "resources.above_metered"
    cite = "40 CFR 62.16455(c)(1), 62.16460(b)(2)(iii)"


class PlanMissing(Refusal):
    code = "resources.plan_missing"
    cite = "40 CFR 62.16455"


class PlanUnchanged(Refusal):
    code = "resources.plan_unchanged"
    cite = "40 CFR 62.16455"


class PlanNotApproved(Refusal):
    code = "resources.plan_not_approved"
    cite = "PLAT-135"


class ReportMissing(Refusal):
    code = "resources.report_missing"
    cite = "40 CFR 62.16445(c), (e)"


class OtherMonths(Refusal):
    code = "resources.other_months"
    cite = "40 CFR 62.16450(a), (b)"


class ReportNotOpen(Refusal):
    code = "resources.report_not_open"
    cite = REPORTING


class UnknownVerifier(Refusal):
    code = "resources.unknown_verifier"
    cite = "40 CFR 62.16470"


class VerifierKnown(Refusal):
    code = "resources.verifier_known"
    cite = "40 CFR 62.16470"


class EvidenceMissing(Refusal):
    code = "resources.evidence_missing"
    cite = "40 CFR 62.16470(b), (c)"


class NotInsured(Refusal):
    code = "resources.not_insured"
    cite = "40 CFR 62.16470(c)(6)"


class Debarred(Refusal):
    code = "resources.debarred"
    cite = "40 CFR 62.16470(c)(5)"


class NotAccredited(Refusal):
    code = "resources.not_accredited"
    cite = "40 CFR 62.16470(a)"


class CategoryNotAccredited(Refusal):
    code = "resources.category_not_accredited"
    cite = "40 CFR 62.16470(a), (c)(2)"


class NotOfTheTeam(Refusal):
    code = "resources.not_of_the_team"
    cite = "40 CFR 62.16445(d), 62.16470(c)(3)"


class ConflictOfInterest(Refusal):
    code = "resources.conflict_of_interest"
    cite = "40 CFR 62.16475(a), (g)"


class EngagementNotCleared(Refusal):
    code = "resources.engagement_not_cleared"
    cite = "40 CFR 62.16475(d), (e)"


class VerifiedAboveReported(Refusal):
    code = "resources.verified_above_reported"
    cite = "40 CFR 62.16465(c)(1)(ii)"


class DiscrepancyNotExplained(Refusal):
    code = "resources.discrepancy_not_explained"
    cite = "40 CFR 62.16465(c)(1)(ii)"


class AnalysisMissing(Refusal):
    code = "resources.analysis_missing"
    cite = "40 CFR 62.16465(c)(1)(i)"


class YearNotOver(Refusal):
    code = "resources.year_not_over"
    cite = "preamble IV.D.6"


class CommentPeriodOpen(Refusal):
    code = "resources.comment_period_open"
    cite = "preamble IV.D.6; AMB-10"


class IssuedAlready(Refusal):
    code = "resources.issued_already"
    cite = "40 CFR 62.16445(a)(4), (e); preamble IV.D.6"


class IssuanceSuspended(Refusal):
    code = "resources.issuance_suspended"
    cite = "40 CFR 62.16450(e)"


class NotSuspended(Refusal):
    code = "resources.not_suspended"
    cite = "40 CFR 62.16450(e)"


class NothingToIssue(Refusal):
    code = "resources.nothing_to_issue"
    cite = "40 CFR 62.16434(b)"


class OwnReporter(Refusal):
    code = "resources.own_reporter"
    cite = "PLAT-130"


class ReporterNamed(Refusal):
    code = "resources.reporter_named"
    cite = "PLAT-130"


class NotAReporter(Refusal):
    code = "resources.not_a_reporter"
    cite = "PLAT-130"


class TooManyRows(Refusal):
    code = "resources.too_many_rows"
    cite = "PLAT-130"


class DuplicateMonth(Refusal):
    code = "resources.duplicate_month"
    cite = "PLAT-130; PLAT-131"


class AboveCapacity(Refusal):
    code = "resources.above_capacity"
    cite = "40 CFR 62.16465(c)(1)(i); PLAT-136"


class MeterDataHeld(Refusal):
    code = "resources.meter_data_held"
    cite = "PLAT-130"


class MeterDataDisputed(Refusal):
    code = "resources.meter_data_disputed"
    cite = "PLAT-130"


class MeterDataOpen(Refusal):
    code = "resources.meter_data_open"
    cite = "PLAT-130"


class MeterDataMissing(Refusal):
    code = "resources.meter_data_missing"
    cite = "PLAT-130"


class StandingQuantity(Refusal):
    code = "resources.standing_quantity"
    cite = "PLAT-126"


class StandingVintages(Refusal):
    code = "resources.standing_vintages"
    cite = "PLAT-126"


class TooManyStanding(Refusal):
    code = "resources.too_many_standing"
    cite = "PLAT-126"


class NoSuchStanding(Refusal):
    code = "resources.no_such_standing"
    cite = "PLAT-126"


class OverstatementTooLarge(Refusal):
    code = "resources.overstatement_too_large"
    cite = "40 CFR 62.16450(a), (b)"


class FileRefused(Refusal):
    code = "resources.file_refused"
    cite = "PLAT-097"


class FileTooLarge(Refusal):
    code = "resources.file_too_large"
    cite = "PLAT-097"


class ReviewOpen(Refusal):
    code = "resources.review_open"
    cite = "40 CFR 62.16445(b), (e), 62.16470(d); docs/decisions/0305"


class UnknownItem(Refusal):
    code = "resources.unknown_item"
    cite = "docs/decisions/0305"


class QuestionOpen(Refusal):
    code = "resources.question_open"
    cite = "40 CFR 62.16445(a)(9)"


class UnknownQuestion(Refusal):
    code = "resources.unknown_question"
    cite = "40 CFR 62.16445(a)(9)"


class QuestionAnswered(Refusal):
    code = "resources.question_answered"
    cite = "40 CFR 62.16445(a)(9)"


class DecidedAlready(Refusal):
    code = "resources.decided_already"
    cite = "40 CFR 62.16445(b), (e), 62.16470(d)"


class UnknownCalculation(Refusal):
    code = "resources.unknown_calculation"
    cite = "preamble IV.D.6"


class ChangedSince(Refusal):
    code = "resources.changed_since"
    cite = "preamble IV.D.6; docs/decisions/0306"
