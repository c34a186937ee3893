"""The acts of officials, all in one table: who may do each, and whether two must agree.

Whoever reads this table knows what officials can do. What each calls is in
`carrying_out.py`; a program says in its `people.second_official` for which acts a second
official is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.desk import (
    assuring,
    auctioning,
    certifying,
    changing,
    crediting,
    early_acting,
    guarding,
    helping,
    noting,
    on_paper,
    previewed,
    resourcing,
    reviewing,
    setting_aside,
    state_accounting,
)
from trueup.desk import carrying_out as do
from trueup.desk.kinds import Act
from trueup.desk.parameters import GROUND, STATE, Parameter
from trueup.officials.roles import FUNCTIONS, ROLES

ACCOUNT = Parameter(name="account", label="Account number", kind="account")
BLOCKS = Parameter(
    name="blocks",
    label="Serial numbers",
    kind="blocks",
    help="One block a line: AL-2022-1 to AL-2022-50.",
)
ONE_STATE = Parameter(
    name="jurisdiction",
    label="State",
    kind="jurisdiction",
    required=False,
    help="Left out: the plan of the whole program.",
)
VINTAGE = Parameter(name="vintage", label="Vintage", kind="whole")
QUANTITY = Parameter(name="quantity", label="Quantity", kind="whole")
PERIOD = Parameter(name="period", label="Period", kind="period", help="Such as 2022-2024.")
FACILITY = Parameter(name="facility", label="Facility (ORIS code)", kind="facility")
UNIT = Parameter(name="unit", label="Unit")
REASON = Parameter(name="reason", label="Reason")

_ACTS = (
    Act(
        name="originate",
        title="Create a State's budget of a vintage",
        cite="40 CFR 62.16235; 62.16325(c)",
        function="originate",
        rule="originate",
        parameters=(STATE, VINTAGE),
        carry_out=do.originate,
    ),
    Act(
        name="import_plan",
        title="Record the allocations of a plan",
        cite="40 CFR 62.16240(a)(1); PLAT-060",
        function="allocate",
        rule="allocate",
        parameters=(
            ONE_STATE,
            Parameter(
                name="plan",
                label="Plan (CSV)",
                kind="file",
                help="Columns: account, or oris_code and unit; vintage; quantity.",
            ),
            Parameter(name="file_name", label="Name of the file", required=False),
        ),
        carry_out=do.import_plan,
    ),
    Act(
        name="record_from_reserve",
        title="Move instruments out of a State's holding account",
        cite="40 CFR 62.16325(a), (b); PLAT-028",
        function="holding_accounts",
        rule="allocate",
        parameters=(STATE, VINTAGE, QUANTITY, ACCOUNT),
        carry_out=do.record_from_reserve,
    ),
    Act(
        name="settle",
        title="Run the deductions of a period",
        cite="40 CFR 62.16340(a) to (e)",
        function="settle",
        rule="settle",
        parameters=(PERIOD,),
        carry_out=do.settle,
    ),
    *previewed.ACTS,
    Act(
        name="adjust_after_audit",
        title="Put audited quantities in the place of reported ones",
        cite="40 CFR 62.16370; 62.16565; MASS-146; RATE-153",
        function="review_submissions",
        rule="settle",
        parameters=(
            FACILITY,
            UNIT,
            Parameter(name="year", label="Year", kind="whole"),
            Parameter(name="co2_tons", label="Tons of CO2", kind="decimal", required=False),
            Parameter(name="net_mwh", label="Net MWh", kind="decimal", required=False),
            Parameter(
                name="useful_thermal_mwh", label="Useful heat, MWh", kind="decimal", required=False
            ),
            GROUND,
        ),
        carry_out=do.adjust_after_audit,
    ),
    Act(
        name="cancel_instruments",
        title="Revoke: end instruments, whoever holds them",
        cite="40 CFR 62.16220(c)(5); MASS-008",
        function="revoke",
        rule="revoke",
        parameters=(BLOCKS, GROUND),
        carry_out=do.cancel_instruments,
    ),
    Act(
        name="limit_instruments",
        title="Limit instruments: neither moved nor deducted",
        cite="40 CFR 62.16220(c)(5); MASS-008",
        function="revoke",
        rule="revoke",
        parameters=(BLOCKS, GROUND),
        carry_out=do.limit_instruments,
    ),
    Act(
        name="lift_limitation",
        title="Lift a limitation",
        cite="40 CFR 62.16220(c)(5); MASS-008",
        function="revoke",
        rule="revoke",
        parameters=(Parameter(name="limitation", label="Limitation", kind="key"), GROUND),
        carry_out=do.lift_limitation,
    ),
    Act(
        name="recover_incorrect_allocation",
        title="Take back what was allocated to a unit by mistake",
        cite="40 CFR 62.16240(c); MASS-063 to MASS-067",
        function="revoke",
        rule="revoke",
        parameters=(FACILITY, UNIT, GROUND),
        carry_out=do.recover_incorrect_allocation,
    ),
    Act(
        name="correct_error",
        title="Correct an account error",
        cite="40 CFR 62.16355; MASS-145; PLAT-110",
        function="correct",
        rule="correct",
        parameters=(
            Parameter(name="source", label="From account", kind="account"),
            Parameter(name="destination", label="To account", kind="account"),
            BLOCKS,
            Parameter(
                name="mends", label="Transaction that was the error", kind="whole", required=False
            ),
            GROUND,
        ),
        carry_out=do.correct_error,
    ),
    Act(
        name="reverse_transfer",
        title="Reverse a recorded transfer",
        cite="40 CFR 62.16355; PLAT-110",
        function="correct",
        rule="correct",
        parameters=(Parameter(name="transfer", label="Transfer", kind="key"), GROUND),
        carry_out=do.reverse_transfer,
    ),
    Act(
        name="freeze",
        title="Freeze a general account",
        cite="40 CFR 62.16255(c), (d)(1); MASS-044",
        function="freeze",
        rule="freeze",
        parameters=(ACCOUNT, GROUND),
        carry_out=do.freeze,
        at_once=True,
        undo=do.undo_freeze,
    ),
    Act(
        name="unfreeze",
        title="Release a frozen account",
        cite="40 CFR 62.16255(c), (d)(1)",
        function="unfreeze",
        rule="unfreeze",
        parameters=(ACCOUNT, GROUND),
        carry_out=do.unfreeze,
    ),
    Act(
        name="close",
        title="Close an empty account",
        cite="40 CFR 62.16320(c)(6); PLAT-027",
        function="close",
        second="never",
        parameters=(ACCOUNT, GROUND),
        carry_out=do.close,
    ),
    Act(
        name="brake",
        title="Stop kinds of transaction for the whole program",
        cite="PLAT-094",
        function="brake",
        rule="brake",
        parameters=(
            Parameter(
                name="types",
                label="Types of transaction",
                kind="names",
                help="Such as transfer, retire, deduct.",
            ),
            GROUND,
        ),
        carry_out=guarding.pull_brake,
        at_once=True,
        confirm=guarding.confirm_brake,
        undo=guarding.undo_brake,
    ),
    Act(
        name="lift_brake",
        title="Let stopped transactions go on",
        cite="PLAT-094",
        function="brake",
        rule="brake",
        parameters=(Parameter(name="brake", label="Brake", kind="key"),),
        carry_out=guarding.lift_brake,
    ),
    Act(
        name="stop_transfer",
        title="Stop a transfer that waits",
        cite="40 CFR 62.16335(e); PLAT-094",
        function="stop_transfer",
        second="never",
        parameters=(Parameter(name="transfer", label="Transfer", kind="key"), GROUND),
        carry_out=guarding.stop_transfer,
    ),
    *reviewing.ACTS,
    Act(
        name="give_closing_notice",
        title="Give notice that an inactive account will be closed",
        cite="40 CFR 62.16320(c)(6)(ii); MASS-042",
        function="close",
        second="never",
        parameters=(ACCOUNT,),
        carry_out=reviewing.give_closing_notice,
    ),
    Act(
        name="decide_good_cause",
        title="Decide on a statement of good cause",
        cite="40 CFR 62.16320(c)(6)(ii)",
        function="close",
        second="never",
        parameters=(
            ACCOUNT,
            Parameter(name="accepted", label="Accepted", kind="choice", choices=("yes", "no")),
            REASON,
        ),
        carry_out=reviewing.decide_good_cause,
    ),
    Act(
        name="file_certificate_on_paper",
        title="File a certificate of representation that came on paper",
        cite="40 CFR 62.16305; PLAT-154",
        function="enter_paper",
        second="always",
        parameters=(
            Parameter(name="papers", label="Papers as entered", kind="names"),
            Parameter(name="certificate", label="Certificate as entered", kind="file"),
        ),
        carry_out=on_paper.file_certificate,
        has_page=False,
        is_typed_twice=True,
    ),
    Act(
        name="decide_appeal",
        title="Keep the outcome of an appeal",
        cite="78.1; MASS-166; PLAT-111",
        function="appeals",
        rule="correct",
        parameters=(
            PERIOD,
            FACILITY,
            Parameter(name="returned", label="Instruments that go back", kind="whole"),
            Parameter(name="ruling", label="Ruling"),
        ),
        carry_out=do.decide_appeal,
    ),
    Act(
        name="grant_role",
        title="Give a person a role",
        cite="PLAT-018, PLAT-019, PLAT-020",
        function="roles",
        second="always",
        approver="approve_roles",
        parameters=(
            Parameter(name="person", label="Person (number)", kind="person"),
            Parameter(name="role", label="Role", kind="choice", choices=tuple(ROLES)),
            ONE_STATE,
            Parameter(
                name="everywhere",
                label="For every program of the installation",
                kind="boolean",
                required=False,
            ),
            Parameter(
                name="functions",
                label="Functions that the person may decide",
                kind="names",
                required=False,
                help="None: all of the role's. There are: " + ", ".join(FUNCTIONS) + ".",
            ),
            Parameter(
                name="recommends",
                label="Functions for recommendations only",
                kind="names",
                required=False,
            ),
            Parameter(name="reason", label="Reason"),
            Parameter(
                name="apart_reason",
                label="Why both program operation and technical administration",
                required=False,
            ),
        ),
        carry_out=do.grant_role,
    ),
    Act(
        name="end_role",
        title="End a role",
        cite="PLAT-018",
        function="roles",
        second="never",
        parameters=(
            Parameter(name="grant", label="Grant (number)", kind="whole"),
            Parameter(name="reason", label="Reason"),
        ),
        carry_out=do.end_role,
    ),
    *auctioning.ACTS,
    *helping.ACTS,
    *resourcing.ACTS,
    *crediting.ACTS,
    *setting_aside.ACTS,
    *early_acting.ACTS,
    *noting.ACTS,
    *state_accounting.ACTS,
    *assuring.ACTS,
    *changing.ACTS,
    *certifying.ACTS,
)

ACTS: Mapping[str, Act] = MappingProxyType({act.name: act for act in _ACTS})


def act_named(name: str) -> Act:
    """An act by its name; raises ValueError if there is none, which is a caller's bug."""
    if name not in ACTS:
        raise ValueError(f"there is no act {name!r}")
    return ACTS[name]
