"""What is done to facilities, persons and accounts; each function is one transaction."""

from trueup.accounts.conditions import close_account, freeze_account, unfreeze_account
from trueup.accounts.delegation import end_delegation, file_delegation_notice
from trueup.accounts.general_accounts import (
    name_account_representative,
    open_general_account,
    open_general_accounts,
)
from trueup.accounts.operation import retire_unit, supply_operating_date
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

__all__ = [
    "close_account",
    "end_delegation",
    "file_delegation_notice",
    "freeze_account",
    "name_account_representative",
    "name_designated_representative",
    "name_designated_representatives",
    "open_general_account",
    "open_general_accounts",
    "register_facilities",
    "register_facility",
    "register_people",
    "register_person",
    "retire_unit",
    "supply_operating_date",
    "unfreeze_account",
]
