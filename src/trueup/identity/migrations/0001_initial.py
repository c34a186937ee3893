import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0003_notice_address'),
        ('auth', '__first__'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('prefix', models.CharField(max_length=20, unique=True)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by', models.CharField(blank=True, max_length=60)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='ledger.account')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='accounts.person')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='identity_key_named'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='identity_key_expires'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='identity_key_revoked_by')],
            },
        ),
        migrations.CreateModel(
            name='ApiKeyScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=40)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scopes', to='identity.apikey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'scope'), name='identity_key_scope_once'), models.CheckConstraint(condition=models.Q(('scope__in', ('read', 'propose_transfers', 'propose_deduction_requests', 'propose_emissions_reports'))), name='identity_key_scope')],
            },
        ),
        migrations.CreateModel(
            name='CoolDown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=30)),
                ('started_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('reviewed_by', models.CharField(blank=True, max_length=60)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('note', models.CharField(blank=True, max_length=400)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cool_downs', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'until_at'], name='identity_cool_down_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ('password_reset', 'second_factor_reset', 'second_factor_removed', 'contact_changed'))), name='identity_cool_down_reason'), models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('started_at'))), name='identity_cool_down_lasts'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('reviewed_at', None), ('reviewed_by', '')), models.Q(models.Q(('reviewed_by', ''), _negated=True), ('outcome__in', ('cleared', 'upheld')), ('reviewed_at__isnull', False)), _connector='OR'), name='identity_cool_down_reviewed')],
            },
        ),
        migrations.CreateModel(
            name='IdentityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_by', models.CharField(max_length=60)),
                ('method', models.CharField(max_length=20)),
                ('document', models.CharField(max_length=200)),
                ('checked_at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=400)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identity_checks', to='accounts.person')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('checked_by', ''), _negated=True), models.Q(('document', ''), _negated=True)), name='identity_check_says_what'), models.CheckConstraint(condition=models.Q(('method__in', ('in_person', 'video_call', 'notary', 'credential_service', 'console'))), name='identity_check_method')],
            },
        ),
        migrations.CreateModel(
            name='IdentityScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('media_type', models.CharField(max_length=40)),
                ('content', models.BinaryField(null=True)),
                ('sha256', models.CharField(max_length=64)),
                ('kept_at', models.DateTimeField()),
                ('delete_at', models.DateTimeField()),
                ('deleted_at', models.DateTimeField(null=True)),
                ('check_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='identity.identitycheck')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deleted_at', None)), fields=['delete_at'], name='identity_scan_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('content', None), ('deleted_at__isnull', False)), models.Q(('content__isnull', False), ('deleted_at', None)), _connector='OR'), name='identity_scan_there_or_deleted'), models.CheckConstraint(condition=models.Q(('delete_at__gt', models.F('kept_at'))), name='identity_scan_not_for_ever')],
            },
        ),
        migrations.CreateModel(
            name='KnownPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_places', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='identity_place_once')],
            },
        ),
        migrations.CreateModel(
            name='UsedCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.BigIntegerField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='used_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'step'), name='identity_code_once')],
            },
        ),
        protect('identity_identitycheck'),
        protect('identity_apikeyscope', keys=(('id',), ('key_id', 'scope'))),
        keep_rows('identity_apikey', keys=(('id',), ('prefix',), ('digest',))),
        keep_rows('identity_identityscan'),
        keep_rows('identity_cooldown'),
    ]
