"""Contact data of persons; notices of delegation.

Who could submit for whom decides which acts were valid, so a delegation and its notice
can only be ended, once.
"""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows

NOTICE_KEPT = (
    "id", "program", "basis", "delegator_id", "email", "statements", "method", "received_at",
)
DELEGATION_KEPT = (
    "id", "notice_id", "program_number", "basis", "delegator_id", "agent_id", "kind",
    "from_at", "ends_at",
)


def ending_once(table, ended, kept):
    """The statements by which a row of a table can only be ended, once, on either engine."""
    message = f"a row of {table} can only be ended, once"

    def statements(vendor):
        if vendor == "postgresql":
            # JSON has no equality in PostgreSQL; its text has.
            old, new = (
                ", ".join(
                    f"{row}.{name}::text" if name == "statements" else f"{row}.{name}"
                    for name in kept
                )
                for row in ("OLD", "NEW")
            )
            return [
                f"""CREATE FUNCTION {table}_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF OLD.{ended} IS NOT NULL OR NEW.{ended} IS NULL
                       OR ({old}) IS DISTINCT FROM ({new}) THEN
                        RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                END $$""",
                f"""CREATE TRIGGER {table}_ends_once BEFORE UPDATE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {table}_ends_once()""",
            ]
        return [
            f"""CREATE TRIGGER {table}_ends_once BEFORE UPDATE ON {table}
            WHEN OLD.{ended} IS NOT NULL OR NEW.{ended} IS NULL
                OR {" OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in kept)}
            BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        ]

    def forwards(_apps, editor):
        for statement in statements(editor.connection.vendor):
            editor.execute(statement, params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        # On SQLite Django would make the table anew and lose the triggers that keep its rows.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        "ALTER TABLE accounts_person ADD COLUMN address varchar(400) DEFAULT '' NOT NULL",
                        "ALTER TABLE accounts_person ADD COLUMN fax varchar(40) DEFAULT '' NOT NULL",
                    ],
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='person',
                    name='address',
                    field=models.CharField(blank=True, db_default='', max_length=400),
                ),
                migrations.AddField(
                    model_name='person',
                    name='fax',
                    field=models.CharField(blank=True, db_default='', max_length=40),
                ),
            ],
        ),
        migrations.CreateModel(
            name='DelegationNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('basis', models.CharField(max_length=10)),
                ('email', models.CharField(max_length=254)),
                ('statements', models.JSONField(default=list)),
                ('method', models.CharField(max_length=20)),
                ('received_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_as', models.CharField(blank=True, db_default='', max_length=10)),
                ('delegator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegation_notices', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program_number', models.PositiveIntegerField()),
                ('basis', models.CharField(max_length=10)),
                ('kind', models.CharField(max_length=30)),
                ('from_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('until_at', models.DateTimeField(null=True)),
                ('agent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='agencies', to='accounts.person')),
                ('delegator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='accounts.person')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='accounts.delegationnotice')),
            ],
        ),
        migrations.AddConstraint(
            model_name='delegationnotice',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ('compliance', 'general'))), name='delegation_notice_basis'),
        ),
        migrations.AddConstraint(
            model_name='delegationnotice',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='delegation_notice_email'),
        ),
        migrations.AddConstraint(
            model_name='delegationnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_as', ''), ('ended_at', None)), models.Q(('ended_as__in', ('superseded', 'lapsed')), ('ended_at__gte', models.F('received_at')), ('ended_at__isnull', False)), _connector='OR'), name='delegation_notice_ended'),
        ),
        migrations.AddConstraint(
            model_name='delegationnotice',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('program', 'basis', 'delegator'), name='delegation_notice_one_in_force'),
        ),
        migrations.AddIndex(
            model_name='delegation',
            index=models.Index(fields=['delegator', 'kind'], name='delegation_by_delegator'),
        ),
        migrations.AddIndex(
            model_name='delegation',
            index=models.Index(fields=['agent', 'until_at'], name='delegation_by_agent'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ('compliance', 'general'))), name='delegation_basis'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('transfers', 'deduction_requests', 'emissions_reports', 'monitoring_plans', 'retirement_statements', 'operating_dates', 'compliance_reports', 'set_aside_submissions', 'resource_submissions', 'account_requests'))), name='delegation_kind'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('agent', models.F('delegator')), _negated=True), name='delegation_to_other'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('until_at', None), ('until_at__gte', models.F('from_at')), _connector='OR'), models.Q(('ends_at', None), ('ends_at__gt', models.F('from_at')), _connector='OR')), name='delegation_not_backwards'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.UniqueConstraint(fields=('notice', 'agent', 'kind'), name='delegation_once_a_notice'),
        ),
        keep_rows('accounts_delegationnotice'),
        keep_rows('accounts_delegation', keys=(("id",), ("notice_id", "agent_id", "kind"))),
        ending_once('accounts_delegationnotice', 'ended_at', NOTICE_KEPT),
        ending_once('accounts_delegation', 'until_at', DELEGATION_KEPT),
    ]
