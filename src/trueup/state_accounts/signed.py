"""What an applicant signs: the whole application in words, kept with it.

Source: RGGI-027; PLAT-151.
"""

from __future__ import annotations

from datetime import datetime

from trueup.resources.signed import Signed
from trueup.signing import services as signing
from trueup.state_accounts.entries import ApplicationSpec
from trueup.state_accounts.places import rules_of


def application_text(spec: ApplicationSpec, *, program: str) -> str:
    """The application word for word.

    Source: PLAT-151.
    """
    lines = [
        f"Application to the {rules_of(program).of_purpose(spec.purpose).title}",
        f"State: {spec.jurisdiction}",
        f"Year: {spec.year}",
    ]
    lines += [
        f"{label}: {value}"
        for label, value in (
            ("Source (ORIS code)", spec.oris_code),
            ("Allowances asked for", spec.quantity),
            ("Exports that the permit allows, percent", spec.export_percent),
            ("Long-term contract", spec.contract),
            ("What shows that viability is in danger", spec.viability),
            ("Finding", spec.finding),
            ("First day of service", spec.in_service_on),
        )
        if value not in (None, "")
    ]
    lines += [
        f"Certificate {one.serial}, retired {one.retired_on or '(not stated)'}"
        for one in spec.certificates
    ]
    return "\n".join(lines)


def keep_signature(
    signed: Signed | None, *, program: str, signer: int | None, at: datetime, account: int | None
) -> None:
    """Keep an applicant's signature; without one (the command line, a machine) nothing.

    Raises Refused as `signing.sign` does: then nothing is filed either.

    Source: PLAT-151, PLAT-152.
    """
    if signed is None or signer is None:
        return
    signing.sign(
        program=program,
        document=signed.document,
        text=signed.text,
        statements=signed.statements,
        signer=signer,
        for_person=None,
        evidence=signed.evidence,
        signed_at=at,
        account=account,
    )
