"""Read a PDF as a reader and a checker do: its tags, its words, its signature."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from trueup.documents import signing_key


@dataclass(frozen=True)
class Pdf:
    """A PDF of the registry."""

    content: bytes

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.content))

    @property
    def root(self) -> Any:
        return self.reader.trailer["/Root"]

    @cached_property
    def text(self) -> str:
        return "\n".join(page.extract_text() for page in self.reader.pages)

    @cached_property
    def tags(self) -> list[str]:
        """The kinds of all structure elements, in reading order."""
        return [str(one["/S"]) for one in self._elements(self.root["/StructTreeRoot"])]

    @property
    def attachment(self) -> bytes:
        (content,) = self.reader.attachments["facts.json"]
        return bytes(content)

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.attachment)
        return found

    @property
    def fonts_without_file(self) -> list[str]:
        """Fonts that are not embedded."""
        found = []
        for page in self.reader.pages:
            for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr]
                (inner,) = font.get_object()["/DescendantFonts"]
                descriptor = inner.get_object()["/FontDescriptor"].get_object()
                if not {"/FontFile2", "/FontFile3"} & set(descriptor):
                    found.append(str(inner.get_object()["/BaseFont"]))
        return found

    @property
    def signature(self) -> PdfSignatureStatus:
        """What a reader that trusts the registry's certificate says of the signature."""
        (found,) = PdfFileReader(io.BytesIO(self.content)).embedded_signatures
        trusted = ValidationContext(trust_roots=[signing_key.certificates()[0]])
        return validate_pdf_signature(found, trusted)

    def _elements(self, parent: Any) -> Iterator[Any]:
        children = parent.get("/K", [])
        children = children if isinstance(children, list) else [children]
        for child in children:
            one = child.get_object()
            if hasattr(one, "get") and "/S" in one:
                yield one
                yield from self._elements(one)
