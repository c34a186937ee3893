#!/usr/bin/env python3
"""Find the Chromium that the browser tests drive, or install one.

    python -m tools.browser              print where it is; exit code 1 if there is none
    python -m tools.browser --install    get one if there is none: Debian's, else playwright's

TRUEUP_CHROMIUM names another one. Whoever runs this needs no display.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The page under test is on this machine: nothing else is asked for over the network.
FLAGS = (
    "--headless",
    "--disable-gpu",
    # A container has little of /dev/shm, and a page that finds it full crashes.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
)
NO_BROWSER = (
    "no Chromium found: name one with TRUEUP_CHROMIUM, run `make browser`,"
    " or on Debian `apt-get install chromium`"
)


def find() -> str | None:
    """The program of the browser, or None."""
    named = os.environ.get("TRUEUP_CHROMIUM", "")
    if named:
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return _playwrights_own()


def flags() -> list[str]:
    """How the browser is started; its own sandbox does not work as root."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def install() -> str | None:
    """Get a browser by the first way that works; gives what `find` finds afterwards."""
    if os.geteuid() == 0 and shutil.which("apt-get") is not None:
        apt = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
        if _run(["apt-get", "update"]) and _run(apt):
            return find()
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return find()


def _run(command: Sequence[str]) -> bool:
    print(f"browser: {' '.join(command)}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment, stdout=sys.stderr).returncode == 0


def _playwrights_own() -> str | None:
    """What `playwright install chromium` has put in its folder."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Find or install the tests' Chromium.")
    parser.add_argument("--install", action="store_true", help="install one if there is none")
    found = find()
    if found is None and parser.parse_args(argv).install:
        found = install()
    print(found or NO_BROWSER)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
