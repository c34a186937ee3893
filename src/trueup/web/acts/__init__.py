"""The acts that can be signed on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.web.acts import (
    accounts,
    agreement,
    applications,
    auctions,
    certificates,
    certification,
    confidential,
    decisions,
    desk,
    desk_papers,
    guards,
    representation,
    resources_describe,
    resources_meter,
    resources_meter_filing,
    resources_papers,
    resources_replies,
    resources_reports,
    resources_standing,
    returns,
    serial_requests,
    set_asides_comments,
    set_asides_projections,
    set_asides_projects,
    state_applications,
    successions,
    top_up,
    transfers,
    verifier_accreditation,
    verifier_reports,
)
from trueup.web.signed_acts import SignedAct

_ALL = (
    *agreement.ACTS,
    *transfers.ACTS,
    *top_up.ACTS,
    *serial_requests.ACTS,
    *certification.ACTS,
    *decisions.ACTS,
    *returns.ACTS,
    *guards.ACTS,
    *representation.ACTS,
    *successions.ACTS,
    *certificates.ACTS,
    *applications.ACTS,
    *auctions.ACTS,
    *accounts.ACTS,
    *resources_describe.ACTS,
    *resources_papers.ACTS,
    *resources_reports.ACTS,
    *resources_replies.ACTS,
    *resources_meter.ACTS,
    *resources_meter_filing.ACTS,
    *resources_standing.ACTS,
    *confidential.ACTS,
    *verifier_accreditation.ACTS,
    *verifier_reports.ACTS,
    *set_asides_projects.ACTS,
    *set_asides_projections.ACTS,
    *set_asides_comments.ACTS,
    *state_applications.ACTS,
    *desk.ACTS,
    *desk_papers.ACTS,
)
ACTS: Mapping[str, SignedAct] = MappingProxyType({act.name: act for act in _ALL})
