"""Agents may be named for submissions in auctions (RGGI-042; 40 CFR 62.16315(a))."""

from importlib import import_module

from django.db import migrations, models

from trueup.audit.append_only import Refuse

BEFORE = import_module("trueup.accounts.migrations.0100_delegation")
KINDS = (
    'transfers', 'deduction_requests', 'emissions_reports', 'monitoring_plans',
    'retirement_statements', 'operating_dates', 'compliance_reports',
    'set_aside_submissions', 'resource_submissions', 'account_requests',
    'auction_submissions',
)


class EndOnceAgain(Refuse):
    """The trigger that SQLite lost with the table; on PostgreSQL it is where it was."""

    def __init__(self):
        super().__init__("accounts_delegation", (), (("id",),), engines=("sqlite",))

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            again = BEFORE.ending_once("accounts_delegation", "until_at", BEFORE.DELEGATION_KEPT)
            again.code(None, schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0300_delegation_contacts'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='delegation', name='delegation_kind'),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', KINDS)), name='delegation_kind'),
        ),
        Refuse(
            "accounts_delegation", ("DELETE",), (("id",), ("notice_id", "agent_id", "kind")),
            engines=("sqlite",),
        ),
        EndOnceAgain(),
    ]
