"""The pages of an eligibility application and of an EM&V plan, element by element.

Source: 40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-109; PLAT-123.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from trueup.resources.forecasts import why_not_eligible
from trueup.rules.papers import APPLICATION, PLAN, Element
from trueup.web.acts import resources_elements as elements
from trueup.web.acts.resources_elements import ElementsForm
from trueup.web.acts.resources_fields import (
    FilesField,
    KeptFilesMixin,
    file_rows,
)
from trueup.web.acts.resources_locations import LocationsForm, location_rows
from trueup.web.sentences import plain
from trueup.web.signed_acts import (
    Step,
    StepForm,
)

Takes = Callable[[Element], bool]
Words = str | Promise


def cited(*cites: str) -> Takes:
    """Elements of these paragraphs, with what is below them."""
    return lambda element: any(
        element.cite == cite or element.cite.startswith(f"{cite}(") for cite in cites
    )


def of_method(element: Element) -> bool:
    """What a plan says of its method as a whole."""
    return element.cite in {"62.16455(b)", "62.16455(c)", "preamble IV.D.8.h"}


def page_of(document: str, takes: Takes) -> type[ElementsForm]:
    """The form of a page of a paper."""
    return type("PaperForm", (ElementsForm,), {"document": document, "takes": staticmethod(takes)})


class FilesForm(KeptFilesMixin, StepForm):
    """Files that belong to a paper: what it refers to, such as Form EIA-860 or a contract."""

    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("Files"),
        required=False,
        help_text=gettext_lazy(
            "PDF, PNG, JPEG, CSV or plain text, each at most 50 MB, at most 20 in all. A PDF"
            " that contains a script, an action or another file is refused."
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.begin_with(self.known.get("files", ()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.taken = self.take_in(cleaned.get("files") or ())
        return cleaned

    def values(self) -> dict[str, Any]:
        return {"files": self.taken}


class ShowingForm(ElementsForm):
    """The showings of eligibility, beside what the tests of the rule say by themselves."""

    document = APPLICATION
    takes = staticmethod(cited("62.16445(a)(3)"))

    def shown(self) -> dict[str, Any]:
        failed = why_not_eligible(int(self.acting.thing))
        return {"failed": [f"{plain(one.sentence)} ({one.cite})" for one in failed]}


def _application_page(name: str, part: Words, title: Words, takes: Takes) -> Step:
    return Step(
        name=name,
        part=part,
        title=title,
        form_class=page_of(APPLICATION, takes),
        rows=elements.rows(APPLICATION, takes),
        applies=elements.applies(APPLICATION, takes),
    )


def _plan_page(name: str, title: Words, takes: Takes) -> Step:
    return Step(
        name=name,
        part=gettext_lazy("EM&V plan"),
        title=title,
        form_class=page_of(PLAN, takes),
        rows=elements.rows(PLAN, takes),
        applies=elements.applies(PLAN, takes),
    )


_SHOWINGS = cited("62.16445(a)(3)")
_PLACES = cited("62.16445(a)(2)(v)")
FILES = Step(
    name="files",
    part=gettext_lazy("Files"),
    title=gettext_lazy("Files that belong to it"),
    form_class=FilesForm,
    template="sponsor/step_files",
    rows=lambda _acting, values: file_rows(values.get("files", ())),
)
APPLICATION_STEPS = (
    _application_page(
        "representative",
        gettext_lazy("Application"),
        gettext_lazy("The authorized account representative"),
        cited("62.16445(a)(1)"),
    ),
    _application_page(
        "what",
        gettext_lazy("Application"),
        gettext_lazy("The resource"),
        cited(
            "62.16445(a)(2)(i)",
            "62.16445(a)(2)(ii)",
            "62.16445(a)(2)(iii)",
            "62.16445(a)(2)(iv)",
        ),
    ),
    Step(
        name="places",
        part=gettext_lazy("Application"),
        title=gettext_lazy("Where the single measures are"),
        form_class=LocationsForm,
        rows=location_rows,
        applies=elements.applies(APPLICATION, _PLACES),
    ),
    Step(
        name="showings",
        part=gettext_lazy("Application"),
        title=gettext_lazy("Why it is eligible"),
        form_class=ShowingForm,
        template="sponsor/step_showings",
        rows=elements.rows(APPLICATION, _SHOWINGS),
        applies=elements.applies(APPLICATION, _SHOWINGS),
    ),
    _application_page(
        "projection",
        gettext_lazy("Application"),
        gettext_lazy("The MWh that you expect of a year"),
        cited("62.16245(a)(3)(ii)"),
    ),
    _application_page(
        "promises",
        gettext_lazy("Application"),
        gettext_lazy("Single submission, and inspection"),
        cited("62.16445(a)(4)", "62.16445(a)(7)"),
    ),
)
PLAN_STEPS = (
    _plan_page("method", gettext_lazy("How MWh are quantified"), of_method),
    _plan_page(
        "metering",
        gettext_lazy("Meter, or estimate"),
        cited("62.16455(c)(1)", "62.16455(c)(2)"),
    ),
    _plan_page(
        "fuel",
        gettext_lazy("Fuel and heat"),
        cited(
            "62.16455(c)(3)",
            "62.16455(c)(4)",
            "62.16455(c)(5)",
        ),
    ),
    _plan_page(
        "baseline",
        gettext_lazy("Protocol and baseline of the savings"),
        cited(
            "62.16455(c)(6)",
            "62.16455(c)(7)(i)",
            "62.16455(c)(7)(ii)",
            "62.16455(c)(7)(iii)",
        ),
    ),
    _plan_page(
        "savings",
        gettext_lazy("How the savings are quantified"),
        cited(
            "62.16455(c)(7)(iv)",
            "62.16455(c)(7)(v)",
            "62.16455(c)(7)(vi)",
            "62.16455(c)(7)(vii)",
            "62.16455(c)(7)(viii)",
            "62.16455(c)(7)(ix), (x)",
        ),
    ),
)
