"""What can be done with an account in each of its states: one table for all programs.

A cell is empty where the act is permitted, and else the last part of the code with which
it is refused. An account under notice of closure for inactivity is open in every other
respect: a transfer into it is what ends the notice. A frozen account sends nothing, so
a closing that needs a transfer out of it waits too; all else goes on, deductions and the
Administrator's corrections too.
A closed account takes part in nothing, and is not opened again.

A test walks every cell and asks the services themselves.

Source: 40 CFR 62.16255(c), (d)(1); 62.16320(c)(6), (d); 62.16355; MASS-041 to MASS-044;
RATE-147, RATE-178, RATE-179.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STATES = ("open", "under_notice", "frozen", "closed")

_TABLE = """
act                    open          under_notice    frozen           closed
send                   -             -               account_frozen   account_closed
retire                 -             -               account_frozen   account_closed
receive                -             -               -                account_closed
deduct                 -             -               -                account_closed
correct_into           -             -               -                account_closed
name_representative    -             -               -                account_closed
file_ownership_change  -             -               -                account_closed
object                 -             -               -                -
freeze                 -             -               account_frozen   account_closed
unfreeze               not_frozen    not_frozen      -                account_closed
close_empty            -             -               -                account_closed
close_with_transfers   -             -               account_frozen   account_closed
notice_of_closure      -             under_notice    account_frozen   account_closed
good_cause             no_notice     -               no_notice        account_closed
reopen                 not_reopened  not_reopened    not_reopened     not_reopened
"""


def _read() -> Mapping[str, Mapping[str, str]]:
    header, *lines = (line.split() for line in _TABLE.strip().splitlines())
    if tuple(header[1:]) != STATES:
        raise ValueError(f"the table of account states has the columns {header[1:]}")
    return MappingProxyType(
        {
            act: MappingProxyType(
                {
                    state: "" if cell == "-" else cell
                    for state, cell in zip(STATES, cells, strict=True)
                }
            )
            for act, *cells in lines
        }
    )


LIMITS: Mapping[str, Mapping[str, str]] = _read()
ACTS = tuple(LIMITS)


def limit(act: str, state: str) -> str:
    """Why an act is refused in a state, as the last part of a code; empty if permitted.

    Raises KeyError for an act or a state that the table does not know, a caller's bug.

    Source: 40 CFR 62.16255(c), (d)(1); 62.16320(c)(6).
    """
    return LIMITS[act][state]
