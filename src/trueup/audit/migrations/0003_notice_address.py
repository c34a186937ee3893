from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_notice'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='address',
            field=models.CharField(blank=True, db_default='', max_length=254),
        ),
    ]
