from django.apps import AppConfig


class EmissionsConfig(AppConfig):
    name = "trueup.emissions"
    label = "emissions"
    default_auto_field = "django.db.models.BigAutoField"
