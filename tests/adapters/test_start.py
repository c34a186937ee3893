"""What a command loads before it does anything."""

from __future__ import annotations

import subprocess
import sys

SLOW_TO_LOAD = ("duckdb", "openpyxl", "polars", "pyhanko", "weasyprint")
LOADED = """
import sys
import django
django.setup()
print(*sorted(set(sys.modules) & set(sys.argv[1:])))
"""


class TestStart:
    """A command answers soon (PLAT-002)."""

    def test_libraries_that_few_commands_use_are_not_loaded_with_the_registry(self) -> None:
        run = subprocess.run(
            [sys.executable, "-c", LOADED, *SLOW_TO_LOAD],
            check=True,
            capture_output=True,
            text=True,
        )
        assert run.stdout.split() == []
