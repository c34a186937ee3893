"""What is done about set-asides; each function is one transaction.

Projects and projections are filed and decided, generation is verified, shortfalls are
explained; output data are published and commented on; a distribution is proposed by one
official and recorded by another.
"""

from __future__ import annotations

from trueup.set_asides.agreed import distribute
from trueup.set_asides.awards import award_by_decision
from trueup.set_asides.bulk import (
    decide_projections,
    decide_projects,
    file_projections,
    file_projects,
    verify_generations,
)
from trueup.set_asides.distributing import (
    approve_distribution,
    propose_distribution,
    refuse_distribution,
)
from trueup.set_asides.output import comment_on_output_data, publish_output_data
from trueup.set_asides.projections import (
    decide_projection,
    explain_shortfall,
    file_projection,
    verify_generation,
)
from trueup.set_asides.projects import decide_project, file_project
from trueup.set_asides.reported import verify_from_report

__all__ = [
    "approve_distribution",
    "award_by_decision",
    "comment_on_output_data",
    "decide_project",
    "decide_projection",
    "decide_projections",
    "decide_projects",
    "distribute",
    "explain_shortfall",
    "file_project",
    "file_projection",
    "file_projections",
    "file_projects",
    "propose_distribution",
    "publish_output_data",
    "refuse_distribution",
    "verify_from_report",
    "verify_generation",
    "verify_generations",
]
