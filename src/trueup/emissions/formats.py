"""Tell a file's format from its header or its first bytes, and read it."""

from __future__ import annotations

from pathlib import Path

from trueup.emissions import ampd, campd, ecmps, template
from trueup.emissions.hourly_files import HEAD_BYTES, LAYOUTS, HourlyLayout
from trueup.emissions.refusals import FormatUnknown, NotReadable
from trueup.emissions.reports import Feed, Format, Known, Parsed, Progress, no_progress
from trueup.emissions.spreadsheet import Header, read_header, read_table, refuse_unreadable_start
from trueup.rules.refusal import Refused

_PARQUET_MARK = b"PAR1"
BYTES_MAX_MIB = 128  # Of files that are read whole; EPA's own limit for a report is 60.
BYTES_MAX = BYTES_MAX_MIB * 2**20
_READERS = {
    Format.CAMPD_ANNUAL: campd.read,
    Format.CAMPD_QUARTERLY: campd.read,
    Format.AMPD_ANNUAL: ampd.read,
    Format.TEMPLATE: template.read,
}
_ACCEPTED = (
    "Accepted are: the annual, quarterly and hourly files of EPA's CAMPD, the annual and hourly"
    " files of AMPD, hourly CEMS files, ECMPS quarterly JSON, and the registry's own template"
    " (facility, unit, year, co2_tons, net_mwh)."
)


def detect(path: Path) -> Format:
    """The format of a file, as its header or its content shows.

    Raises Refused (`not_readable`, `format_unknown`).
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(_PARQUET_MARK):
        return Format.HOURLY_PARQUET
    refuse_unreadable_start(head)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return Format.ECMPS_QUARTERLY
    return _of_header(read_header(head))


def _of_header(header: Header) -> Format:
    layout = _hourly_layout(header)
    if layout is not None:
        return layout.format
    unsupported = next((name for name in ("Month", "Date") if header.find(name) is not None), None)
    if unsupported is not None:
        raise Refused(
            [
                FormatUnknown(
                    f"A file by {'month' if unsupported == 'Month' else 'day'} is not read."
                    f" {_ACCEPTED}",
                    row=header.body_line - 1,
                )
            ]
        )
    if header.find("Facility ID (ORISPL)") is not None:
        return Format.AMPD_ANNUAL
    if header.find("Facility ID") is not None:
        is_quarterly = header.find("Quarter") is not None
        return Format.CAMPD_QUARTERLY if is_quarterly else Format.CAMPD_ANNUAL
    own = [name for names in template.COLUMNS.required for name in names]
    if sum(header.find(name) is not None for name in own) >= 2:
        return Format.TEMPLATE
    names = ", ".join(name for name in header.names if name) or "nothing"
    raise Refused(
        [FormatUnknown(f"The first row has: {names[:300]}. {_ACCEPTED}", row=header.body_line - 1)]
    )


def _hourly_layout(header: Header) -> HourlyLayout | None:
    """The hourly format that calls its hour and its facility so, if any."""
    for layout in LAYOUTS:
        facility, hour = layout.labels[0], layout.labels[3]
        if header.find(*facility) is not None and header.find(*hour) is not None:
            return layout
    return None


def read(
    path: Path,
    *,
    feed: Feed | None = None,
    known: Known | None = None,
    progress: Progress = no_progress,
) -> Parsed:
    """Read a file of any accepted format; nothing is compared with the registry yet.

    Args:
        feed: What an hourly file's masses are, if not what its format usually holds.
        known: Facilities and units; rows of others are passed over.

    Raises Refused if the file as a whole cannot be read.

    Source: PLAT-070.
    """
    from trueup.emissions import hourly  # Its libraries are slow to load.

    file_format = detect(path)
    if file_format is Format.HOURLY_PARQUET:
        return hourly.sum_parquet_hours(path, feed=feed, known=known, progress=progress)
    for layout in LAYOUTS:
        if layout.format is file_format:
            return hourly.sum_hours(path, layout=layout, feed=feed, known=known, progress=progress)
    size = path.stat().st_size
    if size > BYTES_MAX:
        sentence = f"The file has {size / 2**20:.0f} MiB; tables and reports have {BYTES_MAX_MIB}."
        raise Refused([NotReadable(sentence)])
    data = path.read_bytes()
    progress("reading", len(data), len(data))
    if file_format is Format.ECMPS_QUARTERLY:
        return ecmps.read(data, known=known)
    table = read_table(data, ragged=file_format is Format.TEMPLATE)
    return _READERS[file_format](table, known=known)
