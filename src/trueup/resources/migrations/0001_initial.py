import django.db.models.deletion
import django.db.models.expressions
import trueup.emissions.quantities
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0101_certificates'),
        ('ledger', '0003_credits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Issuance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('quantity', models.PositiveBigIntegerField()),
                ('corrected', models.PositiveBigIntegerField(default=0)),
                ('fraction_carried', models.CharField(blank=True, max_length=60)),
                ('lot', models.BigIntegerField(null=True)),
                ('lo', models.BigIntegerField(null=True)),
                ('hi', models.BigIntegerField(null=True)),
                ('tx', models.BigIntegerField(null=True, unique=True)),
                ('issued_at', models.DateTimeField()),
                ('issued_by', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('first_month', models.PositiveSmallIntegerField()),
                ('last_month', models.PositiveSmallIntegerField()),
                ('sequence', models.PositiveIntegerField()),
                ('state', models.CharField(default='submitted', max_length=10)),
                ('mwh', trueup.emissions.quantities.QuantityField()),
                ('contract_mwh', trueup.emissions.quantities.QuantityField(null=True)),
                ('rewarded_mwh', trueup.emissions.quantities.QuantityField(null=True)),
                ('biogenic_share', trueup.emissions.quantities.QuantityField(null=True)),
                ('is_excessive', models.BooleanField(default=False)),
                ('is_late', models.BooleanField(default=False)),
                ('filed_at', models.DateTimeField()),
                ('verified_mwh', trueup.emissions.quantities.QuantityField(null=True)),
                ('verified_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CreditNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('year', models.PositiveSmallIntegerField()),
                ('published_at', models.DateTimeField()),
                ('closes_on', models.DateField()),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'year'], name='credit_notice_by_year')],
            },
        ),
        migrations.CreateModel(
            name='HostState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('approach', models.CharField(max_length=4)),
                ('plan', models.CharField(max_length=7)),
                ('carries_fractions', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction'), name='host_state_once'), models.CheckConstraint(condition=models.Q(('approach__in', ('rate', 'mass', 'none')), ('plan__in', ('federal', 'model'))), name='host_state_known')],
            },
        ),
        migrations.CreateModel(
            name='IssuanceReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='resources.issuance')),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='issuance', to='resources.report')),
            ],
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('category', models.CharField(max_length=3)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('state', models.CharField(default='described', max_length=12)),
                ('identifier', models.CharField(blank=True, max_length=20)),
                ('capacity_mw', trueup.emissions.quantities.QuantityField()),
                ('in_service_on', models.DateField(null=True)),
                ('grid', models.CharField(max_length=10)),
                ('uprate_on', models.DateField(null=True)),
                ('uprate_from_mw', trueup.emissions.quantities.QuantityField(null=True)),
                ('uprate_to_mw', trueup.emissions.quantities.QuantityField(null=True)),
                ('derated_on', models.DateField(null=True)),
                ('is_relicensed', models.BooleanField(default=False)),
                ('contract_with', models.CharField(blank=True, max_length=3)),
                ('is_regional_supply', models.BooleanField(default=False)),
                ('has_meter', models.BooleanField(default=True)),
                ('savings_kind', models.CharField(blank=True, max_length=12)),
                ('savings_basis', models.CharField(default='EX_POST', max_length=10)),
                ('is_distributed', models.BooleanField(default=False)),
                ('exclusion', models.CharField(blank=True, max_length=20)),
                ('owner', models.CharField(blank=True, max_length=200)),
                ('described_at', models.DateTimeField()),
                ('registered_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='ledger.account')),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'state', 'id'], name='resource_by_state'), models.Index(fields=['program', 'category', 'id'], name='resource_by_category')],
                'constraints': [models.UniqueConstraint(fields=('program', 'name'), name='resource_name_once'), models.UniqueConstraint(condition=models.Q(('identifier', ''), _negated=True), fields=('program', 'identifier'), name='resource_identifier_once'), models.CheckConstraint(condition=models.Q(('state__in', ('described', 'submitted', 'registered', 'rejected', 'revoked'))), name='resource_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'registered'), _negated=True), models.Q(('account__isnull', False), ('registered_at__isnull', False), models.Q(('identifier', ''), _negated=True)), _connector='OR'), name='resource_registered_whole'), models.CheckConstraint(condition=models.Q(models.Q(('uprate_from_mw', None), ('uprate_on', None), ('uprate_to_mw', None)), models.Q(('uprate_from_mw__isnull', False), ('uprate_on__isnull', False), ('uprate_to_mw__isnull', False)), _connector='OR'), name='resource_uprate_whole')],
            },
        ),
        migrations.CreateModel(
            name='ReportedMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('month', models.PositiveSmallIntegerField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='months', to='resources.report')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('resource', 'year', 'month'), name='month_reported_once')],
            },
        ),
        migrations.AddField(
            model_name='report',
            name='resource',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='resources.resource'),
        ),
        migrations.CreateModel(
            name='Overstatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mwh', models.PositiveBigIntegerField()),
                ('taken', models.PositiveBigIntegerField(default=0)),
                ('is_final_report', models.BooleanField(default=False)),
                ('ground', models.CharField(max_length=1000)),
                ('found_at', models.DateTimeField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overstatements', to='resources.report')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overstatements', to='resources.resource')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('mwh__gt', 0), ('taken__lte', models.F('mwh'))), name='overstatement_not_overtaken'), models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='overstatement_says_why')],
            },
        ),
        migrations.AddField(
            model_name='issuance',
            name='resource',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issuances', to='resources.resource'),
        ),
        migrations.CreateModel(
            name='Debt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(max_length=12)),
                ('demanded', models.PositiveBigIntegerField()),
                ('revoked', models.PositiveBigIntegerField()),
                ('due_on', models.DateField()),
                ('placed_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_debts', to='ledger.account')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.claim')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debts', to='resources.resource')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('revoked__lte', models.F('demanded'))), name='credit_debt_not_overtaken'), models.CheckConstraint(condition=models.Q(('cause__in', ('ineligible', 'final_report'))), name='credit_debt_cause'), models.CheckConstraint(condition=models.Q(models.Q(('claim', None), ('revoked', models.F('demanded'))), models.Q(('claim__isnull', False), ('revoked__lt', models.F('demanded'))), _connector='OR'), name='credit_debt_claimed')],
            },
        ),
        migrations.CreateModel(
            name='Bar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('readmitted_for', models.CharField(blank=True, max_length=1000)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('debt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bar', to='resources.debt')),
                ('resource', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bars', to='resources.resource')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('resource', None)), models.Q(('person', None), ('resource__isnull', False)), _connector='OR'), name='bar_of_one')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(default='submitted', max_length=12)),
                ('submitted_at', models.DateTimeField()),
                ('question', models.CharField(blank=True, max_length=2000)),
                ('verified_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='resources.resource')),
            ],
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(max_length=30)),
                ('ground', models.CharField(max_length=1000)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='resources.resource')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('resource',), name='suspension_one_a_time'), models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='suspension_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Verifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('categories', models.JSONField(default=list)),
                ('evidence', models.JSONField(default=dict)),
                ('sp_rating', models.CharField(blank=True, max_length=4)),
                ('moodys_rating', models.CharField(blank=True, max_length=4)),
                ('accredited_at', models.DateTimeField()),
                ('review_due_on', models.DateField(null=True)),
                ('debarred_on', models.DateField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_for', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'name'), name='verifier_name_once'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_for', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_for', ''), _negated=True)), _connector='OR'), name='verifier_revoked_for_cause')],
            },
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('verifier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='team', to='resources.verifier')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('verifier', 'person'), name='team_member_once')],
            },
        ),
        migrations.AddField(
            model_name='report',
            name='verifier',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.verifier'),
        ),
        migrations.CreateModel(
            name='Engagement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(default='disclosed', max_length=10)),
                ('is_conflict', models.BooleanField(default=False)),
                ('disclosure', models.CharField(max_length=2000)),
                ('disclosed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='engagements', to='resources.resource')),
                ('verifier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='engagements', to='resources.verifier')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('verifier', 'resource'), name='engagement_once'), models.CheckConstraint(condition=models.Q(('state__in', ('disclosed', 'approved', 'refused'))), name='engagement_state'), models.CheckConstraint(condition=models.Q(('is_conflict', True), ('state', 'approved'), _negated=True), name='engagement_no_conflict')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('version', models.PositiveIntegerField()),
                ('elements', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('filed_at', models.DateTimeField()),
                ('filed_by', models.CharField(max_length=60)),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='resources.application')),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='resources.report')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='resources.resource')),
                ('verifier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='resources.verifier')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('eligibility_application', 'emv_plan', 'mv_report', 'verification_report', 'decision'))), name='document_kind'), models.CheckConstraint(condition=models.Q(('filed_by', ''), _negated=True), name='document_says_who'), models.UniqueConstraint(condition=models.Q(('report', None)), fields=('application', 'kind', 'version'), name='document_version_of_application'), models.UniqueConstraint(condition=models.Q(('report__isnull', False)), fields=('report', 'kind', 'version'), name='document_version_of_report'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'verification_report'), ('verifier__isnull', False)), models.Q(models.Q(('kind', 'verification_report'), _negated=True), ('verifier', None)), _connector='OR'), name='document_of_verifier')],
            },
        ),
        migrations.AddField(
            model_name='application',
            name='verifier',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.verifier'),
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('media_type', models.CharField(max_length=80)),
                ('size_bytes', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='resources.document')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), ('size_bytes__gt', 0)), name='attachment_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='IssuanceDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issuances', to='resources.document')),
                ('issuance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='resources.issuance')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuance', 'position'), name='issuance_document_position')],
            },
        ),
        migrations.CreateModel(
            name='NoticedReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verified_mwh', trueup.emissions.quantities.QuantityField()),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='resources.creditnotice')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='resources.report')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('notice', 'report'), name='report_noticed_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='issuance',
            constraint=models.UniqueConstraint(fields=('resource', 'year'), name='issuance_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='issuance',
            constraint=models.UniqueConstraint(fields=('lot', 'lo'), name='issuance_serials_once'),
        ),
        migrations.AddConstraint(
            model_name='issuance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hi', None), ('lo', None), ('lot', None), ('quantity', 0), ('tx', None)), models.Q(('lot__isnull', False), ('quantity', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('hi'), '-', models.F('lo')), '+', models.Value(1))), ('quantity__gt', 0), ('tx__isnull', False)), _connector='OR'), name='issuance_serials_whole'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['resource', 'year'], name='mv_report_by_year'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('resource', 'sequence'), name='mv_report_sequence'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('submitted', 'verified', 'incomplete', 'issued', 'superseded'))), name='mv_report_state'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('first_month__gte', 1), ('last_month__gte', models.F('first_month')), ('last_month__lte', 12)), name='mv_report_months'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('verified', 'issued')), _negated=True), models.Q(('verified_at__isnull', False), ('verified_mwh__isnull', False), ('verifier__isnull', False)), _connector='OR'), name='mv_report_verified'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'rejected'), _negated=True), fields=('resource',), name='application_one_a_time'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('submitted', 'info_asked', 'approved', 'rejected'))), name='eligibility_application_state'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('verified_at__isnull', False), _connector='OR'), name='eligibility_application_verified'),
        ),
        protect("resources_document"),
        protect("resources_attachment"),
        protect("resources_creditnotice"),
        protect("resources_noticedreport", keys=(("id",), ("notice_id", "report_id"))),
        protect(
            "resources_issuance",
            keys=(("id",), ("resource_id", "year"), ("tx",), ("lot", "lo")),
        ),
        protect("resources_issuancereport", keys=(("id",), ("report_id",))),
        protect("resources_issuancedocument", keys=(("id",), ("issuance_id", "position"))),
        keep_rows("resources_resource"),
        keep_rows("resources_application"),
        keep_rows("resources_report"),
        keep_rows("resources_verifier"),
        keep_rows("resources_engagement"),
        keep_rows("resources_overstatement"),
        keep_rows("resources_debt"),
        keep_rows("resources_suspension"),
        keep_rows("resources_bar"),
    ]
