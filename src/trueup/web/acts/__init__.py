"""The acts that can be signed on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.web.acts import agreement, desk, transfers
from trueup.web.signed_acts import SignedAct

ACTS: Mapping[str, SignedAct] = MappingProxyType(
    {act.name: act for act in (*agreement.ACTS, *desk.ACTS, *transfers.ACTS)}
)
