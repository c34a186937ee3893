"""Fields of the forms about resources: quantities typed exactly, files, tables of places.

A quantity is read as decimal digits and never as a binary fraction. Files are taken in as
soon as they come, under their digest: what is wrong with one is said by name, and the good
ones of the same page are not asked for again.

Source: PLAT-097; 40 CFR 62.16445(a), 62.16460(b)(2)(iii).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from trueup.resources.entries import AttachmentEntry, Upload
from trueup.resources.files import BYTES_MAX, keep_file, path_of
from trueup.rules.refusal import Refused
from trueup.web.sentences import plain

SENT_MAX = BYTES_MAX + 1_000_000
FILES_MAX = 20
KEPT_SALT = "trueup.resources.kept"
_QUANTITY = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,6})?")
_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".csv": "text/csv",
    ".txt": "text/plain",
}

Kept = list[dict[str, Any]]


class QuantityField(forms.CharField):
    """A quantity of at least 0 in digits, such as 1,234.5; its value is the exact Decimal."""

    def __init__(self, *, decimals: int = 6, **more: Any) -> None:
        attributes = {"class": "usa-input usa-input--medium", "inputmode": "decimal"}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=30, **more)
        self.decimals = decimals

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).replace(",", "").strip()
        if not text:
            return None
        if _QUANTITY.fullmatch(text) is None:
            raise forms.ValidationError(_("Give a number of at least 0 in digits, such as 1234.5."))
        quantity = Decimal(text)
        if _decimals(quantity) > self.decimals:
            raise forms.ValidationError(
                _("Give at most %(decimals)s decimals.") % {"decimals": self.decimals}
            )
        return quantity


class ManyFilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; its value is the list of them."""

    def __init__(self, *, accept: str = ".pdf,.png,.jpg,.jpeg,.csv,.txt", **more: Any) -> None:
        attributes = {"class": "usa-file-input__input", "accept": accept}
        widget = ManyFilesInput(attrs=attributes)
        super().__init__(widget=widget, allow_empty_file=True, **more)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [super(FilesField, self).clean(one, initial) for one in given if one]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class KeptFilesMixin(forms.Form):
    """A form with the field `files` that keeps what it was given, also where it is refused.

    `kept` is a signed list of what is on the server, so that a page which is shown again
    does not lose the files that were good; `remove` takes some off.
    """

    kept = forms.CharField(widget=forms.HiddenInput, required=False)

    def begin_with(self, before: Sequence[Mapping[str, Any]]) -> None:
        """Ask to remove some of what is kept; call it last in `__init__`."""
        sent = self.data.get("kept", "") if self.is_bound else ""
        self.known_files: Kept = _read_kept(sent) or [dict(one) for one in before]
        self._show_kept()
        if self.known_files:
            self.fields["remove"] = forms.MultipleChoiceField(
                label=_("Remove"),
                required=False,
                choices=[(one["sha256"], one["name"]) for one in self.known_files],
                widget=forms.CheckboxSelectMultiple,
            )

    def take_in(self, files: Iterable[UploadedFile[Any]], *, name: str = "files") -> Kept:
        """What is kept now, with the new files; each bad one is named beside the field."""
        gone = set(self.cleaned_data.get("remove") or ())
        kept = [one for one in self.known_files if one["sha256"] not in gone]
        for file in files:
            if len(kept) >= FILES_MAX:
                self.add_error(
                    name, _("At most %(many)s files belong to one paper.") % {"many": FILES_MAX}
                )
                break
            try:
                found = keep_upload(file)
            except forms.ValidationError as problem:
                self.add_error(name, problem)
                continue
            if all(one["sha256"] != found["sha256"] for one in kept):
                kept.append(found)
        self.known_files = kept
        self._show_kept()
        return kept

    def _show_kept(self) -> None:
        text = signing.dumps(self.known_files, salt=KEPT_SALT, compress=True)
        self.fields["kept"].initial = text
        if self.is_bound:
            self.data = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
            self.data["kept"] = text


def keep_upload(file: UploadedFile[Any]) -> dict[str, Any]:
    """Take in a file that was sent; raises ValidationError that names it and what is wrong."""
    name = Path(str(file.name)).name
    media_type = _TYPES.get(Path(name).suffix.lower())
    if media_type is None:
        raise forms.ValidationError(
            _("“%(name)s” is not taken: give a PDF, PNG, JPEG, CSV or plain text file.")
            % {"name": name}
        )
    if (file.size or 0) > BYTES_MAX:
        raise forms.ValidationError(
            _("“%(name)s” has more than %(limit)s MB.")
            % {"name": name, "limit": BYTES_MAX // 1024 // 1024}
        )
    with tempfile.NamedTemporaryFile() as copy:
        for piece in file.chunks():
            copy.write(piece)
        copy.flush()
        try:
            entry = keep_file(Upload(name=name, media_type=media_type, path=Path(copy.name)))
        except Refused as refused:
            raise forms.ValidationError([plain(one.sentence) for one in refused.refusals]) from None
    return as_json(entry)


def as_json(entry: AttachmentEntry) -> dict[str, Any]:
    """A kept file as a draft keeps it."""
    return {
        "name": entry.name,
        "media_type": entry.media_type,
        "size_bytes": entry.size_bytes,
        "sha256": entry.sha256,
    }


def uploads_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Upload, ...]:
    """Files that a draft names, as the services take them."""
    return tuple(
        Upload(name=one["name"], media_type=one["media_type"], path=path_of(one["sha256"]))
        for one in kept
    )


def file_rows(kept: Sequence[Mapping[str, Any]], *, label: str = "") -> list[tuple[str, str]]:
    """Kept files with their digests, as the page shows them that checks the answers."""
    return [
        (
            label or _("File"),
            _("%(name)s, %(size)s bytes, SHA-256 %(digest)s")
            % {"name": one["name"], "size": f"{one['size_bytes']:,}", "digest": one["sha256"]},
        )
        for one in kept
    ]


def in_digits(quantity: Decimal) -> str:
    """A quantity with the decimals that it has, and no more."""
    return format(quantity.normalize(), "f")


def _read_kept(text: str) -> Kept:
    try:
        found = signing.loads(text, salt=KEPT_SALT, max_age=7 * 86_400) if text else []
    except signing.BadSignature:
        return []
    return [dict(one) for one in found]


def _decimals(quantity: Decimal) -> int:
    exponent = quantity.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
