"""The acts that can be signed on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.web.acts import (
    accounts,
    agreement,
    applications,
    certificates,
    decisions,
    desk,
    desk_papers,
    guards,
    representation,
    returns,
    serial_requests,
    successions,
    top_up,
    transfers,
)
from trueup.web.signed_acts import SignedAct

_ALL = (
    *agreement.ACTS,
    *transfers.ACTS,
    *top_up.ACTS,
    *serial_requests.ACTS,
    *decisions.ACTS,
    *returns.ACTS,
    *guards.ACTS,
    *representation.ACTS,
    *successions.ACTS,
    *certificates.ACTS,
    *applications.ACTS,
    *accounts.ACTS,
    *desk.ACTS,
    *desk_papers.ACTS,
)
ACTS: Mapping[str, SignedAct] = MappingProxyType({act.name: act for act in _ALL})
