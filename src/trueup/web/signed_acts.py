"""Acts that a representative signs, each declared once: its form, its text, its service.

The pages of every such act are the same (`views/signing.py`): a form, the answers to be
checked, the exact text with the prescribed statements, a second factor, the receipt. An
act says what is particular to it.

Source: PLAT-050, PLAT-051, PLAT-151, PLAT-152; MASS-027, MASS-037.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.functional import Promise

from trueup.accounts.entries import PersonEntry
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock
from trueup.rules.statements import Statement
from trueup.signing import forms as library
from trueup.signing.entries import Evidence
from trueup.transfers.entries import TransferEntry

Values = Mapping[str, Any]

# What the address of an act names: an account, a transfer, something else that has a key
# of its own (the act's `place` says what), or the program alone.
ACCOUNT = "account"
TRANSFER = "transfer"
THING = "thing"
PROGRAM = "program"

# Among the values of a draft: the names of the pages of its journey that were answered.
ANSWERED = "answered"

# Bytes that a page may be sent with a file, unless its act says more.
SENT_MAX = 8_000_000


def now() -> datetime:
    """The wall clock, which only the adapters read."""
    return timezone.now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, when, and on what.

    Attributes:
        account: For which the person acts; None for acts in the program alone.
        thing: The key of what the act is about, if it is neither account nor transfer.
        for_person: The representative in whose name an agent acts.
    """

    program: Program
    person: PersonEntry
    at: datetime
    account: AccountEntry | None = None
    transfer: TransferEntry | None = None
    thing: str = ""
    for_person: int | None = None

    @property
    def acted_for(self) -> AccountEntry:
        """The account; raises ValueError for an act that has none, which is a bug of ours."""
        if self.account is None:
            raise ValueError("this act is for no account")
        return self.account

    @property
    def about(self) -> TransferEntry:
        """The transfer; raises ValueError for an act that has none, which is a bug of ours."""
        if self.transfer is None:
            raise ValueError("this act is about no transfer")
        return self.transfer

    @property
    def subject(self) -> str:
        """What the draft of the act is about."""
        if self.transfer is not None:
            return str(self.transfer.key)
        if self.thing:
            return self.thing
        return self.account.number if self.account is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is to be signed, as text, and as a person checks it.

    Attributes:
        text: What the act's service will sign, word for word.
        rows: Label and answer.
        blocks: The serial numbers concerned.
        warnings: What the signer should know first.
        document: The form in the library, where it is not always the act's.
    """

    text: str
    rows: tuple[tuple[str, str], ...]
    blocks: tuple[SerialBlock, ...] = ()
    warnings: tuple[str, ...] = ()
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a signed act.

    Attributes:
        kind: `success`, `info`, `warning` or `error`.
        links: Name and address.
    """

    heading: str
    sentences: tuple[str, ...] = ()
    kind: str = "success"
    links: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "heading": self.heading,
            "sentences": list(self.sentences),
            "kind": self.kind,
            "links": [list(link) for link in self.links],
        }


class ActForm(forms.Form):
    """The questions of an act; `values` is what is kept of the answers, as JSON."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        acting: Acting,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)
        self.acting = acting

    def values(self) -> dict[str, Any]:
        """The answers as they were understood."""
        return dict(self.cleaned_data)


class StepForm(ActForm):
    """The questions of one page of a journey, which knows what was answered before.

    Attributes:
        is_secret: What was typed is not kept; `values` keeps what may be kept of it.
    """

    is_secret = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        acting: Acting,
        known: Values,
        files: Any = None,
        way: str = "",
    ) -> None:
        super().__init__(data, acting=acting, files=files)
        self.known = known
        self.way = way

    def shown(self) -> dict[str, Any]:
        """What the page shows beside the questions."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of a journey: one thing is asked.

    Attributes:
        name: In the address.
        part: Under which it stands in the step indicator; steps may share one.
        rows: Label and answer, as the page shows them that checks the answers.
        heading: Above these rows, where the title would not do.
        applies: Whether it is asked at all, after what was answered before.
        is_of: Whether journeys in a program have it.
        is_done: Whether what was answered still holds.
    """

    name: str
    part: str | Promise
    title: str | Promise
    form_class: type[StepForm]
    template: str = "signing/step"
    heading: str | Promise = ""
    rows: Callable[[Acting, Values], Sequence[tuple[str, str]]] = lambda _acting, _values: ()
    applies: Callable[[Acting, Values], bool] = lambda _acting, _values: True
    is_of: Callable[[Program], bool] = lambda _program: True
    is_done: Callable[[Acting, Values], bool] | None = None

    def holds(self, acting: Acting, values: Values) -> bool:
        """Whether the page was answered, and nothing has changed what was answered."""
        if self.name not in values.get(ANSWERED, ()):
            return False
        return self.is_done is None or self.is_done(acting, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What signing would do now, without doing it.

    Attributes:
        refusals: Why it would not be recorded.
        waits: What it would wait for.
        moved: Serial numbers that are no longer there, and where they are.
    """

    refusals: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    moved: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAct:
    """An act that a person signs.

    Attributes:
        name: In addresses. subject: What the address names.
        document: The form in the library, which has versions and statements.
        kind: The kind of submission that an agent must have been named for; blank: only
            the representatives themselves.
        lead: What the act does, in a sentence or two.
        button: What the button says that signs.
        prepare: The text and what is shown; is asked again just before it is signed.
        perform: Does the act with one call. The key is the submission's in both; with it
            a repetition is harmless.
        place: The address of an act about a thing.
        account_of: The account for which an act on a transfer is done.
        account_of_thing: The same for a thing; None where it is for no account.
        account_kind: Whose statements belong to it, where no account says so.
        may: Whether the person may do it now, beyond acting for the account.
        initial: Answers to begin with.
        functions: For acts of officials: one of these is needed in the program.
        steps: The pages of its journey, one thing each; without them it has one form.
        forecast: What signing would do, for the page that checks the answers.
        certified: The statements, where they are a paper's own and not the account's.
        then: What happens after the signature, where it is no transfer.
        home: Name and address of the page from which it was begun.
        sent_max: How many bytes one of its pages may be sent, files included.
    """

    name: str
    subject: str
    document: str
    title: str | Promise
    lead: str | Promise
    button: str | Promise
    form_class: type[ActForm]
    prepare: Callable[[Acting, Values, UUID], Submission]
    perform: Callable[[Acting, Values, UUID, Evidence], Outcome]
    kind: str = ""
    place: str = ""
    account_of_thing: Callable[[str], AccountEntry | None] = lambda _thing: None
    account_kind: Callable[[Acting, Values], str] = lambda _acting, _values: "general"
    account_of: Callable[[TransferEntry], AccountEntry | None] = lambda entry: entry.source
    may: Callable[[Acting], bool] = lambda _acting: True
    initial: Callable[[Acting], dict[str, Any]] = field(default=lambda _acting: {})
    functions: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    forecast: Callable[[Acting, Values, UUID], Forecast] = lambda _a, _v, _k: Forecast()
    certified: Callable[[Acting], tuple[Statement, ...]] | None = None
    then: str | Promise = ""
    home: Callable[[Acting], tuple[str, str]] | None = None
    sent_max: int = SENT_MAX

    def statements(self, acting: Acting, values: Values) -> tuple[Statement, ...]:
        """The prescribed statements, which are shown word for word and accepted.

        Source: 40 CFR 62.16295(a), 62.16305(a)(4), 62.16315(c)(4), 62.16320(c).
        """
        if self.certified is not None:
            return self.certified(acting)
        kind = acting.account.kind if acting.account else self.account_kind(acting, values)
        return library.statements_for(
            self.document, acting.program.people.statements, account_kind=kind
        )
