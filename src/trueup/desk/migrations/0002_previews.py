"""Previews that are kept, and approvals that a job carries out."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ('desk', '0001_initial'),
        ("signing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Preview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(max_length=12)),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(blank=True, max_length=3)),
                ('period', models.CharField(blank=True, max_length=9)),
                ('digest', models.CharField(max_length=64)),
                ('given', models.JSONField(default=dict)),
                ('totals', models.JSONField(default=dict)),
                ('rows', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='PreviewRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('jurisdiction', models.CharField(max_length=3)),
                ('name', models.CharField(max_length=250)),
                ('oris_code', models.PositiveIntegerField(null=True)),
                ('account', models.CharField(max_length=40)),
                ('unit', models.CharField(blank=True, max_length=40)),
                ('vintage', models.PositiveSmallIntegerField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=30)),
                ('quantity', models.PositiveBigIntegerField(default=0)),
                ('obligation', models.PositiveBigIntegerField(default=0)),
                ('held', models.PositiveBigIntegerField(default=0)),
                ('excess', models.PositiveBigIntegerField(default=0)),
                ('excess_due', models.PositiveBigIntegerField(default=0)),
                ('excess_deducted', models.PositiveBigIntegerField(default=0)),
                ('preview', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='desk.preview')),
            ],
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_as', models.CharField(max_length=100)),
                ('given_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('job', models.UUIDField()),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='approval', to='desk.proposal')),
                ('signature', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('given_by', models.F('first')), _negated=True), name='approval_of_a_second_person')],
            },
        ),
        migrations.AddIndex(
            model_name='preview',
            index=models.Index(fields=['program', 'kind', 'period', 'id'], name='preview_browse'),
        ),
        migrations.AddConstraint(
            model_name='preview',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('plan', 'formula', 'settlement'))), name='preview_kind'),
        ),
        migrations.AddConstraint(
            model_name='preview',
            constraint=models.CheckConstraint(condition=models.Q(('digest', ''), _negated=True), name='preview_has_digest'),
        ),
        migrations.AddIndex(
            model_name='previewrow',
            index=models.Index(fields=['preview', 'account', 'unit', 'vintage'], name='preview_row_of_account'),
        ),
        migrations.AddConstraint(
            model_name='previewrow',
            constraint=models.UniqueConstraint(fields=('preview', 'place'), name='preview_row_once'),
        ),
        protect("desk_approval", keys=(("id",), ("proposal_id",))),
        protect("desk_preview", keys=(("id",), ("key",))),
        protect("desk_previewrow", keys=(("id",), ("preview_id", "place"))),
    ]
