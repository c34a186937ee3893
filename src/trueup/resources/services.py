"""What is done about eligible resources; each function is one database transaction."""

from __future__ import annotations

from trueup.resources.accreditation import (
    disclose_facts,
    submit_accreditation,
    withdraw_accreditation,
)
from trueup.resources.applications import (
    approve_application,
    ask_for_information,
    reject_application,
    submit_application,
    supply_information,
)
from trueup.resources.awards import record_awards, use_verified_year
from trueup.resources.bulk_registration import (
    approve_applications,
    describe_resources,
    submit_applications,
)
from trueup.resources.bulk_reports import submit_reports
from trueup.resources.bulk_verification import (
    clear_engagements,
    disclose_engagements,
    verify_applications,
    verify_reports,
)
from trueup.resources.comments import file_comment, open_comment_period, withhold_comment
from trueup.resources.corrections import (
    find_overstated,
    lift_suspension,
    revoke_qualification,
    suspend_issuance,
)
from trueup.resources.credit_notices import publish_credit_notice
from trueup.resources.description import describe_anew, describe_resource, set_host_state
from trueup.resources.egu_issuance import issue_to_affected_units
from trueup.resources.issuance import issue_ercs, issue_ercs_of_year
from trueup.resources.meter_data import file_meter_data
from trueup.resources.meter_decisions import (
    accept_by_silence,
    accept_meter_data,
    accept_meter_months,
    dispute_meter_data,
    dispute_meter_months,
    release_meter_data,
)
from trueup.resources.meter_reporters import (
    end_meter_reporter,
    name_meter_reporter,
    set_plausible_output,
)
from trueup.resources.plans import decide_plan_version, file_plan_version
from trueup.resources.redaction import claim_confidential, redact, refuse_claim
from trueup.resources.replacements import bar_for_unmet_debts, readmit
from trueup.resources.report_corrections import correct_report
from trueup.resources.reports import submit_report, withdraw_report
from trueup.resources.standing import (
    end_standing_instruction,
    give_standing_instruction,
    strike_standing_instruction,
)
from trueup.resources.verification import (
    reject_application_verification,
    reject_verification,
    verify_application,
    verify_report,
)
from trueup.resources.verifiers import (
    accredit_verifier,
    clear_engagement,
    disclose_engagement,
    limit_accreditation,
    revoke_accreditation,
)

__all__ = [
    "accept_by_silence",
    "accept_meter_data",
    "accept_meter_months",
    "accredit_verifier",
    "approve_application",
    "approve_applications",
    "ask_for_information",
    "bar_for_unmet_debts",
    "claim_confidential",
    "clear_engagement",
    "clear_engagements",
    "correct_report",
    "decide_plan_version",
    "describe_anew",
    "describe_resource",
    "describe_resources",
    "disclose_engagement",
    "disclose_engagements",
    "disclose_facts",
    "dispute_meter_data",
    "dispute_meter_months",
    "end_meter_reporter",
    "end_standing_instruction",
    "file_comment",
    "file_meter_data",
    "file_plan_version",
    "find_overstated",
    "give_standing_instruction",
    "issue_ercs",
    "issue_ercs_of_year",
    "issue_to_affected_units",
    "lift_suspension",
    "limit_accreditation",
    "name_meter_reporter",
    "open_comment_period",
    "publish_credit_notice",
    "readmit",
    "record_awards",
    "redact",
    "refuse_claim",
    "reject_application",
    "reject_application_verification",
    "reject_verification",
    "release_meter_data",
    "revoke_accreditation",
    "revoke_qualification",
    "set_host_state",
    "set_plausible_output",
    "strike_standing_instruction",
    "submit_accreditation",
    "submit_application",
    "submit_applications",
    "submit_report",
    "submit_reports",
    "supply_information",
    "suspend_issuance",
    "use_verified_year",
    "verify_application",
    "verify_applications",
    "verify_report",
    "verify_reports",
    "withdraw_accreditation",
    "withdraw_report",
    "withhold_comment",
]
