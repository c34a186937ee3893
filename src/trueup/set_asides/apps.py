from django.apps import AppConfig


class SetAsidesConfig(AppConfig):
    name = "trueup.set_asides"
    label = "set_asides"
    default_auto_field = "django.db.models.BigAutoField"
