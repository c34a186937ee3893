from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "trueup.web"
    label = "web"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins."""
        from trueup.web.authentication import alerts  # noqa: F401
