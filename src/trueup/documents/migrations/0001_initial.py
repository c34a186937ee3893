import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(max_length=30)),
                ('program', models.CharField(max_length=20)),
                ('subject', models.JSONField()),
                ('title', models.TextField()),
                ('facts_digest', models.CharField(max_length=64, unique=True)),
                ('file_digest', models.CharField(max_length=64, unique=True)),
                ('file_bytes', models.PositiveIntegerField()),
                ('positions', models.JSONField(default=list)),
                ('journal_until', models.PositiveBigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('asked_by', models.CharField(blank=True, max_length=60)),
                ('is_public', models.BooleanField()),
                ('is_practice', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='DocumentFile',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='file', serialize=False, to='documents.document')),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['program', 'kind', 'id'], name='documents_of_program'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('settlement_statement', 'account_statement', 'transfer_receipt', 'certificate_of_representation', 'reference_sheet', 'confirmation_of_holdings'))), name='documents_document_kind'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('program', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='documents_document_says_what'),
        ),
        protect('documents_document', keys=(('id',), ('number',), ('facts_digest',), ('file_digest',))),
        protect('documents_documentfile', keys=(('document_id',),)),
    ]
