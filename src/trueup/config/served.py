"""The entry of a server of ours: the sums of the home page are made before anybody asks."""

from django.conf import settings

from trueup.config.wsgi import application
from trueup.disclosure import snapshots

__all__ = ["application"]

snapshots.warm(settings.TRUEUP_PROGRAM)
