"""What each act of an official calls: one service, with what was asked, and its result."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID, uuid5

from trueup.accounts import queries as account_queries
from trueup.accounts import services as accounts
from trueup.allocation import services as allocation
from trueup.allocation.recipients import look_up
from trueup.compliance import services as compliance
from trueup.compliance.entries import Resettlement
from trueup.desk import checks
from trueup.desk.kinds import Asked, Result
from trueup.desk.parameters import blocks_of
from trueup.ledger import queries as ledger
from trueup.ledger.checks import UnknownAccount
from trueup.ledger.entries import AccountEntry
from trueup.officials import queries as official_queries
from trueup.officials import services as officials
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.transfers import queries as transfer_queries
from trueup.transfers import services as transfers
from trueup.transfers.checks import UnknownTransfer
from trueup.transfers.entries import ActReceipt, LimitationEntry


def originate(asked: Asked) -> Result:
    receipts = allocation.originate_budget(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        vintage=asked["vintage"],
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {
        "transactions": [receipt.tx for receipt in receipts],
        "quantity": sum(receipt.quantity for receipt in receipts),
    }


def import_plan(asked: Asked) -> Result:
    data = asked["plan"].encode()
    if asked.jurisdiction:
        _require_rows_of(asked.jurisdiction, data, asked)
    receipt = allocation.import_plan(
        program=asked.program,
        data=data,
        recorded_at=asked.at,
        actor=asked.actor,
        file_name=asked.get("file_name", ""),
    )
    return {
        "rows": receipt.rows,
        "quantity": receipt.quantity,
        "transactions": list(receipt.transactions),
    }


def _require_rows_of(jurisdiction: str, data: bytes, asked: Asked) -> None:
    """Refuse a State's plan that allocates another State's instruments.

    Source: PLAT-019.
    """
    rows = allocation.read_plan(data, program=asked.program, recorded_at=asked.at)
    found = look_up(rows, program=asked.program, recorded_at=asked.at)
    if found.refusals:
        raise Refused(found.refusals)
    others = sorted({recipient.of.jurisdiction for recipient in found.recipients} - {jurisdiction})
    if others:
        raise Refused(
            [
                checks.NotAuthorized(
                    f"This is a plan of {jurisdiction}; it has rows of {', '.join(others)}."
                )
            ]
        )


def record_from_reserve(asked: Asked) -> Result:
    receipt = allocation.record_from_reserve(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        vintage=asked["vintage"],
        quantity=asked["quantity"],
        account=asked["account"],
        recorded_at=asked.at,
        actor=asked.actor,
        key=uuid5(asked.key, "reserve"),
    )
    return {"quantity": receipt.quantity, "transactions": list(receipt.transactions)}


def settle(asked: Asked) -> Result:
    run = compliance.run_deductions(
        program=asked.program,
        period=programs.load(asked.program).period_named(asked["period"]),
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {
        "run": run.run,
        "settled": len(run.outcomes),
        "left_out": len(run.omissions),
        "deducted": sum(outcome.deducted for outcome in run.outcomes),
        "short": sum(1 for outcome in run.outcomes if outcome.excess_due),
    }


def adjust_after_audit(asked: Asked) -> Result:
    settled = compliance.adjust_after_audit(
        program=asked.program,
        facility=facility_with_code(asked["facility"]),
        unit=asked["unit"],
        year=asked["year"],
        co2_tons=_quantity(asked.get("co2_tons")),
        net_mwh=_quantity(asked.get("net_mwh")),
        useful_thermal_mwh=_quantity(asked.get("useful_thermal_mwh")),
        ground=asked["ground"],
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return _resettled(settled)


def _quantity(stated: object) -> Decimal | None:
    """A number as the form gives it; None if the field was left empty."""
    return Decimal(str(stated)) if stated not in (None, "") else None


def decide_appeal(asked: Asked) -> Result:
    settled = compliance.decide_appeal(
        program=asked.program,
        period=programs.load(asked.program).period_named(asked["period"]),
        facility=facility_with_code(asked["facility"]),
        returned=asked["returned"],
        ruling=asked["ruling"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return _resettled(settled)


def cancel_instruments(asked: Asked) -> Result:
    return _received(
        transfers.cancel_instruments(
            program=asked.program,
            blocks=blocks_of(asked.values),
            ground=asked["ground"],
            ended_at=asked.at,
            key=uuid5(asked.key, "ending"),
            actor=asked.actor,
        )
    )


def limit_instruments(asked: Asked) -> Result:
    return _limited(
        transfers.limit_instruments(
            program=asked.program,
            blocks=blocks_of(asked.values),
            ground=asked["ground"],
            placed_at=asked.at,
            key=uuid5(asked.key, "limitation"),
            actor=asked.actor,
        )
    )


def lift_limitation(asked: Asked) -> Result:
    key = UUID(asked["limitation"])
    entries = transfers.lift_limitation(
        limitation=key, ground=asked["ground"], lifted_at=asked.at, actor=asked.actor
    )
    _require_program({entry.program for entry in entries}, asked)
    return _limited(entries)


def recover_incorrect_allocation(asked: Asked) -> Result:
    entries = compliance.recover_incorrect_allocation(
        program=asked.program,
        facility=facility_with_code(asked["facility"]),
        unit=asked["unit"],
        ground=asked["ground"],
        found_at=asked.at,
        actor=asked.actor,
    )
    return {"periods": len(entries), "taken": sum(entry.taken for entry in entries)}


def correct_error(asked: Asked) -> Result:
    return _received(
        transfers.correct_error(
            program=asked.program,
            source=_account(asked, "source").number,
            destination=_account(asked, "destination").number,
            blocks=blocks_of(asked.values),
            ground=asked["ground"],
            corrected_at=asked.at,
            key=uuid5(asked.key, "correction"),
            mends=asked.get("mends"),
            actor=asked.actor,
        )
    )


def reverse_transfer(asked: Asked) -> Result:
    key = UUID(asked["transfer"])
    found = transfer_queries.transfer(key, viewer=None)
    if found is None or found.program != asked.program:
        raise Refused([UnknownTransfer("There is no such transfer in this program.")])
    return _received(
        transfers.reverse(
            transfer=key, ground=asked["ground"], reversed_at=asked.at, actor=asked.actor
        )
    )


def freeze(asked: Asked) -> Result:
    entry = accounts.freeze_account(
        account=_account(asked).id,
        ground=asked["ground"],
        frozen_at=asked.at,
        actor=asked.actor,
    )
    return {"account": entry.number, "state": entry.state}


def undo_freeze(asked: Asked) -> Result:
    """A second official finds that the freeze was not called for."""
    return unfreeze(asked)


def unfreeze(asked: Asked) -> Result:
    entry = accounts.unfreeze_account(
        account=_account(asked).id,
        ground=asked["ground"],
        released_at=asked.at,
        actor=asked.actor,
    )
    return {"account": entry.number, "state": entry.state}


def close(asked: Asked) -> Result:
    entry = accounts.close_account(
        account=_account(asked).id,
        ground=asked["ground"],
        closed_at=asked.at,
        actor=asked.actor,
    )
    return {"account": entry.number, "state": entry.state}


def grant_role(asked: Asked) -> Result:
    entry = officials.grant(
        person=asked["person"],
        role=asked["role"],
        program="" if asked.get("everywhere") else asked.program,
        jurisdiction=asked.get("jurisdiction", ""),
        functions=asked.get("functions", ()),
        recommends=asked.get("recommends", ()),
        from_at=asked.at,
        granted_by=f"person:{asked.by}",
        reason=asked["reason"],
        apart_reason=asked.get("apart_reason", ""),
    )
    return {"grant": entry.id, "person": entry.name, "role": entry.title}


def end_role(asked: Asked) -> Result:
    found = official_queries.grant(asked["grant"])
    if found is None or found.program not in ("", asked.program):
        raise Refused([checks.NothingToDo(f"There is no grant {asked['grant']} here.")])
    entry = officials.end_grant(
        grant=found.id, ended_at=asked.at, ended_by=asked.actor, reason=asked["reason"]
    )
    return {"grant": entry.id, "person": entry.name, "role": entry.title}


def _account(asked: Asked, name: str = "account") -> AccountEntry:
    found = ledger.find_account(program=asked.program, number=asked[name])
    if found is None:
        raise Refused([UnknownAccount(f"The program has no account {asked[name]}.")])
    return found


def facility_with_code(oris_code: int) -> int:
    found = account_queries.find_facility(oris_code=oris_code)
    if found is None:
        raise Refused([checks.NothingToDo(f"There is no facility with ORIS code {oris_code}.")])
    return found.id


def _require_program(codes: Iterable[str], asked: Asked) -> None:
    if set(codes) - {asked.program}:
        raise Refused([checks.NotAuthorized("It belongs to another program.")])


def _received(receipt: ActReceipt) -> Result:
    return {
        "quantity": receipt.quantity,
        "transactions": list(receipt.transactions),
        "decision": receipt.decision,
    }


def _limited(entries: Iterable[LimitationEntry]) -> Result:
    return {"limitations": sorted({str(entry.key) for entry in entries})}


def _resettled(settled: Resettlement | None) -> Result:
    if settled is None:
        return {"settled_anew": False}
    return {
        "settled_anew": True,
        "returned": settled.returned,
        "taken": settled.taken,
        "decision": settled.decision,
    }
