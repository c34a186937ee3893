import datetime
import django.db.models.deletion
import uuid
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
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('program', models.CharField(max_length=20)),
                ('subject', models.CharField(max_length=120)),
                ('title', models.CharField(max_length=300)),
                ('function', models.CharField(blank=True, max_length=40)),
                ('jurisdiction', models.CharField(blank=True, max_length=3)),
                ('submission', models.CharField(blank=True, max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('sort_on', models.DateField()),
                ('dedupe', models.CharField(blank=True, max_length=200)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, db_default='', max_length=60)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='ledger.account')),
                ('claimed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claimed_tasks', to='accounts.person')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('account__isnull', False), ('closed_at', None)), fields=['account', 'sort_on', 'id'], name='task_by_account'), models.Index(condition=models.Q(('closed_at', None), ('person__isnull', False)), fields=['person', 'sort_on', 'id'], name='task_by_person'), models.Index(condition=models.Q(('closed_at', None), models.Q(('function', ''), _negated=True)), fields=['program', 'sort_on', 'id'], name='task_by_program'), models.Index(condition=models.Q(('closed_at', None), models.Q(('function', ''), _negated=True)), fields=['function', 'program', 'jurisdiction', 'sort_on', 'id'], name='task_by_function'), models.Index(fields=['subject', 'id'], name='task_by_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), _negated=True), models.Q(('subject', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='task_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('function', ''), ('person', None)), models.Q(('account', None), ('function', ''), ('person__isnull', False)), models.Q(('account', None), ('person', None), models.Q(('function', ''), _negated=True)), _connector='OR'), name='task_one_audience'), models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('sort_on', datetime.date(9999, 12, 31))), models.Q(('due_on', models.F('sort_on')), ('due_on__isnull', False)), _connector='OR'), name='task_sorted_by_due_date'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('outcome', '')), models.Q(('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='task_closed_with_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('claimed_at', None), ('claimed_by', None)), models.Q(('claimed_at__isnull', False), ('claimed_by__isnull', False)), _connector='OR'), name='task_claimed_when'), models.UniqueConstraint(condition=models.Q(models.Q(('dedupe', ''), _negated=True), ('closed_at', None)), fields=('dedupe',), name='task_once')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=60)),
                ('what', models.CharField(max_length=20)),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('task', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='tasks.task')),
            ],
            options={
                'indexes': [models.Index(fields=['task', 'id'], name='task_step_by_task')],
                'constraints': [models.CheckConstraint(condition=models.Q(('what__in', ('opened', 'claimed', 'released', 'commented', 'due_changed', 'closed'))), name='task_step_what'), models.CheckConstraint(condition=models.Q(('actor', ''), _negated=True), name='task_step_says_who')],
            },
        ),
        migrations.CreateModel(
            name='Exclusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='excluded_tasks', to='accounts.person')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to='tasks.task')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('task', 'person'), name='task_exclusion_once')],
            },
        ),
        keep_rows('tasks_task', keys=(('id',), ('key',))),
        protect('tasks_exclusion'),
        protect('tasks_step'),
    ]
