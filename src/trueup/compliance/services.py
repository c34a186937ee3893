"""What is done to settle facilities; each function is one database transaction."""

from trueup.compliance.adjustments import (
    adjust_after_audit,
    decide_appeal,
    file_appeal,
    resettle,
)
from trueup.compliance.certification import file_certification
from trueup.compliance.certification_reminders import remind_of_certifications
from trueup.compliance.deductions import preview_deductions, run_deductions
from trueup.compliance.invalid_credits import reopen_for_invalid_credits
from trueup.compliance.monitoring import record_monitoring
from trueup.compliance.recoveries import recover_incorrect_allocation
from trueup.compliance.requests import request_serials
from trueup.compliance.reviews import warn_of_insufficient_holdings
from trueup.compliance.state_measures import count_toward_state_measures

__all__ = [
    "adjust_after_audit",
    "count_toward_state_measures",
    "decide_appeal",
    "file_appeal",
    "file_certification",
    "preview_deductions",
    "record_monitoring",
    "recover_incorrect_allocation",
    "remind_of_certifications",
    "reopen_for_invalid_credits",
    "request_serials",
    "resettle",
    "run_deductions",
    "warn_of_insufficient_holdings",
]
