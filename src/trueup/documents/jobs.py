"""Documents that take longer than a page may: done by the worker.

Source: PLAT-006, PLAT-088.
"""

from __future__ import annotations

from datetime import date

from trueup.documents import services
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.tasks import jobs

SETTLEMENT_STATEMENTS = "issue_settlement_statements"
ACCOUNT_STATEMENT = "issue_account_statement"


@jobs.register(SETTLEMENT_STATEMENTS, title="Issue settlement statements", function="settle")
def settlement_statements(work: jobs.Work) -> jobs.Made:
    """Issue a part of a period's statements, and ask for the next part.

    Each part is a job of its own, because a job is one transaction, and nobody else
    can write to SQLite during one.
    """
    values = work.values
    period = programs.load(work.program).period_named(values["period"])
    issued = services.issue_settlement_statements(
        program=work.program,
        period=period,
        made_at=work.at,
        asked_by=f"person:{work.by}" if work.by is not None else "administrator",
        after=values.get("after", 0),
        tell=work.tell,
    )
    made = values.get("made", 0) + issued.made
    kept = values.get("kept", 0) + issued.kept
    address = f"/{work.program}/settlements/{period.name}/"
    if issued.after is not None:
        following = {**values, "after": issued.after, "made": made, "kept": kept}
        key = jobs.start(
            SETTLEMENT_STATEMENTS, by=work.by, program=work.program, values=following, at=work.at
        )
        address = f"/desk/jobs/{key}/"
    return jobs.Made(result={"made": made, "kept": kept}, address=address)


@jobs.register(ACCOUNT_STATEMENT, title="Issue an account statement")
def account_statement(work: jobs.Work) -> jobs.Made:
    """Issue one long account statement; its address serves it when it is done."""
    values = work.values
    account = ledger.account(values["account"])
    start, end = (date.fromisoformat(values[key]) for key in ("start", "end"))
    document = services.issue_account_statement(
        account=account,
        start=start,
        end=end,
        made_at=work.at,
        asked_by=f"person:{work.by}" if work.by is not None else "",
    )
    address = f"/{work.program}/accounts/{account.number}/statement.pdf?from={start}&to={end}"
    return jobs.Made(result={"number": document.number}, address=address)
