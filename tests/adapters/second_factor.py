"""Second factors for tests: an authenticator that gives codes, and a passkey in software."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


@dataclass(slots=True)
class Codes:
    """An authenticator of a user that gives codes."""

    user: User
    secret: str = field(default_factory=generate_totp_secret)

    def __post_init__(self) -> None:
        Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).delete()
        TOTP.activate(self.user, self.secret)

    def at(self, instant: datetime) -> str:
        return format_hotp_value(hotp_value(self.secret, int(instant.timestamp()) // 30))

    def wrong_at(self, instant: datetime) -> str:
        return f"{(int(self.at(instant)) + 1) % 1_000_000:06d}"


@dataclass(slots=True)
class Passkey:
    """A passkey of a user, made in software; it signs what it is asked to."""

    user: User
    site: str = "testserver"
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def __post_init__(self) -> None:
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, public)
        data = AuthenticatorData.create(
            hashlib.sha256(self.site.encode()).digest(),
            FLAGS | AuthenticatorData.FLAG.AT,
            1,
            bytes(credential),
        )
        client = CollectedClientData.create(
            CollectedClientData.TYPE.CREATE, os.urandom(32), f"http://{self.site}"
        )
        Authenticator.objects.create(
            user=self.user,
            type=Authenticator.Type.WEBAUTHN,
            data={
                "name": "Key",
                "credential": {
                    "id": websafe_encode(self.credential_id),
                    "rawId": websafe_encode(self.credential_id),
                    "type": "public-key",
                    "clientExtensionResults": {},
                    "response": {
                        "clientDataJSON": websafe_encode(bytes(client)),
                        "attestationObject": websafe_encode(
                            bytes(AttestationObject.create("none", data, {}))
                        ),
                    },
                },
            },
        )

    def assertion(self, challenge: bytes, *, site: str = "", origin: str = "") -> dict[str, Any]:
        """What the browser sends after the person touched the key."""
        where = site or self.site
        data = AuthenticatorData.create(hashlib.sha256(where.encode()).digest(), FLAGS, 2)
        client = CollectedClientData.create(
            CollectedClientData.TYPE.GET, challenge, origin or f"http://{where}"
        )
        signature = self.key.sign(bytes(data) + client.hash, ec.ECDSA(hashes.SHA256()))
        return {
            "id": websafe_encode(self.credential_id),
            "rawId": websafe_encode(self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": websafe_encode(bytes(client)),
                "authenticatorData": websafe_encode(bytes(data)),
                "signature": websafe_encode(signature),
                "userHandle": None,
            },
        }

    def answer(self, options: str) -> str:
        """The answer to the options that a page holds, as its script would send it."""
        from fido2.utils import websafe_decode

        asked = json.loads(options)["publicKey"]
        return json.dumps(self.assertion(websafe_decode(asked["challenge"])))
