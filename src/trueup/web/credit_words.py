"""What categories of credits and public papers are called on the pages."""

from __future__ import annotations

from django.utils.text import capfirst

from trueup.resources.public_entries import PublicPaper
from trueup.rules.papers import elements_of
from trueup.rules.program import Program
from trueup.web.resource_words import ANSWERS, CATEGORIES, named
from trueup.web.sentences import say
from trueup.web.templatetags.words import word

# Of affected EGUs, beside the categories of eligible resources.
OF_UNITS = ("EGU", "GSE", "CEA", "CEM")


def category_name(program: Program, code: str) -> str:
    """What a category is called; the program's own name where the pages have none."""
    if code in CATEGORIES:
        return named(CATEGORIES, code)
    known = program.resources.categories.get(code) if program.resources is not None else None
    return capfirst(known.name) if known is not None else code


def categories(program: Program, *, of_units: bool = False) -> list[tuple[str, str]]:
    """Code and name of the categories of a program, those of units where they are asked for."""
    if program.resources is None:
        return []
    return [
        (code, category_name(program, code))
        for code in program.resources.categories
        if of_units or code not in OF_UNITS
    ]


def cited(program: Program, cite: str) -> str:
    """A paragraph as the program's own rule has it.

    Source: MASS-AMB-50.
    """
    return cite if program.resources is None else program.resources.cited(cite)


def rows_of(paper: PublicPaper, program: Program) -> list[dict[str, str]]:
    """Label, answer or reason, and paragraph of a paper's elements, in the order of the rule."""
    known = {element.name: element for element in elements_of(paper.kind)}
    has = {**paper.elements, **paper.withheld}
    ordered = [name for name in known if name in has]
    ordered += [name for name in has if name not in known]
    rows = []
    for name in ordered:
        element = known.get(name)
        label = word(element.label) if element is not None else name.replace("_", " ")
        is_withheld = name in paper.withheld
        rows.append(
            {
                "label": capfirst(label),
                "answer": "" if is_withheld else named(ANSWERS, paper.elements[name]),
                "reason": say(paper.withheld[name]) if is_withheld else "",
                "cite": f"40 CFR {cited(program, element.cite)}"
                if element is not None and element.cite[:1].isdigit()
                else "",
            }
        )
    return rows
