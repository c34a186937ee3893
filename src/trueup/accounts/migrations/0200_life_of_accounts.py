"""Applications, closing, objections, ownership, owner groups, and proof of retirement."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0100_delegation'),
        ('ledger', '0001_initial'),
        ('signing', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=10)),
                ('state', models.CharField(default='draft', max_length=24)),
                ('document', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('begun_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(null=True)),
                ('heard_at', models.DateTimeField()),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('decided_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='ledger.account')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='ApplicationSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('statements', models.JSONField(default=list)),
                ('digest', models.CharField(max_length=64)),
                ('method', models.CharField(max_length=20)),
                ('signed_at', models.DateTimeField()),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='accounts.application')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='ApplicationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=24)),
                ('state', models.CharField(max_length=24)),
                ('actor', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('reason', models.TextField(blank=True)),
                ('missing', models.JSONField(default=list)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='accounts.application')),
            ],
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('state', models.CharField(default='pending', max_length=10)),
                ('ground', models.CharField(max_length=400)),
                ('begun_at', models.DateTimeField()),
                ('ends_on', models.DateField(null=True)),
                ('good_cause', models.TextField(blank=True)),
                ('good_cause_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=400)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='ledger.account')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='ExemptionReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('state', models.CharField(default='open', max_length=10)),
                ('raised_at', models.DateTimeField()),
                ('ground', models.CharField(max_length=400)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=400)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exemption_reviews', to='accounts.affectedunit')),
            ],
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=200)),
                ('about', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField()),
                ('received_at', models.DateTimeField()),
                ('entered_by', models.CharField(max_length=60)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='ledger.account')),
            ],
        ),
        migrations.CreateModel(
            name='OwnershipFiling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('changed_on', models.DateField()),
                ('filed_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('is_late', models.BooleanField()),
                ('filed_by', models.CharField(max_length=60)),
                ('listed', models.JSONField(default=list)),
                ('unlisted', models.JSONField(default=list)),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ownership_filings', to='ledger.account')),
            ],
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(default='organization', max_length=12)),
                ('identifier', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'verbose_name_plural': 'parties',
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='party_name'), models.CheckConstraint(condition=models.Q(('kind__in', ('person', 'organization'))), name='party_kind'), models.UniqueConstraint(fields=('name', 'identifier'), name='party_once')],
            },
        ),
        migrations.CreateModel(
            name='Interest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(default='interest', max_length=10)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='ledger.account')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='accounts.party')),
            ],
        ),
        migrations.CreateModel(
            name='Association',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('percentage', models.DecimalField(decimal_places=3, max_digits=6)),
                ('control', models.CharField(default='shares', max_length=12)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('source', models.CharField(max_length=400)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=60)),
                ('owned', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held_by', to='accounts.party')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='accounts.party')),
            ],
        ),
        migrations.CreateModel(
            name='RetirementProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=200)),
                ('created_on', models.DateField()),
                ('keep_until', models.DateField()),
                ('extended_at', models.DateTimeField(null=True)),
                ('extension', models.CharField(blank=True, max_length=400)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='accounts.affectedunit')),
            ],
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['program', 'state', 'id'], name='application_by_state'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['applicant', 'id'], name='application_by_applicant'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('open', 'supersede'))), name='application_kind'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'incomplete', 'information_requested', 'submitted', 'in_review', 'approved', 'rejected', 'withdrawn', 'lapsed'))), name='application_state'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'rejected', 'withdrawn', 'lapsed')), ('decided_at__isnull', False)), models.Q(models.Q(('state__in', ('approved', 'rejected', 'withdrawn', 'lapsed')), _negated=True), ('decided_at', None)), _connector='OR'), name='application_decided'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('account__isnull', False), _connector='OR'), name='application_approved_has_account'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'open'), ('account__isnull', False), _connector='OR'), name='application_supersedes_an_account'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('submitted', 'in_review', 'approved')), _negated=True), ('received_at__isnull', False), _connector='OR'), name='application_received_before_review'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('account__isnull', False), ('kind', 'open')), fields=('account',), name='application_opens_one_account'),
        ),
        migrations.AddConstraint(
            model_name='applicationsignature',
            constraint=models.UniqueConstraint(fields=('application', 'revision', 'person'), name='application_signed_once'),
        ),
        migrations.AddConstraint(
            model_name='applicationsignature',
            constraint=models.CheckConstraint(condition=models.Q(('revision__gte', 1)), name='application_signature_revision'),
        ),
        migrations.AddConstraint(
            model_name='applicationstep',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'incomplete', 'information_requested', 'submitted', 'in_review', 'approved', 'rejected', 'withdrawn', 'lapsed'))), name='application_step_state'),
        ),
        migrations.AddConstraint(
            model_name='applicationstep',
            constraint=models.CheckConstraint(condition=models.Q(('actor', ''), _negated=True), name='application_step_actor'),
        ),
        migrations.AddConstraint(
            model_name='applicationstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('rejected', 'information_requested')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='application_step_says_why'),
        ),
        migrations.AddIndex(
            model_name='closing',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['kind', 'ends_on'], name='closing_pending'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_on', None), ('kind', 'request')), models.Q(('ends_on__isnull', False), ('kind', 'inactivity')), _connector='OR'), name='closing_kind'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'pending')), models.Q(('ended_at__isnull', False), ('state__in', ('closed', 'kept'))), _connector='OR'), name='closing_state'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='closing_has_a_ground'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('good_cause', ''), ('good_cause_at', None)), models.Q(models.Q(('good_cause', ''), _negated=True), ('good_cause_at__isnull', False)), _connector='OR'), name='closing_good_cause_dated'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('begun_at')), _connector='OR'), name='closing_not_backwards'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('account',), name='closing_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='exemptionreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', ''), ('state', 'open')), models.Q(('ended_at__isnull', False), ('state__in', ('upheld', 'ended')), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='exemption_review_state'),
        ),
        migrations.AddConstraint(
            model_name='exemptionreview',
            constraint=models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='exemption_review_ground'),
        ),
        migrations.AddConstraint(
            model_name='exemptionreview',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('program', 'unit'), name='exemption_review_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['account', 'id'], name='objection_by_account'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('by', ''), _negated=True)), name='objection_not_empty'),
        ),
        migrations.AddIndex(
            model_name='ownershipfiling',
            index=models.Index(fields=['account', 'id'], name='ownership_filing_by_account'),
        ),
        migrations.AddIndex(
            model_name='interest',
            index=models.Index(fields=['account', 'from_on'], name='interest_by_account'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('interest', 'owner', 'operator'))), name='interest_kind'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.CheckConstraint(condition=models.Q(('until_on', None), ('until_on__gte', models.F('from_on')), _connector='OR'), name='interest_not_backwards'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.UniqueConstraint(condition=models.Q(('until_on', None)), fields=('account', 'party', 'kind'), name='interest_once_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='association',
            index=models.Index(fields=['owned', 'from_on'], name='association_by_owned'),
        ),
        migrations.AddIndex(
            model_name='association',
            index=models.Index(fields=['owner', 'from_on'], name='association_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(('owner', models.F('owned')), _negated=True), name='association_of_two'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(('percentage__range', (0, 100))), name='association_percentage'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(('control__in', ('shares', 'management', 'contract', 'trust', 'other'))), name='association_control'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('control', 'shares'), _negated=True), ('percentage__gt', 0), _connector='OR'), name='association_shares_are_some'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(('until_on', None), ('until_on__gte', models.F('from_on')), _connector='OR'), name='association_not_backwards'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='association_has_a_source'),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.UniqueConstraint(condition=models.Q(('until_on', None)), fields=('owner', 'owned', 'control'), name='association_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='retirementproof',
            constraint=models.CheckConstraint(condition=models.Q(('what', ''), _negated=True), name='retirement_proof_named'),
        ),
        migrations.AddConstraint(
            model_name='retirementproof',
            constraint=models.CheckConstraint(condition=models.Q(('keep_until__gt', models.F('created_on'))), name='retirement_proof_kept'),
        ),
        migrations.AddConstraint(
            model_name='retirementproof',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('extended_at', None), ('extension', '')), models.Q(('extended_at__isnull', False), models.Q(('extension', ''), _negated=True)), _connector='OR'), name='retirement_proof_extended_in_writing'),
        ),
        # What was applied for, signed, filed or objected to stays as it was.
        protect("accounts_applicationstep"),
        protect(
            "accounts_applicationsignature",
            keys=(("id",), ("application_id", "revision", "person_id")),
        ),
        protect("accounts_ownershipfiling"),
        protect("accounts_objection"),
        keep_rows("accounts_application"),
        keep_rows("accounts_closing"),
        keep_rows("accounts_party"),
        keep_rows("accounts_interest"),
        keep_rows("accounts_association"),
        keep_rows("accounts_retirementproof"),
        keep_rows("accounts_exemptionreview"),
    ]
