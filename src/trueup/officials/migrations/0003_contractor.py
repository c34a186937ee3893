"""The role of a firm that runs the system for the States."""

from __future__ import annotations

from django.db import migrations, models

from trueup.audit.append_only import ONLY_ID, Refuse

ROLES = (
    "administrator",
    "technical",
    "state_official",
    "state_agent",
    "market_monitor",
    "auditor",
    "verifier",
    "support",
    "contractor",
    "identity_keeper",
)


class Migration(migrations.Migration):
    dependencies = [("officials", "0002_roles_of_support")]

    operations = [
        migrations.RemoveConstraint(model_name="grant", name="grant_role"),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ROLES)), name="grant_role"
            ),
        ),
        # SQLite made the table anew, and the triggers stayed behind.
        Refuse("officials_grant", ("DELETE",), ONLY_ID, engines=("sqlite",)),
    ]
