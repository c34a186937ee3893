"""A demonstration that is ended in the middle; in a database of its own."""

from __future__ import annotations

import pytest

from tests.conftest import SharedDatabase
from trueup.demonstration import services
from trueup.rules.refusal import Refused

_RUN = """
import django; django.setup()
from trueup.demonstration import services
services.run(progress=lambda *news: print(*news, flush=True), jurisdictions=("RI", "ME"))
"""


@pytest.mark.stress
class TestBeingKilled:
    """Issue 2, bad input: after a kill the books are as before or as after."""

    def test_a_run_that_is_killed_leaves_an_empty_registry_and_the_next_one_is_whole(
        self, shared_database: SharedDatabase
    ) -> None:
        killed = shared_database.start("-c", _RUN)
        assert killed.stdout is not None
        assert any(line.startswith("2023-") for line in killed.stdout)
        killed.kill()
        killed.wait()
        assert services.is_registry_empty()
        assert services.latest_summary() is None

        shared_database.run("-c", _RUN)
        summary = services.latest_summary()
        assert summary is not None
        assert summary.audit.is_clean
        with pytest.raises(Refused, match="loaded already"):
            services.run(jurisdictions=("RI",))
