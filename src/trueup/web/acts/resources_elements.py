"""The questions of a paper of a resource, made from the rule's own table of elements.

Each page asks a group of elements, only those that apply to the kind of resource; what an
element must be is checked as the rule's table says, and said beside the field.

Source: 40 CFR 62.16445(a), 62.16455, 62.16460; RATE-062 to RATE-115; docs/decisions/0300.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from trueup.accounts import certificate_reads as contacts
from trueup.resources import sponsor_reads as sponsors
from trueup.rules.papers import (
    APPLICATION,
    PLAN,
    VALUE_MAX,
    Element,
    elements_of,
    fault_of,
    is_asked_for,
    is_optional,
    statement_for,
)
from trueup.rules.program import Program
from trueup.web.acts import fields
from trueup.web.acts.resources_common import resource_of
from trueup.web.acts.resources_fields import QuantityField
from trueup.web.resource_words import ANSWERS, named
from trueup.web.sentences import plain
from trueup.web.signed_acts import Acting, StepForm, Values
from trueup.web.templatetags.words import word

SHORT = frozenset(
    {
        "representative_name",
        "representative_email",
        "representative_telephone",
        "technology",
        "generator_role",
        "control_area",
        "oris_code",
        "frs_code",
        "feedstock_approval",
        "reporting_portal",
        "reference_manual",
        "equivalent_approval",
        "joint_scheme",
    }
)
SHORT_MAX = 300
# What the registry fills in itself, so that nobody can state it otherwise.
FILLED_IN = frozenset({"certification", "account_number"})
_TEXTS = ("text", "optional", "text_if_excess", "capacities")
_DECIMALS = 6


class ElementsForm(StepForm):
    """The elements of one page; `document` and `takes` say which."""

    document = ""
    takes: Callable[[Element], bool] = staticmethod(lambda _element: True)

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.elements = elements_for(
            type(self).document, type(self).takes, tags_in(self.acting, self.known)
        )
        before = {} if self.is_bound else self.before()
        for element in self.elements:
            field = field_of(element, self.acting.program)
            if element.test != "yes":  # A promise is given anew.
                field.initial = before.get(element.name)
            self.fields[element.name] = field

    def before(self) -> dict[str, Any]:
        """What is known: of the resource, from the version before, from this draft."""
        document = type(self).document
        filed = sponsors.latest_paper(int(self.acting.thing), document)
        return {
            **known_answers(self.acting, document),
            **(filed.elements if filed is not None else {}),
            **self.known.get(document, {}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {**self.known.get(type(self).document, {}), **self._texts(cleaned)}
        for element in self.elements:
            value = given.get(element.name, "")
            if element.name in self.errors:
                continue
            if element.when and is_asked_for(element, given) and not value:
                self.add_error(
                    element.name, _("Answer this too: another answer on this page asks for it.")
                )
            elif value and (fault := fault_in_words(element, value)):
                self.add_error(element.name, fault)
        return cleaned

    def values(self) -> dict[str, Any]:
        document = type(self).document
        before = dict(self.known.get(document, {}))
        texts = self._texts(self.cleaned_data)
        for element in self.elements:
            before.pop(element.name, None)
            if texts.get(element.name):
                before[element.name] = texts[element.name]
        return {document: before, "tags": sorted(tags_in(self.acting, self.known))}

    def _texts(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        """The answers as a paper keeps them: texts."""
        names = {element.name for element in self.elements}
        return {name: as_text(value) for name, value in cleaned.items() if name in names}


def fault_in_words(element: Element, value: str) -> str:
    """What is wrong with an answer, with the element named in the reader's language."""
    return plain(fault_of(replace(element, label=str(word(element.label))), value))


def known_answers(acting: Acting, document: str) -> dict[str, Any]:
    """Answers that the registry can give itself; they can be changed.

    Source: 40 CFR 62.16445(a)(1), (2), 62.16455(b).
    """
    found = resource_of(acting)
    if document == PLAN:
        return {
            "resource_identity": f"{found.name} ({found.category}, {found.jurisdiction})",
            "application_identity": f"Eligibility application of {found.name}",
        }
    if document != APPLICATION:
        return {}
    (reached,) = contacts.contacts([acting.person.id]).values()
    return {
        "representative_name": reached.name,
        "representative_email": reached.email,
        "representative_telephone": reached.phone,
        "representative_address": reached.address,
        "nameplate_mw": format(found.capacity_mw, "f"),
    }


def elements_for(
    document: str, takes: Callable[[Element], bool], tags: frozenset[str]
) -> list[Element]:
    """The elements of a group that are asked of a resource, each name once."""
    found: dict[str, Element] = {}
    for element in elements_of(document):
        if element.applies_to in tags and element.name not in FILLED_IN and takes(element):
            found.setdefault(element.name, element)
    return list(found.values())


def tags_in(acting: Acting, values: Values) -> frozenset[str]:
    """Which elements apply: as the draft began, or as the resource is now."""
    kept = values.get("tags")
    if kept is not None:
        return frozenset(kept)
    return sponsors.tags_of_resource(int(acting.thing))


def applies(document: str, takes: Callable[[Element], bool]) -> Callable[[Acting, Values], bool]:
    """Whether a page of a paper has any question for a resource."""

    def any_asked(acting: Acting, values: Values) -> bool:
        return bool(elements_for(document, takes, tags_in(acting, values)))

    return any_asked


def rows(
    document: str, takes: Callable[[Element], bool]
) -> Callable[[Acting, Values], Sequence[tuple[str, str]]]:
    """Label and answer of the questions of one page."""

    def answered(acting: Acting, values: Values) -> list[tuple[str, str]]:
        given = values.get(document, {})
        return [
            (capfirst(word(element.label)), named(ANSWERS, given[element.name]))
            for element in elements_for(document, takes, tags_in(acting, values))
            if given.get(element.name)
        ]

    return answered


def field_of(element: Element, program: Program) -> forms.Field:
    """The field in which an element is asked for; its paragraph is its hint."""
    common: dict[str, Any] = {
        "label": capfirst(word(element.label)),
        "required": not is_optional(element),
        "help_text": hint_of(element, program),
    }
    test = element.test
    if "|" in test or test.isupper():
        choices = [(code, named(ANSWERS, code)) for code in test.split("|")]
        return fields.ChoiceField(choices=choices, **common)
    if test == "yes":
        return forms.BooleanField(
            widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}), **common
        )
    if test == "date":
        return fields.DayField(**common)
    if test not in _TEXTS:
        return QuantityField(decimals=_DECIMALS, **common)
    return _text_field(element, common)


def _text_field(element: Element, common: Mapping[str, Any]) -> forms.Field:
    if element.name == "representative_email":
        return forms.EmailField(
            max_length=254, widget=forms.EmailInput(attrs={"class": "usa-input"}), **common
        )
    if element.name in SHORT:
        return fields.TextField(max_length=SHORT_MAX, **common)
    return fields.NoteField(max_length=VALUE_MAX, **common)


def hint_of(element: Element, program: Program) -> str:
    """The paragraph that asks for an element, and when it is asked for."""
    cite = cite_of(element, program)
    if not element.when:
        return cite
    _name, _mark, value = element.when.partition("=")
    return _("Only if you chose “%(answer)s”. %(cite)s") % {
        "answer": named(ANSWERS, value),
        "cite": cite,
    }


def cite_of(element: Element, program: Program) -> str:
    """The paragraph of a program's rule that asks for an element.

    Source: MASS-AMB-50.
    """
    if not element.cite[0].isdigit():
        return element.cite
    rules = program.resources
    return f"40 CFR {element.cite if rules is None else rules.cited(element.cite)}"


def as_text(value: Any) -> str:
    """An answer as a paper keeps it."""
    if value is True:
        return "yes"
    if value is None or value is False:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value).replace("\r\n", "\n").strip()


def paper_in(acting: Acting, values: Values, document: str) -> dict[str, str]:
    """A paper as a draft has it, with what the registry fills in."""
    paper = {name: as_text(value) for name, value in values.get(document, {}).items()}
    statement = statement_for(document, program=acting.program.code)
    paper["certification"] = statement.text
    if document == APPLICATION:
        paper["account_number"] = acting.acted_for.number
    return paper
