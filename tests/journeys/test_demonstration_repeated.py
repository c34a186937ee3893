"""The demonstration again: the same seed gives the same, in a registry that is empty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from trueup.demonstration import services
from trueup.demonstration.summary import Summary


def comparable(summary: Summary) -> dict[str, Any]:
    return replace(summary, seconds=0).as_json()


@pytest.mark.django_db
class TestRepeating:
    """Issue 2, 11: the seed makes a run repeatable. Before the run that the others look at."""

    def test_the_same_seed_gives_the_same_summary_and_another_seed_another(self) -> None:
        first, second, other = (self.run_and_forget(seed) for seed in (5, 5, 6))
        assert first == second
        assert first["trades"] != other["trades"]
        assert first["nation"]["emissions_tons"] == other["nation"]["emissions_tons"]

    def run_and_forget(self, seed: int) -> dict[str, Any]:
        with transaction.atomic():
            summary = services.run(seed=seed, jurisdictions=("RI", "ME", "TUO"))
            assert not User.objects.exists()
            transaction.set_rollback(True)
        return comparable(summary)
