"""Files that nobody filed are removed; everything that is named stays (docs/decisions/0332)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.contexts.resources_registry import ResourceRegistry
from trueup.resources.entries import Upload
from trueup.resources.file_sweep import KEPT_FOR, sweep_files
from trueup.resources.files import keep_file, path_of
from trueup.signing.models import Draft

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def given(tmp_path: Path, text: str, *, old: bool = True) -> str:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    digest = keep_file(Upload(name="a.txt", media_type="text/plain", path=path)).sha256
    at = (NOW - KEPT_FOR - timedelta(hours=1 if old else -1)).timestamp()
    os.utime(path_of(digest), (at, at))
    return digest


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


class TestSweep:
    """docs/decisions/0332."""

    def test_what_nobody_filed_goes_after_its_time(self, tmp_path: Path) -> None:
        old, young = given(tmp_path, "old"), given(tmp_path, "young", old=False)

        assert sweep_files(NOW) == 1
        assert not path_of(old).exists()
        assert path_of(young).exists()
        assert sweep_files(NOW) == 0

    def test_what_a_paper_names_stays(self, tmp_path: Path) -> None:
        registry = ResourceRegistry()
        registry.describe()
        registry.accredit()
        registry.clear()
        path = tmp_path / "plan.txt"
        path.write_text("a single-line diagram", encoding="utf-8")
        registry.apply(uploads=[Upload(name="plan.txt", media_type="text/plain", path=path)])
        digest = given(tmp_path, "a single-line diagram")

        assert sweep_files(NOW) == 0
        assert path_of(digest).exists()

    def test_what_a_draft_names_stays_until_the_draft_goes(self, tmp_path: Path) -> None:
        digest = given(tmp_path, "an answer")
        draft = Draft.objects.create(
            key=uuid4(),
            person_id=ResourceRegistry().person("Fay Ito"),
            act="apply-for-eligibility",
            answers={"files": [{"name": "a.txt", "sha256": digest}]},
            values={},
            created_at=NOW,
            changed_at=NOW,
        )
        assert sweep_files(NOW) == 0

        draft.delete()
        assert sweep_files(NOW) == 1

    def test_what_is_no_kept_file_is_left_alone(self, tmp_path: Path) -> None:
        other = tmp_path / "var" / "documents" / "ab" / "notes"
        other.parent.mkdir(parents=True)
        other.write_text("x", encoding="utf-8")
        os.utime(other, (0, 0))

        assert sweep_files(NOW) == 0
        assert other.exists()

    def test_nothing_was_ever_given(self) -> None:
        assert sweep_files(NOW) == 0
