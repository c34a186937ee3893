"""Publish data and preliminary results of the output-based set-aside; take comments.

Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.rules import programs
from trueup.rules.output_based import dates_of, share_output_based
from trueup.rules.refusal import Refused
from trueup.set_asides import checks
from trueup.set_asides.entries import OutputFigureEntry, OutputNoticeEntry
from trueup.set_asides.models import Comment, OutputFigure, OutputNotice
from trueup.set_asides.notices import tell_published
from trueup.set_asides.output_figures import Earned, earned_by_unit, generation_period, rules_of
from trueup.set_asides.planning import OUTPUT, digest_of, plan, size_of
from trueup.set_asides.signed import Signed, keep_signature

CITE = "40 CFR 62.16245(b)(3)(iii)"
COMMENT_DAYS = 30


def publish_output_data(
    *, program: str, jurisdiction: str, vintage: int, actor: str, at: datetime
) -> OutputNoticeEntry:
    """Publish every unit's output and what it would get; comments are then open.

    They are open until the day that the rule prints, and thirty days at least.

    Args:
        vintage: Any year of the period whose set-aside it is.

    Raises Refused (`no_set_aside`, `no_generation_period`, `year_not_over`,
    `data_missing`, `published_before`).

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-093.
    """
    rules = programs.load(program)
    own = rules.period_of_year(vintage)
    dates = dates_of(own, rules=rules_of(program))
    today = rules.local_date(at)

    def act() -> OutputNoticeEntry:
        before = generation_period(program=program, vintage=vintage)
        if today.year <= before.last_year:
            raise Refused([checks.YearNotOver(f"The period {before} is not over.")])
        known = {"program": program, "jurisdiction": jurisdiction, "period": own.name}
        if OutputNotice.objects.filter(**known).exists():
            raise Refused(
                [checks.PublishedBefore(f"Data of {jurisdiction} for {own} are published.")]
            )
        earned = earned_by_unit(program=program, jurisdiction=jurisdiction, vintage=vintage)
        size = size_of(
            program=program, jurisdiction=jurisdiction, vintage=own.first_year, purpose=OUTPUT
        )
        shares = share_output_based(size, {unit: of.earned for unit, of in earned.items()})
        planned = plan(
            program=program, jurisdiction=jurisdiction, vintage=own.first_year, purpose=OUTPUT
        )
        row = OutputNotice.objects.create(
            **known,
            digest=digest_of(planned),
            published_by=actor,
            published_at=at,
            comment_until=max(
                rules.effective_on(dates.comment_until), rules.days_from(today, COMMENT_DAYS)
            ),
            is_late=today > rules.effective_on(dates.data_on),
        )
        _keep_figures(row, earned, shares.allowances)
        _tell(row, earned)
        return notice_entry(row)

    return looking_again(act)


def _tell(row: OutputNotice, earned: Mapping[int, Earned]) -> None:
    """Log that data are published, and tell whose units are among them."""
    audit.log(
        at=row.published_at,
        program=row.program,
        actor=row.published_by,
        act="publish_output_data",
        subject=f"output_notice:{row.pk}",
        after={"jurisdiction": row.jurisdiction, "period": row.period, "units": len(earned)},
        cite=CITE,
    )
    accounts = sorted({of.account for of in earned.values()})
    tell_published(row, accounts, at=row.published_at)


def _keep_figures(
    row: OutputNotice, earned: Mapping[int, Earned], allowances: Mapping[int, int]
) -> None:
    """Keep each unit's output and what it would get, as they were published."""
    insert_many(
        OutputFigure,
        [
            {
                "notice_id": row.pk,
                "unit_id": unit,
                "net_summer_mw": of.net_summer_mw,
                "net_mwh": of.net_mwh,
                "quantity": allowances[unit],
            }
            for unit, of in sorted(earned.items())
        ],
    )


def comment_on_output_data(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    by: str,
    text: str,
    dispatched_at: datetime,
    received_at: datetime,
    signed: Signed | None = None,
) -> bool:
    """Take a comment on published data; whether it was dispatched in time.

    A late one is kept, and marked.

    Raises Refused (`not_published`, `empty_comment`).

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167.
    """
    rules = programs.load(program)
    if not text.strip():
        raise Refused([checks.EmptyComment("Say what the comment is.")])

    def act() -> bool:
        row = notice_row(program=program, jurisdiction=jurisdiction, vintage=vintage)
        is_late = rules.local_date(dispatched_at) > row.comment_until
        comment = Comment.objects.create(
            notice=row,
            by=by,
            text=text.strip(),
            dispatched_at=dispatched_at,
            received_at=received_at,
            is_late=is_late,
        )
        keep_signature(signed, program=program, actor=by, at=received_at)
        audit.log(
            at=received_at,
            program=program,
            actor=by,
            act="comment_on_output_data",
            subject=f"output_notice:{row.pk}",
            after={"comment": comment.pk, "is_late": is_late},
            cite=CITE,
        )
        return not is_late

    return looking_again(act)


def notice_row(*, program: str, jurisdiction: str, vintage: int) -> OutputNotice:
    """The notice of the period that a vintage is part of.

    Raises Refused (`not_published`).
    """
    period = programs.load(program).period_of_year(vintage).name
    row = OutputNotice.objects.filter(
        program=program, jurisdiction=jurisdiction, period=period
    ).first()
    if row is None:
        raise Refused(
            [checks.NotPublished(f"Data of {jurisdiction} for {period} are not published.")]
        )
    return row


def notice_entry(row: OutputNotice) -> OutputNoticeEntry:
    """A notice with its figures as everybody may see it."""
    return OutputNoticeEntry(
        id=row.pk,
        jurisdiction=row.jurisdiction,
        period=row.period,
        published_at=row.published_at,
        comment_until=row.comment_until,
        is_late=row.is_late,
        figures=tuple(
            OutputFigureEntry(
                unit=of.unit_id,
                net_summer_mw=of.net_summer_mw,
                net_mwh=of.net_mwh,
                quantity=of.quantity,
            )
            for of in row.figures.order_by("unit_id")
        ),
    )
