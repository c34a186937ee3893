"""What a statement of this registry says, and what it never says: compliance with every law.

Source: 40 CFR 62.16420(g); 62.16220(g); RATE-011.
"""

from __future__ import annotations

import re

from trueup.rules.refusal import Refusal

# "In full Clean Air Act compliance", in whatever order it is put.
_WHOLE = re.compile(r"\b(full|fully|complete|completely|entire|entirely|all|total|every)\b", re.I)
_LAW = re.compile(r"\bclean air act\b|\bCAA\b", re.I)
_ENDS = re.compile(r"[.!?;]\s|\n")
_KEPT = re.compile(r"\bcompl(y|ies|iant|iance)\b", re.I)


class ScopeOverstated(Refusal):
    code = "scope.overstated"
    cite = "40 CFR 62.16420(g)"


def scope_note(program_name: str) -> str:
    """The line that every statement of compliance carries.

    Source: 40 CFR 62.16420(g); RATE-011.
    """
    return (
        f"This is about the {program_name} only. It excuses nobody from any other requirement of"
        " the Clean Air Act or of other law."
    )


def check_wording(text: str) -> list[Refusal]:
    """Refuse a text that presents a standing here as compliance with the whole Act.

    Source: 40 CFR 62.16420(g); RATE-011.
    """
    if any(
        all(pattern.search(sentence) for pattern in (_WHOLE, _LAW, _KEPT))
        for sentence in _ENDS.split(text)
    ):
        return [
            ScopeOverstated(
                "The registry knows how somebody stands in its programs; it cannot say that they"
                " comply with the whole Clean Air Act. Say it otherwise."
            )
        ]
    return []
