"""Why a request, an announcement or a search is not taken."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class NotUsable(Refusal):
    code = "support.not_usable"
    cite = "PLAT-014"


class TooManyRequests(Refusal):
    code = "support.too_many_requests"
    cite = "PLAT-014"


class RequestClosed(Refusal):
    code = "support.request_closed"
    cite = "PLAT-014"


class RequestNotClosed(Refusal):
    code = "support.request_not_closed"
    cite = "PLAT-014"


class UnknownRequest(Refusal):
    code = "support.unknown_request"
    cite = "PLAT-014"


class AnnouncementNotUsable(Refusal):
    code = "support.announcement_not_usable"
    cite = "PLAT-013"


class AnnouncementEnded(Refusal):
    code = "support.announcement_ended"
    cite = "PLAT-013"


class SearchNotUsable(Refusal):
    code = "support.search_not_usable"
    cite = "PLAT-017"
