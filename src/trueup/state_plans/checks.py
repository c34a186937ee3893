"""Why a step of a plan, a link or a list of units is not kept."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class UnknownState(Refusal):
    code = "state_plans.unknown_state"
    cite = "40 CFR 62.16210(a)"


class StepOutOfOrder(Refusal):
    """What is there does not lead to this step."""

    code = "state_plans.step_out_of_order"
    cite = "40 CFR 60.27(b)-(d), (g)-(k)"


class DayNotUsable(Refusal):
    """A day that is missing, still to come, or further away than the rule allows."""

    code = "state_plans.day_not_usable"
    cite = "40 CFR 60.27(b)-(d), (g)-(k)"


class PlanNotNamed(Refusal):
    code = "state_plans.plan_not_named"
    cite = "40 CFR 62.16410(a); preamble VI"


class NoteMissing(Refusal):
    code = "state_plans.note_missing"
    cite = "PLAT-017"


class OwnPlanInForce(Refusal):
    """A State with an approved plan of its own is not set under the federal one."""

    code = "state_plans.own_plan_in_force"
    cite = "40 CFR 62.16410(a); RATE-220"


class NotAtPeriodStart(Refusal):
    """A State changes plans at the end of a compliance period only."""

    code = "state_plans.not_at_period_start"
    cite = "preamble IV.E.2, V.F; RATE-221; PLAT-107"


class PeriodRecorded(Refusal):
    """The allowances of the period are recorded already."""

    code = "state_plans.period_recorded"
    cite = "preamble V.F; VI.B.1; MASS-071; PLAT-107"


class PlanNotApproved(Refusal):
    code = "state_plans.plan_not_approved"
    cite = "preamble III.A.1, V.A; PLAT-091 (condition 1)"


class NotSameKind(Refusal):
    """Allowances serve no rate, and credits no mass."""

    code = "state_plans.not_same_kind"
    cite = "preamble III.A.1; PLAT-091 (condition 2)"


class InstrumentDiffers(Refusal):
    code = "state_plans.instrument_differs"
    cite = "preamble III.A.1, V.A; PLAT-091 (condition 3)"


class NotReadyForTrading(Refusal):
    code = "state_plans.not_ready_for_trading"
    cite = "preamble III.A.1, V.A; PLAT-091 (condition 4)"


class NoTrackingSystem(Refusal):
    """Neither this installation nor a partner system that was approved."""

    code = "state_plans.no_tracking_system"
    cite = "40 CFR 62.16515(j); preamble III.A.1; PLAT-091 (condition 5)"


class LinkedAlready(Refusal):
    code = "state_plans.linked_already"
    cite = "PLAT-091"


class NoSuchLink(Refusal):
    code = "state_plans.no_such_link"
    cite = "PLAT-091"


class NotApprovedSystem(Refusal):
    """The State's plan and EPA both approve another tracking system, or it is none."""

    code = "state_plans.system_not_approved"
    cite = "40 CFR 62.16515(j); RATE-214"


class ListNotUsable(Refusal):
    code = "state_plans.list_not_usable"
    cite = "preamble IV.E.1; RATE-219"


class NoOwnPlan(Refusal):
    """Only a State with a plan of its own supplies a list of its units."""

    code = "state_plans.no_own_plan"
    cite = "preamble IV.E.1; RATE-219"
