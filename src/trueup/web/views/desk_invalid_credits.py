"""Where credits are that prove invalid: who holds them, and who used them.

Source: 40 CFR 62.16420(c)(5)(iv); 62.16450(d); RATE-029, RATE-149, RATE-151.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.compliance.whereabouts import Used, whereabouts
from trueup.resources import credits_found
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock
from trueup.web.access import caller_of, official
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.resource_words import LOOKS, STATES
from trueup.web.views.desk_resources import FUNCTIONS, rated_or_404, require_state

# More are told of by their quantity; the download of an issue has them all.
BLOCKS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRow:
    """Who used credits for a period; `address` leads to the settlement, `form` reopens it."""

    used: Used
    name: str
    address: str
    blocks: Sequence[SerialBlock]
    more: int
    form: ActForm | None


@official(*FUNCTIONS)
@require_safe
def invalid_credits(request: HttpRequest, code: str) -> HttpResponse:
    """Resources that lost their qualification, and what became of their credits.

    Source: 40 CFR 62.16450(c), (d); RATE-148, RATE-151.
    """
    program = rated_or_404(code)
    rows = credits_found.credits_of_revoked(
        program=program.code, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    return page(
        request,
        "desk/resources/invalid_credits",
        program=program,
        trail=_trail(program),
        page=page_of(request, rows, key=lambda row: row.resource),
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resource_credits(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Who holds and who used a resource's credits; each settlement can be reopened.

    Source: 40 CFR 62.16420(c)(5)(iv); 62.16450(d); RATE-029, RATE-149.
    """
    program, caller = rated_or_404(code), caller_of(request)
    found = credits_found.credits_of(number, program=program.code)
    if found is None:
        raise Http404("There is no such resource.")
    require_state(caller, program.code, found.jurisdiction)
    where = whereabouts(found.ranges)
    may_reopen = caller.may("revoke", program=program.code)
    used = [_row(program, one, may_reopen=may_reopen) for one in where.used]
    back = reverse("desk-resource-credits", args=[program.code, number])
    if request.method == "POST":
        chosen = request.POST.get("row", "")
        forms = [one.form for place, one in enumerate(used) if one.form and str(place) == chosen]
        return sign_from(request, forms, program=program.code, back=back)
    return page(
        request,
        "desk/resources/resource_credits",
        program=program,
        trail=[
            *_trail(program),
            Link(name=found.name, address=reverse("desk-resource", args=[program.code, number])),
        ],
        found=found,
        state=STATES.get(found.state, found.state),
        look=LOOKS.get(found.state, "bad"),
        held=[(one, one.blocks[:BLOCKS_SHOWN], _more(one.blocks)) for one in where.held],
        used=used,
        taken_back=where.taken_back,
        quantity_held=sum(one.quantity for one in where.held),
        quantity_used=sum(one.quantity for one in where.used),
    )


def _row(program: Program, used: Used, *, may_reopen: bool) -> UsedRow:
    owner = used.owner
    form = None
    if owner is not None and owner.unit is not None and may_reopen:
        form = form_of(
            "reopen_settlement",
            period=used.period,
            facility=owner.facility.oris_code,
            unit=owner.unit.unit_id,
            blocks="\n".join(str(block) for block in used.blocks),
        )
    address = ""
    if owner is not None and owner.unit is not None:
        address = reverse(
            "settlement-of-unit",
            args=[program.code, used.period, owner.facility.oris_code, owner.unit.unit_id],
        )
    name = used.account.name
    if owner is not None:
        name = owner.facility.name + (f"/{owner.unit.unit_id}" if owner.unit else "")
    return UsedRow(
        used=used,
        name=name,
        address=address,
        blocks=used.blocks[:BLOCKS_SHOWN],
        more=_more(used.blocks),
        form=form,
    )


def _more(blocks: Sequence[SerialBlock]) -> int:
    return max(0, len(blocks) - BLOCKS_SHOWN)


def _trail(program: Program) -> list[Link]:
    return [
        Link(name=_("Desk"), address=reverse("desk")),
        Link(name=_("Resources"), address=reverse("desk-resources", args=[program.code])),
    ]
