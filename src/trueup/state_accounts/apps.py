from django.apps import AppConfig


class StateAccountsConfig(AppConfig):
    name = "trueup.state_accounts"
    label = "state_accounts"
    default_auto_field = "django.db.models.BigAutoField"
