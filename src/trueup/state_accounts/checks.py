"""Why an act on a State's general accounts is not done."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NoStateAccounts(Refusal):
    """The program's States have no general accounts of their own."""

    code = "state_accounts.no_state_accounts"
    cite = "RGGI-020"


class UnknownState(Refusal):
    code = "state_accounts.unknown_state"
    cite = "RGGI-002"


class NoBudget(Refusal):
    """The State has not set its budget of the year."""

    code = "state_accounts.no_budget"
    cite = "RGGI-020"


class OverBudget(Refusal):
    code = "state_accounts.over_budget"
    cite = "RGGI-030"


class AlreadyDivided(Refusal):
    code = "state_accounts.already_divided"
    cite = "RGGI-020"


class NotAQuantity(Refusal):
    code = "state_accounts.not_a_quantity"
    cite = "RGGI-026"


class TooFewHeld(Refusal):
    code = "state_accounts.too_few_held"
    cite = "RGGI-022, RGGI-025"


class ReasonMissing(Refusal):
    code = "state_accounts.reason_missing"
    cite = "RGGI-025"


class NoSource(Refusal):
    """The application is for a source with a compliance account."""

    code = "state_accounts.no_source"
    cite = "RGGI-021, RGGI-022, RGGI-024"


class AlreadyFiled(Refusal):
    code = "state_accounts.already_filed"
    cite = "RGGI-027"


class UnknownApplication(Refusal):
    code = "state_accounts.unknown_application"
    cite = "RGGI-027"


class WrongState(Refusal):
    """Applications are filed, complete, approved and executed, in this order."""

    code = "state_accounts.wrong_state"
    cite = "RGGI-027"


class NoEmissions(Refusal):
    code = "state_accounts.no_emissions"
    cite = "RGGI-021"


class NoFactor(Refusal):
    code = "state_accounts.no_factor"
    cite = "RGGI-023"


class AccountClosed(Refusal):
    code = "state_accounts.account_closed"
    cite = "RGGI-031"


class NotBalanced(Refusal):
    """A statement that does not add up is not published."""

    code = "state_accounts.not_balanced"
    cite = "RGGI-029"


class NoApplications(Refusal):
    """Nobody applies to that account."""

    code = "state_accounts.no_applications"
    cite = "RGGI-026, RGGI-027"


class NoOffsets(Refusal):
    """The program has no offset projects, or this is none."""

    code = "state_accounts.no_offsets"
    cite = "RGGI-033"


class NotRegistered(Refusal):
    code = "state_accounts.not_registered"
    cite = "RGGI-033"


class NothingToAward(Refusal):
    code = "state_accounts.nothing_to_award"
    cite = "RGGI-033"
