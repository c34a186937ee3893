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
_OF_UNITS = ("EGU", "GSE", "CEA", "CEM")


def category_name(program: Program, code: str) -> str:
    """What a category is called; the program's own name where the pages have none."""
    if code in CATEGORIES:
        return named(CATEGORIES, code)
    known = program.credits.categories.get(code) if program.credits is not None else None
    return capfirst(known.name) if known is not None else code


def categories(program: Program, *, of_units: bool = False) -> list[tuple[str, str]]:
    """Code and name of the categories of a program, those of units where they are asked for."""
    if program.credits is None:
        return []
    return [
        (code, category_name(program, code))
        for code in program.credits.categories
        if of_units or code not in _OF_UNITS
    ]


def rows_of(paper: PublicPaper) -> list[dict[str, str]]:
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
                "cite": f"40 CFR {element.cite}"
                if element is not None and element.cite[:1].isdigit()
                else "",
            }
        )
    return rows
