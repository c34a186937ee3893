"""Who may see a page or do an act: every view carries one rule, and a test walks every URL.

The rule is a mark on the view (`access_rule`), set by the decorator that enforces it, so
a view without a decorator has no rule and the test fails.

Nobody signed in: a browser that goes to a page is sent to sign in and back; every other
call is answered 401. Signed in, but it is not for them: 403, and the attempt is kept in
the audit trail (docs/decisions/0180).

Source: PLAT-004, PLAT-007, PLAT-018, PLAT-019, PLAT-140.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from trueup.accounts import queries as accounts
from trueup.desk.callers import Caller, caller
from trueup.ledger import queries as ledger

View = Callable[..., HttpResponseBase]
Arguments = Mapping[str, Any]

PUBLIC = "public"
SIGNED_IN = "signed_in"
REGISTERED = "registered"
REPRESENTS = "represents"
OFFICIAL = "official"
ANY_OFFICIAL = "any_official"
OWN = "own"
KINDS = frozenset({PUBLIC, SIGNED_IN, REGISTERED, REPRESENTS, OFFICIAL, ANY_OFFICIAL, OWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may see a page.

    Attributes:
        kind: One of KINDS.
        functions: Of these an official must have one, in the program that the address names.
        submission: The kind of submission that an agent must have been named for.
        allows: Whether a caller may see the page with these arguments of its address.
    """

    kind: str
    functions: frozenset[str] = frozenset()
    submission: str = ""
    allows: Callable[[Caller, Arguments], bool] = lambda _caller, _arguments: True


def public(view: View) -> View:
    """Anyone may see the page, without signing in (PLAT-007)."""
    return _marked(view, Rule(kind=PUBLIC))


def signed_in(view: View) -> View:
    """Only a person who has signed in; anyone else is sent to sign in and back."""
    return _guarded(view, Rule(kind=SIGNED_IN))


def registered(view: View) -> View:
    """Only a person of the registry who has signed in; a bare user has no business here."""
    return _guarded(view, Rule(kind=REGISTERED, allows=lambda caller, _: caller.person is not None))


def own(belongs: Callable[[Caller, Arguments], bool]) -> Callable[[View], View]:
    """Only those to whom the thing in the address belongs, as `belongs` says.

    It answers False for what does not exist too: nobody learns which ids there are.
    """

    def decorate(view: View) -> View:
        return _guarded(view, Rule(kind=OWN, allows=belongs))

    return decorate


def represents(submission: str = "") -> Callable[[View], View]:
    """Only who acts for the account in the address (`code` and `number`).

    Args:
        submission: A kind of submission: agents who were named for it may as well. Without
            it: the account's representatives alone.

    Source: 40 CFR 62.16290(a)(2), 62.16315(a), 62.16320(c)(2)(iii).
    """

    def acts_for(caller: Caller, arguments: Arguments) -> bool:
        found = ledger.find_account(program=arguments["code"], number=arguments["number"])
        return found is not None and caller.acts_for(found.id, submission=submission)

    def decorate(view: View) -> View:
        return _guarded(view, Rule(kind=REPRESENTS, submission=submission, allows=acts_for))

    return decorate


def official(*functions: str) -> Callable[[View], View]:
    """Only an official with one of these functions in the program that the address names.

    An address without a program (`code`) asks for the function in any. A State in the
    address (`jurisdiction`) must be within the official's limits; without one, the view
    shows only what is within them.

    Source: PLAT-018, PLAT-019, PLAT-020.
    """

    def has_function(caller: Caller, arguments: Arguments) -> bool:
        program, state = arguments.get("code", ""), arguments.get("jurisdiction")
        if state is None:
            return any(caller.may_somewhere(one, program=program) for one in functions)
        return any(caller.may(one, program=program, jurisdiction=state) for one in functions)

    def decorate(view: View) -> View:
        return _guarded(
            view, Rule(kind=OFFICIAL, functions=frozenset(functions), allows=has_function)
        )

    return decorate


def any_official(view: View) -> View:
    """Only who has a role of any kind; the page shows each what is theirs."""
    return _guarded(view, Rule(kind=ANY_OFFICIAL, allows=lambda caller, _: bool(caller.grants)))


def with_rule(
    decorate: Callable[[View], View], patterns: Iterable[URLPattern | URLResolver]
) -> list[URLPattern | URLResolver]:
    """Give one rule to every view of a library's URLs that has none yet."""
    given = list(patterns)
    for pattern in given:
        if isinstance(pattern, URLResolver):
            with_rule(decorate, pattern.url_patterns)
        elif rule_of(pattern.callback) is None:
            pattern.callback = decorate(pattern.callback)
    return given


def rule_of(view: object) -> Rule | None:
    """The rule of a view, or None if nobody gave it one."""
    rule = getattr(view, "access_rule", None)
    return rule if isinstance(rule, Rule) else None


def caller_of(request: HttpRequest) -> Caller:
    """Who asks, with roles, seats and delegations; read once a request."""
    known = getattr(request, "trueup_caller", None)
    if isinstance(known, Caller):
        return known
    user = request.user
    person = accounts.person_of_user(user.pk) if isinstance(user, User) else None
    found = caller(person.id if person is not None else None, at=timezone.now())
    request.trueup_caller = found  # type: ignore[attr-defined]
    return found


def _guarded(view: View, rule: Rule) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _not_signed_in(request)
        if rule.kind != SIGNED_IN and not rule.allows(caller_of(request), kwargs):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return _marked(guarded, rule)


def _not_signed_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page for a browser that goes to a page, 401 for everything else."""
    navigates = request.method in ("GET", "HEAD") and "text/html" in request.headers.get(
        "Accept", ""
    )
    if navigates:
        return redirect_to_login(request.get_full_path())
    from trueup.web.pages import page  # The pages' frame asks who has signed in.

    return page(request, "not_signed_in", http_status=401)


def _marked(view: Any, rule: Rule) -> View:
    view.access_rule = rule
    marked: View = view
    return marked
