"""Officials' lists and counts read covering indexes alone."""

from django.db import migrations, models

OF_OFFICIALS = models.Q(closed_at=None) & ~models.Q(function="")


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="task", name="task_by_program"),
        migrations.RemoveIndex(model_name="task", name="task_by_function"),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["sort_on", "id", "function", "program", "jurisdiction", "kind", "closed_at"],
                condition=OF_OFFICIALS,
                name="task_of_officials_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["function", "program", "jurisdiction", "kind", "sort_on", "id", "closed_at"],
                condition=OF_OFFICIALS,
                name="task_of_officials_by_kind",
            ),
        ),
    ]
