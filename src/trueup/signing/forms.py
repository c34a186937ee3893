"""The library of forms: what each is for, and which version is in force.

Source: PLAT-153.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from trueup.rules.refusal import Refused
from trueup.rules.statements import Statement
from trueup.signing.checks import FormSuperseded
from trueup.signing.entries import Form, FormVersion

AGREEMENT = "agreement"

# The kinds of account for which a program has statements of its own.
_BY_ACCOUNT = ("submission", "delegation")


@cache
def forms() -> Mapping[str, Form]:
    """All forms by their keys, in the order of the file.

    Source: PLAT-153.
    """
    file = resources.files("trueup.signing") / "forms.toml"
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType({key: _form(key, values) for key, values in read.items()})


def form(key: str) -> Form:
    """A form by its key; raises ValueError if there is none, which is a caller's bug."""
    if key not in forms():
        raise ValueError(f"there is no form {key!r}; signing/forms.toml lists them")
    return forms()[key]


def version_in_force(key: str, *, on: date, version: str = "") -> str:
    """The version of a form that can be signed on a day: the one given, or the newest.

    Raises Refused (`form_superseded`) if the version given is not in force.

    Source: PLAT-153.
    """
    found = form(key)
    usable = [item.version for item in found.versions if item.is_in_force(on)]
    if version and version not in usable:
        raise Refused(
            [
                FormSuperseded(
                    f"Version {version} of the form “{found.title}” is not in force;"
                    f" use version {found.current.version}."
                )
            ]
        )
    if not usable:
        raise ValueError(f"no version of the form {key!r} is in force on {on}")
    return version or usable[-1]


def statements_for(
    key: str, statements: Mapping[str, tuple[Statement, ...]], *, account_kind: str
) -> tuple[Statement, ...]:
    """The prescribed statements of a form, from those of a program.

    Args:
        statements: The program's, by document (`PeopleRules.statements`).
        account_kind: `compliance` or any other; decides between two sets of statements.

    Source: 40 CFR 62.16295(a), 62.16305(a)(4), 62.16315(c)(4), 62.16320(c).
    """
    document = form(key).statements
    if document in _BY_ACCOUNT:
        document += "_compliance" if account_kind == "compliance" else "_general"
    return statements[document] if document else ()


def _form(key: str, values: Mapping[str, Any]) -> Form:
    return Form(
        key=key,
        title=values["title"],
        purpose=values["purpose"],
        cite=values["cite"],
        statements=values.get("statements", ""),
        text=values.get("text", "").strip(),
        versions=tuple(
            FormVersion(
                version=item["version"],
                from_on=item["from_on"],
                superseded_on=item.get("superseded_on"),
            )
            for item in values["versions"]
        ),
    )
