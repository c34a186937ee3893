"""The audit trail can be searched; appeals are kept with the decisions they are against."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect_again

CLASSES = (
    'i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii',
    'issuance', 'qualified', 'revoked', 'misstated', 'verifier', 'unverifier', 'uncertain',
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0003_notice_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='account',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['act', 'id'], name='audit_event_act'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['program', 'id'], name='audit_event_program'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at', 'id'], name='audit_event_at'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('account__isnull', False)), fields=['account', 'id'], name='audit_event_account'),
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='audit_decision_class',
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('decision_class__in', CLASSES)), name='audit_decision_class'),
        ),
        protect_again('audit_decision'),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='audit.decision')),
                ('filed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='accounts.person')),
                ('appellant', models.CharField(blank=True, max_length=200)),
                ('filed_at', models.DateTimeField()),
                ('reasons', models.TextField(blank=True)),
                ('outcome', models.CharField(blank=True, default='', max_length=12)),
                ('ruling', models.TextField(blank=True)),
                ('returned', models.PositiveBigIntegerField(default=0)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, default='', max_length=60)),
                ('corrected_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.decision')),
                ('transactions', models.JSONField(default=list)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('filed_by__isnull', False), models.Q(('appellant', ''), _negated=True), _connector='OR'), name='audit_appeal_says_who'),
                    models.CheckConstraint(condition=models.Q(models.Q(('corrected_by', None), ('decided_at', None), ('outcome', ''), ('returned', 0)), models.Q(('decided_at__isnull', False), ('outcome__in', ('affirmed', 'changed', 'remanded', 'withdrawn', 'dismissed')), models.Q(('decided_by', ''), _negated=True), models.Q(('ruling', ''), _negated=True)), _connector='OR'), name='audit_appeal_decided'),
                    models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('decision',), name='audit_appeal_one_pending'),
                ],
            },
        ),
        keep_rows('audit_appeal'),
    ]
