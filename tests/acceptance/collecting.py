"""Which features a run has; what would silently be left out fails it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pytest_bdd.gherkin_parser import get_gherkin_document


def features_in(folder: Path) -> list[str]:
    """All features below a folder, in the order of their paths."""
    if not folder.is_dir():
        raise FileNotFoundError(f"TRUEUP_FEATURES: there is no folder {folder}")
    found = sorted(folder.rglob("*.feature"))
    if not found:
        raise FileNotFoundError(f"TRUEUP_FEATURES: there is no feature in {folder}")
    for path in found:
        _require_scenarios(path)
    return [str(path) for path in found]


def _require_scenarios(path: Path) -> None:
    """Fail for a file without a scenario, and for two of one name: only one would run."""
    if not path.read_text(encoding="utf-8").strip():
        raise ValueError(f"{path}: there is nothing in it")
    feature = get_gherkin_document(str(path)).feature
    rules = [child.rule for child in feature.children if child.rule]
    children = [*feature.children, *(child for rule in rules for child in rule.children)]
    names = Counter(child.scenario.name for child in children if child.scenario)
    if not names:
        raise ValueError(f"{path}: there is no scenario in it")
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ValueError(f"{path}: scenarios of one name: {', '.join(twice)}")
