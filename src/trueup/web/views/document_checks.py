"""The public page that says whether a document is one of this registry's.

Source: PLAT-088; docs/decisions/0273.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from trueup.documents import queries, signing_key
from trueup.documents.entries import Checked
from trueup.documents.supersession import with_supersession
from trueup.rules import programs
from trueup.web.access import public
from trueup.web.limits import is_too_often, too_often
from trueup.web.pages import page

KIND_NAMES = {
    "settlement_statement": gettext_lazy("Settlement statement"),
    "account_statement": gettext_lazy("Account statement"),
    "transfer_receipt": gettext_lazy("Transfer receipt"),
    "certificate_of_representation": gettext_lazy("Certificate of representation"),
    "reference_sheet": gettext_lazy("Account reference sheet"),
    "confirmation_of_holdings": gettext_lazy("Confirmation of holdings"),
}
LATER_SHOWN = 20
TYPED_MAX = 200
# A form's parts around the file.
_AROUND = 10_000


class FileForm(forms.Form):
    """A file to be compared with what was issued."""

    file = forms.FileField(
        label=gettext_lazy("PDF file"),
        allow_empty_file=True,
        help_text=gettext_lazy("At most 20 MB. It is compared and not kept."),
        error_messages={"required": gettext_lazy("Choose the file of a document.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > queries.UPLOAD_MAX:
            raise forms.ValidationError(_too_large())
        return file


@public
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether a document is genuine, by its number, by a hash, or by its file.

    Source: PLAT-088.
    """
    typed = request.GET.get("of", "").strip()[:TYPED_MAX]
    form = FileForm()
    checked: Checked | None = None
    status = 200
    if (typed or request.method == "POST") and is_too_often(request, "check_document"):
        return too_often(request)
    if request.method == "POST":
        form, status = _sent(request)
        if form.is_valid():
            checked = queries.check_file(form.cleaned_data["file"].read())
    elif typed:
        checked = queries.check_text(typed)
    if checked is not None:
        checked = with_supersession(checked, at=timezone.now())
    return _page(request, typed, form, checked, status)


@public
@require_safe
def certificate(_request: HttpRequest) -> HttpResponse:
    """The certificate under which documents are signed, for a reader of PDF to trust.

    Source: PLAT-088; docs/decisions/0271.
    """
    response = HttpResponse(
        settings.TRUEUP_DOCUMENT_CERTIFICATE, content_type="application/x-pem-file"
    )
    response["Content-Disposition"] = 'attachment; filename="registry-certificate.pem"'
    return response


def _sent(request: HttpRequest) -> tuple[FileForm, int]:
    """The form with what was sent; a body that is too long is not read at all."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if not length.isdigit() or int(length) > queries.UPLOAD_MAX + _AROUND:
        return _refused(), 413
    try:
        form = FileForm(request.POST, request.FILES)
    except RequestDataTooBig:
        return _refused(), 413
    return form, 200 if form.is_valid() else 422


def _refused() -> FileForm:
    form = FileForm(data={})
    form.errors.clear()
    form.add_error("file", _too_large())
    return form


def _too_large() -> str:
    return _("The file is larger than 20 MB. No document of this registry is.")


def _page(
    request: HttpRequest, typed: str, form: FileForm, checked: Checked | None, status: int
) -> HttpResponse:
    document = checked.document if checked is not None else None
    return page(
        request,
        "check_document",
        program=programs.load(document.program) if document is not None else None,
        typed=typed,
        form=form,
        checked=checked,
        document=document,
        kind_name=KIND_NAMES[document.kind] if document is not None else "",
        later=checked.later[:LATER_SHOWN] if checked is not None else (),
        fingerprint=signing_key.fingerprint(),
        http_status=status,
    )
