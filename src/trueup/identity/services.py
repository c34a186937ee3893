"""Check who people are, let machines in with little power, and slow down after a reset."""

from __future__ import annotations

from trueup.identity import alerts, api_keys, checking, cooling, helping

__all__ = [
    "alert",
    "authenticate_key",
    "contact_changed",
    "create_api_key",
    "delete_due_scans",
    "end_sessions",
    "keep_scan",
    "lock_sign_in",
    "read_scan",
    "recognise_place",
    "record_failed_sign_in",
    "record_identity_check",
    "record_identity_checks",
    "record_look",
    "record_security_event",
    "remove_second_factors",
    "review_cool_down",
    "revoke_api_keys",
    "start_cool_down",
    "tell_of_help",
    "unlock_sign_in",
    "use_code",
]

record_identity_check = checking.record_identity_check
record_identity_checks = checking.record_identity_checks
keep_scan = checking.keep_scan
read_scan = checking.read_scan
delete_due_scans = checking.delete_due_scans

start_cool_down = cooling.start_cool_down
review_cool_down = cooling.review_cool_down

create_api_key = api_keys.create_api_key
revoke_api_keys = api_keys.revoke_api_keys
authenticate_key = api_keys.authenticate_key

record_security_event = alerts.record_security_event
record_failed_sign_in = alerts.record_failed_sign_in
recognise_place = alerts.recognise_place
use_code = alerts.use_code
alert = alerts.alert
contact_changed = alerts.contact_changed

lock_sign_in = helping.lock_sign_in
unlock_sign_in = helping.unlock_sign_in
end_sessions = helping.end_sessions
remove_second_factors = helping.remove_second_factors
record_look = helping.record_look
tell_of_help = helping.tell_of_help
