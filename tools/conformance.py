"""Each requirement of the catalogue, with what shows it; and those that nothing shows.

    python -m tools.conformance [--missing] [PREFIX...]

A feature shows a requirement by its tag, a test by naming it, a decision record (for
the readings of unclear text) by naming it. Weaker, and counted apart: a test that cites
the paragraph from which the requirement comes. PREFIX limits the list: `MASS PLAT-04`.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import citations

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = Path("docs/reference/catalogue.csv")
STANDINGS = ("feature", "test", "decision", "paragraph", "none")
_MEANING = {
    "feature": "a feature",
    "test": "a test alone",
    "decision": "a decision alone",
    "paragraph": "tests of its paragraph alone",
    "none": "nothing yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement of the catalogue and where it comes from."""

    id: str
    title: str
    document: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What shows a requirement, each as `path: name`."""

    requirement: Requirement
    features: tuple[str, ...]
    tests: tuple[str, ...]
    decisions: tuple[str, ...]
    paragraph_tests: tuple[str, ...]

    @property
    def standing(self) -> str:
        """The strongest of what there is."""
        kinds = (self.features, self.tests, self.decisions, self.paragraph_tests)
        return next((name for name, kind in zip(STANDINGS, kinds, strict=False) if kind), "none")


def catalogue(root: Path) -> list[Requirement]:
    with (root / CATALOGUE).open(encoding="utf-8", newline="") as file:
        return [
            Requirement(
                id=row["id"],
                title=row["title"],
                document=row["document"],
                paragraphs=tuple(row["paragraphs"].split()),
            )
            for row in csv.DictReader(file)
        ]


def conformance(root: Path) -> tuple[list[Shown], list[str]]:
    """What shows each requirement, and the ids that are named but not in the catalogue."""
    requirements = catalogue(root)
    features = list(citations.in_features(root))
    tests = list(citations.in_tests(root))
    decisions = [_decision(path, root) for path in sorted((root / "docs/decisions").glob("*.md"))]
    by_feature = _by_requirement(features)
    by_test = _by_requirement(tests)
    by_decision = _by_requirement(decisions)
    shown = [
        Shown(
            requirement=one,
            features=by_feature.get(one.id, ()),
            tests=by_test.get(one.id, ()),
            decisions=by_decision.get(one.id, ()),
            paragraph_tests=_of_paragraphs(one.paragraphs, tests),
        )
        for one in requirements
    ]
    known = {one.id for one in requirements}
    named = {**by_feature, **by_test, **by_decision}
    unknown = [f"{name}: {place}" for name in sorted(named.keys() - known) for place in named[name]]
    return shown, unknown


def _decision(path: Path, root: Path) -> citations.Citation:
    text = path.read_text(encoding="utf-8")
    return citations.Citation(
        path=path.relative_to(root).as_posix(),
        name="",
        paragraphs=(),
        requirements=citations.requirements(text),
    )


def _by_requirement(cited: Iterable[citations.Citation]) -> Mapping[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for one in cited:
        for requirement in one.requirements:
            grouped[requirement] = (*grouped.get(requirement, ()), _place(one))
    return grouped


def _of_paragraphs(
    paragraphs: Sequence[str], tests: Iterable[citations.Citation]
) -> tuple[str, ...]:
    """Tests that cite one of these paragraphs; a whole section is too wide to count."""
    narrow = {paragraph for paragraph in paragraphs if "(" in paragraph}
    return tuple(_place(test) for test in tests if narrow.intersection(test.paragraphs))


def _place(one: citations.Citation) -> str:
    return f"{one.path}: {one.name}" if one.name else one.path


def report(shown: Iterable[Shown], *, missing: bool) -> Iterator[str]:
    """The list, by document, and the counts."""
    shown = list(shown)
    document = ""
    for one in shown:
        if missing and one.standing != "none":
            continue
        if one.requirement.document != document:
            document = one.requirement.document
            yield f"\n{document}"
        mark = "" if one.standing != "none" else "  -- nothing yet"
        yield f"  {one.requirement.id:<12} {one.requirement.title}{mark}"
        if not missing:
            yield from _details(one)
    yield ""
    yield from _counts(shown)


def _details(one: Shown) -> Iterator[str]:
    for kind, places in (
        ("feature", one.features),
        ("test", one.tests),
        ("decision", one.decisions),
        ("paragraph", () if one.features or one.tests else one.paragraph_tests),
    ):
        for place in places:
            yield f"{'':15}{kind:<10}{place}"


def _counts(shown: Sequence[Shown]) -> Iterator[str]:
    documents = list(dict.fromkeys(one.requirement.document for one in shown))
    yield f"{'Shown by':<30}" + "".join(f"{name:>26}" for name in documents)
    counts = Counter((one.standing, one.requirement.document) for one in shown)
    for standing in STANDINGS:
        figures = (counts[standing, document] for document in documents)
        yield f"{_MEANING[standing]:<30}" + "".join(f"{figure:>26}" for figure in figures)
    totals = Counter(one.requirement.document for one in shown)
    yield f"{'of':<30}" + "".join(f"{totals[document]:>26}" for document in documents)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Requirements, and what shows them.")
    parser.add_argument("--missing", action="store_true", help="only those that nothing shows")
    parser.add_argument("prefix", nargs="*", help="only requirements that begin with this")
    arguments = parser.parse_args(argv)
    shown, unknown = conformance(ROOT)
    wanted = tuple(arguments.prefix)
    chosen = [one for one in shown if not wanted or one.requirement.id.startswith(wanted)]
    print("\n".join(report(chosen, missing=arguments.missing)))
    for problem in unknown:
        print(f"not in the catalogue: {problem}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
