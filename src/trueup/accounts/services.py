"""What is done to facilities, persons and accounts; each function is one transaction."""

from trueup.accounts.agreements import request_agreement, submit_agreement
from trueup.accounts.application_decisions import (
    approve_application,
    ask_for_information,
    reject_application,
    review_application,
)
from trueup.accounts.applications import (
    begin_application,
    revise_application,
    sign_application,
    submit_application,
    withdraw_application,
)
from trueup.accounts.certificate_tasks import note_owner_change, open_operating_date_tasks
from trueup.accounts.certificates import (
    file_certificate,
    file_certificates,
    release_certificate,
    revise_certificate,
    sign_certificates,
)
from trueup.accounts.conditions import close_account, freeze_account, unfreeze_account
from trueup.accounts.contacts import change_email, link_user
from trueup.accounts.delegation import (
    delegation_text,
    end_delegation,
    file_delegation_notice,
)
from trueup.accounts.dormancy import decide_good_cause, reopen_account, state_good_cause
from trueup.accounts.exemptions import alarm_exemption, decide_review
from trueup.accounts.general_accounts import (
    name_account_representative,
    open_general_account,
    open_general_accounts,
)
from trueup.accounts.objections import log_objection
from trueup.accounts.operation import retire_unit, supply_operating_date
from trueup.accounts.other_programs import record_other_program
from trueup.accounts.owner_groups import end_association, record_associations
from trueup.accounts.ownership import file_ownership_change
from trueup.accounts.registration import (
    register_facilities,
    register_facility,
    register_people,
    register_person,
)
from trueup.accounts.representation import (
    name_designated_representative,
    name_designated_representatives,
)
from trueup.accounts.retirement_proofs import extend_proof, record_proof
from trueup.accounts.succession import change_representatives, name_agents_again
from trueup.accounts.watchers import end_watcher, name_watcher

__all__ = [
    "alarm_exemption",
    "approve_application",
    "ask_for_information",
    "begin_application",
    "change_email",
    "change_representatives",
    "close_account",
    "decide_good_cause",
    "decide_review",
    "delegation_text",
    "end_association",
    "end_delegation",
    "end_watcher",
    "extend_proof",
    "file_certificate",
    "file_certificates",
    "file_delegation_notice",
    "file_ownership_change",
    "freeze_account",
    "link_user",
    "log_objection",
    "name_account_representative",
    "name_agents_again",
    "name_designated_representative",
    "name_designated_representatives",
    "name_watcher",
    "note_owner_change",
    "open_general_account",
    "open_general_accounts",
    "open_operating_date_tasks",
    "record_associations",
    "record_other_program",
    "record_proof",
    "register_facilities",
    "register_facility",
    "register_people",
    "register_person",
    "reject_application",
    "release_certificate",
    "reopen_account",
    "request_agreement",
    "retire_unit",
    "review_application",
    "revise_application",
    "revise_certificate",
    "sign_application",
    "sign_certificates",
    "state_good_cause",
    "submit_agreement",
    "submit_application",
    "supply_operating_date",
    "unfreeze_account",
    "withdraw_application",
]
