"""What offset projects were awarded; never changed."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_holdings_summed'),
        ('resources', '0007_set_aside_awards'),
        ('state_accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OffsetAward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('tons', models.DecimalField(decimal_places=3, max_digits=18)),
                ('quantity', models.PositiveBigIntegerField()),
                ('awarded_by', models.CharField(max_length=60)),
                ('awarded_at', models.DateTimeField()),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offset_awards', to='resources.resource')),
                ('tx', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('resource', 'year'), name='offset_award_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('tons__gte', models.F('quantity'))), name='offset_award_covered')],
            },
        ),
        protect("state_accounts_offsetaward", keys=(("id",), ("resource_id", "year"), ("tx_id",))),
    ]
