"""Second factors: a code of an authenticator, or a passkey that signs the submission itself.

Authenticators are kept by allauth; what is checked, and what is kept as proof, is here.

Source: PLAT-151; RFC 6238; Web Authentication Level 2.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import get_credentials
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from trueup.signing.entries import Site
from trueup.signing.texts import challenge_of

TOTP = Authenticator.Type.TOTP
PASSKEY = Authenticator.Type.WEBAUTHN


def methods_of(user: int) -> frozenset[str]:
    """The second factors that a user can sign with."""
    kinds = Authenticator.objects.filter(user_id=user).values_list("type", flat=True)
    named = {TOTP.value: "totp", PASSKEY.value: "passkey"}
    return frozenset(named[kind] for kind in kinds if kind in named)


def code_counter(user: int, code: str, *, at: datetime) -> int | None:
    """The time step whose code this is, or None if it is none of the steps around now.

    Source: RFC 6238, section 5.2.
    """
    authenticator = Authenticator.objects.filter(user_id=user, type=TOTP).first()
    given = "".join(code.split())
    if authenticator is None or not given.isascii() or not given.isdigit():
        return None
    secret = decrypt(authenticator.data["secret"])
    now = int(at.timestamp()) // app_settings.TOTP_PERIOD
    tolerance = app_settings.TOTP_TOLERANCE
    for counter in range(now - tolerance, now + tolerance + 1):
        if hmac.compare_digest(given, format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


def passkey_options(user: Any, challenge: bytes, *, site: Site) -> dict[str, Any]:
    """What the browser is asked to have signed."""
    options, _state = _server(site).authenticate_begin(
        credentials=get_credentials(user),
        user_verification=UserVerificationRequirement.PREFERRED,
        challenge=challenge,
    )
    return dict(options)


def passkey_proof(
    user: Any, response: Mapping[str, Any], challenge: bytes, *, site: Site
) -> dict[str, str] | None:
    """The assertion with the key that verifies it, or None if it proves nothing.

    Source: Web Authentication Level 2, section 7.2.
    """
    state = {
        "challenge": websafe_encode(challenge),
        "user_verification": UserVerificationRequirement.PREFERRED,
    }
    try:
        given = AuthenticationResponse.from_dict(response)
        credential = _server(site).authenticate_complete(state, get_credentials(user), response)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return {
        "credential": websafe_encode(credential.credential_id),
        "public_key": websafe_encode(cbor.encode(dict(credential.public_key))),
        "client_data": websafe_encode(bytes(given.response.client_data)),
        "authenticator_data": websafe_encode(bytes(given.response.authenticator_data)),
        "signature": websafe_encode(given.response.signature),
        "site": site.name,
        "origin": site.origin,
    }


def problems_of_assertion(proof: Mapping[str, Any], *, text: str, nonce: str) -> list[str]:
    """What is wrong with a kept assertion; nothing if it proves that the text was agreed to.

    It needs no more than what is kept: anyone can do the same.

    Source: PLAT-151; Web Authentication Level 2, section 7.2.
    """
    try:
        client = CollectedClientData(websafe_decode(proof["client_data"]))
        data = AuthenticatorData(websafe_decode(proof["authenticator_data"]))
        key = CoseKey.parse(
            cast(Mapping[int, Any], cbor.decode(websafe_decode(proof["public_key"])))
        )
        signature = websafe_decode(proof["signature"])
        site = PublicKeyCredentialRpEntity(id=proof["site"], name=proof["site"])
    except (ValueError, TypeError, KeyError) as problem:
        return [f"The assertion cannot be read: {problem}."]
    problems = []
    if client.type != CollectedClientData.TYPE.GET or client.origin != proof["origin"]:
        problems.append("The assertion was made for something else.")
    if not hmac.compare_digest(client.challenge, challenge_of(text, nonce)):
        problems.append("The assertion is of another text.")
    if site.id_hash != data.rp_id_hash or not data.is_user_present():
        problems.append("The assertion was made elsewhere, or by nobody.")
    try:
        key.verify(bytes(data) + client.hash, signature)
    except Exception:  # Each kind of key raises its own.
        problems.append("The assertion's signature is not of its key.")
    return problems


def _server(site: Site) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=site.name, name=site.name)
    return Fido2Server(entity, verify_origin=lambda origin: origin == site.origin)
