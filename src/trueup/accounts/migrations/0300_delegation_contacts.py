"""What a notice of delegation gives of the delegator and of each agent (40 CFR 62.16315(c))."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0101_certificates'),
    ]

    operations = [
        # It can be null so that SQLite adds the column and keeps the table's triggers.
        migrations.AddField(
            model_name='delegationnotice',
            name='contacts',
            field=models.JSONField(null=True),
        ),
    ]
