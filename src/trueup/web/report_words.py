"""What the public reports, their columns and their words are called.

Source: RGGI-048.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Names = Mapping[str, str | Promise]

TITLES: Names = MappingProxyType(
    {
        "accounts": _("Accounts"),
        "representatives": _("Account representatives"),
        "owners": _("Owners and operators"),
        "sources": _("Sources"),
        "prices": _("Prices of transfers"),
        "set-asides": _("Applications to set-asides"),
        "offset-projects": _("Offset projects"),
        "quarterly-emissions": _("Quarterly emissions"),
        "annual-emissions": _("Annual emissions"),
        "period-emissions": _("Emissions of control periods"),
        "compliance": _("Compliance"),
        "allocations": _("Allocations and awards"),
    }
)
LEADS: Names = MappingProxyType(
    {
        "accounts": _("Every account with its kind and whether it is open."),
        "representatives": _("Who may act for each account now."),
        "owners": _(
            "Who owns and operates the sources, and who has an interest in general accounts."
        ),
        "sources": _("The sources that owe allowances, with their units and capacity."),
        "prices": _(
            "What was paid for allowances, without the parties and without serial numbers."
            " Averages are over priced trades of one kind between strangers; where there are"
            " too few there is none."
        ),
        "set-asides": _("Who asked for allowances of a set-aside, and what became of it."),
        "offset-projects": _("Projects that keep CO2 out of the air elsewhere."),
        "quarterly-emissions": _("What each unit or stack emitted in each quarter."),
        "annual-emissions": _("What each source emitted in each year."),
        "period-emissions": _("What each source emitted in a control period so far."),
        "compliance": _(
            "What each source owed and surrendered. One that is not settled yet is pending."
        ),
        "allocations": _("What was allocated to accounts and awarded to them."),
    }
)
COLUMNS: Names = MappingProxyType(
    {
        "account_number": _("Account"),
        "account_name": _("Name of the account"),
        "kind": _("Kind"),
        "state": _("State"),
        "status": _("Status"),
        "opened_on": _("Opened"),
        "representative": _("Representative"),
        "role": _("Role"),
        "since": _("Since"),
        "party": _("Name"),
        "interest": _("Interest"),
        "oris_code": _("ORIS code"),
        "source": _("Source"),
        "county": _("County"),
        "units": _("Units"),
        "nameplate_mw": _("Capacity, MW"),
        "agreed_on": _("Agreed"),
        "recorded_on": _("Recorded"),
        "quantity": _("Quantity"),
        "price": _("Price, dollars"),
        "without_price": _("Without a price"),
        "application": _("Application"),
        "set_aside": _("Set-aside"),
        "year": _("Year"),
        "asked": _("Asked for"),
        "given": _("Given"),
        "decided_on": _("Decided"),
        "identifier": _("Number"),
        "project": _("Project"),
        "type": _("Type"),
        "awarded": _("Awarded"),
        "unit": _("Unit or stack"),
        "quarter": _("Quarter"),
        "tons": _("Tons of CO2"),
        "locations": _("Units and stacks"),
        "period": _("Control period"),
        "standing": _("Standing"),
        "obligation": _("Obligation"),
        "deducted": _("Deducted"),
        "excess": _("Excess"),
        "excess_due": _("Owed for it"),
        "outstanding": _("Still owed"),
        "finding": _("Finding"),
        "transaction": _("Transaction"),
        "from": _("From"),
        "vintage": _("Vintage"),
    }
)
WORDS: Names = MappingProxyType(
    {
        "compliance": _("compliance"),
        "general": _("general"),
        "general (state)": _("general (State)"),
        "holding": _("of a State"),
        "origination": _("origination"),
        "retirement": _("retirement"),
        "open": _("open"),
        "frozen": _("frozen"),
        "closed": _("closed"),
        "primary": _("primary"),
        "alternate": _("alternate"),
        "owner": _("owner"),
        "operator": _("operator"),
        "interest": _("interest"),
        "spot": _("spot"),
        "forward": _("forward"),
        "futures": _("futures"),
        "option": _("option"),
        "other": _("other"),
        "own accounts": _("own accounts"),
        "gift": _("gift"),
        "swap": _("swap"),
        "bundle": _("bundle"),
        "return": _("return"),
        "futures delivery": _("futures delivery"),
        "filed": _("filed"),
        "complete": _("complete"),
        "approved": _("approved"),
        "refused": _("refused"),
        "executed": _("executed"),
        "described": _("described"),
        "applied": _("applied for"),
        "registered": _("registered"),
        "rejected": _("rejected"),
        "suspended": _("suspended"),
        "revoked": _("revoked"),
        "final": _("final"),
        "provisional": _("provisional"),
        "in_compliance": _("in compliance"),
        "not_in_compliance": _("not in compliance"),
        "pending": _("pending"),
        "allocate": _("allocation"),
        "award": _("award"),
        "liesa": _("limited industrial exemption set-aside"),
        "ltc": _("long-term contract set-aside"),
        "vrsa": _("voluntary renewable set-aside"),
        "cgsa": _("clean generation set-aside"),
        "consumer": _("consumer energy efficiency"),
        "limited industrial exemption set-aside": _("limited industrial exemption set-aside"),
        "long-term contract set-aside": _("long-term contract set-aside"),
        "voluntary renewable set-aside": _("voluntary renewable set-aside"),
        "clean generation set-aside": _("clean generation set-aside"),
        "consumer energy efficiency": _("consumer energy efficiency"),
        "average_price": _("average price"),
        "emissions": _("emissions"),
        "accounts": _("accounts"),
        "sources": _("sources"),
    }
)
UNITS: Names = MappingProxyType(
    {
        "accounts": _("Accounts"),
        "sources": _("Sources"),
        "dollars": _("Dollars for an allowance"),
        "tons": _("Short tons of CO2"),
        "instruments": _("Allowances"),
    }
)


def worded(value: object) -> str:
    """A word of a report in the reader's language; what is no word stays as it is."""
    return str(WORDS.get(str(value), value))
