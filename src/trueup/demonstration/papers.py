"""What the papers of the demonstration's resources say: facts of eGRID, and invented people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.demonstration.generators import GreenPlant
from trueup.demonstration.people import InventedPerson
from trueup.rules.papers import (
    APPLICATION,
    CERTIFIED,
    PLAN,
    REPORT,
    VERIFICATION,
    statement_for,
)

TECHNOLOGY = {
    "WND": "wind turbines on shore",
    "SOL": "solar generation",
    "HYD": "hydroelectric turbines, no pumped storage",
    "GEO": "geothermal steam turbines",
    "NUC": "a nuclear steam turbine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filer:
    """Who files for a resource: its sponsor, its representative, and its account."""

    sponsor: str
    person: InventedPerson
    account_number: str


class Papers:
    """The elements of papers in one program."""

    def __init__(self, program: str) -> None:
        self._signed = {kind: statement_for(kind, program=program).text for kind in CERTIFIED}

    def application(self, plant: GreenPlant, filer: Filer) -> Mapping[str, str]:
        """An eligibility application (62.16445(a))."""
        return {
            "representative_name": filer.person.name,
            "representative_address": f"{filer.sponsor}, {plant.jurisdiction} (invented)",
            "representative_email": filer.person.email,
            "representative_telephone": "+1 555 0100",
            "account_number": filer.account_number,
            "location": f"{plant.plant}, {plant.jurisdiction}",
            "owner_or_operator": filer.sponsor,
            "technology": TECHNOLOGY[plant.category],
            "nameplate_mw": str(plant.capacity_mw),
            "generator_role": "generation for sale",
            "control_area": f"{plant.grid} interconnection",
            "oris_code": str(plant.oris_code),
            "form_eia_860": f"Form EIA-860 of 2016, plant {plant.oris_code}",
            "eia_860_equivalent": f"plant {plant.oris_code}: {plant.capacity_mw} MW",
            "new_capacity_showing": f"On line in {plant.on_line}, as eGRID 2016 has it.",
            "grid_showing": f"The plant delivers to the {plant.grid} interconnection.",
            "location_showing": f"The plant is in {plant.jurisdiction}, which chose rates.",
            "category_showing": f"{plant.category}: {TECHNOLOGY[plant.category]}.",
            "single_submission": "SINGLE",
            "inspection_permission": "yes",
            "certification": self._signed[APPLICATION],
        }

    def plan(self, plant: GreenPlant) -> Mapping[str, str]:
        """An EM&V plan (62.16455)."""
        return {
            "resource_identity": plant.name,
            "application_identity": f"the eligibility application of {plant.name}",
            "method_statement": "Net MWh are metered where the plant delivers, hour by hour.",
            "method_basis": "LISTED",
            "meter_type": "ANSI_C12_20",
            "measurement_point": "INVERTER_AC" if plant.category == "SOL" else "BUSBAR",
            "aggregation": "SINGLE_UNIT",
            "data_path": "CONTROL_AREA_MONTHLY",
            "station_service": "Station service is metered apart and taken off.",
            "certification": self._signed[PLAN],
        }

    def report(self, plant: GreenPlant, *, is_first: bool) -> Mapping[str, str]:
        """An M&V report (62.16460), without the MWh."""
        first = {"installation_documented": "The plant is as approved."} if is_first else {}
        return {
            **first,
            "methods_applied": "As the plan says: hourly metering of net output.",
            "data_reference": f"eGRID 2016, plant {plant.oris_code}: 2016 stands in.",
            "capability_change": "NONE",
            "ownership_change": "NONE",
            "not_credited_elsewhere": "yes",
            "certification": self._signed[REPORT],
        }

    def verified_application(self, signed_by: str) -> Mapping[str, str]:
        """A verification report on an application (62.16465(b))."""
        return self._verification(
            signed_by,
            eligibility_verified="New capacity on the grid, in a State that chose rates.",
            non_duplication="It is in no other plan.",
            existence="The plant exists: eGRID 2016 and Form EIA-860.",
            plan_adequacy="The EM&V plan suffices.",
            other_programs="Form EIA-923.",
        )

    def verified_report(self, signed_by: str) -> Mapping[str, str]:
        """A verification report on an M&V report (62.16465(c))."""
        return self._verification(
            signed_by,
            data_adequacy="Meter data are complete; a sample was compared with invoices.",
            technical_feasibility="Output is below capacity times hours.",
            report_compliance="The report complies with 62.16460.",
        )

    def _verification(self, signed_by: str, **said: str) -> Mapping[str, str]:
        return {
            "findings": "Nothing was found that is against the rule.",
            "misstatement": "NONE",
            "conformity": "It conforms.",
            "assurance_level": "reasonable",
            "materiality_threshold": "5 percent",
            "conflicts_evaluated": "yes",
            "signed_by": signed_by,
            **said,
            "certification": self._signed[VERIFICATION],
        }
