"""What is kept encrypted: scans of identity papers, and the secrets of second factors.

The key is apart from the database (`TRUEUP_SCAN_KEY`, or a file of the var folder), so a
copy of the database alone opens nothing. Several keys with commas between: the first
encrypts, all decrypt, so that a key can be replaced.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(content: bytes) -> bytes:
    """The content as only the holder of the key can read it, and as nobody can change it."""
    return _keys().encrypt(content)


def decrypt(content: bytes) -> bytes:
    """The content again; raises `cryptography.fernet.InvalidToken` if it was changed."""
    return _keys().decrypt(content)


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TRUEUP_SCAN_KEYS])
