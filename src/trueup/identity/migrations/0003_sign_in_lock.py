import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trueup.audit.append_only import keep_rows


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_cache'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SignInLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=400)),
                ('locked_by', models.CharField(max_length=60)),
                ('locked_at', models.DateTimeField()),
                ('unlocked_by', models.CharField(blank=True, default='', max_length=60)),
                ('unlocked_at', models.DateTimeField(null=True)),
                ('unlock_reason', models.CharField(blank=True, default='', max_length=400)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_in_locks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('locked_by', ''), _negated=True)), name='identity_lock_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('unlocked_at', None), ('unlocked_by', '')), models.Q(('unlocked_at__isnull', False), models.Q(('unlocked_by', ''), _negated=True), models.Q(('unlock_reason', ''), _negated=True)), _connector='OR'), name='identity_lock_unlocked_by_whom'), models.UniqueConstraint(condition=models.Q(('unlocked_at', None)), fields=('user',), name='identity_lock_once')],
            },
        ),
        keep_rows('identity_signinlock'),
    ]
