"""Facilities, units, persons, accounts of facilities, and who could act for an account when.

Past representations decide which acts were valid, so the database keeps them: a row can
only be ended, once, and no two rows of a role overlap.
"""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from trueup.audit.append_only import keep_rows

OVERLAP = """
    SELECT 1 FROM accounts_representative r
    WHERE r.account_id = NEW.account_id AND r.role = NEW.role AND r.until_at > NEW.from_at
    AND (NEW.until_at IS NULL OR r.from_at < NEW.until_at)
"""
KEPT = ("id", "account_id", "person_id", "role", "from_at")

POSTGRESQL = f"""
CREATE FUNCTION accounts_keep_representative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'representations are kept: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.until_at IS NOT NULL OR NEW.until_at IS NULL
           OR ({", ".join(f"OLD.{name}" for name in KEPT)})
           IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in KEPT)}) THEN
            RAISE EXCEPTION 'a representation can only be ended, once'
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF EXISTS ({OVERLAP}) THEN
        RAISE EXCEPTION 'representations of one role overlap'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER representative_kept BEFORE INSERT OR UPDATE OR DELETE ON accounts_representative
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_representative();
CREATE TRIGGER representative_not_truncated BEFORE TRUNCATE ON accounts_representative
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_representative();
"""
SQLITE = (
    """CREATE TRIGGER representative_no_delete BEFORE DELETE ON accounts_representative
    BEGIN SELECT RAISE(ABORT, 'representations are kept: DELETE is refused'); END""",
    f"""CREATE TRIGGER representative_ends_once BEFORE UPDATE ON accounts_representative
    WHEN OLD.until_at IS NOT NULL OR NEW.until_at IS NULL
        OR {" OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in KEPT)}
    BEGIN SELECT RAISE(ABORT, 'a representation can only be ended, once'); END""",
    f"""CREATE TRIGGER representative_no_overlap BEFORE INSERT ON accounts_representative
    WHEN EXISTS ({OVERLAP}) OR EXISTS (SELECT 1 FROM accounts_representative WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'representations of one role overlap'); END""",
    # INSERT OR REPLACE deletes what it replaces without asking the delete trigger.
    """CREATE TRIGGER representative_no_replace BEFORE INSERT ON accounts_representative
    WHEN NEW.until_at IS NULL AND EXISTS (
        SELECT 1 FROM accounts_representative r WHERE r.account_id = NEW.account_id
        AND r.until_at IS NULL AND (r.role = NEW.role OR r.person_id = NEW.person_id))
    BEGIN SELECT RAISE(ABORT, 'the account has a representative in this role'); END""",
)


def keep_representatives(_apps, editor):
    """Let the database keep past representations."""
    statements = [POSTGRESQL] if editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ledger', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Facility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oris_code', models.PositiveIntegerField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('county', models.CharField(blank=True, max_length=80)),
                ('latitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('longitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
            ],
            options={
                'verbose_name_plural': 'facilities',
                'indexes': [models.Index(fields=['name', 'id'], name='facility_by_name'), models.Index(fields=['jurisdiction', 'name', 'id'], name='facility_by_jurisdiction')],
                'constraints': [models.CheckConstraint(condition=models.Q(('oris_code__gte', 1)), name='facility_oris_code'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 200)), name='facility_name'), models.CheckConstraint(condition=models.Q(('jurisdiction', ''), _negated=True), name='facility_jurisdiction'), models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='facility_position')],
            },
        ),
        migrations.CreateModel(
            name='AffectedUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit_id', models.CharField(max_length=40)),
                ('unit_type', models.CharField(blank=True, max_length=30)),
                ('fuel', models.CharField(blank=True, max_length=60)),
                ('nameplate_mw', models.DecimalField(decimal_places=1, max_digits=7, null=True)),
                ('net_summer_mw', models.DecimalField(decimal_places=3, max_digits=9, null=True)),
                ('operating_from', models.DateField(null=True)),
                ('is_operation_projected', models.BooleanField(default=False)),
                ('retired_on', models.DateField(null=True)),
                ('retirement_filed_at', models.DateTimeField(null=True)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='accounts.facility')),
            ],
        ),
        migrations.CreateModel(
            name='FacilityAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='facility_account', to='ledger.account')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='accounts.facility')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='accounts.affectedunit')),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='person', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Representative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=10)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='representatives', to='ledger.account')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='representations', to='accounts.person')),
            ],
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.UniqueConstraint(fields=('facility', 'unit_id'), name='unit_once_a_facility'),
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.CheckConstraint(condition=models.Q(('unit_id', ''), _negated=True), name='unit_has_id'),
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.CheckConstraint(condition=models.Q(('unit_type__in', ('', 'steam', 'igcc', 'combined_cycle', 'combined_heat_and_power'))), name='unit_type_known'),
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('nameplate_mw', None), ('nameplate_mw__gte', 0), _connector='OR'), models.Q(('net_summer_mw', None), ('net_summer_mw__gte', 0), _connector='OR')), name='unit_capacity_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.CheckConstraint(condition=models.Q(('is_operation_projected', False), ('operating_from__isnull', False), _connector='OR'), name='unit_projected_date_given'),
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_on', None), ('retirement_filed_at', None)), models.Q(('retired_on__isnull', False), ('retirement_filed_at__isnull', False)), _connector='OR'), name='unit_retirement_filed'),
        ),
        migrations.AddConstraint(
            model_name='affectedunit',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on', None), ('operating_from', None), ('retired_on__gte', models.F('operating_from')), _connector='OR'), name='unit_retired_after_operation'),
        ),
        migrations.AddConstraint(
            model_name='facilityaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('program', 'facility'), name='facility_account_one_a_facility'),
        ),
        migrations.AddConstraint(
            model_name='facilityaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('unit__isnull', False)), fields=('program', 'unit'), name='facility_account_one_a_unit'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['name'], name='person_by_name'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 200)), name='person_name'),
        ),
        migrations.AddIndex(
            model_name='representative',
            index=models.Index(fields=['account', 'from_at'], name='representative_by_account'),
        ),
        migrations.AddIndex(
            model_name='representative',
            index=models.Index(fields=['person', 'account'], name='representative_by_person'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('primary', 'alternate'))), name='representative_role'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('until_at', None), ('until_at__gte', models.F('from_at')), _connector='OR'), name='representative_not_backwards'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('account', 'role'), name='representative_one_a_role'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('account', 'person'), name='representative_one_role_a_person'),
        ),
        migrations.RunPython(keep_representatives, migrations.RunPython.noop),
        # Notices name persons without a key that the database checks.
        keep_rows('accounts_person'),
    ]
