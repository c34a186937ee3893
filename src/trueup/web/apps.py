from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "trueup.web"
    label = "web"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins; a place to practise has its own clock."""
        from trueup.demonstration import practice_clock
        from trueup.web.authentication import alerts  # noqa: F401

        practice_clock.install()
