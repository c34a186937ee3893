"""What nobody reads before the close: encrypted with a key that the database has not.

Only the bidder's own next bid and the close open them. The commitment given to the bidder
shows afterwards that nothing was exchanged.

Source: RGGI-041; docs/decisions/0329.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from trueup.identity import encryption


class Content(NamedTuple):
    """What is sealed of a bid."""

    quantity: int
    price_cents: int
    salt: str

    @property
    def commitment(self) -> str:
        text = f"{self.quantity}/{self.price_cents}/{self.salt}"
        return hashlib.sha256(text.encode()).hexdigest()


def new_content(*, quantity: int, price_cents: int) -> Content:
    """A bid's content with a salt that nobody can guess."""
    return Content(quantity, price_cents, secrets.token_hex(16))


def seal(content: Content) -> bytes:
    """A bid's content, encrypted."""
    return encryption.encrypt(json.dumps(content).encode())


def unseal(sealed: bytes | memoryview, *, commitment: str) -> Content:
    """A bid's content; raises ValueError if it is not the one that was committed to."""
    content = Content(*json.loads(encryption.decrypt(bytes(sealed))))
    if content.commitment != commitment:
        raise ValueError("a sealed bid is not the one that its bidder was given a receipt for")
    return content


def seal_all(contents: Sequence[Content]) -> str:
    """Bids that are not entered yet, encrypted as text, for a draft that keeps them."""
    return encryption.encrypt(json.dumps(contents).encode()).decode()


def unseal_all(sealed: str) -> list[Content]:
    """The bids of a draft; each has the salt with which it will be entered."""
    return [Content(*values) for values in json.loads(encryption.decrypt(sealed.encode()))]


def new_seed() -> tuple[str, str, bytes]:
    """A seed for the draw, its digest for the notice, and the seed encrypted."""
    seed = secrets.token_hex(16)
    return seed, hashlib.sha256(seed.encode()).hexdigest(), encryption.encrypt(seed.encode())


def open_seed(sealed: bytes | memoryview, *, digest: str) -> str:
    """The seed; raises ValueError if it is not the one whose digest was published."""
    seed = encryption.decrypt(bytes(sealed)).decode()
    if hashlib.sha256(seed.encode()).hexdigest() != digest:
        raise ValueError("a seed is not the one whose digest was published")
    return seed
