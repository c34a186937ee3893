"""Open accounts, freeze them, close them; and open the books of a program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from trueup.ledger import checks
from trueup.ledger.brake_reads import stopped_types
from trueup.ledger.entries import (
    AccountEntry,
    AccountSpec,
)
from trueup.ledger.models import (
    Account,
    Program,
)
from trueup.ledger.numbers import account_number
from trueup.ledger.queries import account_entry, account_of_purpose
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import PROGRAM_PLACE

BATCH = 1000
RETIREMENT = "retirement"


def open_account(
    *,
    program: str,
    kind: str,
    name: str,
    opened_at: datetime,
    jurisdiction: str = "",
    purpose: str = "",
) -> AccountEntry:
    """Open an account with a number of its own that is never given again.

    Source: 40 CFR 62.16320(d); PLAT-021.
    """
    spec = AccountSpec(
        program=program, kind=kind, name=name, jurisdiction=jurisdiction, purpose=purpose
    )
    return open_accounts([spec], opened_at=opened_at)[0]


@transaction.atomic
def open_accounts(specs: Sequence[AccountSpec], *, opened_at: datetime) -> list[AccountEntry]:
    """Open many accounts of one or several programs at once, in the order given.

    Source: 40 CFR 62.16320(d); PLAT-021.
    """
    next_ids = {code: _number_accounts(code, specs) for code in {spec.program for spec in specs}}
    # An account that opens while the brake is on is stopped as well.
    stopped = {code: " ".join(stopped_types(code)) for code in next_ids}
    accounts = []
    for spec in specs:
        identity = next_ids[spec.program]
        next_ids[spec.program] += 1
        accounts.append(
            Account(
                id=identity,
                program_id=identity // PROGRAM_PLACE,
                number=account_number(identity, spec.kind),
                kind=spec.kind,
                name=spec.name,
                jurisdiction=spec.jurisdiction,
                purpose=spec.purpose,
                stopped=stopped[spec.program],
                opened_at=opened_at,
            )
        )
    Account.objects.bulk_create(accounts, batch_size=BATCH)
    return [account_entry(account) for account in accounts]


def retirement_account(*, program: str, opened_at: datetime) -> AccountEntry:
    """The Administrator's retirement account of a program, opened when it is first needed.

    Source: 40 CFR 62.16320(b)(1); MASS-035.
    """
    found = account_of_purpose(program=program, purpose=RETIREMENT)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return open_account(
                program=program,
                kind=RETIREMENT,
                name=RETIREMENT,
                purpose=RETIREMENT,
                opened_at=opened_at,
            )
    except IntegrityError:  # Somebody else has just opened it.
        found = account_of_purpose(program=program, purpose=RETIREMENT)
        if found is None:
            raise
        return found


@transaction.atomic
def freeze_account(account: int) -> None:
    """Keep an account from sending; it can still receive.

    What is being recorded out of it at this instant is waited for; nothing is after it.

    Source: 40 CFR 62.16255(c), (d)(1).
    """
    lock_account(account)
    Account.objects.filter(id=account, state="open").update(state="frozen")


def unfreeze_account(account: int) -> None:
    """Let a frozen account send again.

    Source: 40 CFR 62.16255(c).
    """
    Account.objects.filter(id=account, state="frozen").update(state="open")


@transaction.atomic
def close_account(account: int) -> None:
    """Close an account that holds nothing. Its number is never given again.

    Raises Refused (`account_not_empty`).

    Source: 40 CFR 62.16320(c)(6).
    """
    entry = Account.objects.select_for_update().get(id=account)
    if entry.holding_set.exists():
        raise Refused([checks.AccountNotEmpty(f"Account {entry.number} still holds instruments.")])
    Account.objects.filter(id=account).update(state="closed")


def lock_account(account: int) -> None:
    """Wait for what is being done with an account, and keep out what is about to be.

    Until the end of the transaction, so that a state read after it stays what it is.

    Source: 40 CFR 62.16255(c), 62.16320(c)(6).
    """
    list(Account.objects.select_for_update().filter(id=account).values_list("id"))


def _number_accounts(program: str, specs: Sequence[AccountSpec]) -> int:
    """Take as many account ids of a program as there are specs for it; the first one."""
    number = programs.load(program).number
    open_books(program)
    wanted = sum(1 for spec in specs if spec.program == program)
    Program.objects.filter(number=number).update(accounts_opened=F("accounts_opened") + wanted)
    opened = Program.objects.values_list("accounts_opened", flat=True).get(number=number)
    return number * PROGRAM_PLACE + opened - wanted + 1


def open_books(program: str) -> None:
    number = programs.load(program).number
    if not Program.objects.filter(number=number).exists():
        Program.objects.bulk_create([Program(number=number, code=program)], ignore_conflicts=True)
