"""Why a role is not given or ended."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class UnknownRole(Refusal):
    code = "officials.unknown_role"
    cite = "PLAT-018, PLAT-140"


class FunctionNotOfRole(Refusal):
    code = "officials.function_not_of_role"
    cite = "PLAT-018, PLAT-020"


class LimitMissing(Refusal):
    code = "officials.limit_missing"
    cite = "PLAT-019, PLAT-020"


class DutiesNotApart(Refusal):
    code = "officials.duties_not_apart"
    cite = "PLAT-018"


class OwnRole(Refusal):
    code = "officials.own_role"
    cite = "PLAT-018"


class RoleHeld(Refusal):
    code = "officials.role_held"
    cite = "PLAT-018"


class RoleNotHeld(Refusal):
    code = "officials.role_not_held"
    cite = "PLAT-018"


class ReasonMissing(Refusal):
    code = "officials.reason_missing"
    cite = "PLAT-017, PLAT-018"


class NoSuchPerson(Refusal):
    code = "officials.no_such_person"
    cite = "PLAT-004"
