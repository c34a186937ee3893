"""Applications to qualify, schedules of bids, terms of a notice (RGGI-041, RGGI-042)."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0300_delegation_contacts'),
        ('auctions', '0001_initial'),
        ('ledger', '0004_holdings_summed'),
        ('signing', '0002_draft_changed_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeTerms',
            fields=[
                ('auction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='terms', serialize=False, to='auctions.auction')),
                ('sitting', models.CharField(max_length=20)),
                ('qualify_until', models.DateTimeField()),
                ('how_to_qualify', models.CharField(blank=True, max_length=2000)),
                ('containment_ground', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'indexes': [models.Index(fields=['sitting', 'auction'], name='terms_by_sitting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sitting', ''), _negated=True), name='terms_of_a_sitting')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('security_kind', models.CharField(max_length=20)),
                ('security_cents', models.PositiveBigIntegerField(null=True)),
                ('reference', models.CharField(blank=True, max_length=200)),
                ('filed_at', models.DateTimeField()),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='auctions.auction')),
                ('for_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
            ],
            options={
                'indexes': [models.Index(fields=['auction', 'id'], name='bidder_applications'), models.Index(fields=['account', 'id'], name='bidder_applications_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'accepted', 'refused', 'withdrawn'))), name='bidder_application_state'), models.CheckConstraint(condition=models.Q(models.Q(('security_cents__isnull', True), ('security_kind', 'none')), models.Q(('security_kind__in', ('letter_of_credit', 'bond', 'cash', 'other')), ('security_cents__gte', 1), ('security_cents__isnull', False)), _connector='OR'), name='bidder_application_security'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by', ''), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), models.Q(('decided_by', ''), _negated=True), ('decided_at__gte', models.F('filed_at')), ('decided_at__isnull', False)), _connector='OR'), name='bidder_application_decided'), models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('auction', 'account'), name='bidder_application_once')],
            },
        ),
        migrations.CreateModel(
            name='BidSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('bids', models.PositiveIntegerField()),
                ('commitment', models.CharField(max_length=64)),
                ('entered_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schedules', to='auctions.auction')),
                ('for_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
            ],
            options={
                'indexes': [models.Index(fields=['auction', 'account', 'id'], name='bid_schedules_of')],
            },
        ),
        protect("auctions_noticeterms", keys=(("auction_id",),)),
        keep_rows("auctions_application", keys=(("id",), ("key",))),
        protect("auctions_bidschedule", keys=(("id",), ("key",))),
    ]
