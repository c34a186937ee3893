"""What is filed for many resources at once: one value a resource or paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trueup.resources.entries import ReportSpec, ResourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A resource that is put on record, and the general account of its credits."""

    spec: ResourceSpec
    account: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFiling:
    """An eligibility application with its EM&V plan."""

    resource: int
    application: Mapping[str, str]
    plan: Mapping[str, str]
    submitted_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What a verifier discloses before it works for a resource."""

    verifier: int
    resource: int
    disclosure: str
    is_conflict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationVerification:
    """A verifier's report on an eligibility application."""

    resource: int
    verifier: int
    elements: Mapping[str, str]
    submitted_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiling:
    """An M&V report of a resource."""

    resource: int
    spec: ReportSpec
    submitted_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVerification:
    """A verifier's report on an M&V report, with the MWh that it determined."""

    report: int
    verifier: int
    verified_mwh: Decimal
    elements: Mapping[str, str]
    submitted_by: int
