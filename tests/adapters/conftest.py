"""What the tests of pages, API and command line share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from django.utils import translation


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    """Hash passwords fast: in service it is slow on purpose, here it is only slow."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _language_of_the_next_test() -> Iterator[None]:
    """A request leaves the reader's language active in its thread."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _views_are_loaded(django_test_environment: None) -> None:
    """A view that is first imported while a test has put in another clock would keep it."""
    assert get_resolver().url_patterns
