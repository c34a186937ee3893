"""Why deductions are not run, and what is wrong with requests and appeals."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class DeadlineNotPassed(Refusal):
    code = "compliance.deadline_not_passed"
    cite = "40 CFR 62.16340(a), (b)"


class TransfersPending(Refusal):
    """Transfers that were submitted in time are neither recorded nor refused."""

    code = "compliance.transfers_pending"
    cite = "40 CFR 62.16340(b)"


class EmissionsIncomplete(Refusal):
    """A unit that existed in a year has no complete data for it."""

    code = "compliance.emissions_incomplete"
    cite = "40 CFR 62.16340(b); 62.16345(a)(2)"


class EmissionsNotFinal(Refusal):
    code = "compliance.emissions_not_final"
    cite = "78.1(b)(18)(vii)"


class SubcategoryMissing(Refusal):
    """It is not known which emission standard applies to the unit."""

    code = "compliance.subcategory_missing"
    cite = "40 CFR 62.16420(c)(1), Table 1"


class NoStateMeasures(Refusal):
    code = "compliance.no_state_measures"
    cite = "40 CFR 62.16420(c)(3)"


class UnknownFacility(Refusal):
    """There is no such facility, or it has no compliance account in the program."""

    code = "compliance.unknown_facility"
    cite = "40 CFR 62.16320(a)"


class NotAuthorized(Refusal):
    code = "compliance.not_authorized"
    cite = "40 CFR 62.16340(c)(1); 62.16320(e)"


class NothingAskedFor(Refusal):
    code = "compliance.nothing_asked_for"
    cite = "40 CFR 62.16340(c)(1)"


class UnknownUnit(Refusal):
    code = "compliance.unknown_unit"
    cite = "40 CFR 62.16240(c)(1)"


class NotSettled(Refusal):
    code = "compliance.not_settled"
    cite = "40 CFR 62.16340"


class NoneOfTheseDeducted(Refusal):
    code = "compliance.none_of_these_deducted"
    cite = "40 CFR 62.16420(c)(5)(iv)"


class GroundMissing(Refusal):
    code = "compliance.ground_missing"
    cite = "40 CFR 62.16370; 78.1"


class AppealPending(Refusal):
    code = "compliance.appeal_pending"
    cite = "78.1"


class NoAppealPending(Refusal):
    code = "compliance.no_appeal_pending"
    cite = "78.1"


class MoreThanDeducted(Refusal):
    code = "compliance.more_than_deducted"
    cite = "78.1; MASS-166"


class NotWholeNumber(Refusal):
    code = "compliance.not_whole_number"
    cite = "40 CFR 62.16375 (ATCS)"


class TooLittleToGive(Refusal):
    """The account that is to fill others up has less than they lack."""

    code = "compliance.too_little_to_give"
    cite = "40 CFR 62.16330(b)(2)"


class NotAskedFor(Refusal):
    """The program does not ask for this report, or for equipment of this kind."""

    code = "compliance.not_asked_for"
    cite = "RGGI-004, RGGI-034"


class PeriodNotOver(Refusal):
    code = "compliance.period_not_over"
    cite = "RGGI-034"


class TextNotUsable(Refusal):
    code = "compliance.text_not_usable"
    cite = "RGGI-034"


class MonitoringNotStated(Refusal):
    code = "compliance.monitoring_not_stated"
    cite = "RGGI-004"
