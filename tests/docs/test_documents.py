"""The documents and the code say the same; each check is shown a difference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import conformance, docs

ROOT = docs.ROOT


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A repository with one page, one table of settings, and code that reads one."""
    (tmp_path / "docs/reference").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/settings.py").write_text('import os\nos.environ.get("TRUEUP_X")\n')
    (tmp_path / "docs/reference/settings.md").write_text("| `TRUEUP_X` | none | |\n")
    (tmp_path / "README.md").write_text("`make run`, [here](docs/reference/settings.md)\n")
    (tmp_path / "Makefile").write_text("run: setup ## Run\nsetup:\n")
    return tmp_path


class TestSettings:
    """docs/reference/settings.md has every variable, and no other."""

    def test_the_small_repository_has_no_problem(self, small: Path) -> None:
        assert list(docs.settings_problems(small)) == []

    @pytest.mark.parametrize(
        "reading",
        ['os.environ["TRUEUP_Y"]', 'os.getenv("TRUEUP_Y", "1")', 'os.environ.get("TRUEUP_Y")'],
    )
    def test_a_variable_that_is_read_must_be_in_the_table(self, small: Path, reading: str) -> None:
        (small / "src/more.py").write_text(f"import os\n{reading}\n")

        assert "TRUEUP_Y is read" in " ".join(docs.settings_problems(small))

    def test_a_variable_in_the_table_must_be_read(self, small: Path) -> None:
        (small / "src/settings.py").write_text("")

        assert "TRUEUP_X is in the table" in " ".join(docs.settings_problems(small))


class TestCommands:
    """Whatever a document tells the reader to type is there."""

    @pytest.mark.parametrize(
        "text", ["```sh\nmake nothing\n```\n", "Use `make nothing`.\n", "`trueup nothing`\n"]
    )
    def test_a_command_that_is_not_there_is_named(self, small: Path, text: str) -> None:
        (small / "README.md").write_text(text)
        targets = docs.make_targets(small)

        problems = list(docs.command_problems(small, targets=targets, commands={"demo"}))

        assert len(problems) == 1
        assert "nothing" in problems[0]

    def test_commands_that_are_there_pass(self, small: Path) -> None:
        (small / "README.md").write_text("`make run`, `trueup demo --x`, `make`, `make` sure\n")
        targets = docs.make_targets(small)

        assert list(docs.command_problems(small, targets=targets, commands={"demo"})) == []

    def test_every_target_says_what_it_is_for_and_is_phony(self) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        phony = makefile.partition(".PHONY:")[2].partition("\n\n")[0]

        for target in docs.make_targets(ROOT):
            assert re.search(rf"^{target}:.*# \S", makefile, re.MULTILINE), target
            assert re.search(rf"\s{target}\b", phony), target


def test_a_link_that_leads_nowhere_is_named(small: Path) -> None:
    (small / "README.md").write_text("[a](docs/x.md) [b](https://example.org/x) [c](Makefile#t)\n")

    assert list(docs.link_problems(small)) == ["README.md: docs/x.md is not there"]


def test_every_page_can_be_found_from_the_first_one() -> None:
    first = (ROOT / "docs/README.md").read_text(encoding="utf-8")

    for page in docs.documents(ROOT):
        path = page.relative_to(ROOT / "docs") if page.is_relative_to(ROOT / "docs") else page
        if path.parts[0] in {"tutorial", "how-to", "reference", "explanation"}:
            assert f"]({path.as_posix()})" in first, path


class TestDecisions:
    """docs/decisions: numbered without a gap, and each with its four parts."""

    RECORDS = sorted((ROOT / "docs/decisions").glob("*.md"))

    def test_each_number_is_used_once(self) -> None:
        numbers = [record.name[:4] for record in self.RECORDS]

        assert len(set(numbers)) == len(numbers)

    @pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record.name))
    def test_a_record_has_its_parts(self, record: Path) -> None:
        text = record.read_text(encoding="utf-8")

        assert text.startswith(f"# {record.name[:4]}. ")
        assert "Status: " in text
        for part in ("Context", "Decision", "Consequences"):
            assert f"\n## {part}\n" in text


class TestConformance:
    """The catalogue of requirements, and what shows each."""

    def test_the_catalogue_is_whole(self) -> None:
        requirements = conformance.catalogue(ROOT)
        counts = {
            prefix: sum(one.id.startswith(prefix) for one in requirements)
            for prefix in ("MASS-", "MASS-AMB-", "RATE-", "PLAT-", "RGGI-", "BANK-")
        }

        assert counts == {
            "MASS-": 221,
            "MASS-AMB-": 50,
            "RATE-": 267,
            "PLAT-": 137,
            "RGGI-": 42,
            "BANK-": 84,
        }
        assert len({one.id for one in requirements}) == len(requirements)

    def test_nothing_names_a_requirement_that_is_not_there(self) -> None:
        _, unknown = conformance.conformance(ROOT)

        assert unknown == []

    def test_a_feature_weighs_more_than_a_test_and_a_paragraph_least(self, tmp_path: Path) -> None:
        (tmp_path / "docs/reference").mkdir(parents=True)
        (tmp_path / "docs/reference/catalogue.csv").write_text(
            "id,title,document,paragraphs\n"
            "MASS-001,One,M,62.16210(a)\nMASS-002,Two,M,\nMASS-003,Three,M,62.16375(b)\n"
            "MASS-004,Four,M,62.16210\n"
        )
        for folder in ("features", "tests", "docs/decisions"):
            (tmp_path / folder).mkdir()
        (tmp_path / "features/a.feature").write_text("@MASS-001\nFeature: F\n@X\nScenario: s\n")
        (tmp_path / "tests/test_a.py").write_text(
            'def test_a():\n    """MASS-001, MASS-002, 62.16375(b) and 62.16210."""\n'
        )

        shown, unknown = conformance.conformance(tmp_path)

        assert [one.standing for one in shown] == ["feature", "test", "paragraph", "none"]
        assert unknown == []
        printed = "\n".join(conformance.report(shown, missing=True))
        assert "MASS-004" in printed
        assert "MASS-003" not in printed
