"""Lists of blocks of serial numbers, as they are pasted or sent in a file.

Source: PLAT-050, PLAT-051; 40 CFR 62.16330(b)(1)(ii).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, parse_block
from trueup.transfers.checks import BLOCKS_MAX
from trueup.web import sheets
from trueup.web.sentences import plain

# So many problems of a list are told at once.
PROBLEMS_SHOWN = 20
HEADINGS = frozenset({"first", "first serial", "serial", "block", "from", "first_serial"})


def read_text(text: str) -> list[SerialBlock]:
    """Blocks one a line: `AL-2022-1 to AL-2022-100`, with a comma or a tab, or one number.

    Lines are counted before any of them is read.

    Raises ValidationError with the lines.
    """
    lines = text.count("\n") + 1
    if lines > 2 * BLOCKS_MAX:
        raise too_many()
    rows = ((line, cells_of(one)) for line, one in enumerate(text.splitlines(), start=1))
    return _blocks(rows, where="line")


def read_file(upload: Any) -> list[SerialBlock]:
    """Blocks of a file: first and last serial number in its first two columns.

    Raises ValidationError with the rows.
    """
    try:
        rows = sheets.rows_of(
            upload.file, name=upload.name, size=upload.size, rows_max=BLOCKS_MAX + 1, columns=3
        )
    except sheets.UnreadableError as problem:
        raise ValidationError(str(problem)) from None
    if rows and rows[0][1][0].lower() in HEADINGS:
        rows = rows[1:]
    if len(rows) > BLOCKS_MAX:
        raise too_many()
    named = ((line, cells_of(" ".join(cells))) for line, cells in rows)
    return _blocks(named, where="row")


def cells_of(line: str) -> list[str]:
    """The serial numbers of a line: one, or first and last."""
    return line.replace(" to ", " ").replace(",", " ").replace(";", " ").split()


def too_many() -> ValidationError:
    return ValidationError(
        _(
            "This is more than %(limit)s blocks, which is the limit of one transfer. Nothing"
            " was read. Send it in parts."
        )
        % {"limit": f"{BLOCKS_MAX:,}"}
    )


def _blocks(rows: Iterable[tuple[int, list[str]]], *, where: str) -> list[SerialBlock]:
    found: list[SerialBlock] = []
    problems: list[str] = []
    for line, words in rows:
        if not words:
            continue
        problem = ""
        if len(words) > 2:
            problem = _("give a block as its first and its last serial number.")
        else:
            try:
                found.append(parse_block(words[0].upper(), words[-1].upper()))
            except Refused as refused:
                problem = " ".join(plain(one.sentence) for one in refused.refusals)
        if problem:
            named = (
                _("Row %(line)s: %(problem)s")
                if where == "row"
                else _("Line %(line)s: %(problem)s")
            )
            problems.append(named % {"line": line, "problem": problem})
        if len(found) > BLOCKS_MAX:
            raise too_many()
        if len(problems) == PROBLEMS_SHOWN:
            problems.append(_("There may be more; only the first problems are shown."))
            break
    if problems:
        raise ValidationError(problems)
    return found
