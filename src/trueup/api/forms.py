"""The library of forms, with the statements that are accepted with each: public."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from ninja import Router

from trueup.api import asking
from trueup.api import people_schemas as people
from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING
from trueup.rules.statements import Statement
from trueup.signing import forms as library

router = Router(tags=["Forms"])


@router.get("/{program}/forms", response={200: people.Forms, **READING})
@rule(PUBLIC)
def list_forms(request: HttpRequest, program: str) -> people.Forms:
    """Every form with its versions, and the prescribed statements word for word."""
    rules = asking.program_named(program)
    prescribed = rules.people.statements
    today = rules.local_date(asking.now())
    return people.Forms(
        items=[
            people.Form(
                key=item.key,
                title=item.title,
                purpose=item.purpose,
                cite=item.cite,
                versions=[
                    people.FormVersion(
                        version=version.version,
                        from_on=version.from_on,
                        superseded_on=version.superseded_on,
                        in_force=version.is_in_force(today),
                    )
                    for version in item.versions
                ],
                compliance=_texts(
                    library.statements_for(item.key, prescribed, account_kind="compliance")
                ),
                general=_texts(
                    library.statements_for(item.key, prescribed, account_kind="general")
                ),
            )
            for item in library.forms().values()
        ]
    )


def _texts(statements: Sequence[Statement]) -> list[people.StatementText]:
    return [
        people.StatementText(key=one.key, cite=one.cite, text=one.text, sha256=one.digest)
        for one in statements
    ]
