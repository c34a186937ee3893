import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64, unique=True)),
                ('document', models.CharField(max_length=40)),
                ('form_version', models.CharField(max_length=20)),
                ('digest', models.CharField(max_length=64)),
                ('accepted', models.JSONField(default=list)),
                ('received_at', models.DateTimeField()),
                ('entered_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('entered_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('signer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), models.Q(('approved_by', models.F('entered_by')), _negated=True), models.Q(('approved_by', models.F('signer')), _negated=True)), _connector='OR'), name='paper_approved_by_another'), models.CheckConstraint(condition=models.Q(('entered_by', models.F('signer')), _negated=True), name='paper_not_entered_by_its_signer'), models.CheckConstraint(condition=models.Q(('entered_at__gte', models.F('received_at'))), name='paper_received_before')],
            },
        ),
        migrations.CreateModel(
            name='PaperScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('media_type', models.CharField(max_length=60)),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=64)),
                ('paper', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='scan', to='signing.paper')),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(blank=True, max_length=20)),
                ('document', models.CharField(max_length=40)),
                ('form_version', models.CharField(max_length=20)),
                ('text', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('statements', models.JSONField(default=list)),
                ('method', models.CharField(max_length=20)),
                ('proof', models.JSONField(default=dict)),
                ('nonce', models.CharField(max_length=64, null=True, unique=True)),
                ('signed_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('approved_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('entered_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('for_person', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('signer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['signer', 'id'], name='signature_signer'), models.Index(fields=['account', 'id'], name='signature_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('method__in', ('passkey', 'totp', 'recovery_code', 'paper', 'console'))), name='signature_method'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('digest', ''), _negated=True), models.Q(('document', ''), _negated=True), models.Q(('form_version', ''), _negated=True)), name='signature_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('method', 'console'), ('nonce', None)), models.Q(models.Q(('method', 'console'), _negated=True), ('nonce__isnull', False)), _connector='OR'), name='signature_is_of_one_challenge'), models.CheckConstraint(condition=models.Q(models.Q(('approved_by__isnull', False), ('entered_by__isnull', False), ('method', 'paper'), models.Q(('entered_by', models.F('approved_by')), _negated=True), models.Q(('entered_by', models.F('signer')), _negated=True), models.Q(('approved_by', models.F('signer')), _negated=True)), models.Q(models.Q(('method', 'paper'), _negated=True), ('approved_by', None), ('entered_by', None)), _connector='OR'), name='signature_on_paper_by_two'), models.CheckConstraint(condition=models.Q(('received_at__gte', models.F('signed_at'))), name='signature_received_after')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form_version', models.CharField(max_length=20)),
                ('accepted_at', models.DateTimeField()),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='signing.signature')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'form_version'), name='agreement_once_a_version')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('program', models.CharField(max_length=20)),
                ('act', models.CharField(max_length=40)),
                ('subject', models.CharField(blank=True, max_length=60)),
                ('answers', models.JSONField(default=dict)),
                ('values', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'id'], name='signing_draft_person')],
            },
        ),
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('challenge', models.CharField(max_length=64)),
                ('begun_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('method', models.CharField(blank=True, max_length=20)),
                ('proof', models.JSONField(default=dict)),
                ('proven_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'expires_at'], name='challenge_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('method', ''), ('proven_at', None)), models.Q(('method__in', ('passkey', 'totp', 'recovery_code')), ('proven_at__isnull', False)), _connector='OR'), name='challenge_proven_by_a_factor'), models.CheckConstraint(condition=models.Q(('used_at', None), ('proven_at__isnull', False), _connector='OR'), name='challenge_used_when_proven'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('begun_at'))), name='challenge_expires')],
            },
        ),
        migrations.CreateModel(
            name='FactorAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'at'], name='factor_attempt_person')],
            },
        ),
        protect('signing_signature', keys=(('id',), ('nonce',))),
        protect('signing_agreement', keys=(('id',), ('person_id', 'form_version'), ('signature_id',))),
        protect('signing_paperscan', keys=(('id',), ('paper_id',))),
        keep_rows('signing_paper', keys=(('id',), ('nonce',))),
    ]
