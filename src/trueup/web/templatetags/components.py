"""How the components ask Python: a field's widget in its dress, a form's problems, an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from trueup.rules.programs import Program
from trueup.web.sorting import Sorting
from trueup.web.templatetags.pages import day

register = template.Library()

_DRESS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.FileInput, "usa-file-input"),
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.Select, "usa-select"),
    (forms.Textarea, "usa-textarea"),
    (forms.widgets.Input, "usa-input"),
)
# A name may be in any script: its direction is that of its own first letter.
_ANY_SCRIPT = (forms.TextInput, forms.Textarea)
# What the keyboard of a telephone should offer in fields that are not our own.
_KEYBOARDS = {"code": {"inputmode": "numeric"}, "login": {"autocapitalize": "none"}}


@register.filter
def dressed(field: BoundField) -> SafeString:
    """A field's input as the design system wants it; a class that the form gave it stays."""
    widget = field.field.widget
    wanted = " ".join(word for word in (_own_class(widget), _mark(field)) if word)
    attributes: dict[str, Any] = {"class": wanted}
    if isinstance(widget, _ANY_SCRIPT) and "dir" not in widget.attrs:
        attributes["dir"] = "auto"
    attributes |= {
        word: value
        for word, value in _KEYBOARDS.get(field.name, {}).items()
        if word not in widget.attrs
    }
    return field.as_widget(attrs=attributes)


@register.filter
def options(field: BoundField) -> Iterator[tuple[str, SafeString, str, str]]:
    """Each choice of a field: `radio` or `checkbox`, its input, its id and its label."""
    for option in field:
        kind = "checkbox" if option.data["type"] == "checkbox" else "radio"
        attributes = option.data["attrs"]
        attributes["class"] = f"usa-{kind}__input"
        yield kind, option.tag(), option.id_for_label, option.choice_label


@register.filter
def is_single_checkbox(field: BoundField) -> bool:
    """Whether a field is one box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def problems(form: forms.BaseForm | None) -> Sequence[tuple[str, str]]:
    """All that is wrong with a form: where the summary leads, and the sentence with its field."""
    if form is None or not form.errors:
        return ()
    found: list[tuple[str, str]] = [("", str(text)) for text in form.non_field_errors()]
    errors: ErrorDict = form.errors
    for name in errors:
        if name in form.fields:
            found += [
                (_place(form[name]), _of_field(form[name], text)) for text in form[name].errors
            ]
    return found


@register.filter
def wrong(field: BoundField) -> str:
    """What is wrong with a field; what is missing is said with what to do."""
    return " ".join(_missing(field) if _is_missing(text) else str(text) for text in field.errors)


@register.filter
def sort_address(sorting: Sorting, key: str) -> str:
    """The list ordered by a column."""
    return sorting.address(key)


@register.filter
def sort_direction(sorting: Sorting, key: str) -> str:
    """What `aria-sort` says of a column."""
    return sorting.direction(key)


@register.filter
def moment(value: date | datetime | str, program: Program | None = None) -> SafeString | str:
    """When something was: a day or an instant as the day; a text as it is."""
    return value if isinstance(value, str) else day(value, program)


@register.filter
def name(value: object) -> SafeString:
    """A name in any script, which keeps its direction to itself."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def position(items: Iterable[object], item: object) -> int:
    """The place of an item in a list, from 1; 0 if it is not there."""
    return next((place for place, one in enumerate(items, start=1) if one == item), 0)


def _own_class(widget: forms.Widget) -> str:
    given = str(widget.attrs.get("class", ""))
    return given or next((dress for of, dress in _DRESS if isinstance(widget, of)), "")


def _is_missing(text: object) -> bool:
    return str(text) == str(forms.Field.default_error_messages["required"])


def _missing(field: BoundField) -> str:
    label = {"label": field.label}
    if isinstance(field.field.widget, forms.CheckboxInput):
        return _("Tick: %(label)s") % label
    if isinstance(field.field.widget, forms.widgets.ChoiceWidget):
        return _("Choose: %(label)s") % label
    return _("Fill in: %(label)s") % label


def _of_field(field: BoundField, text: object) -> str:
    """A sentence of the summary, which must say of which field it is."""
    if _is_missing(text):
        return _missing(field)
    label = str(field.label).rstrip("?.: ")
    return _("%(label)s: %(problem)s") % {"label": label, "problem": text}


def _mark(field: BoundField) -> str:
    return "usa-input--error" if field.errors else ""


def _place(field: BoundField) -> str:
    """Where the summary of what is wrong leads: the field, or the first of its choices."""
    if field.field.widget.is_hidden:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"
