"""What the Administrator has set for early action in a State; the latest row holds.

Source: 40 CFR 62.16431(b), (c); 62.16231; AMB-31; MASS-AMB-31.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trueup.allocation import early_checks as checks
from trueup.allocation.early_models import EarlyActionSetting
from trueup.audit import services as audit
from trueup.rules import programs
from trueup.rules.early_action import EarlyActionRules
from trueup.rules.refusal import Refused


@transaction.atomic
def set_early_action(
    *,
    program: str,
    jurisdiction: str,
    rules: EarlyActionRules,
    set_at: datetime,
    actor: str = "administrator",
) -> None:
    """Set what the rule leaves open; early action runs once nothing is missing.

    Raises Refused (`unknown_state`).

    Source: 40 CFR 62.16431(b), (c); 62.16231; RATE-228; MASS-096; AMB-31.
    """
    of = programs.load(program)
    if jurisdiction not in of.jurisdictions:
        raise Refused([checks.UnknownState(f"“{jurisdiction}” is no State of {of.name}.")])
    EarlyActionSetting.objects.create(
        program=program,
        jurisdiction=jurisdiction,
        per_mwh=rules.per_mwh,
        per_ton=rules.per_ton,
        renewable_share=rules.renewable_share,
        mechanism=rules.mechanism,
        set_at=set_at,
        set_by=actor,
    )
    audit.log(
        at=set_at,
        program=program,
        actor=actor,
        act="set_early_action",
        subject=f"early_action:{jurisdiction}",
        after={
            "per_mwh": _text(rules.per_mwh),
            "per_ton": _text(rules.per_ton),
            "renewable_share": _text(rules.renewable_share),
            "mechanism": rules.mechanism,
        },
        cite="40 CFR 62.16431(b), (c); 62.16231",
    )


def rules_of(program: str, jurisdiction: str) -> EarlyActionRules:
    """The parameters of a State as they are now; all missing where nothing was set.

    Source: 40 CFR 62.16431(b), (c); AMB-31.
    """
    row = (
        EarlyActionSetting.objects.filter(program=program, jurisdiction=jurisdiction)
        .order_by("-id")
        .first()
    )
    return EarlyActionRules() if row is None else rules_in(row)


def rules_in(row: EarlyActionSetting) -> EarlyActionRules:
    """The parameters that a row sets.

    Source: 40 CFR 62.16431(b), (c); AMB-31.
    """
    return EarlyActionRules(
        per_mwh=row.per_mwh,
        per_ton=row.per_ton,
        renewable_share=row.renewable_share,
        mechanism=row.mechanism,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
