"""States' emissions against their assurance levels; an assessment is never changed."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0300_delegation_contacts'),
        ('audit', '0004_trail_and_appeals'),
        ('ledger', '0004_holdings_summed'),
    ]

    operations = [
        migrations.CreateModel(
            name='StateAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('year', models.PositiveSmallIntegerField()),
                ('level', models.DecimalField(decimal_places=2, max_digits=14)),
                ('tons', models.PositiveBigIntegerField()),
                ('due', models.PositiveBigIntegerField()),
                ('due_on', models.DateField()),
                ('assessed_at', models.DateTimeField()),
                ('assessed_by', models.CharField(max_length=60)),
                ('decision', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.decision')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'year', 'jurisdiction'), name='state_assessed_once')],
            },
        ),
        migrations.CreateModel(
            name='SourceShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_tons', models.PositiveBigIntegerField()),
                ('group_share', models.DecimalField(decimal_places=2, max_digits=14)),
                ('group_due', models.PositiveBigIntegerField()),
                ('tons', models.PositiveBigIntegerField()),
                ('due', models.PositiveBigIntegerField()),
                ('taken', models.PositiveBigIntegerField(default=0)),
                ('taken_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='assurance.stateassessment')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.claim')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
                ('representative', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due__gt', 0), ('taken_at', None)), fields=['account'], name='assurance_to_take')],
                'constraints': [models.UniqueConstraint(fields=('assessment', 'account'), name='assurance_share_once'), models.CheckConstraint(condition=models.Q(('taken__lte', models.F('due')), ('due__lte', models.F('group_due'))), name='assurance_share_not_over'), models.CheckConstraint(condition=models.Q(('taken_at__isnull', False), models.Q(('claim', None), ('taken', 0), ('taken_at', None)), _connector='OR'), name='assurance_taken_at_once')],
            },
        ),
        protect("assurance_stateassessment", keys=(("id",), ("program", "year", "jurisdiction"))),
        keep_rows("assurance_sourceshare", keys=(("id",), ("assessment_id", "account_id"))),
    ]
