"""Offset projects: registered, verified and awarded through the papers of resources.

A project is a resource of a category that the program's file names; its reports say tons
of CO2 that were kept out of the air, one allowance a whole ton. What is awarded is an
allowance of its own class: its serial number says so.

Source: RGGI-033; PLAT-120.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Sum

from trueup.audit.statements import among
from trueup.resources.models import SetAsideAward


def awarded_to(resources: Iterable[int]) -> dict[int, int]:
    """What each of some projects was awarded, all years together; one statement.

    Source: RGGI-033, RGGI-048 item 7.
    """
    rows = SetAsideAward.objects.filter(resource_id__in=among(resources))
    totals = rows.values_list("resource_id").annotate(total=Sum("quantity"))
    return dict(totals.values_list("resource_id", "total"))
