"""Affected EGUs that are settled one by one."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect_again


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('compliance', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='omission',
            name='omission_reason',
        ),
        migrations.AddField(
            model_name='omission',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affectedunit'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affectedunit'),
        ),
        migrations.AddConstraint(
            model_name='omission',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ('emissions_incomplete', 'emissions_not_final', 'subcategory_missing'))), name='omission_reason'),
        ),
        protect_again("compliance_omission"),
    ]
