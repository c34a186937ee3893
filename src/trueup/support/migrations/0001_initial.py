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
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('audience', models.CharField(max_length=10)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('texts', models.JSONField()),
                ('published_by', models.CharField(max_length=60)),
                ('published_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, default='', max_length=60)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['until_at'], name='announcement_to_come')],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__in', ('all', 'signed_in', 'officials')), ('kind__in', ('info', 'warning', 'maintenance'))), name='announcement_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'maintenance'), _negated=True), ('audience', 'all'), _connector='OR'), name='announcement_maintenance_to_all'), models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('from_at'))), name='announcement_not_backwards'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='announcement_ended_by_whom')],
            },
        ),
        migrations.CreateModel(
            name='HelpRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('program', models.CharField(max_length=20)),
                ('category', models.CharField(max_length=20)),
                ('subject', models.CharField(max_length=160)),
                ('state', models.CharField(max_length=10)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('page', models.CharField(blank=True, max_length=300)),
                ('about', models.CharField(blank=True, max_length=120)),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, default='', max_length=60)),
                ('satisfaction', models.CharField(blank=True, default='', max_length=12)),
                ('satisfaction_text', models.CharField(blank=True, default='', max_length=1000)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='help_requests', to='ledger.account')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='help_requests', to='accounts.person')),
            ],
        ),
        migrations.CreateModel(
            name='HelpMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('author', models.CharField(max_length=10)),
                ('text', models.CharField(max_length=8000)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='help_messages', to='accounts.person')),
                ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='support.helprequest')),
            ],
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254)),
                ('subject', models.CharField(max_length=400)),
                ('body', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('attempt_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, default='', max_length=500)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='support.helprequest')),
            ],
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.CharField(max_length=20)),
                ('program', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('query', models.CharField(blank=True, max_length=1000)),
                ('kept_at', models.DateTimeField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_searches', to='accounts.person')),
            ],
            options={
                'verbose_name_plural': 'saved searches',
            },
        ),
        migrations.AddIndex(
            model_name='helprequest',
            index=models.Index(fields=['state', 'due_on', 'id'], name='help_by_state'),
        ),
        migrations.AddIndex(
            model_name='helprequest',
            index=models.Index(fields=['email', 'asked_at'], name='help_by_email'),
        ),
        migrations.AddConstraint(
            model_name='helprequest',
            constraint=models.CheckConstraint(condition=models.Q(('category__in', ('signing_in', 'accounts', 'transfers', 'emissions', 'compliance', 'data', 'other')), models.Q(('subject', ''), _negated=True)), name='help_says_what'),
        ),
        migrations.AddConstraint(
            model_name='helprequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('open', 'answered', 'closed'))), name='help_state'),
        ),
        migrations.AddConstraint(
            model_name='helprequest',
            constraint=models.CheckConstraint(condition=models.Q(('person__isnull', False), models.Q(('email', ''), _negated=True), _connector='OR'), name='help_can_be_answered'),
        ),
        migrations.AddConstraint(
            model_name='helprequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at', None), ('closed_by', '')), models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('closed_by', ''), _negated=True)), _connector='OR'), name='help_closed_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='helprequest',
            constraint=models.CheckConstraint(condition=models.Q(('satisfaction', ''), models.Q(('closed_at__isnull', False), ('satisfaction__in', ('solved', 'partly', 'not_solved'))), _connector='OR'), name='help_satisfaction_when_closed'),
        ),
        migrations.AddIndex(
            model_name='helpmessage',
            index=models.Index(fields=['request', 'id'], name='help_message_by_request'),
        ),
        migrations.AddConstraint(
            model_name='helpmessage',
            constraint=models.CheckConstraint(condition=models.Q(('author__in', ('asker', 'official', 'note')), models.Q(('text', ''), _negated=True)), name='help_message_says_what'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('mailed_at', None)), fields=['attempt_at'], name='letter_due'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='letter_addressed'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.CheckConstraint(condition=models.Q(('list__in', ('audit', 'transactions', 'holdings')), models.Q(('name', ''), _negated=True)), name='search_says_what'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.UniqueConstraint(fields=('owner', 'list', 'program', 'name'), name='search_name_once'),
        ),
        protect('support_helpmessage'),
        keep_rows('support_helprequest', keys=(('id',), ('key',))),
        keep_rows('support_letter'),
        keep_rows('support_announcement'),
    ]
