"""The registry's signature on a document, so that a reader sees that nobody changed it.

The signature is in a field that is not shown and has a name. Its instant is that of the
document; it has no time stamp of a third party (docs/decisions/0271).

Source: PLAT-088; docs/decisions/0271.
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from typing import Any

from asn1crypto import keys, pem, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "RegistrySignature"
_DIGEST = "sha256"
# Room for the signature and the certificates; more chain needs more.
_BYTES_RESERVED = 8192


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature and leaves what the file says of itself as it was set."""

    def _update_meta(self) -> None:
        pass


class _Signer(signers.PdfSigner):
    """Signs as of the instant that the document says, not as of the clock."""

    signed_at: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.signed_at
        return session


class _KeptKey(signers.SimpleSigner):
    """Keeps an RSA key as it was read: reading it checks it, which takes longer than signing."""

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        key = _private_key()
        if not isinstance(key, rsa.RSAPrivateKey) or digest_algorithm != _DIGEST:
            return super().sign_raw(data, digest_algorithm)
        return key.sign(data, PKCS1v15(), hashes.SHA256())


def sign(file: bytes, *, number: str, registry: str, address: str, signed_at: datetime) -> bytes:
    """A document with the registry's signature added behind it.

    Source: PLAT-088.
    """
    signer = _Signer(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=_DIGEST,
            subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
            reason=f"Issued as document {number}",
            location=address,
            name=registry,
        ),
        _simple_signer(),
        new_field_spec=fields.SigFieldSpec(
            FIELD,
            readable_field_name="Signature of the registry",
            # Archives want it printable, PDF/UA wants it outside the page or tagged.
            invis_sig_settings=fields.InvisSigSettings(
                set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
            ),
        ),
    )
    signer.signed_at = signed_at
    writer = _Writer(io.BytesIO(file))
    signed: Any = signer.sign_pdf(writer, bytes_reserved=_bytes_reserved())
    return bytes(signed.getvalue())


def certificates() -> list[x509.Certificate]:
    """The certificate of the registry first, then those above it.

    Source: PLAT-088.
    """
    return [
        x509.Certificate.load(der)
        for _, _, der in pem.unarmor(
            settings.TRUEUP_DOCUMENT_CERTIFICATE.encode("ascii"), multiple=True
        )
    ]


def fingerprint() -> str:
    """SHA-256 of the registry's certificate, as a reader of PDF shows it."""
    return str(certificates()[0].sha256.hex())


def _bytes_reserved() -> int:
    return _BYTES_RESERVED + 2 * len(settings.TRUEUP_DOCUMENT_CERTIFICATE)


@cache
def _private_key() -> PrivateKeyTypes:
    return load_pem_private_key(settings.TRUEUP_DOCUMENT_KEY.encode("ascii"), password=None)


@cache
def _simple_signer() -> _KeptKey:
    _, _, key = pem.unarmor(settings.TRUEUP_DOCUMENT_KEY.encode("ascii"))
    own, *above = certificates()
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(above)
    return _KeptKey(
        signing_cert=own, signing_key=keys.PrivateKeyInfo.load(key), cert_registry=store
    )
