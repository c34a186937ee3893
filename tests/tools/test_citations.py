"""tools/citations.py: what a text cites, read as a person would read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import citations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40 CFR 62.16340(a)(1), (b) and (c)(2).", "(a)(1) (b) (c)(2)"),
        ("62.16340(a)-(c)", "(a) (b) (c)"),
        ("62.16340(c)(5)-(7), (f)", "(c)(5) (c)(6) (c)(7) (f)"),
        ("62.16340(d)(1), (2)", "(d)(1) (d)(2)"),
        ("62.16340(c)(3)(i)-(iv)", "(c)(3)(i) (c)(3)(ii) (c)(3)(iii) (c)(3)(iv)"),
        ("62.16340(h), (i)", "(h) (i)"),
        ("62.16340(e)(2) owes the reasons", "(e)(2)"),
        ("62.16340 throughout", ""),
    ],
)
def test_a_paragraph_takes_over_what_it_does_not_say_itself(text: str, expected: str) -> None:
    found = citations.paragraphs(text)

    assert found == tuple(f"62.16340{part}" for part in expected.split() or [""])


def test_several_sections_and_parts_are_told_apart() -> None:
    found = citations.paragraphs("62.16325(c); 78.1(b)(18)-(19) and 1980 manual, 2.1-2.5")

    assert found == ("62.16325(c)", "78.1(b)(18)", "78.1(b)(19)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MASS-010 and MASS-012, 62.16225(c)", ("MASS-010", "MASS-012")),
        (
            "PLAT-021, 022, PLAT-040-042",
            ("PLAT-021", "PLAT-022", "PLAT-040", "PLAT-041", "PLAT-042"),
        ),
        ("MASS-AMB-05, 06", ("MASS-AMB-05", "MASS-AMB-06")),
        ("@MASS-139 @RGGI-016", ("MASS-139", "RGGI-016")),
        ("test_mass_139_the_worked_settlement", ("MASS-139",)),
        ("rate of 100 and biomass-12", ()),
    ],
)
def test_requirements_are_found_by_their_ids(text: str, expected: tuple[str, ...]) -> None:
    assert citations.requirements(text) == expected


def test_code_cites_in_the_source_line_and_in_a_refusals_cite_alone(tmp_path: Path) -> None:
    module = tmp_path / "src/trueup/rules/sample.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        '"""Not here: 62.16225(a)."""\n\n'
        "class NotHeld:\n"
        '    cite = "40 CFR 62.16330(b)(2)"\n\n'
        "    def inner(self):\n"
        '        """Do it.\n\n'
        "        Source: 40 CFR 62.16340(a);\n        PLAT-040.\n"
        '        """\n',
        encoding="utf-8",
    )

    found = {one.name: (one.paragraphs, one.requirements) for one in citations.in_code(tmp_path)}

    assert found == {
        "NotHeld": (("62.16330(b)(2)",), ()),
        "NotHeld.inner": (("62.16340(a)",), ("PLAT-040",)),
    }


def test_a_feature_cites_in_tags_its_own_or_its_scenarios(tmp_path: Path) -> None:
    feature = tmp_path / "features/sample.feature"
    feature.parent.mkdir(parents=True)
    feature.write_text(
        "@PLAT-040\nFeature: F\n  @MASS-139\n  Scenario: one: two\n    Given x\n\n"
        "  Scenario: three\n    Given y\n",
        encoding="utf-8",
    )

    found = {one.name: set(one.requirements) for one in citations.in_features(tmp_path)}

    assert found == {"one: two": {"PLAT-040", "MASS-139"}, "three": {"PLAT-040"}}


def test_paragraphs_are_ordered_as_printed() -> None:
    mixed = ["62.16340(c)(10)", "62.16340(c)(2)", "62.16340", "60.27", "62.16340(a)"]

    assert sorted(mixed, key=citations.sort_key) == [
        "60.27",
        "62.16340",
        "62.16340(a)",
        "62.16340(c)(2)",
        "62.16340(c)(10)",
    ]
