"""Auctions, sealed bids and results; what was opened is never changed."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0300_delegation_contacts'),
        ('ledger', '0004_holdings_summed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Auction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('number', models.CharField(max_length=20)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('quantity', models.PositiveBigIntegerField()),
                ('reserve_price_cents', models.PositiveBigIntegerField()),
                ('lot_size', models.PositiveIntegerField()),
                ('bid_limit_percent', models.PositiveSmallIntegerField()),
                ('bids_max', models.PositiveIntegerField()),
                ('undersubscribed_price', models.CharField(max_length=20)),
                ('is_security_required', models.BooleanField(default=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('seed_digest', models.CharField(max_length=64)),
                ('sealed_seed', models.BinaryField()),
                ('noticed_at', models.DateTimeField()),
                ('noticed_by', models.CharField(max_length=60)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('state', models.CharField(default='open', max_length=10)),
                ('asked_by', models.CharField(blank=True, max_length=60)),
                ('asked_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, max_length=60)),
                ('closed_at', models.DateTimeField(null=True)),
                ('settled_by', models.CharField(blank=True, max_length=60)),
                ('settled_at', models.DateTimeField(null=True)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'closes_at'], name='auction_by_close')],
                'constraints': [models.UniqueConstraint(fields=('program', 'number'), name='auction_number'), models.CheckConstraint(condition=models.Q(('state__in', ('open', 'closed', 'settled', 'delivered', 'cancelled'))), name='auction_state'), models.CheckConstraint(condition=models.Q(('bids_max__gte', 1), ('lot_size__gte', 1), ('quantity__gte', 1)), name='auction_offers_something'), models.CheckConstraint(condition=models.Q(('noticed_at__lte', models.F('opens_at')), ('opens_at__lt', models.F('closes_at'))), name='auction_runs_forward'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ('open', 'cancelled'))), models.Q(('state__in', ('closed', 'settled', 'delivered')), ('closed_at__gte', models.F('closes_at')), ('closed_at__isnull', False), models.Q(('closed_by', ''), _negated=True), models.Q(('asked_by', ''), _negated=True), models.Q(('closed_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='auction_closed_by_two'), models.CheckConstraint(condition=models.Q(models.Q(('delivered_at__isnull', True), ('settled_at__isnull', True)), models.Q(('delivered_at__isnull', True), ('settled_at__gte', models.F('closed_at')), ('settled_at__isnull', False), ('state', 'settled')), models.Q(('delivered_at__gte', models.F('settled_at')), ('delivered_at__isnull', False), ('settled_at__isnull', False), ('state', 'delivered')), _connector='OR'), name='auction_in_order')],
            },
        ),
        migrations.CreateModel(
            name='SealedBid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('sealed', models.BinaryField()),
                ('commitment', models.CharField(max_length=64)),
                ('entered_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bids', to='auctions.auction')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['auction', 'account'], name='bids_of_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_at__gte', models.F('entered_at')), ('withdrawn_at__isnull', False)), _connector='OR'), name='bid_withdrawn_later')],
            },
        ),
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveBigIntegerField()),
                ('is_forfeited', models.BooleanField(default=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='auctions.auction')),
                ('tx', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('auction', 'account'), name='award_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='award_not_empty'), models.CheckConstraint(condition=models.Q(('tx__isnull', True), models.Q(('is_forfeited', False), ('tx__isnull', False)), _connector='OR'), name='award_forfeited_or_delivered')],
            },
        ),
        migrations.CreateModel(
            name='Consignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=3)),
                ('quantity', models.PositiveBigIntegerField()),
                ('trigger_cents', models.PositiveBigIntegerField(null=True)),
                ('sold', models.PositiveBigIntegerField(null=True)),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consignments', to='auctions.auction')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('tx', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='consignment_not_empty'), models.CheckConstraint(condition=models.Q(('sold__isnull', True), models.Q(('sold__isnull', False), ('sold__lte', models.F('quantity'))), _connector='OR'), name='consignment_sold_at_most'), models.UniqueConstraint(condition=models.Q(('trigger_cents__isnull', True)), fields=('auction', 'source'), name='consignment_once')],
            },
        ),
        migrations.CreateModel(
            name='OpenedBid',
            fields=[
                ('bid', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='opened', serialize=False, to='auctions.sealedbid')),
                ('quantity', models.PositiveBigIntegerField()),
                ('price_cents', models.PositiveBigIntegerField()),
                ('awarded', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('awarded__lte', models.F('quantity')), ('quantity__gte', 1)), name='opened_bid_award')],
            },
        ),
        migrations.CreateModel(
            name='Qualification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('security_cents', models.PositiveBigIntegerField(null=True)),
                ('decided_by', models.CharField(max_length=60)),
                ('decided_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='auctions.auction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('auction', 'account'), name='qualification_once')],
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('auction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='result', serialize=False, to='auctions.auction')),
                ('price_cents', models.PositiveBigIntegerField(null=True)),
                ('sold', models.PositiveBigIntegerField()),
                ('released', models.PositiveBigIntegerField()),
                ('bids', models.PositiveIntegerField()),
                ('bidders', models.PositiveIntegerField()),
                ('winners', models.PositiveIntegerField()),
                ('seed', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('price_cents__isnull', True), ('sold', 0)), models.Q(('price_cents__isnull', False), ('sold__gte', 1)), _connector='OR'), name='auction_result_priced')],
            },
        ),
        keep_rows("auctions_auction", keys=(("id",), ("program", "number"), ("account_id",))),
        keep_rows("auctions_consignment"),
        keep_rows("auctions_qualification", keys=(("id",), ("auction_id", "account_id"))),
        keep_rows("auctions_sealedbid", keys=(("id",), ("key",))),
        protect("auctions_openedbid", keys=(("bid_id",),)),
        protect("auctions_result", keys=(("auction_id",),)),
        keep_rows("auctions_award", keys=(("id",), ("auction_id", "account_id"))),
    ]
