from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision_class', models.CharField(max_length=10)),
                ('program', models.CharField(max_length=20)),
                ('subject', models.CharField(max_length=120)),
                ('outcome', models.CharField(max_length=60)),
                ('reasons', models.JSONField(default=list)),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.CharField(max_length=60)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'id'], name='audit_decision_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('decision_class__in', ('i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'uncertain'))), name='audit_decision_class'), models.CheckConstraint(condition=models.Q(models.Q(('subject', ''), _negated=True), models.Q(('outcome', ''), _negated=True), models.Q(('decided_by', ''), _negated=True)), name='audit_decision_says_who')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('program', models.CharField(blank=True, max_length=20)),
                ('actor', models.CharField(max_length=60)),
                ('act', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=120)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('cite', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'id'], name='audit_event_subject'), models.Index(fields=['actor', 'id'], name='audit_event_actor')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('actor', ''), _negated=True), models.Q(('act', ''), _negated=True), models.Q(('subject', ''), _negated=True)), name='audit_event_says_who')],
            },
        ),
        protect('audit_event'),
        protect('audit_decision'),
    ]
