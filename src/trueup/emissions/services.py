"""What is done with reported emissions; each function is one transaction."""

from trueup.emissions.finalization import adjust, finalize, withdraw
from trueup.emissions.intake import import_file, report_annual
from trueup.emissions.operation_reports import report_operation
from trueup.emissions.stacks import register_stacks

__all__ = [
    "adjust",
    "finalize",
    "import_file",
    "register_stacks",
    "report_annual",
    "report_operation",
    "withdraw",
]
