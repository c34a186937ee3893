"""Sentences on what keeps instruments from leaving an account too easily."""

from __future__ import annotations

from datetime import datetime

from tests.acceptance.clock import eastern
from tests.acceptance.sentences import sentence
from tests.acceptance.steps.transfers import note
from tests.acceptance.world import World, new_key
from trueup.accounts import queries as accounts
from trueup.ledger import queries as ledger
from trueup.transfers import proposals, queries, services
from trueup.transfers.deadlines import must_be_signed_by
from trueup.transfers.entries import TransferSpec

ADMINISTRATOR = "administrator"


@sentence('the account "{account}" requires a second person to approve transfers')
def require_second_person(world: World, account: str) -> None:
    with world.act():
        services.require_second_person(
            account=world.opened_account(account).id, at=world.now, actor=ADMINISTRATOR
        )


@sentence('"{person}" asks that "{account}" no longer requires a second person')
def ask_to_end(world: World, person: str, account: str) -> None:
    found, somebody = world.opened_account(account), world.anybody(person)
    with world.act():
        services.ask_to_end_second_person(account=found.id, person=somebody.id, at=world.now)


@sentence('"{person}" agrees that "{account}" no longer requires a second person')
def agree_to_end(world: World, person: str, account: str) -> None:
    found, somebody = world.opened_account(account), world.anybody(person)
    with world.act():
        services.end_second_person(account=found.id, person=somebody.id, at=world.now)


@sentence("transfers to accounts that are not trusted wait {days:0|1|2|3|4} business day[s|]")
def set_wait(world: World, days: str) -> None:
    with world.act():
        services.set_safeguards(
            program=world.program, at=world.now, actor=ADMINISTRATOR, wait_business_days=int(days)
        )


@sentence("listed accounts are trusted after {days:0|1|2|3|4|5} business day[s|]")
def set_listing(world: World, days: str) -> None:
    with world.act():
        services.set_safeguards(
            program=world.program,
            at=world.now,
            actor=ADMINISTRATOR,
            listing_business_days=int(days),
        )


@sentence("a transfer that lacks a second signature lapses after {hours:1|24|48|72} hour[s|]")
def set_lifetime(world: World, hours: str) -> None:
    with world.act():
        services.set_safeguards(
            program=world.program,
            at=world.now,
            actor=ADMINISTRATOR,
            second_signature_hours=int(hours),
        )


@sentence(
    "the receiver agrees to a transfer {when:never|always|unless it has agreed once and for all}"
)
def set_acceptance(world: World, when: str) -> None:
    with world.act():
        services.set_safeguards(
            program=world.program,
            at=world.now,
            actor=ADMINISTRATOR,
            receiver_acceptance=when if when in ("never", "always") else "standing",
        )


@sentence('"{other}" is a trusted account of "{account}"')
def trust(world: World, other: str, account: str) -> None:
    """It is in effect: listed, approved where a second person is needed, and its day has come."""
    giver, taker = world.opened_account(account), world.opened_account(other)
    seats = accounts.representatives([giver.id], at=world.now)[giver.id]
    before = queries.safeguards(program=giver.program, at=world.now)
    _set_listing_days(world, giver.program, 0)
    listed = services.trust_account(
        account=giver.id, other=taker.id, by=seats[0].person, at=world.now
    )
    if listed.needs_approval:
        services.approve_trusted(
            account=giver.id, other=taker.id, person=seats[1].person, at=world.now
        )
    _set_listing_days(world, giver.program, before.listing_business_days)


def _set_listing_days(world: World, program: str, days: int) -> None:
    if queries.safeguards(program=program, at=world.now).listing_business_days != days:
        services.set_safeguards(
            program=program, at=world.now, actor=ADMINISTRATOR, listing_business_days=days
        )


@sentence('"{person}" lists "{other}" as a trusted account of "{account}"')
def list_trusted(world: World, person: str, other: str, account: str) -> None:
    giver, taker = world.opened_account(account), world.opened_account(other)
    somebody = world.anybody(person)
    with world.act():
        services.trust_account(account=giver.id, other=taker.id, by=somebody.id, at=world.now)


@sentence('"{person}" approves "{other}" as a trusted account of "{account}"')
def approve_trusted(world: World, person: str, other: str, account: str) -> None:
    giver, taker = world.opened_account(account), world.opened_account(other)
    somebody = world.anybody(person)
    with world.act():
        services.approve_trusted(account=giver.id, other=taker.id, person=somebody.id, at=world.now)


@sentence('"{person}" takes "{other}" off the trusted accounts of "{account}"')
def remove_trusted(world: World, person: str, other: str, account: str) -> None:
    giver, taker = world.opened_account(account), world.opened_account(other)
    somebody = world.anybody(person)
    with world.act():
        services.remove_trusted(account=giver.id, other=taker.id, person=somebody.id, at=world.now)


@sentence('"{person}" accepts the transfer')
def accept(world: World, person: str) -> None:
    transfer, somebody = world.transfer, world.anybody(person)
    with world.act():
        note(world, services.accept_incoming(key=transfer.key, person=somebody.id, at=world.now))


@sentence('"{person}" declines the transfer because "{ground}"')
def decline(world: World, person: str, ground: str) -> None:
    transfer, somebody = world.transfer, world.anybody(person)
    with world.act():
        services.decline_incoming(key=transfer.key, person=somebody.id, reason=ground, at=world.now)


@sentence('"{person}" agrees to every transfer into "{account}"')
def agree(world: World, person: str, account: str) -> None:
    found, somebody = world.opened_account(account), world.anybody(person)
    with world.act():
        services.agree_once_and_for_all(account=found.id, person=somebody.id, at=world.now)


@sentence('"{person}" stops every "{kind}" because "{ground}"')
def pull_brake(world: World, person: str, kind: str, ground: str) -> None:
    somebody = world.anybody(person)
    with world.act():
        services.pull_brake(
            program=world.program,
            types=[kind],
            ground=ground,
            at=world.now,
            actor=f"official:{somebody.id}",
        )


@sentence('"{person}" confirms the stop')
def confirm_brake(world: World, person: str) -> None:
    somebody = world.anybody(person)
    with world.act():
        services.confirm_brake(
            key=ledger.brakes(program=world.program)[0].key,
            at=world.now,
            actor=f"official:{somebody.id}",
        )


@sentence('"{person}" lifts the stop')
def lift_brake(world: World, person: str) -> None:
    somebody = world.anybody(person)
    with world.act():
        services.lift_brake(
            key=ledger.brakes(program=world.program)[0].key,
            at=world.now,
            actor=f"official:{somebody.id}",
        )


@sentence('every "{kind}" is stopped')
def check_stopped(world: World, kind: str) -> None:
    found = ledger.stopped_types(world.program)
    assert kind in found, f"stopped are {found or 'none'}, not “{kind}”"


@sentence('no "{kind}" is stopped')
def check_not_stopped(world: World, kind: str) -> None:
    assert kind not in ledger.stopped_types(world.program), f"“{kind}” is stopped"


@sentence('"{person}" prepares a transfer of "{first}" to "{last}" from "{source}" to "{account}"')
def propose(world: World, person: str, first: str, last: str, source: str, account: str) -> None:
    somebody = world.anybody(person)
    spec = TransferSpec(
        source=world.number_of(source),
        destination=world.number_of(account),
        submitted_by=somebody.id,
        submitted_at=world.now,
        key=new_key(),
        blocks=(world.block(first, last),),
    )
    with world.act():
        services.propose_transfer(spec, program=world.program, recorded_at=world.now)


@sentence('"{person}" signs the prepared transfer of "{source}"')
def sign_proposal(world: World, person: str, source: str) -> None:
    somebody, account = world.anybody(person), world.opened_account(source)
    prepared = proposals.proposals_of(account.id)
    assert prepared, f"no transfer of “{source}” awaits a signature"
    with world.submission():
        entry = services.sign_proposal(key=prepared[-1].key, person=somebody.id, at=world.now)
        world.transfer_key = entry.key
        note(world, entry)


@sentence('no transfer of "{source}" is prepared')
def check_no_proposal(world: World, source: str) -> None:
    account = world.opened_account(source)
    assert not proposals.proposals_of(account.id), f"a transfer of “{source}” awaits a signature"


@sentence("the transfer must be signed by {moment}")
def check_signed_by(world: World, moment: datetime) -> None:
    found = must_be_signed_by(world.transfer, now=world.now)
    assert found == eastern(moment), f"the transfer must be signed by {found}, not {moment}"
