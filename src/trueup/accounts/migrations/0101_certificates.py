"""Certificates of representation, signatures under notices of delegation, watchers.

A certificate that was received complete says for ever who could bind a facility: it can
only be superseded, once. What was superseded or withdrawn does not change any more.
"""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect

CERTIFICATE_KEPT = (
    "id", "program", "facility_id", "version", "document", "missing", "deadlines", "is_late",
    "primary_id", "alternate_id", "filed_by", "filed_at", "received_at",
)
JSON = ("document", "missing", "deadlines", "events")
WATCHER_KEPT = ("id", "account_id", "person_id", "kind", "events", "named_by_id", "from_at")


def _columns(row, names):
    # JSON has no equality in PostgreSQL; its text has.
    return ", ".join(f"{row}.{name}::text" if name in JSON else f"{row}.{name}" for name in names)


def _changed(names):
    return " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)


POSTGRESQL = (
    f"""CREATE FUNCTION accounts_certificate_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state IN ('superseded', 'withdrawn')
           OR OLD.state = 'in_force' AND (NEW.state <> 'superseded'
               OR ({_columns("OLD", CERTIFICATE_KEPT)})
               IS DISTINCT FROM ({_columns("NEW", CERTIFICATE_KEPT)})) THEN
            RAISE EXCEPTION 'a certificate in force can only be superseded, once'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER certificate_superseded_once BEFORE UPDATE ON accounts_certificate
    FOR EACH ROW EXECUTE FUNCTION accounts_certificate_kept()""",
    f"""CREATE FUNCTION accounts_watcher_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.until_at IS NOT NULL OR NEW.until_at IS NULL
           OR ({_columns("OLD", WATCHER_KEPT)})
           IS DISTINCT FROM ({_columns("NEW", WATCHER_KEPT)}) THEN
            RAISE EXCEPTION 'a watcher can only be ended, once'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER watcher_ends_once BEFORE UPDATE ON accounts_watcher
    FOR EACH ROW EXECUTE FUNCTION accounts_watcher_kept()""",
)
SQLITE = (
    f"""CREATE TRIGGER certificate_superseded_once BEFORE UPDATE ON accounts_certificate
    WHEN OLD.state IN ('superseded', 'withdrawn')
        OR OLD.state = 'in_force' AND (NEW.state <> 'superseded' OR {_changed(CERTIFICATE_KEPT)})
    BEGIN SELECT RAISE(ABORT, 'a certificate in force can only be superseded, once'); END""",
    # INSERT OR REPLACE deletes what it replaces without asking the delete trigger.
    """CREATE TRIGGER certificate_no_second BEFORE INSERT ON accounts_certificate
    WHEN NEW.state = 'in_force' AND EXISTS (SELECT 1 FROM accounts_certificate c
        WHERE c.program = NEW.program AND c.facility_id = NEW.facility_id
        AND c.state = 'in_force')
    BEGIN SELECT RAISE(ABORT, 'a certificate is in force already'); END""",
    f"""CREATE TRIGGER watcher_ends_once BEFORE UPDATE ON accounts_watcher
    WHEN OLD.until_at IS NOT NULL OR NEW.until_at IS NULL OR {_changed(WATCHER_KEPT)}
    BEGIN SELECT RAISE(ABORT, 'a watcher can only be ended, once'); END""",
)


def keep_certificates(_apps, editor):
    """Let the database keep what was in force."""
    statements = POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0200_life_of_accounts'),
        ('ledger', '0001_initial'),
        ('signing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='delegationnotice',
            name='signature',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature'),
        ),
        migrations.CreateModel(
            name='AgreementRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('reason', models.CharField(max_length=400)),
                ('requested_by', models.CharField(max_length=60)),
                ('requested_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
            ],
        ),
        migrations.CreateModel(
            name='AgreementDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('media_type', models.CharField(max_length=60)),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=64)),
                ('submitted_by', models.CharField(max_length=60)),
                ('received_at', models.DateTimeField()),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.agreementrequest')),
            ],
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('version', models.PositiveIntegerField()),
                ('state', models.CharField(max_length=12)),
                ('document', models.JSONField()),
                ('missing', models.JSONField(default=list)),
                ('deadlines', models.JSONField(default=list)),
                ('is_late', models.BooleanField(default=False)),
                ('hold', models.CharField(blank=True, max_length=400)),
                ('filed_by', models.CharField(max_length=60)),
                ('filed_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(null=True)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('alternate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='accounts.facility')),
                ('primary', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='CertificateSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=10)),
                ('statements', models.JSONField(default=list)),
                ('digest', models.CharField(max_length=64)),
                ('method', models.CharField(max_length=20)),
                ('signed_at', models.DateTimeField()),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='accounts.certificate')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
            ],
        ),
        migrations.CreateModel(
            name='OtherProgramRepresentative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(max_length=14)),
                ('role', models.CharField(max_length=10)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='other_representatives', to='accounts.facility')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='Watcher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('events', models.JSONField(default=list)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, db_default='', max_length=60)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='watchers', to='ledger.account')),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='watching', to='accounts.person')),
            ],
        ),
        migrations.AddConstraint(
            model_name='agreementrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('program', 'facility'), name='agreement_request_one_open'),
        ),
        migrations.AddConstraint(
            model_name='agreementrequest',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at', None), ('answered_at__gte', models.F('requested_at')), _connector='OR'), name='agreement_request_answered'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('incomplete', 'held', 'in_force', 'superseded', 'withdrawn'))), name='certificate_state'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('primary__isnull', False), ('received_at__isnull', False), ('state__in', ('in_force', 'superseded'))), models.Q(('received_at', None), ('state__in', ('incomplete', 'held', 'withdrawn'))), _connector='OR'), name='certificate_in_force_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'superseded'), ('superseded_at__gte', models.F('received_at')), ('superseded_at__isnull', False)), models.Q(models.Q(('state', 'superseded'), _negated=True), ('superseded_at', None)), _connector='OR'), name='certificate_superseded'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'held'), models.Q(('hold', ''), _negated=True)), models.Q(('state', 'held'), _negated=True), _connector='OR'), name='certificate_held_says_why'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('alternate', None), ('primary', None), models.Q(('alternate', models.F('primary')), _negated=True), _connector='OR'), name='certificate_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('filed_by', ''), _negated=True), name='certificate_filed_by'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('program', 'facility'), name='certificate_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(fields=('program', 'facility', 'version'), name='certificate_version'),
        ),
        migrations.AddConstraint(
            model_name='certificatesignature',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('primary', 'alternate'))), name='certificate_signature_role'),
        ),
        migrations.AddConstraint(
            model_name='certificatesignature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', ''), _negated=True), models.Q(('digest', ''), _negated=True)), name='certificate_signature_method'),
        ),
        migrations.AddConstraint(
            model_name='certificatesignature',
            constraint=models.UniqueConstraint(fields=('certificate', 'role', 'digest'), name='certificate_signed_once'),
        ),
        migrations.AddConstraint(
            model_name='otherprogramrepresentative',
            constraint=models.CheckConstraint(condition=models.Q(('scheme__in', ('arp', 'tr_nox_annual', 'tr_nox_ozone', 'tr_so2_1', 'tr_so2_2'))), name='other_representative_scheme'),
        ),
        migrations.AddConstraint(
            model_name='otherprogramrepresentative',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('primary', 'alternate'))), name='other_representative_role'),
        ),
        migrations.AddConstraint(
            model_name='otherprogramrepresentative',
            constraint=models.UniqueConstraint(fields=('facility', 'scheme', 'role'), name='other_representative_once'),
        ),
        migrations.AddIndex(
            model_name='watcher',
            index=models.Index(fields=['account', 'kind'], name='watcher_by_account'),
        ),
        migrations.AddIndex(
            model_name='watcher',
            index=models.Index(fields=['person', 'kind'], name='watcher_by_person'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('viewer', 'copy'))), name='watcher_kind'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_by', ''), ('until_at', None)), models.Q(('until_at__gte', models.F('from_at')), ('until_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='watcher_ended_by'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('account', 'person', 'kind'), name='watcher_once_at_a_time'),
        ),
        keep_rows(
            'accounts_certificate', keys=(("id",), ("program", "facility_id", "version"))
        ),
        protect(
            'accounts_certificatesignature', keys=(("id",), ("certificate_id", "role", "digest"))
        ),
        protect('accounts_agreementdocument'),
        keep_rows('accounts_agreementrequest'),
        keep_rows('accounts_watcher'),
        migrations.RunPython(keep_certificates, migrations.RunPython.noop),
    ]
