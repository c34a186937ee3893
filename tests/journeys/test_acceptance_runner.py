"""The runner of the features can fail: on wrong figures, unknown sentences, empty folders."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from tests.acceptance.collecting import features_in
from tests.acceptance.sentences import Sentence
from tests.acceptance.world import World
from trueup.ledger import verify
from trueup.ledger.verify import AuditReport

REPOSITORY_DIR = Path(__file__).resolve().parents[2]
TOPICS = sorted((REPOSITORY_DIR / "tests/acceptance/steps").glob("[a-z]*.py"))

FIXED = """\
Feature: Sentences that are not true
  Background:
    Given the program "cpp-mass"
    And the date is 2021-06-01
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And the facility "Gaston" with ORIS code 26 in "AL" with the affected units "5"
    And "Ana Ruiz" is the designated representative of "Barry"
    And "Gil Orr" is the designated representative of "Gaston"
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 100      |
    And "Ana Ruiz" files that unit "2" of "Barry" was permanently retired on 2021-05-20
    And "Ana Ruiz" transfers 10 allowances of vintage 2022 from "Barry" to "Gulf Brokers"
    And the date becomes 2025-02-03
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2022 | 100.4    |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
    And the time becomes 2025-05-01 23:59
    And "Cy Dunn" asks that "AL-2022-91" to "AL-2022-95" be deducted first for "Barry" for 2022-2024
    And the date becomes 2025-05-02
    And the Administrator runs the deductions for 2022-2024

"""
TRUE = {
    "Holds": '"Barry" holds 0 allowances',
    "Holds of a vintage": '"Gulf Brokers" holds 10 allowances of vintage 2022',
    "Held by": '"AL-2022-10" is held by "Gulf Brokers"',
    "Retired": '"AL-2022-11" is retired',
    "Obligation": 'the obligation of "Barry" for 2022-2024 is 100',
    "Outcome": 'the outcome of "Barry" for 2022-2024 is:\n'
    "      | deducted | excess | excess_due | outstanding |\n"
    "      | 90       | 10     | 20         | 20          |",
    "Deducted": 'these blocks of "Barry" were deducted for 2022-2024, in order:\n'
    "      | first      | last        | ground    |\n"
    "      | AL-2022-11 | AL-2022-100 | emissions |",
    "Not in compliance": '"Barry" is not in compliance for 2022-2024',
    "Left out": '"Gaston" is left out of the deductions for 2022-2024 with "emissions_incomplete"',
    "Notified": '"Ana Ruiz" is notified of "insufficient_holdings"',
    "Not notified": '"Cy Dunn" is not notified of "insufficient_holdings"',
    "To be notified": '"Cy Dunn" is to be notified of "transfer_recorded" by 2021-06-07',
    "Transfer": "the transfer is recorded",
    "Recorded on": "the transfer was recorded on 2021-06-01",
    "Due": "the transfer is due to be recorded by 2021-06-07",
    "Refused": 'the request is refused with "not_authorized"',
    "Account": 'the account "Gulf Brokers" is open',
    "Exempt": 'unit "2" of "Barry" is exempt from 2022-01-01',
    "History": 'the history of "AL-2022-11" is:\n'
    "      | date       | event      | from       | to         |\n"
    "      | 2021-06-01 | originated |            | AL reserve |\n"
    "      | 2021-06-01 | allocated  | AL reserve | Barry      |\n"
    "      | 2025-05-02 | deducted   | Barry      | retirement |",
    "Books": "every instrument is in exactly one account",
}
FALSE = {
    "Holds": '"Barry" holds 1 allowances',
    "Holds of a vintage": '"Gulf Brokers" holds 10 allowances of vintage 2023',
    "Held by": '"AL-2022-11" is held by "Gulf Brokers"',
    "Retired": '"AL-2022-10" is retired',
    "Obligation": 'the obligation of "Barry" for 2022-2024 is 101',
    "Short": '"Gaston" is short of 1 allowances for 2022-2024',
    "Outcome": TRUE["Outcome"].replace(" 10 ", " 11 "),
    "Deducted": TRUE["Deducted"].replace("2022-100", "2022-99 "),
    "Deducted on another ground": TRUE["Deducted"].replace("emissions", "excess   "),
    "In compliance": '"Barry" is in compliance for 2022-2024',
    "Not settled": '"Gaston" is not in compliance for 2022-2024',
    "Left out": '"Barry" is left out of the deductions for 2022-2024 with "emissions_incomplete"',
    "Left out for another reason": TRUE["Left out"].replace("incomplete", "not_final"),
    "Notified": '"Gil Orr" is notified of "insufficient_holdings"',
    "Not notified": '"Ana Ruiz" is not notified of "insufficient_holdings"',
    "To be notified": '"Cy Dunn" is to be notified of "transfer_recorded" by 2021-06-08',
    "Transfer": "the transfer is held",
    "Refused transfer": 'the transfer is refused with "serials_not_held"',
    "Recorded on": "the transfer was recorded on 2021-06-02",
    "Due": "the transfer is due to be recorded by 2021-06-08",
    "Refused": 'the request is refused with "account_not_empty"',
    "Refused deductions": 'the deductions are refused with "deadline_not_passed"',
    "Account": 'the account "Gulf Brokers" is frozen',
    "Exempt": 'unit "2" of "Barry" is exempt from 2025-01-01',
    "History": TRUE["History"].replace("2025-05-02", "2025-05-03"),
    "History with a step too few": TRUE["History"].rpartition("\n")[0],
    "A column too many": TRUE["History"].replace("event", "sort "),
    "Nobody": '"Zed Zee" is notified of "transfer_recorded"',
    "No account": '"Nowhere" holds 0 allowances',
    "No facility": 'the obligation of "Nowhere" for 2022-2024 is 0',
    "No program": 'the program "cpp-water"',
    "Other instruments": '"Gulf Brokers" holds 10 ERCs',
    "Back in time": "the date becomes 2025-05-01",
    "No such sentence": "the moon is full",
    "A sentence that goes on": 'the account "Gulf Brokers" is open today',
}
HOW_TO = REPOSITORY_DIR / "docs/how-to/rehearse-a-year.md"
EXAMPLE, VOCABULARY = re.findall(
    r"^ *```gherkin\n(.*?)^ *```$", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
SENTENCES = re.findall(r"^(?:Given|When|Then|And) (.*)$", VOCABULARY, re.MULTILINE)


def together(sentences: dict[str, str]) -> str:
    """A feature of one scenario in which all of them hold."""
    return (
        FIXED
        + "  Scenario: So it is\n"
        + "".join(f"    Then {one}\n" for one in sentences.values())
    )


def apart(sentences: dict[str, str]) -> str:
    """A feature with a scenario a sentence, so that each can fail."""
    return FIXED + "\n".join(
        f"  Scenario: {name}\n    Then {sentence}\n" for name, sentence in sentences.items()
    )


def run(folder: Path | str, tmp_path: Path) -> tuple[int, str]:
    """The exit code and what `make acceptance FEATURES=folder` prints."""
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/acceptance", "-q", "--color=no"],
        cwd=REPOSITORY_DIR,
        env={
            **os.environ,
            "DATABASE_URL": "",
            "TRUEUP_FEATURES": str(folder),
            "TRUEUP_VAR_DIR": str(tmp_path / "var"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return process.returncode, process.stdout + process.stderr


def python_name(scenario: str) -> str:
    return scenario.lower().replace(" ", "_")


class TestWrongSentencesFail:
    """Acceptance contract: what is not so fails the run."""

    def test_every_true_sentence_passes_and_every_false_one_fails(self, tmp_path: Path) -> None:
        folder = tmp_path / "features"
        (folder / "deeper").mkdir(parents=True)
        (folder / "true.feature").write_text(together(TRUE))
        (folder / "deeper/false.feature").write_text(apart(FALSE))
        (folder / "how-to.feature").write_text(EXAMPLE)

        code, printed = run(os.path.relpath(folder, REPOSITORY_DIR), tmp_path)

        failed = set(re.findall(r"^FAILED \S+::test_(\w+)", printed, re.MULTILINE))
        assert failed == {python_name(name) for name in FALSE}, printed
        assert code == 1
        assert f"{len(FALSE)} failed, 2 passed" in printed
        assert "Step definition is not found" in printed
        assert "no account is called “Nowhere”" in printed

    def test_an_empty_folder_fails_the_run(self, tmp_path: Path) -> None:
        folder = tmp_path / "features"
        folder.mkdir()

        code, printed = run(folder, tmp_path)

        assert code != 0
        assert "there is no feature in" in printed

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "no feature in"),
            ("", "nothing in it"),
            ("no feature", "Unexpected token"),
            ("Feature: F\n", "no scenario in it"),
            ("Feature: F\n  Scenario: A\n  Scenario: B\n  Scenario: A\n", "of one name: A"),
        ],
    )
    def test_a_folder_of_which_something_would_not_run_is_a_mistake(
        self, content: str | None, said: str, tmp_path: Path
    ) -> None:
        if content is not None:
            (tmp_path / "some.feature").write_text(content)

        with pytest.raises(Exception, match=said):
            features_in(tmp_path)

    def test_a_missing_folder_is_a_mistake(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="no folder"):
            features_in(tmp_path / "nowhere")

    def test_features_are_found_at_any_depth_in_the_order_of_their_paths(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "b/c").mkdir(parents=True)
        for name in ("b/c/one.feature", "a.feature", "b/two.feature"):
            (tmp_path / name).write_text("Feature: F\n  Scenario: A\n")

        found = [Path(path).relative_to(tmp_path).as_posix() for path in features_in(tmp_path)]

        assert found == ["a.feature", "b/c/one.feature", "b/two.feature"]

    def test_books_that_do_not_agree_fail_a_scenario(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wrong = AuditReport(moves=1, lots=1, serials=1, differences=("AL-2022-1 is nowhere",))
        monkeypatch.setattr(verify, "audit", lambda: wrong)

        with pytest.raises(AssertionError, match="AL-2022-1 is nowhere"):
            World().audit()


@pytest.fixture(scope="module")
def definitions() -> list[StepFunctionContext]:
    """Every sentence that the steps know, with what carries it out."""
    return list(step_definitions())


class TestVocabulary:
    """The how-to guide has all sentences, and each of them says one thing."""

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_one_function_carries_out_each_sentence(
        self, sentence: str, definitions: list[StepFunctionContext]
    ) -> None:
        matching = [one for one in definitions if one.parser.is_matching(sentence)]

        assert len(matching) == 1
        assert matching[0].type is None  # Any keyword may stand before it.

    def test_every_function_is_asked_for(self, definitions: list[StepFunctionContext]) -> None:
        unused = [
            one.parser.name
            for one in definitions
            if not any(one.parser.is_matching(sentence) for sentence in SENTENCES)
        ]

        assert unused == []

    def test_values_are_read_by_their_names(self) -> None:
        known = Sentence('"{person}" owes {quantity} {state:now|later}[ of vintage {vintage}|]')

        assert known.parse_arguments('"A. B." owes -2 later') == {
            "person": "A. B.",
            "quantity": -2,
            "state": "later",
            "vintage": None,
        }
        assert known.parse_arguments('"A" owes 2 now of vintage 2022') is not None
        assert not known.is_matching('"A" owes 2 never')
        assert not known.is_matching('"A" owes many now')


def step_definitions() -> Iterator[StepFunctionContext]:
    for path in TOPICS:
        module = importlib.import_module(f"tests.acceptance.steps.{path.stem}")
        for found in vars(module).values():
            function = getattr(found, "_fixture_function", None)
            if function is not None and function in step_function_context_registry:
                yield step_function_context_registry[function]
