"""What the codes of reviews are called on the pages of officials."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from trueup.web.resource_words import Names

KINDS: Names = {
    "application": _("Eligibility application"),
    "report": _("M&V report"),
    "verification": _("Verification report"),
    "plan": _("EM&V plan"),
    "accreditation": _("Verifier's application"),
    "engagement": _("Verifier's disclosure"),
    "comments": _("Comments of the public"),
}
WAITS: Names = {
    "submitted": _("Awaits review"),
    "not_verified": _("Awaits the verifier"),
    "info_asked": _("Waits for the sponsor"),
    "verified": _("Awaits an official's word"),
    "incomplete": _("Incomplete"),
    "disclosed": _("Awaits clearance"),
    "conflict": _("A conflict is declared"),
    "open": _("Open for comment"),
    "closed": _("Comments have closed"),
}
LOOKS = {
    "submitted": "care",
    "verified": "care",
    "disclosed": "care",
    "closed": "care",
    "incomplete": "bad",
    "conflict": "bad",
}
OUTCOMES: Names = {"pass": _("Passed"), "fail": _("Failed"), "ask": _("To judge")}
OUTCOME_LOOKS = {"pass": "good", "fail": "bad", "ask": "care"}
CALCULATIONS: Names = {
    "notice": _("Notice for comment"),
    "resources": _("Issue to resources"),
    "affected_units": _("Issue to affected EGUs"),
}
