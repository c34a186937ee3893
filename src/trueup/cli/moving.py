"""Transfers and voluntary retirements, submitted as the person who signs them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

import click

from trueup.cli.files import EXISTING, problems_option, read_bytes, reporting, write_report
from trueup.cli.naming import at_option, find_account, find_person, instant, program_option
from trueup.cli.output import REFUSED, Json, Output, messages, refusal_json, with_output
from trueup.rules import programs
from trueup.rules.refusal import Refusal, refusal_types
from trueup.rules.serials import SerialBlock, parse_block
from trueup.transfers import services
from trueup.transfers.entries import FileOutcome, TransferEntry
from trueup.transfers.trades import read_terms

Command = TypeVar("Command", bound=Callable[..., object])

# The same file of the same person out of the same account is carried out once.
FILES = UUID("6b0f2a52-9d0c-4f9e-8f57-62163300f11e")


class _Quantity(click.ParamType[Decimal]):
    """A plain number; whether it is a whole one of at least 1 is the rule's matter."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        text = str(value)
        if re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text) is None:
            self.fail(f"“{text}” is not a number.", param, ctx)
        return Decimal(text)


QUANTITY = _Quantity()

_BY = (
    click.option(
        "--as", "who", required=True, metavar="PERSON", help="E-mail address, name or id."
    ),
    click.option("--serials", nargs=2, multiple=True, metavar="FIRST LAST", help="Repeatable."),
    click.option("--vintage", type=int, help="With --quantity: the earliest recorded ones go."),
    click.option("--quantity", type=QUANTITY),
    click.option("--reference", default="", help="Your reference; only your people see it."),
    click.option("--note", default="", help="Only your people see it."),
    click.option("--key", type=click.UUID, help="The same key is carried out once."),
)


def _signed(command: Command) -> Command:
    """The options that transfers and retirements have in common."""
    for option in reversed(_BY):
        command = option(command)
    return command


@click.command()
@click.argument("source")
@click.argument("destination", required=False)
@_signed
@click.option("--agreement", default="", help="Kind, in programs that ask what was agreed.")
@click.option("--agreed-on", default="", metavar="DAY", help="Day of the agreement.")
@click.option("--price", default="", help="Of each, in US dollars: 5.00.")
@click.option("--pricing-method", default="", help="How the price is found, if it is not fixed.")
@click.option("--no-price", default="", help="Why there is no price, one of the program's reasons.")
@click.option("--receiver-confirms", is_flag=True, help="The receiver confirms the terms first.")
@click.option("--file", "path", type=EXISTING, help="CSV: a transfer in each row; - is stdin.")
@click.option("--each", is_flag=True, help="With --file: each row for itself, not all or none.")
@problems_option
@program_option
@at_option
@with_output
def transfer(
    output: Output,
    *,
    source: str,
    destination: str | None,
    who: str,
    serials: tuple[tuple[str, str], ...],
    vintage: int | None,
    quantity: Decimal | None,
    reference: str,
    note: str,
    key: UUID | None,
    agreement: str,
    agreed_on: str,
    price: str,
    pricing_method: str,
    no_price: str,
    receiver_confirms: bool,
    path: Path | None,
    each: bool,
    problems: Path | None,
    program: str,
    at: str | None,
) -> None:
    """Submit a transfer from SOURCE to DESTINATION, or one for each row of a file.

    Accounts are named by number or by exact name. A file has the columns first and last,
    or vintage and quantity; receiving_account; and if wanted reference and note. The same
    file is carried out once, unless it is given another --key.

    \b
    Examples:
      trueup transfer Barry "Gulf Brokers" --vintage 2022 --quantity 100 --as ana@example.org
      trueup transfer Barry G0100000025X --serials AL-2022-1 AL-2022-100 --as 17 --json
      trueup transfer Barry --file receivers.csv --as ana@example.org --problems wrong.csv
    """
    by_hand = bool(serials or vintage or quantity or reference or note)
    _require_one_way(path, destination, by_hand=by_hand, by_file=each or problems is not None)
    if path is not None:
        _transfer_file(
            output, source, path, who=who, key=key, each=each, problems=problems, at=at, of=program
        )
        return
    _require_what(serials, vintage, quantity)
    entry = services.submit_transfer(
        program=program,
        source=find_account(program, source).number,
        destination=find_account(program, destination or "").number,
        submitted_by=find_person(who).id,
        submitted_at=instant(program, at),
        key=key or uuid4(),
        blocks=_blocks(serials),
        vintage=vintage,
        quantity=quantity,
        reference=reference,
        note=note,
        trade=read_terms(
            kind=agreement, agreed_on=agreed_on, price=price, method=pricing_method, reason=no_price
        ),
        by_consent=receiver_confirms,
    )
    _tell(output, entry)


@click.command()
@click.argument("source")
@_signed
@click.option("--reason", required=True, help="One of the program's reasons; it is public.")
@click.option("--beneficiary", default="", help="For whom, if that is to be said; it is public.")
@program_option
@at_option
@with_output
def retire(
    output: Output,
    *,
    source: str,
    who: str,
    serials: tuple[tuple[str, str], ...],
    vintage: int | None,
    quantity: Decimal | None,
    reference: str,
    note: str,
    key: UUID | None,
    reason: str,
    beneficiary: str,
    program: str,
    at: str | None,
) -> None:
    """Retire of one's own motion, for good; it counts for no obligation.

    \b
    Example:
      trueup retire "Gulf Brokers" --vintage 2022 --quantity 5 --as cy@example.org
        --reason "environmental benefit"
    """
    _require_what(serials, vintage, quantity)
    entry = services.retire(
        program=program,
        source=find_account(program, source).number,
        submitted_by=find_person(who).id,
        submitted_at=instant(program, at),
        key=key or uuid4(),
        reason=reason,
        beneficiary=beneficiary,
        blocks=_blocks(serials),
        vintage=vintage,
        quantity=quantity,
        reference=reference,
        note=note,
    )
    _tell(output, entry)


def _transfer_file(
    output: Output,
    source: str,
    path: Path,
    *,
    who: str,
    key: UUID | None,
    each: bool,
    problems: Path | None,
    at: str | None,
    of: str,
) -> None:
    data, _ = read_bytes(path)
    account, person = find_account(of, source), find_person(who)
    submitted_at = instant(of, at)
    digest = hashlib.sha256(data).hexdigest()
    with reporting(data, problems):
        outcome = services.import_transfers(
            program=of,
            source=account.number,
            data=data,
            submitted_by=person.id,
            submitted_at=submitted_at,
            key=key or uuid5(FILES, f"{of} {account.number} {person.id} {digest}"),
            all_or_none=not each,
        )
    write_report(data, outcome.problems, problems)
    repeated = sum(entry.submitted_at < submitted_at for entry in outcome.transfers)
    if repeated:
        messages.print(
            f"{repeated:,} of the rows were submitted before, and are answered with what became"
            " of them; --key submits the file anew."
        )
    output.result(_file_json(outcome, repeated=repeated), text=_file_text(outcome))
    for problem in outcome.problems:
        messages.print(f"  {problem}", markup=False, soft_wrap=True)
    if outcome.problems:
        raise SystemExit(REFUSED)


def _require_one_way(
    path: Path | None, destination: str | None, *, by_hand: bool, by_file: bool
) -> None:
    """Refuse to submit one transfer and a file's at once, or options of the other way."""
    if (path is None) == (destination is None):
        raise click.UsageError("Name the receiving account, or give --file.")
    if path is not None and by_hand:
        raise click.UsageError("With --file, quantities, references and notes are in the file.")
    if path is None and by_file:
        raise click.UsageError("--each and --problems go with --file.")


def _require_what(
    serials: Sequence[tuple[str, str]], vintage: int | None, quantity: Decimal | None
) -> None:
    by_quantity = (vintage is not None, quantity is not None)
    if bool(serials) == any(by_quantity) or by_quantity in ((True, False), (False, True)):
        raise click.UsageError("Give --serials FIRST LAST, or --vintage and --quantity.")


def _blocks(serials: Sequence[tuple[str, str]]) -> list[SerialBlock]:
    return [parse_block(first, last) for first, last in serials]


def _tell(output: Output, entry: TransferEntry) -> None:
    """What became of a submission; a refused one is kept, and ends with exit code 1."""
    if entry.state == "refused":
        output.refuse(_refusals(entry), document={"transfer": _transfer_json(entry)})
    instruments = programs.load(entry.program).instruments
    named = ", ".join(str(block) for block in entry.blocks)
    lines = [
        f"{entry.quantity or 0:,} {instruments}: {named}",
        f"The {entry.kind} is {entry.state}.",
    ]
    lines += [f"It waits: {wait}" for wait in entry.waits if entry.state != "recorded"]
    output.result({"transfer": _transfer_json(entry)}, text="\n".join(lines))


def _refusals(entry: TransferEntry) -> list[Refusal]:
    kinds = {kind.code: kind for kind in refusal_types()}
    return [kinds[reason.code](reason.sentence) for reason in entry.reasons]


def _transfer_json(entry: TransferEntry) -> dict[str, Json]:
    return {
        "key": str(entry.key),
        "kind": entry.kind,
        "state": entry.state,
        "source": entry.source_number,
        "destination": entry.destination_number,
        "quantity": entry.quantity,
        "blocks": [
            {"first": block.first_serial, "last": block.last_serial, "quantity": block.quantity}
            for block in entry.blocks
        ],
        "as": f"person:{entry.submitted_by}",
        "submitted_at": entry.submitted_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat() if entry.recorded_at else None,
        "due_on": entry.due_on.isoformat() if entry.due_on else None,
        "transaction": entry.tx,
        "reference": entry.reference,
        "note": entry.note,
        "waits": [{"code": wait.code, "sentence": wait.sentence} for wait in entry.waits],
        "reasons": [
            {"code": reason.code, "cite": reason.cite, "sentence": reason.sentence}
            for reason in entry.reasons
        ],
    }


def _file_json(outcome: FileOutcome, *, repeated: int) -> Json:
    return {
        "recorded": outcome.recorded,
        "repeated": repeated,
        "transfers": [_transfer_json(entry) for entry in outcome.transfers],
        "problems": [refusal_json(problem) for problem in outcome.problems],
    }


def _file_text(outcome: FileOutcome) -> str:
    states = [entry.state for entry in outcome.transfers]
    counts = ", ".join(f"{states.count(state):,} {state}" for state in dict.fromkeys(states))
    return f"{len(states):,} transfers: {counts or 'none'}."
