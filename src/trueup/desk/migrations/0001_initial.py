import django.db.models.deletion
import uuid
from django.db import migrations, models

from trueup.audit.append_only import protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('signing', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('act', models.CharField(max_length=40)),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(blank=True, max_length=3)),
                ('values', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('preview', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('proposed_as', models.CharField(max_length=100)),
                ('proposed_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='accounts.person')),
                ('signature', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'id'], name='proposal_by_program')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('proposal', 'unconfirmed', 'recommendation'))), name='proposal_kind'), models.CheckConstraint(condition=models.Q(models.Q(('act', ''), _negated=True), models.Q(('program', ''), _negated=True), models.Q(('digest', ''), _negated=True), models.Q(('proposed_as', ''), _negated=True)), name='proposal_says_what')],
            },
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('result', models.JSONField(default=dict)),
                ('refusals', models.JSONField(default=list)),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='outcome', to='desk.proposal')),
            ],
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(max_length=12)),
                ('given_as', models.CharField(max_length=100)),
                ('given_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='accounts.person')),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='verdict', to='desk.proposal')),
                ('signature', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='signing.signature')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('verdict__in', ('executed', 'confirmed', 'undone', 'declined', 'refused', 'withdrawn', 'taken_up'))), name='verdict_known'), models.CheckConstraint(condition=models.Q(models.Q(('verdict__in', ('executed', 'confirmed', 'undone', 'declined', 'refused', 'taken_up')), _negated=True), models.Q(('given_by', models.F('first')), _negated=True), _connector='OR'), name='verdict_of_a_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('verdict__in', ('declined', 'undone', 'withdrawn')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='verdict_gives_a_reason')],
            },
        ),
        protect('desk_proposal', keys=(('id',), ('key',))),
        protect('desk_verdict', keys=(('id',), ('proposal_id',))),
        protect('desk_outcome', keys=(('id',), ('proposal_id',))),
    ]
