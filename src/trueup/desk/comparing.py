"""What differs between two kept previews of the same thing.

Source: PLAT-060, PLAT-081.
"""

from __future__ import annotations

from dataclasses import dataclass

from trueup.desk.models import Preview, PreviewRow

Key = tuple[str, str, int | None]
COMPARED = ("outcome", "quantity", "obligation", "held", "excess", "excess_due", "excess_deducted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One recipient or facility of which two previews say different things.

    Attributes:
        before, now: None where the preview has no such row.
    """

    name: str
    account: str
    unit: str
    vintage: int | None
    before: PreviewRow | None
    now: PreviewRow | None


def one_before(preview: Preview) -> Preview | None:
    """The preview of the same thing that was made before this one."""
    return (
        Preview.objects.filter(
            program=preview.program,
            kind=preview.kind,
            period=preview.period,
            jurisdiction=preview.jurisdiction,
            id__lt=preview.pk,
        )
        .order_by("-id")
        .first()
    )


def differences(before: Preview, now: Preview) -> list[Difference]:
    """What changed from one preview to the other, in the order of names; two statements."""
    if before.digest == now.digest:
        return []
    old, new = _rows(before), _rows(now)
    found = []
    for key in old.keys() | new.keys():
        was, is_ = old.get(key), new.get(key)
        if was is not None and is_ is not None and _said(was) == _said(is_):
            continue
        either = is_ or was
        if either is None:
            continue
        found.append(
            Difference(
                name=either.name,
                account=either.account,
                unit=either.unit,
                vintage=either.vintage,
                before=was,
                now=is_,
            )
        )
    return sorted(found, key=lambda one: (one.name, one.account, one.unit, one.vintage or 0))


def _rows(preview: Preview) -> dict[Key, PreviewRow]:
    rows = PreviewRow.objects.filter(preview=preview)
    return {(row.account, row.unit, row.vintage): row for row in rows}


def _said(row: PreviewRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in COMPARED)
