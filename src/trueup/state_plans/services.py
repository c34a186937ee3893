"""What is kept of States' plans; each function is one transaction."""

from __future__ import annotations

from trueup.state_plans.links import activate_link, approve_system, end_link, record_unit_list
from trueup.state_plans.steps import record_step

__all__ = ["activate_link", "approve_system", "end_link", "record_step", "record_unit_list"]
