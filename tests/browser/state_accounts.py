"""State accounts of the cast: a year that is divided, one that is not, an application."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

PROGRAM, STATE, YEAR = "rggi-md", "MD", 2019
OFFICIAL = "official:1"


def arrange(mass: Any) -> dict[str, Any]:
    """Make them with the people of the other program's registry; what is in addresses."""
    from trueup.accounts import services as accounts
    from trueup.accounts.entries import FacilitySpec, UnitSpec
    from trueup.state_accounts import services as states
    from trueup.state_accounts.entries import ApplicationSpec, CertificateSpec

    for year in (YEAR, YEAR + 1):
        states.set_state_year(
            program=PROGRAM,
            jurisdiction=STATE,
            year=year,
            budget=1000,
            tons_per_mwh=Decimal("0.5"),
            actor=OFFICIAL,
            at=mass.tick(),
        )
    states.distribute_budget(
        program=PROGRAM,
        jurisdiction=STATE,
        year=YEAR,
        quantities={"liesa": 50, "ltc": 40, "vrsa": 30, "cgsa": 80},
        actor=OFFICIAL,
        recorded_at=mass.tick(),
    )
    states.move_between(
        program=PROGRAM,
        jurisdiction=STATE,
        source="ltc",
        destination="consumer",
        vintage=YEAR,
        quantity=5,
        reason="Nobody applied.",
        key=uuid4(),
        actor=OFFICIAL,
        at=mass.tick(),
    )
    application = states.file_application(
        ApplicationSpec(
            jurisdiction=STATE,
            purpose="vrsa",
            year=YEAR,
            certificates=[
                CertificateSpec(serial=f"GATS-{number}", retired_on=date(YEAR, 2, 1))
                for number in range(1, 60)
            ],
        ),
        program=PROGRAM,
        key=uuid4(),
        actor="person:1",
        filed_at=mass.tick(),
    )
    (facility,) = accounts.register_facilities(
        [
            FacilitySpec(
                oris_code=1571,
                name="Chalk Point",
                jurisdiction=STATE,
                units=(UnitSpec(unit_id="1", net_summer_mw=Decimal(300)),),
            )
        ],
        program=PROGRAM,
        registered_at=mass.tick(),
    )
    (account,) = accounts.name_designated_representative(
        program=PROGRAM,
        facility=facility.id,
        person=mass.person("Ana Ruiz"),
        role="primary",
        at=mass.tick(),
    )
    return {
        "rggi": PROGRAM,
        "rggi_state": STATE,
        "rggi_year": YEAR,
        "rggi_open_year": YEAR + 1,
        "rggi_source": account.number,
        "rggi_period": "2021",
        "public_report": "allocations",
        "state_application": application.id,
    }
