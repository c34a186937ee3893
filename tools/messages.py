"""Keep the catalogue of messages true to the code, and its Spanish whole.

    python -m tools.messages check      says what is wrong, and exits with 1 if anything is
    python -m tools.messages write      reads the code anew into the .po, and makes the .mo

The compiled catalogue is part of the source, so that nobody who runs the registry needs
gettext. What the pages of the public and of the representatives say must have Spanish;
what officials alone read may be left in English (docs/decisions/0220).
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.message_sources import REFUSAL, ROOT, SOURCE, all_messages, sentence_calls
from tools.message_sources import patterns_of as patterns_of_sentence

LANGUAGES = ("es",)
# What only officials and operators read.
_OFFICIALS = re.compile(
    r"src/trueup/(desk/|tasks/|officials/|cli/|api/|web/("
    r"(acts|views)/(desk|people_desk|identity_papers|announcements|saved_searches|gallery)"
    r"|authentication/res\w+|templates/web/(desk/|auctions/desk_|components|resets)"
    r"|templates/web/support/(desk|people|person|paper|look|announcement|search|keep_search)))"
)
# Whose refusals a representative can meet.
_REPRESENTATIVES = re.compile(
    r"src/trueup/(transfers|signing|accounts|compliance|identity|ledger|web)/"
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%[sd]")
_FIELD = re.compile(r"\{(\w*)\}")


@cache
def extracted() -> Catalog:
    """The messages of the code, without any translation."""
    catalog = _empty("en")
    for found in sorted(all_messages(), key=lambda one: (one.path, one.context, one.text)):
        catalog.add(
            (found.text, found.plural) if found.plural else found.text,
            context=found.context or None,
            locations=[(found.path, 0)],
            auto_comments=[found.comment] if found.comment else (),
        )
    return catalog


def merged(language: str) -> Catalog:
    """The messages of the code with the translations that there are."""
    before = _read(language)
    catalog = _empty(language)
    for message in extracted():
        if not message.id:
            continue
        known = before.get(_key(message), message.context)
        catalog.add(
            message.id,
            known.string if known is not None and _same_shape(known, message) else None,
            context=message.context,
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else (),
            flags=_flags(message),
        )
    return catalog


def problems(language: str) -> Iterator[str]:
    """What is wrong with a language's catalogue."""
    catalog = merged(language)
    if _po(catalog) != _path(language, "po").read_bytes():
        yield f"{language}: the .po is stale; run `python -m tools.messages write`."
    for path, content in _compiled(language, catalog).items():
        if not path.exists() or path.read_bytes() != content:
            yield f"{language}: {path.name} is stale; run `python -m tools.messages write`."
    for message in catalog:
        if not message.id:
            continue
        if not _is_translated(message):
            if must_be_translated(message):
                places = ", ".join(path for path, _ in message.locations[:2])
                yield f"{language}: no translation of “{_key(message)}” ({places})"
            continue
        yield from (f"{language}: {problem}" for problem in placeholder_problems(message))


def must_be_translated(message: Message) -> bool:
    """Whether somebody other than an official reads it."""
    paths = [path for path, _ in message.locations]
    if message.context == REFUSAL:
        return any(_REPRESENTATIVES.match(path) for path in paths)
    return any(not _OFFICIALS.match(path) for path in paths)


def placeholder_problems(message: Message) -> Iterator[str]:
    """A translation has the placeholders of its message: no other, none left out."""
    ids, strings = _texts(message.id), _texts(message.string)
    wanted = _placeholders(ids[-1], message.context)
    for index, text in enumerate(strings):
        # The singular may say "one" in place of the number.
        may_lack = set() if index or len(ids) == 1 else wanted - _placeholders(ids[0], None)
        found = _placeholders(text, message.context)
        if found - wanted or wanted - found - may_lack:
            yield f"placeholders differ in “{text}”, for “{ids[-1]}”"
    if message.context != REFUSAL and any(
        text.count("<") != ids[-1].count("<") for text in strings
    ):
        yield f"elements differ in “{strings[-1]}”, for “{ids[-1]}”"


def counts(language: str) -> str:
    """How much of a catalogue is translated, in one line."""
    found = [message for message in merged(language) if message.id]
    owed = [message for message in found if must_be_translated(message)]
    sentences = [message for message in found if message.context == REFUSAL]
    calls = [patterns_of_sentence(sentence) for _, sentence in sentence_calls()]
    return (
        f"{language}: {len(found)} messages, {_done(found)} translated; of the {len(owed)} that"
        f" must be, {_done(owed)}; of {len(sentences)} sentences of refusals {_done(sentences)}"
        f" ({sum(map(bool, calls))} of {len(calls)} places that refuse have a pattern)"
    )


def _done(messages: Iterable[Message]) -> int:
    return sum(map(_is_translated, messages))


def _is_translated(message: Message) -> bool:
    return all(_texts(message.string))


def _texts(given: object) -> tuple[str, ...]:
    """The one text of a message, or its singular and plural."""
    return tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given or ""),)


def _placeholders(text: str, context: str | None) -> set[str]:
    if context == REFUSAL:
        return set(_FIELD.findall(text))
    return {match[0] for match in _PLACEHOLDER.finditer(text) if match[0] != "%%"}


def _flags(message: Message) -> tuple[str, ...]:
    ids = _texts(message.id)
    if message.context == REFUSAL:
        return ("python-brace-format",) if any(map(_FIELD.search, ids)) else ()
    return ("python-format",) if any(_placeholders(text, None) for text in ids) else ()


def _same_shape(known: Message, message: Message) -> bool:
    return len(_texts(known.string)) == len(_texts(message.id))


def _key(message: Message) -> str:
    return _texts(message.id)[0]


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=language,
        project="Trueup",
        version="1",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        charset="utf-8",
        fuzzy=False,
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),  # Files differ by what they say alone.
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        header_comment="# Messages of Trueup. `python -m tools.messages write` keeps the list.",
    )


def _read(language: str) -> Catalog:
    path = _path(language, "po")
    if not path.exists():
        return _empty(language)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def _path(language: str, kind: str) -> Path:
    return SOURCE / "locale" / language / "LC_MESSAGES" / f"django.{kind}"


def _po(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_po(file, catalog, width=100, ignore_obsolete=True, include_lineno=False)
    return file.getvalue()


def _mo(catalog: Catalog) -> bytes:
    """What Django reads; the sentences of refusals are found by pattern, from their own file."""
    compiled = _empty(str(catalog.locale))
    for message in catalog:
        if message.id and message.context != REFUSAL and _is_translated(message):
            compiled.add(message.id, message.string, context=message.context)
    file = BytesIO()
    write_mo(file, compiled)
    return file.getvalue()


def _sentences(catalog: Catalog) -> bytes:
    """The translated sentences of refusals, as `trueup.web.sentences` reads them."""
    found = {
        str(message.id): str(message.string)
        for message in catalog
        if message.context == REFUSAL and _is_translated(message)
    }
    return (json.dumps(found, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode()


def _compiled(language: str, catalog: Catalog) -> dict[Path, bytes]:
    """The files that the software reads."""
    return {
        _path(language, "mo"): _mo(catalog),
        SOURCE / "locale" / language / "refusals.json": _sentences(catalog),
    }


def set_up() -> None:
    """Django's own reading of templates needs its settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")


@click.group()
def main() -> None:
    """The catalogue of messages."""
    sys.path[:0] = [str(ROOT / "src")]
    set_up()


@main.command()
def write() -> None:
    """Read the code anew and write the catalogues."""
    for language in LANGUAGES:
        catalog = merged(language)
        _path(language, "po").parent.mkdir(parents=True, exist_ok=True)
        _path(language, "po").write_bytes(_po(catalog))
        for path, content in _compiled(language, catalog).items():
            path.write_bytes(content)
        click.echo(counts(language))


@main.command()
def check() -> None:
    """Say what is wrong with the catalogues."""
    found = [problem for language in LANGUAGES for problem in problems(language)]
    for problem in found:
        click.echo(problem)
    for language in LANGUAGES:
        click.echo(counts(language))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
