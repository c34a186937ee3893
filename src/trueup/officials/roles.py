"""The roles of an installation and the functions that each may be given: one table.

A *function* is what an official does for a program, named as the acts of the desk name
it. A *role* is a bundle of functions with its limits. Representatives and agents have no
role here: who acts for an account is said by certificates and notices of delegation.

Source: PLAT-004, PLAT-018, PLAT-020, PLAT-028, PLAT-112, PLAT-140.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# What is done for a program; each is said in words because pages show it.
OPERATION: Mapping[str, str] = MappingProxyType(
    {
        "originate": "Create instruments in a State's origination account",
        "state_plans": "Keep the status of States' plans, links and methods",
        "allocate": "Record allocations",
        "settle": "Run deductions and settle a period",
        "revoke": "Revoke and cancel instruments",
        "correct": "Correct account errors and reverse transfers",
        "freeze": "Freeze a general account",
        "unfreeze": "Release a frozen account",
        "close": "Close an account and give notice of closure",
        "brake": "Stop kinds of transaction for the whole program",
        "stop_transfer": "Stop a transfer that is waiting",
        "review_applications": "Review applications for accounts and check identities",
        "enter_paper": "Enter a form received on paper",
        "review_submissions": "Review, audit and adjust submissions",
        "appeals": "Keep appeals and their outcomes with the decisions",
        "holding_accounts": "Move instruments out of a State's holding account",
        "review_eligibility": "Review eligibility applications",
        "notices": "See that notices go out in time",
        "approve_roles": "Agree to a role that is given",
        "support": "Answer help requests, and help people to sign in",
        "auction": "Hold auctions",
        "announce": "Publish announcements and maintenance windows",
    }
)
TECHNICAL: Mapping[str, str] = MappingProxyType(
    {
        "roles": "Give and end roles",
        "security": "Follow sign-ins and security events",
        "health": "See the state of the machines and restart jobs",
    }
)
READING: Mapping[str, str] = MappingProxyType(
    {
        "read_audit": "Read the audit trail",
        "read_market": "Read ownership, holdings and volumes of the market",
    }
)
VERIFYING: Mapping[str, str] = MappingProxyType(
    {"verify": "Verify reports of eligible resources as an accredited independent verifier"}
)
# No other role has it, whatever else it may (docs/decisions/0136).
PAPERS: Mapping[str, str] = MappingProxyType(
    {"identity_scans": "Keep and read scans of identity papers"}
)
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {**OPERATION, **TECHNICAL, **READING, **VERIFYING, **PAPERS}
)

# What a firm that runs the system does, and what needs the right of decision (RGGI-037).
RUNNING = frozenset({"support", "notices", "announce", "health", "security"})

# What a State does in a program, and so what an agent that it designates can do for it.
STATE_FUNCTIONS = frozenset({"allocate", "holding_accounts", "review_eligibility"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role, its functions and its limits.

    Attributes:
        title: As pages show it.
        functions: What it may do at most; a grant may name fewer.
        of_state: It is limited to one State, which the grant names.
        needs_program: It is limited to one program, which the grant names.
        needs_functions: It has only the functions that the grant names.
        may_recommend: It may be given functions for recommendations alone.
        recommends: Functions on which it recommends and never decides.
    """

    title: str
    functions: frozenset[str]
    of_state: bool = False
    needs_program: bool = False
    needs_functions: bool = False
    may_recommend: bool = False
    recommends: frozenset[str] = frozenset()


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "administrator": Role(
            title="Administrator (program operation)",
            functions=frozenset(OPERATION) | frozenset(READING),
        ),
        "technical": Role(title="Technical administration", functions=frozenset(TECHNICAL)),
        "state_official": Role(
            title="State official",
            functions=STATE_FUNCTIONS,
            of_state=True,
            needs_program=True,
            may_recommend=True,
        ),
        "state_agent": Role(
            title="Designated agent of a State",
            functions=STATE_FUNCTIONS,
            of_state=True,
            needs_program=True,
            needs_functions=True,
            may_recommend=True,
        ),
        "market_monitor": Role(title="Market monitor", functions=frozenset({"read_market"})),
        "auditor": Role(title="Auditor", functions=frozenset({"read_audit", "read_market"})),
        "verifier": Role(title="Independent verifier", functions=frozenset(VERIFYING)),
        "support": Role(title="User support", functions=frozenset({"support"})),
        "contractor": Role(
            title="Contractor who runs the system, without a right of decision",
            functions=RUNNING,
            may_recommend=True,
            recommends=frozenset(OPERATION) - RUNNING - {"approve_roles"},
        ),
        "identity_keeper": Role(title="Keeper of identity papers", functions=frozenset(PAPERS)),
    }
)

# Both for one person only with a reason of its own, which is logged (PLAT-018).
APART = (frozenset({"administrator"}), frozenset({"technical"}))
# Who runs the system for the States decides nothing for them (RGGI-037).
KEPT_APART = (APART, (frozenset({"administrator"}), frozenset({"contractor"})))
