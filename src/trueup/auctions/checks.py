"""Why an act of an auction is not done."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NoAuctions(Refusal):
    """The program has no auctions."""

    code = "auction.no_auctions"
    cite = "RGGI-040"


class UnknownAuction(Refusal):
    code = "auction.unknown_auction"
    cite = "RGGI-040"


class NumberTaken(Refusal):
    code = "auction.number_taken"
    cite = "RGGI-040"


class NumberNotUsable(Refusal):
    code = "auction.number_not_usable"
    cite = "RGGI-040"


class NoContainment(Refusal):
    """The program has no cost containment reserve."""

    code = "auction.no_containment"
    cite = "PLAT-066"


class TriggerMissing(Refusal):
    """A reserve is released by a recorded trigger alone."""

    code = "auction.trigger_missing"
    cite = "PLAT-066"


class TriggerNotOfProgram(Refusal):
    code = "auction.trigger_not_of_program"
    cite = "PLAT-066"


class ContainmentUsedUp(Refusal):
    code = "auction.containment_used_up"
    cite = "PLAT-066"


class ApplicationsClosed(Refusal):
    """The time for applying to qualify is over."""

    code = "auction.applications_closed"
    cite = "RGGI-042"


class AlreadyApplied(Refusal):
    code = "auction.already_applied"
    cite = "RGGI-042"


class UnknownApplication(Refusal):
    code = "auction.unknown_application"
    cite = "RGGI-042"


class AlreadyDecided(Refusal):
    code = "auction.already_decided"
    cite = "RGGI-042"


class ReasonMissing(Refusal):
    """Another auction in the same quarter needs a reason."""

    code = "auction.reason_missing"
    cite = "RGGI-040"


class NothingOffered(Refusal):
    code = "auction.nothing_offered"
    cite = "PLAT-067"


class NotOfState(Refusal):
    """Only an account of a State offers, and only for auction."""

    code = "auction.not_of_state"
    cite = "RGGI-025, RGGI-043"


class TooFewHeld(Refusal):
    code = "auction.too_few_held"
    cite = "PLAT-067"


class TimesNotInOrder(Refusal):
    code = "auction.times_not_in_order"
    cite = "RGGI-041"


class UnknownAccount(Refusal):
    code = "auction.unknown_account"
    cite = "RGGI-042"


class SecurityMissing(Refusal):
    code = "auction.security_missing"
    cite = "RGGI-042"


class NotQualified(Refusal):
    code = "auction.not_qualified"
    cite = "RGGI-042"


class NotRepresentative(Refusal):
    code = "auction.not_representative"
    cite = "RGGI-042"


class NotYetOpen(Refusal):
    code = "auction.not_yet_open"
    cite = "RGGI-041"


class BiddingClosed(Refusal):
    code = "auction.bidding_closed"
    cite = "RGGI-041"


class NotYetClosing(Refusal):
    """Bids are opened after the close, never before."""

    code = "auction.not_yet_closing"
    cite = "RGGI-041"


class UnknownBid(Refusal):
    code = "auction.unknown_bid"
    cite = "RGGI-041"


class KeyReused(Refusal):
    code = "auction.key_reused"
    cite = "PLAT-040"


class SameOfficial(Refusal):
    code = "auction.same_official"
    cite = "PLAT-018"


class NotAskedFor(Refusal):
    """Nobody has asked to close it yet."""

    code = "auction.not_asked_for"
    cite = "PLAT-018"


class NotInState(Refusal):
    """Closed, settled, delivered: in this order, each once."""

    code = "auction.not_in_state"
    cite = "PLAT-068"


class NotAWinner(Refusal):
    code = "auction.not_a_winner"
    cite = "RGGI-044"


class WinnerNotOpen(Refusal):
    """A winner's account is not open any more."""

    code = "auction.winner_not_open"
    cite = "PLAT-067; RGGI-031"
