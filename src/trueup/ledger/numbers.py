"""Account numbers: twelve characters, the last one a check character.

A letter for the kind of account, ten digits that are never given twice, and the
check character of ISO 7064, Mod 37,36, which finds every single wrong character and
every pair of exchanged neighbours. Twelve letters and digits is also the shape of
EPA's account numbers, so that clients written for those read ours.

Source: 40 CFR 62.16320(d).
"""

from __future__ import annotations

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from trueup.rules.serials import PROGRAM_PLACE

ACCOUNT_KINDS = {
    "compliance": "C",
    "general": "G",
    "holding": "H",
    "origination": "N",
    "retirement": "R",
}


def account_number(account_id: int, kind: str) -> str:
    """The number shown for an account; program and running number make it unique."""
    program, running = divmod(account_id, PROGRAM_PLACE)
    body = f"{ACCOUNT_KINDS[kind]}{program:02d}{running:08d}"
    return body + str(mod_37_36.calc_check_digit(body))


def is_account_number(text: str) -> bool:
    """Whether the text has an account number's shape and a right check character."""
    try:
        mod_37_36.validate(text)
    except ValidationError:
        return False
    return len(text) == 12 and text[0] in ACCOUNT_KINDS.values()
