"""What browsers are told with every page, and what the settings make of HTTPS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.adapters.signing_in import make_user, sign_in

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


class TestHeaders:
    """PLAT-004; PLAT-094."""

    @pytest.mark.parametrize("name", ["home", "sign-in", "account_signup", "help"])
    def test_every_page_has_them(self, client: Client, name: str) -> None:
        headers = client.get(reverse(name)).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for directive in (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ):
            assert directive in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]

    def test_errors_have_them_too(self, client: Client) -> None:
        for answer in (client.get("/nothing-here/"), client.get("/api/v1/nothing-here")):
            assert answer.status_code == 404
            assert "Content-Security-Policy" in answer.headers
            assert "Permissions-Policy" in answer.headers

    def test_what_is_for_one_person_is_not_kept_by_anyone(self, client: Client) -> None:
        make_user("ana")
        sign_in(client, "ana")
        assert "no-store" in client.get(reverse("you")).headers["Cache-Control"]

    def test_a_hosts_name_is_not_taken_from_the_caller(self, client: Client) -> None:
        answer = client.post(
            reverse("account_reset_password"), {"email": "a@x.example"}, HTTP_HOST="evil.example"
        )
        assert answer.status_code == 400


def settings_with(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """Some settings as another process sees them with this environment."""
    names = (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "ALLAUTH_TRUSTED_PROXY_COUNT",
        "SESSION_COOKIE_AGE",
        "TRUEUP_IDLE_SECONDS",
        "CONTENT_SECURITY_POLICY",
    )
    program = (
        "import json; from trueup.config import settings as s;"
        f" print(json.dumps({{n: getattr(s, n, None) for n in {names!r}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "TRUEUP_VAR_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class TestSettings:
    def test_behind_https_cookies_and_pages_are_for_tls_only(self, tmp_path: Path) -> None:
        found = settings_with(tmp_path, TRUEUP_HTTPS="1")
        assert found["SESSION_COOKIE_SECURE"]
        assert found["CSRF_COOKIE_SECURE"]
        assert found["SECURE_SSL_REDIRECT"]
        assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
        assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1

    def test_sessions_end_when_the_settings_say(self, tmp_path: Path) -> None:
        found = settings_with(tmp_path, TRUEUP_SESSION_HOURS="8", TRUEUP_IDLE_MINUTES="15")
        assert (found["SESSION_COOKIE_AGE"], found["TRUEUP_IDLE_SECONDS"]) == (28_800, 900)

    def test_forms_may_lead_to_the_issuer_alone(self, tmp_path: Path) -> None:
        found = settings_with(tmp_path, TRUEUP_OIDC_ISSUER="https://id.agency.example")
        assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"] == [
            "'self'",
            "https://id.agency.example",
        ]

    def test_keys_are_made_once_and_for_their_owner_alone(self, tmp_path: Path) -> None:
        settings_with(tmp_path)
        kept = {name: (tmp_path / name).read_text() for name in ("secret-key", "scan-key")}
        settings_with(tmp_path)
        for name, key in kept.items():
            assert (tmp_path / name).read_text() == key
            assert (tmp_path / name).stat().st_mode & 0o077 == 0
