"""What the steps of an application for an account are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

STEPS = {
    "begin": gettext_lazy("Begun"),
    "revise": gettext_lazy("Changed"),
    "sign": gettext_lazy("Signed"),
    "submit": gettext_lazy("Submitted"),
    "review": gettext_lazy("Taken into review"),
    "ask": gettext_lazy("Information was asked for"),
    "approve": gettext_lazy("Approved"),
    "reject": gettext_lazy("Rejected"),
    "withdraw": gettext_lazy("Withdrawn"),
    "lapse": gettext_lazy("Lapsed"),
}
