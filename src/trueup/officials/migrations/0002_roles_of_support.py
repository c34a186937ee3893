from django.db import migrations, models

from trueup.audit.append_only import ONLY_ID, Refuse


class Migration(migrations.Migration):

    dependencies = [
        ('officials', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='grant',
            name='grant_role',
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('administrator', 'technical', 'state_official', 'state_agent', 'market_monitor', 'auditor', 'verifier', 'support', 'identity_keeper'))), name='grant_role'),
        ),
        # SQLite made the table anew, and the triggers stayed behind.
        Refuse('officials_grant', ('DELETE',), ONLY_ID, engines=('sqlite',)),
    ]
