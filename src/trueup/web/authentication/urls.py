"""Addresses of signing in: allauth's views, each with its rule of access.

They are listed one by one, so that a new version of allauth cannot add a page unseen.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import URLPattern, path, re_path

from trueup.web.access import official, public, signed_in
from trueup.web.authentication import resets, views
from trueup.web.authentication.reviews import FUNCTION

urlpatterns: list[URLPattern] = [
    # The first of two names of an address is what a request's page is called.
    path("sign-in/", public(account.login), name="sign-in"),
    path("sign-in/", public(account.login), name="account_login"),
    path("sign-in/code/", public(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/closed/", public(account.account_inactive), name="account_inactive"),
    path("sign-out/", public(views.sign_out), name="sign-out"),
    path("sign-out/", public(views.sign_out), name="account_logout"),
    path("sign-up/", public(account.signup), name="account_signup"),
    path(
        "sign-up/address/",
        public(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("password/reset/", public(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/sent/",
        public(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("you/password/", signed_in(account.password_change), name="account_change_password"),
    path("you/password/set/", signed_in(account.password_set), name="account_set_password"),
    path("you/confirm/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("you/confirm/code/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "you/confirm/passkey/",
        signed_in(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("you/address/", signed_in(account.email), name="account_email"),
    path("you/sessions/", signed_in(views.sessions), name="sessions"),
    path("you/keys/", signed_in(views.keys), name="keys"),
    path("officials/resets/", official(FUNCTION)(resets.resets), name="resets"),
    path("you/second-factor/", signed_in(mfa.index), name="mfa_index"),
    path(
        "you/second-factor/authenticator/", signed_in(totp.activate_totp), name="mfa_activate_totp"
    ),
    path(
        "you/second-factor/authenticator/remove/",
        signed_in(totp.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "you/second-factor/recovery-codes/",
        signed_in(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "you/second-factor/recovery-codes/new/",
        signed_in(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "you/second-factor/passkeys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"
    ),
    path(
        "you/second-factor/passkeys/add/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"
    ),
    path(
        "you/second-factor/passkeys/<int:pk>/remove/",
        signed_in(views.remove_passkey),
        name="mfa_remove_webauthn",
    ),
    path(
        "you/second-factor/passkeys/<int:pk>/name/",
        signed_in(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    # OpenID Connect for officials; without an issuer in the settings there is no such page.
    path("sign-in/with/<slug:provider_id>/", public(openid.login), name="openid_connect_login"),
    path(
        "sign-in/with/<slug:provider_id>/back/",
        public(openid.callback),
        name="openid_connect_callback",
    ),
    path(
        "sign-in/cancelled/", public(social.login_cancelled), name="socialaccount_login_cancelled"
    ),
    path("sign-in/failed/", public(social.login_error), name="socialaccount_login_error"),
]
