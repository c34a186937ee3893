"""Why a person, a facility, a unit or an account is not registered or changed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from trueup.accounts.entries import FacilitySpec, PersonSpec, UnitSpec
from trueup.accounts.models import NAME_MAX, UNIT_TYPES, AffectedUnit, Facility, Person
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal

ORIS_CODE_MAX = 2_147_483_647
CAPACITY_MW_MAX = 100_000

# Controls, and marks that turn the direction of writing, can make one name look like
# another; the joiners that Persian and Indic names need (U+200C, U+200D) are kept.
_JOINERS = "\u200c\u200d"
_LEGAL_FORMS = re.compile(
    r"(?:[\s,]|^)(?:inc|incorporated|corp|corporation|company|ltd|limited|l\.?l\.?c|l\.?l\.?p"
    r"|plc|gmbh|(?:&|and)\s*co)\.?$",
    re.IGNORECASE,
)


class NameNotUsable(Refusal):
    code = "accounts.name_not_usable"
    cite = "40 CFR 62.16305(a)(1), (2)"


class NotANaturalPerson(Refusal):
    code = "accounts.not_a_natural_person"
    cite = "40 CFR 62.16375 “Designated representative”"


class ContactNotUsable(Refusal):
    code = "accounts.contact_not_usable"
    cite = "40 CFR 62.16305(a)(2)"


class JurisdictionNotCovered(Refusal):
    code = "accounts.jurisdiction_not_covered"
    cite = "40 CFR 62.16210(a)"


class OrisCodeNotUsable(Refusal):
    code = "accounts.oris_code_not_usable"
    cite = "40 CFR 62.16305(a)(1); PLAT-035"


class FacilityExists(Refusal):
    code = "accounts.facility_exists"
    cite = "40 CFR 62.16375 “Facility”"


class PositionNotUsable(Refusal):
    code = "accounts.position_not_usable"
    cite = "40 CFR 62.16305(a)(1)"


class UnitNotUsable(Refusal):
    code = "accounts.unit_not_usable"
    cite = "40 CFR 62.16305(a)(1)"


class CapacityNotUsable(Refusal):
    code = "accounts.capacity_not_usable"
    cite = "40 CFR 62.16305(a)(1); PLAT-035"


class OperatingDateMissing(Refusal):
    code = "accounts.operating_date_missing"
    cite = "40 CFR 62.16305(a)(1)"


class RetiredBeforeOperation(Refusal):
    code = "accounts.retired_before_operation"
    cite = "40 CFR 62.16215(a)"


class RetirementNotQualified(Refusal):
    code = "accounts.retirement_not_qualified"
    cite = "40 CFR 62.16570 “Permanently retired”"


class RetirementNotYet(Refusal):
    code = "accounts.retirement_not_yet"
    cite = "40 CFR 62.16215(a)(2)"


class AlreadyRetired(Refusal):
    code = "accounts.already_retired"
    cite = "40 CFR 62.16215(a)"


class UnknownPerson(Refusal):
    code = "accounts.unknown_person"
    cite = "40 CFR 62.16305(a)(2)"


class UnknownFacility(Refusal):
    code = "accounts.unknown_facility"
    cite = "40 CFR 62.16305(a)(1)"


class UnknownUnit(Refusal):
    code = "accounts.unknown_unit"
    cite = "40 CFR 62.16305(a)(1)"


class RepresentativeMissing(Refusal):
    code = "accounts.representative_missing"
    cite = "40 CFR 62.16290(a)"


class TwoSeats(Refusal):
    code = "accounts.two_seats"
    cite = "40 CFR 62.16290(b)"


class SupersededAlready(Refusal):
    code = "accounts.superseded_already"
    cite = "40 CFR 62.16300(a), (b), 62.16320(c)(3)(i)"


class NamedByCertificate(Refusal):
    code = "accounts.named_by_certificate"
    cite = "40 CFR 62.16320(a)"


class NoComplianceAccounts(Refusal):
    code = "accounts.no_compliance_accounts"
    cite = "PLAT-022"


class IdentityNotChecked(Refusal):
    code = "accounts.identity_not_checked"
    cite = "PLAT-026; PLAT-038; PLAT-094"


class NotAuthorized(Refusal):
    code = "accounts.not_authorized"
    cite = "40 CFR 62.16295, 62.16320(e)"


class DelegatorNotInOffice(Refusal):
    code = "accounts.delegator_not_in_office"
    cite = "40 CFR 62.16315(a), 62.16320(c)(5)"


class EmailMissing(Refusal):
    code = "accounts.email_missing"
    cite = "40 CFR 62.16315(c)(1), (c)(4)(ii), 62.16320(c)(5)(iii)(E)"


class KindNotDelegable(Refusal):
    code = "accounts.kind_not_delegable"
    cite = "40 CFR 62.16315(a), (c)(3), 62.16305(a)(5)"


class AgentNotUsable(Refusal):
    code = "accounts.agent_not_usable"
    cite = "40 CFR 62.16315(a), (c)(2)"


class ElectronicOnly(Refusal):
    code = "accounts.electronic_only"
    cite = "40 CFR 62.16315(a)"


class NoSuchAgent(Refusal):
    code = "accounts.no_such_agent"
    cite = "40 CFR 62.16315(d), (e)"


class FreezeNotPermitted(Refusal):
    code = "accounts.freeze_not_permitted"
    cite = "40 CFR 62.16255(c), (d)(1)"


class NotFrozen(Refusal):
    code = "accounts.not_frozen"
    cite = "40 CFR 62.16255(c)"


class StaysOpen(Refusal):
    code = "accounts.stays_open"
    cite = "40 CFR 62.16320(c)(6)"


def tidy(text: str) -> str:
    """A text as it is stored: one form of each letter, single blanks, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def check_name(name: str, *, of: str) -> list[Refusal]:
    """Whether a name in any script can be stored and read: 1 to 200 characters.

    Source: 40 CFR 62.16305(a)(1), (2), 62.16320(c)(2).
    """
    tidied = tidy(name)
    if not any(unicodedata.category(letter)[0] in "LN" for letter in tidied):
        return [NameNotUsable(f"The {of} needs a name with a letter or a digit.")]
    if len(tidied) > NAME_MAX:
        return [
            NameNotUsable(
                f"The name of the {of} has {len(tidied)} characters; {NAME_MAX} can be kept."
            )
        ]
    if not is_readable(tidied):
        return [
            NameNotUsable(
                f"The name of the {of} holds a control character or one that turns the"
                " direction of writing. Type it anew."
            )
        ]
    return []


def is_readable(text: str) -> bool:
    """Whether a text is free of what cannot be stored or shows as something else."""
    return all(
        letter in _JOINERS or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")
        for letter in text
    )


def check_person(spec: PersonSpec) -> list[Refusal]:
    """Whether a person can be a representative: a natural person who can be told.

    Source: 40 CFR 62.16290(a), (b); 62.16305(a)(2).
    """
    refusals = check_name(spec.name, of="person")
    if _LEGAL_FORMS.search(tidy(spec.name)):
        refusals.append(
            NotANaturalPerson(f"“{tidy(spec.name)}” is a company; name the person who acts for it.")
        )
    if spec.email:
        try:
            validate_email(spec.email)
        except ValidationError:
            refusals.append(ContactNotUsable("The e-mail address cannot be mailed to."))
    phone_max = Person._meta.get_field("phone").max_length or 0
    if len(spec.phone) > phone_max or not is_readable(spec.phone):
        refusals.append(
            ContactNotUsable(f"The telephone number has more than {phone_max} characters.")
        )
    return refusals


def check_jurisdiction(jurisdiction: str, *, rules: Program) -> list[Refusal]:
    """Whether the State or tribal land is covered by the program.

    Source: 40 CFR 62.16210(a).
    """
    if jurisdiction in rules.jurisdictions:
        return []
    return [
        JurisdictionNotCovered(f"“{jurisdiction}” is not a jurisdiction covered by {rules.name}.")
    ]


def check_facility(spec: FacilitySpec, *, rules: Program) -> list[Refusal]:
    """Whether a facility and its units can be registered; every reason is given.

    Source: 40 CFR 62.16305(a)(1); PLAT-035.
    """
    refusals: list[Refusal] = []
    if not _is_whole(spec.oris_code) or not 1 <= spec.oris_code <= ORIS_CODE_MAX:
        refusals.append(
            OrisCodeNotUsable(f"“{spec.oris_code}” is not an ORIS code, a whole number above 0.")
        )
    refusals += check_name(spec.name, of="facility")
    refusals += check_jurisdiction(spec.jurisdiction, rules=rules)
    refusals += _check_position(spec)
    seen: set[str] = set()
    for unit in spec.units:
        unit_id = tidy(unit.unit_id)
        if unit_id in seen:
            refusals.append(UnitNotUsable(f"The unit “{unit_id}” is given twice."))
        seen.add(unit_id)
        refusals += check_unit(unit)
    return refusals


def check_unit(spec: UnitSpec) -> list[Refusal]:
    """Whether an affected unit can be registered; every reason is given.

    Source: 40 CFR 62.16210(b), 62.16305(a)(1), 62.16215(a).
    """
    unit_id = tidy(spec.unit_id)
    refusals: list[Refusal] = []
    longest = AffectedUnit._meta.get_field("unit_id").max_length or 0
    if not unit_id or len(unit_id) > longest or not is_readable(unit_id):
        refusals.append(UnitNotUsable(f"A unit id has 1 to {longest} readable characters."))
    if spec.unit_type not in ("", *UNIT_TYPES):
        refusals.append(
            UnitNotUsable(
                f"Unit “{unit_id}”: “{spec.unit_type}” is not a type of affected unit:"
                f" {', '.join(UNIT_TYPES)}."
            )
        )
    fuel_max = AffectedUnit._meta.get_field("fuel").max_length or 0
    if len(spec.fuel) > fuel_max or not is_readable(spec.fuel):
        refusals.append(UnitNotUsable(f"Unit “{unit_id}”: the fuel cannot be read."))
    for what, capacity_mw in (("nameplate", spec.nameplate_mw), ("summer", spec.net_summer_mw)):
        if capacity_mw is not None:
            refusals += check_capacity(capacity_mw, unit_id=unit_id, what=what)
    if spec.is_operation_projected and spec.operating_from is None:
        refusals.append(OperatingDateMissing(f"Unit “{unit_id}”: the projected date is missing."))
    if spec.retired_on and spec.operating_from and spec.retired_on < spec.operating_from:
        refusals.append(
            RetiredBeforeOperation(f"Unit “{unit_id}” retired before it began to operate.")
        )
    return refusals


def check_capacity(capacity_mw: Decimal, *, unit_id: str, what: str) -> list[Refusal]:
    """Whether a capacity can be: not negative, and no more than any unit has.

    Source: 40 CFR 62.16305(a)(1); PLAT-035.
    """
    if _is_between(capacity_mw, 0, CAPACITY_MW_MAX):
        return []
    return [
        CapacityNotUsable(f"Unit “{unit_id}”: a {what} capacity of {capacity_mw} MW cannot be.")
    ]


def _check_position(spec: FacilitySpec) -> list[Refusal]:
    county_max = Facility._meta.get_field("county").max_length or 0
    refusals: list[Refusal] = []
    if len(tidy(spec.county)) > county_max or not is_readable(tidy(spec.county)):
        refusals.append(PositionNotUsable(f"A county has at most {county_max} characters."))
    if spec.latitude is None and spec.longitude is None:
        return refusals
    if spec.latitude is None or spec.longitude is None:
        refusals.append(PositionNotUsable("A position needs a latitude and a longitude."))
    elif not (_is_between(spec.latitude, -90, 90) and _is_between(spec.longitude, -180, 180)):
        refusals.append(
            PositionNotUsable(f"{spec.latitude}, {spec.longitude} is not a place on Earth.")
        )
    return refusals


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_between(value: Decimal, lowest: int, highest: int) -> bool:
    return value.is_finite() and lowest <= value <= highest


def in_row(refusals: list[Refusal], row: int | None) -> list[Refusal]:
    """The refusals with the row, from 1, that they belong to."""
    for refusal in refusals:
        refusal.row = row
    return refusals


class NoteMissing(Refusal):
    code = "accounts.note_missing"
    cite = "40 CFR 62.16220(d)"
