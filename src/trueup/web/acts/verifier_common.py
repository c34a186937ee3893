"""What the acts of verifiers share: for whom a person files, and the pages behind them.

Source: 40 CFR 62.16445(d), 62.16470(c)(2), (3); RATE-122, RATE-123.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from trueup.resources import accreditation_reads as reads
from trueup.resources import queries as resources
from trueup.resources.accreditation_entries import MyVerifier
from trueup.resources.entries import ReportEntry, ResourceEntry
from trueup.web.signed_acts import Acting


def verifier_in(acting: Acting) -> MyVerifier | None:
    """The verifier of whose team the person is."""
    return reads.verifier_of(acting.person.id, program=acting.program.code)


def verifier_of(acting: Acting) -> MyVerifier:
    """The same; raises ValueError without one, which `may` rules out."""
    found = verifier_in(acting)
    if found is None:
        raise ValueError("the person is of no verifier's team")
    return found


def resource_in(acting: Acting) -> ResourceEntry | None:
    """The resource of an act in the program of the address."""
    found = resources.resource(int(acting.thing))
    return found if found is not None and found.program == acting.program.code else None


def report_in(acting: Acting) -> tuple[ReportEntry, ResourceEntry] | None:
    """The M&V report of an act with its resource, in the program of the address."""
    found = reads.report(int(acting.thing))
    of = resources.resource(found.resource) if found is not None else None
    if found is None or of is None or of.program != acting.program.code:
        return None
    return found, of


def about_resource(acting: Acting) -> bool:
    """Whether the act is about a resource, and the person of a verifier's team."""
    return verifier_in(acting) is not None and resource_in(acting) is not None


def about_report(acting: Acting) -> bool:
    """Whether the act is about a report, and the person of a verifier's team."""
    return verifier_in(acting) is not None and report_in(acting) is not None


def home(acting: Acting) -> tuple[str, str]:
    """The verifier's own page."""
    return _("Your work as a verifier"), reverse("verifier", args=[acting.program.code])


def home_links(acting: Acting) -> tuple[tuple[str, str], ...]:
    """The way from a receipt back to it."""
    return (home(acting),)
