"""Notices name persons and accounts, whose tables other contexts make."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        ('accounts', '0001_initial'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=40)),
                ('program', models.CharField(blank=True, max_length=20)),
                ('subject', models.CharField(max_length=400)),
                ('body', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('dedupe', models.CharField(blank=True, max_length=200)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('attempt_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(db_default=0, default=0)),
                ('error', models.CharField(blank=True, db_default='', max_length=500)),
                ('claim', models.UUIDField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='ledger.account')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'id'], name='audit_notice_person'), models.Index(condition=models.Q(('mailed_at', None)), fields=['attempt_at', 'id'], name='audit_notice_outbox')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('dedupe', ''), _negated=True), fields=('person', 'dedupe'), name='audit_notice_once'), models.CheckConstraint(condition=models.Q(models.Q(('event', ''), _negated=True), models.Q(('subject', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='audit_notice_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('claim', None), ('claimed_at', None)), models.Q(('claim__isnull', False), ('claimed_at__isnull', False), ('mailed_at', None)), _connector='OR'), name='audit_notice_claim'), models.CheckConstraint(condition=models.Q(('mailed_at', None), ('mailed_at__gte', models.F('created_at')), _connector='OR'), name='audit_notice_mailed_after')],
            },
        ),
    ]
