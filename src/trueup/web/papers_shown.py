"""What a second official compares before a certificate that came on paper is filed.

Source: PLAT-154.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher

from trueup.accounts import certificate_reads as certificates
from trueup.desk.entering import ACT
from trueup.desk.entries import ProposalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """What a paper says, and in what it differs from the certificate in force.

    Attributes:
        differences: Lines as they are in force, and as they are on the paper.
    """

    text: str
    differences: tuple[tuple[str, str], ...]
    has_one_in_force: bool


def paper_shown(entry: ProposalEntry) -> PaperShown | None:
    """What a second official compares; None for every other act."""
    if entry.act != ACT:
        return None
    facility = json.loads(entry.values["certificate"])["facility"]
    before = certificates.certificates_in_force(program=entry.program, facilities=[facility])
    old = certificates.signing_text([one.spec for one in before.values()])
    new = str(entry.preview.get("text", ""))
    return PaperShown(text=new, differences=_differences(old, new), has_one_in_force=bool(old))


def _differences(old: str, new: str) -> tuple[tuple[str, str], ...]:
    before, after = old.splitlines(), new.splitlines()
    steps = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    return tuple(
        ("\n".join(before[a:b]), "\n".join(after[c:d]))
        for kind, a, b, c, d in steps
        if kind != "equal"
    )
