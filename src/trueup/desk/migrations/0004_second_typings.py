"""What second officials typed off papers."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("desk", "0003_facility_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondTyping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('typed', models.JSONField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='typings', to='desk.proposal')),
            ],
        ),
        protect("desk_secondtyping"),
    ]
