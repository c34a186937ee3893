"""Comment on data of an output-based set-aside.

Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167; PLAT-151.
"""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trueup.set_asides import public_reads, services
from trueup.set_asides.entries import OutputNoticeEntry
from trueup.signing.entries import Evidence
from trueup.web.acts import fields
from trueup.web.acts.set_asides_common import (
    TEXT_MAX,
    signed_by,
    text_of,
)
from trueup.web.signed_acts import (
    THING,
    ActForm,
    Acting,
    Outcome,
    SignedAct,
    Submission,
    Values,
)


class CommentForm(ActForm):
    """What is said."""

    text = fields.NoteField(label=gettext_lazy("Your comment"), max_length=TEXT_MAX, rows=8)


def _notice_of(acting: Acting) -> OutputNoticeEntry:
    found = public_reads.notice(int(acting.thing))
    if found is None:
        raise ValueError("there is no such notice")
    return found[1]


def _is_notice(acting: Acting) -> bool:
    found = public_reads.notice(int(acting.thing))
    return found is not None and found[0] == acting.program.code


def _prepare_comment(acting: Acting, values: Values, _key: UUID) -> Submission:
    notice = _notice_of(acting)
    rows: dict[str, object] = {
        "Data": f"{notice.jurisdiction}, {notice.period}",
        "Comment": values["text"],
    }
    is_late = acting.program.local_date(acting.at) > notice.comment_until
    return Submission(
        text=text_of("Comment on data of an output-based set-aside", rows),
        rows=(
            (_("Data"), f"{notice.jurisdiction}, {notice.period}"),
            (_("Your comment"), values["text"]),
        ),
        warnings=(_("The time for comments is over: it is kept, and marked as late."),)
        if is_late
        else (),
    )


def _comment(acting: Acting, values: Values, key: UUID, evidence: Evidence) -> Outcome:
    notice = _notice_of(acting)
    is_in_time = services.comment_on_output_data(
        program=acting.program.code,
        jurisdiction=notice.jurisdiction,
        vintage=acting.program.period_named(notice.period).first_year,
        by=f"person:{acting.person.id}",
        text=values["text"],
        dispatched_at=acting.at,
        received_at=acting.at,
        signed=signed_by(COMMENT, acting, _prepare_comment(acting, values, key), evidence),
    )
    return Outcome(
        heading=_("Your comment is received"),
        sentences=() if is_in_time else (_("It is late, and marked so."),),
        links=(_home_of_notice(acting),),
    )


def _home_of_notice(acting: Acting) -> tuple[str, str]:
    return (
        _("Data and preliminary results"),
        reverse("output-notice", args=[acting.program.code, acting.thing]),
    )


COMMENT = SignedAct(
    name="comment-on-output-data",
    subject=THING,
    place="<program:code>/set-asides/notices/<journal:key>/comment/",
    document="output_data_comment",
    title=gettext_lazy("Comment on published data"),
    lead=gettext_lazy("Comments are read before the final result, and are kept for good."),
    button=gettext_lazy("Sign and send it"),
    form_class=CommentForm,
    prepare=_prepare_comment,
    perform=_comment,
    may=_is_notice,
    certified=lambda _acting: (),
    home=_home_of_notice,
)

ACTS = (COMMENT,)
