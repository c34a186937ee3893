"""Why a list of owners, or who holds whom, is not changed."""

from __future__ import annotations

from decimal import Decimal

from trueup.accounts.checks import check_name, is_readable, tidy
from trueup.accounts.ownership_entries import AssociationSpec, PartySpec
from trueup.accounts.ownership_models import CONTROLS, PARTY_KINDS
from trueup.rules.refusal import Refusal

IDENTIFIER_MAX = 100
SOURCE_MAX = 400


class PartyNotUsable(Refusal):
    code = "accounts.party_not_usable"
    cite = "40 CFR 62.16320(c)(1)(ii)(C); PLAT-037"


class PartyNotListed(Refusal):
    code = "accounts.party_not_listed"
    cite = "40 CFR 62.16320(c)(3)(iii)"


class PartyListedAlready(Refusal):
    code = "accounts.party_listed_already"
    cite = "40 CFR 62.16320(c)(3)(iii)"


class LastParty(Refusal):
    code = "accounts.last_party"
    cite = "PLAT-037; 40 CFR 62.16320(c)(1)(ii)(C)"


class ChangeNotYet(Refusal):
    code = "accounts.change_not_yet"
    cite = "40 CFR 62.16320(c)(3)(iii)"


class NothingChanged(Refusal):
    code = "accounts.nothing_changed"
    cite = "40 CFR 62.16320(c)(3)(iii)"


class AssociationNotUsable(Refusal):
    code = "accounts.association_not_usable"
    cite = "PLAT-112"


class UnknownAssociation(Refusal):
    code = "accounts.unknown_association"
    cite = "PLAT-112"


def tidied(spec: PartySpec) -> PartySpec:
    """A party as it is stored and compared."""
    return PartySpec(name=tidy(spec.name), kind=spec.kind, identifier=tidy(spec.identifier))


def check_party(spec: PartySpec) -> list[Refusal]:
    """Whether a party can be listed."""
    refusals = check_name(spec.name, of="party")
    if spec.kind not in PARTY_KINDS:
        refusals.append(PartyNotUsable(f"A party is one of these: {', '.join(PARTY_KINDS)}."))
    if len(spec.identifier) > IDENTIFIER_MAX or not is_readable(spec.identifier):
        refusals.append(
            PartyNotUsable(f"An identifier has at most {IDENTIFIER_MAX} readable characters.")
        )
    return refusals


def check_association(spec: AssociationSpec) -> list[Refusal]:
    """Whether one party's hold on another can be recorded; every reason is given."""
    refusals = check_party(spec.owner) + check_party(spec.owned)
    if (spec.owner.name, spec.owner.identifier) == (spec.owned.name, spec.owned.identifier):
        refusals.append(AssociationNotUsable("A party does not hold itself."))
    if spec.control not in CONTROLS:
        refusals.append(
            AssociationNotUsable(f"The kind of control is one of these: {', '.join(CONTROLS)}.")
        )
    lowest = Decimal("0.001") if spec.control == "shares" else Decimal(0)
    percentage = spec.percentage
    if not percentage.is_finite() or not lowest <= percentage <= 100:
        refusals.append(
            AssociationNotUsable(f"{percentage} is not a percentage; above 0, at most 100.")
        )
    elif percentage != round(percentage, 3):
        refusals.append(AssociationNotUsable("A percentage has at most three decimals."))
    if spec.until_on is not None and spec.until_on < spec.from_on:
        refusals.append(AssociationNotUsable("It ends before it begins."))
    if not spec.source.strip():
        refusals.append(AssociationNotUsable("Say where this is known from."))
    elif len(spec.source) > SOURCE_MAX or not is_readable(spec.source):
        refusals.append(
            AssociationNotUsable(f"The source has at most {SOURCE_MAX} readable characters.")
        )
    return refusals
