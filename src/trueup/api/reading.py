"""Reading a request's body strictly: what two readers could read differently is refused."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

# An escaped NUL: a backslash that no other one escapes.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class StrictParser(Parser):
    """JSON of one object, in UTF-8, each name once, without NaN, half characters or NUL."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Read the body; any exception becomes status 400."""
        text = request.body.decode("utf-8")
        read = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse_constant)
        if not isinstance(read, dict):
            raise TypeError("the body is not an object")
        if "\\u" in text:
            # Half of a surrogate pair can be written as an escape, and in no encoding.
            whole = json.dumps(read, ensure_ascii=False).encode("utf-8")
            if _NUL.search(whole):
                raise ValueError("a text holds NUL, which PostgreSQL cannot store")
        return read


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's fields; a name that stands twice would mean either value."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return fields


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
