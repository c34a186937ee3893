"""A day as a field of a form: typed or picked, in the form that every browser sends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy

from trueup.disclosure.account_statement import FIRST_DAY, LAST_DAY


class DayField(forms.DateField):
    """A day such as 2025-05-01, within the years that a time zone has."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **more)
        wrong = gettext_lazy("Enter a date such as 2025-05-01.")
        self.error_messages.update(invalid=wrong, required=wrong)
        self.validators += [
            MinValueValidator(FIRST_DAY, wrong),
            MaxValueValidator(LAST_DAY, wrong),
        ]
