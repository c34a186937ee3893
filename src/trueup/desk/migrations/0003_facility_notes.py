"""Notes of officials in facilities' files."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ('desk', '0002_previews'),
    ]

    operations = [
        migrations.CreateModel(
            name='FacilityNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('text', models.CharField(max_length=2000)),
                ('written_as', models.CharField(max_length=100)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('facility', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
            ],
            options={
                'indexes': [models.Index(fields=['facility', 'program', 'id'], name='facility_note_browse')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='facility_note_says_something')],
            },
        ),
        protect("desk_facilitynote"),
    ]
