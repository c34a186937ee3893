"""Issue documents: the facts are read, set, signed and kept, once for the same facts.

Source: PLAT-088; docs/decisions/0270 to 0273.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from trueup.documents import account_facts
from trueup.documents.certificate_facts import certificate_facts
from trueup.documents.entries import DocumentEntry, Issued
from trueup.documents.issuing import issue, issued
from trueup.documents.settlement_facts import settled_in, settlement_facts
from trueup.documents.transfer_facts import transfer_facts
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod

# One part of a long run is one transaction; nobody else can write to SQLite meanwhile.
PART = 50

Tell = Callable[[str, int, int], None]


def issue_settlement_statement(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int,
    unit: int | None = None,
    made_at: datetime,
    asked_by: str = "",
) -> DocumentEntry:
    """Issue the statement of a facility's settlement, with every serial number and its ground.

    Raises Refused (`nothing_to_issue`) if it was not settled.

    Source: 40 CFR 62.16340(e), 62.16535(f); PLAT-088.
    """
    facts = settlement_facts(program=program, period=period, facility=facility, unit=unit)
    return issue(facts, made_at=made_at, asked_by=asked_by).document


def issue_settlement_statements(
    *,
    program: str,
    period: CompliancePeriod,
    made_at: datetime,
    asked_by: str = "",
    after: int = 0,
    limit: int = PART,
    tell: Tell = lambda _what, _done, _of: None,
) -> Issued:
    """Issue the statements of a whole period, a part at a time.

    Args:
        after: Where the part begins: what the part before gave.

    Source: 40 CFR 62.16340(e), 62.16535(f); PLAT-088.
    """
    settled = list(settled_in(program=program, period=period))
    before = sum(1 for row in settled if row.key <= after)
    part = settled[before : before + limit]
    made = 0
    for done, row in enumerate(part, start=1):
        facts = settlement_facts(
            program=program, period=period, facility=row.facility, unit=row.unit
        )
        made += int(issue(facts, made_at=made_at, asked_by=asked_by).is_new)
        tell("Settlement statements issued", before + done, len(settled))
    is_last = before + len(part) == len(settled)
    return Issued(made=made, kept=len(part) - made, after=None if is_last else part[-1].key)


def issue_account_statement(
    *, account: AccountEntry, start: date, end: date, made_at: datetime, asked_by: str = ""
) -> DocumentEntry:
    """Issue an account's statement for some days, both ends included.

    Raises Refused (`disclosure.backwards`, `disclosure.too_long`).

    Source: PLAT-041, PLAT-140.
    """
    facts = account_facts.statement_facts(account, start=start, end=end)
    return issue(facts, made_at=made_at, asked_by=asked_by).document


def issue_reference_sheet(
    *, account: AccountEntry, made_at: datetime, asked_by: str = ""
) -> DocumentEntry:
    """Issue a sheet that says who an account is, as of the day on which it is asked for.

    Source: 40 CFR 62.16290(a)(2), 62.16320(c); PLAT-140.
    """
    on = programs.load(account.program).local_date(made_at)
    facts = account_facts.reference_facts(account, on=on, at=made_at)
    return issue(facts, made_at=made_at, asked_by=asked_by).document


def issue_confirmation(
    *, account: AccountEntry, year: int, made_at: datetime, asked_by: str = ""
) -> DocumentEntry:
    """Issue a confirmation of what an account held at the end of a year.

    Raises Refused (`year_not_over`, `too_long`).

    Source: PLAT-041, PLAT-140.
    """
    facts = account_facts.confirmation_facts(account, year=year, at=made_at)
    return issue(facts, made_at=made_at, asked_by=asked_by).document


def issue_transfer_receipt(
    *, transfer: UUID, made_at: datetime, asked_by: str = ""
) -> DocumentEntry:
    """Issue the receipt of a transfer that is recorded.

    Raises Refused (`nothing_to_issue`, `not_final`).

    Source: 40 CFR 62.16335(e)(1); MASS-168.
    """
    return issue(transfer_facts(transfer), made_at=made_at, asked_by=asked_by).document


def issue_certificate(*, certificate: int, made_at: datetime, asked_by: str = "") -> DocumentEntry:
    """Issue a certificate of representation as it was received, for those who may see it.

    Raises Refused (`nothing_to_issue`, `not_final`).

    Source: 40 CFR 62.16305(a), (b); 62.16500(a).
    """
    return issue(certificate_facts(certificate), made_at=made_at, asked_by=asked_by).document


def issued_account_statement(
    *, account: AccountEntry, start: date, end: date
) -> DocumentEntry | None:
    """The statement of these days, if it was issued and the books say the same today.

    Source: PLAT-041.
    """
    return issued(account_facts.statement_facts(account, start=start, end=end))
