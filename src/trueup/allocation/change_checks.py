"""Why a loss of allocations, a State's method or its table is not recorded."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class LostAlready(Refusal):
    code = "allocation.lost_already"
    cite = "40 CFR 62.16240(a)(2), (3); MASS-AMB-14"


class NotIdle(Refusal):
    """What is reported does not show two calendar years without operation."""

    code = "allocation.not_idle"
    cite = "40 CFR 62.16240(a)(2)"


class DetailMissing(Refusal):
    code = "allocation.detail_missing"
    cite = "PLAT-017"


class MethodConditions(Refusal):
    """A State's method leaves out something that the rule asks of it."""

    code = "allocation.method_condition"
    cite = "preamble V.E; MASS-068; PLAT-062"


class MethodLate(Refusal):
    code = "allocation.method_late"
    cite = "preamble V.E, Table 11; MASS-069"


class MethodThere(Refusal):
    code = "allocation.method_there"
    cite = "preamble V.E"


class NoMethod(Refusal):
    """There is no such method, or none that was approved for the period."""

    code = "allocation.no_method"
    cite = "preamble V.E; MASS-070"


class TableLate(Refusal):
    code = "allocation.table_late"
    cite = "preamble V.E, Table 11; MASS-069"


class PeriodRecordedBefore(Refusal):
    """Once recorded for a period, allocations are not replaced."""

    code = "allocation.period_recorded_before"
    cite = "preamble V.E; MASS-070; PLAT-062"


class StateMethodHolds(Refusal):
    """The State distributes the period's allowances itself."""

    code = "allocation.state_method_holds"
    cite = "preamble V.E; MASS-070"


class NotInShortTons(Refusal):
    code = "allocation.not_in_short_tons"
    cite = "preamble V.E; PLAT-062"


class NobodyButSetAsides(Refusal):
    """A table that fills set-asides alone does not replace the distribution."""

    code = "allocation.set_asides_only"
    cite = "preamble V.E; PLAT-062"
