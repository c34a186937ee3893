"""What the codes of resources and their papers are called on the pages.

Source: 40 CFR 62.16435(a), 62.16445(a), 62.16455; PLAT-123.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Names = Mapping[str, str | Promise]

CATEGORIES: Names = {
    "WND": _("Wind"),
    "SOL": _("Solar"),
    "GEO": _("Geothermal"),
    "HYD": _("Hydropower"),
    "WAV": _("Wave"),
    "TID": _("Tidal"),
    "BIO": _("Qualified biomass"),
    "WTE": _("Waste-to-energy, biogenic portion"),
    "NUC": _("Nuclear"),
    "CHP": _("Combined heat and power that is no affected EGU"),
    "WHP": _("Waste heat power"),
    "DSM": _("Demand-side efficiency or management"),
}
KINDS: Mapping[str, Names] = {
    "WND": {"on_shore": _("On shore"), "off_shore": _("Off shore")},
    "SOL": {
        "photovoltaic": _("Photovoltaic"),
        "concentrated": _("Concentrated solar"),
        "rooftop": _("Rooftop"),
    },
}
GRIDS: Names = {
    "EASTERN": _("Eastern Interconnection"),
    "WESTERN": _("Western Interconnection"),
    "ERCOT": _("ERCOT"),
    "OTHER": _("None of these: Alaska, Hawaii, Puerto Rico or another island"),
}
SAVINGS_KINDS: Names = {
    "project": _("A project at named sites"),
    "programme": _("A program or a requirement, such as a code or a standard"),
    "grid_measure": _("A measure in the transmission or distribution system"),
}
SAVINGS_BASES: Names = {
    "EX_POST": _("Measured after they happened"),
    "REAL_TIME": _("Measured while they happen"),
    "EX_ANTE": _("Estimated beforehand"),
}
EXCLUSIONS: Names = {
    "": _("None of these"),
    "TTTT": _("It is a new, modified or reconstructed unit under subpart TTTT"),
    "NON_AFFECTED_EGU": _("It is a fossil unit that is no affected EGU"),
    "OUTSIDE_SECTOR": _("It reduces emissions outside the power sector"),
    "NOT_APPROVED": _("It is a measure that the State has not approved"),
}
STATES: Names = {
    "described": _("Described"),
    "submitted": _("Application under review"),
    "registered": _("Registered"),
    "rejected": _("Application rejected"),
    "revoked": _("Qualification revoked"),
}
LOOKS = {"described": "note", "submitted": "care", "registered": "good"}
APPLICATION_STATES: Names = {
    "submitted": _("Under review"),
    "info_asked": _("Waits for your answer"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
}
REPORT_STATES: Names = {
    "submitted": _("Awaits verification"),
    "verified": _("Verified"),
    "incomplete": _("Verification rejected"),
    "issued": _("Credits issued"),
    "superseded": _("Withdrawn or corrected"),
}
PLAN_STATES: Names = {
    "filed": _("Filed, not decided"),
    "approved": _("In force"),
    "replaced": _("Replaced"),
    "rejected": _("Not approved"),
}
METER_STATES: Names = {
    "filed": _("Awaits your word"),
    "held": _("Held: above what is plausible"),
    "accepted": _("Accepted"),
    "disputed": _("Disputed"),
    "superseded": _("Corrected"),
}
PAPERS: Names = {
    "eligibility_application": _("Eligibility application"),
    "emv_plan": _("EM&V plan"),
    "mv_report": _("M&V report"),
    "verification_report": _("Verification report"),
    "decision": _("Decision"),
}
MONTHS: Names = {
    "1": _("January"),
    "2": _("February"),
    "3": _("March"),
    "4": _("April"),
    "5": _("May"),
    "6": _("June"),
    "7": _("July"),
    "8": _("August"),
    "9": _("September"),
    "10": _("October"),
    "11": _("November"),
    "12": _("December"),
}
# The values that elements of papers can have, by their codes.
ANSWERS: Names = {
    "SINGLE": _("It was submitted here alone"),
    "JOINT": _("It was submitted under an approved arrangement of several States"),
    "LISTED": _("A method that the rule lists"),
    "APPROVED_EQUIVALENT": _("An equivalent that was approved"),
    "SETTLEMENT": _("A meter used for settlement"),
    "ANSI_C12_20": _("A meter that meets ANSI C12.20"),
    "APPROVED_ALT": _("An alternative that was approved beforehand"),
    "BUSBAR": _("At the generator's bus bar"),
    "INVERTER_AC": _("At the AC output of the inverter"),
    "SINGLE_UNIT": _("One unit"),
    "AGGREGATED": _("Several units together"),
    "CONTROL_AREA_MONTHLY": _("Telemetered to the control area, settled at least monthly"),
    "INDEPENDENT_READING": _("Read by an independent verifier"),
    "SELF_REPORT_LT_10KW": _("Reported by the owner, below 10 kW"),
    "INSPECTION": _("Software that starts from an inspection"),
    "ENGINEERING": _("Software based on engineering"),
    "AFFECTED_EGU": _("Monitored as an affected EGU"),
    "LOW_MASS_EMISSIONS": _("The low mass emission method of part 75"),
    "MONTHLY_RECORDS": _("Monthly records of heat and fuel"),
    "EX_POST": _("Measured after they happened"),
    "REAL_TIME": _("Measured while they happen"),
    "PB_MV": _("Measured project by project"),
    "COMPARISON_GROUP": _("Compared with a group without the measure"),
    "DEEMED": _("Deemed savings of a technical reference manual"),
    "CODES_AND_STANDARDS": _("Building codes and product standards"),
    "PUBLICLY_FUNDED": _("A publicly funded program"),
    "COMMERCIAL_INDUSTRIAL": _("A large commercial or industrial project"),
    "NONE": _("None"),
    "CHANGED": _("There was a change"),
    "FOUND": _("Found"),
    "steam_igcc": _("Steam units and IGCC"),
    "combustion_turbine": _("Combustion turbines"),
    "yes": _("Yes"),
}


def named(names: Names, code: str) -> str:
    """What a code is called; the code itself where nobody named it."""
    return str(names.get(code, code))
