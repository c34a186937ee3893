from django.apps import AppConfig


class StatePlansConfig(AppConfig):
    name = "trueup.state_plans"
    label = "state_plans"
    default_auto_field = "django.db.models.BigAutoField"
