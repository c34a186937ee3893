"""A group of owners as monitors and officials read it: who, why they are one, what they hold.

Source: PLAT-112; docs/decisions/0164.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.accounts import owner_groups
from trueup.accounts.ownership_entries import OwnerGroup
from trueup.disclosure import snapshots
from trueup.ledger import queries as ledger
from trueup.rules.owner_groups import Control
from trueup.web.access import caller_of, official
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.views.desk_reading import keep_look

SHOWN = 200


@official("read_market", "review_applications")
@require_safe
def owner_group(request: HttpRequest, code: str, party: int) -> HttpResponse:
    """All who belong together with a party today, why, and what their accounts hold.

    Source: PLAT-112; docs/decisions/0164.
    """
    program = program_or_404(code)
    if party not in owner_groups.parties([party]):
        raise Http404("There is no such party.")
    on = program.local_date(caller_of(request).at)
    group = owner_groups.group_of(party, on=on)
    concentration, read_at = snapshots.holdings(program.code, vintage=None)
    keep_look(request, "read_owner_group", given={"party": str(party)}, program=program.code)
    names = {one.id: one.name for one in group.parties}
    controls = owner_groups.controls_in(group, on=on)
    return page(
        request,
        "desk/owner_group",
        program=program,
        trail=program_trail(program, *_trail(request, program.code)),
        party=names[party],
        group=group,
        members=group.parties[:SHOWN],
        controls=[_control(one, names) for one in controls[:SHOWN]],
        associations=owner_groups.associations_in(group, on=on, limit=SHOWN),
        accounts=_accounts(program.code, group),
        more=max(len(group.parties), len(controls), len(group.accounts)) > SHOWN,
        holding=next(
            (one for one in concentration.holdings if set(names) & _keys(one.group)), None
        ),
        flag_percent=concentration.flag_percent,
        read_at=read_at,
        on=on,
    )


def _trail(request: HttpRequest, code: str) -> list[Link]:
    found = [Link(name=_("Desk"), address=reverse("desk"))]
    if caller_of(request).may_somewhere("read_market", program=code):
        found.append(Link(name=_("Market oversight"), address=reverse("market", args=[code])))
    return found


def _keys(group: OwnerGroup) -> set[int]:
    return {party.id for party in group.parties}


def _control(one: Control, names: dict[int, str]) -> dict[str, Any]:
    return {
        "owner": names[one.owner],
        "owned": names[one.owned],
        "percentage": one.percentage,
        "direct": one.direct,
        "kinds": one.kinds,
    }


def _accounts(program: str, group: OwnerGroup) -> list[dict[str, Any]]:
    """The group's accounts in a program, the fullest first, with what each holds."""
    known = ledger.accounts_by_id(set(group.accounts))
    totals = ledger.totals_of(group.accounts)
    own = [entry for entry in known.values() if entry.program == program]
    ordered = sorted(own, key=lambda entry: (-totals[entry.id], entry.number))
    return [{"account": entry, "quantity": totals[entry.id]} for entry in ordered[:SHOWN]]
