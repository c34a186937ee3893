"""Why an act of an official is not done, proposed or approved."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NotAuthorized(Refusal):
    code = "desk.not_authorized"
    cite = "PLAT-004, PLAT-018, PLAT-019, PLAT-020"


class SamePerson(Refusal):
    code = "desk.same_person"
    cite = "PLAT-018, PLAT-094"


class UnknownProposal(Refusal):
    code = "desk.unknown_proposal"
    cite = "PLAT-018"


class AlreadyDecided(Refusal):
    code = "desk.already_decided"
    cite = "PLAT-018, PLAT-094"


class ChangedSince(Refusal):
    code = "desk.changed_since"
    cite = "PLAT-017, PLAT-151"


class ReasonMissing(Refusal):
    code = "desk.reason_missing"
    cite = "PLAT-017"


class NotTypedAgain(Refusal):
    code = "desk.not_typed_again"
    cite = "PLAT-018, PLAT-154"


class ValueNotUsable(Refusal):
    code = "desk.value_not_usable"
    cite = "PLAT-004"


class FirstWithoutRole(Refusal):
    code = "desk.first_without_role"
    cite = "PLAT-018"


class NotToBeConfirmed(Refusal):
    code = "desk.not_to_be_confirmed"
    cite = "PLAT-094"


class NothingSaid(Refusal):
    code = "desk.nothing_said"
    cite = "PLAT-017"


class UnknownPreview(Refusal):
    code = "desk.unknown_preview"
    cite = "PLAT-060, PLAT-081"


class NothingToDo(Refusal):
    code = "desk.nothing_to_do"
    cite = "PLAT-018"
