"""The web server's entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
application = get_wsgi_application()

# Only now: what they import needs the applications.
from django.conf import settings  # noqa: E402

from trueup.disclosure import snapshots  # noqa: E402

snapshots.warm(settings.TRUEUP_PROGRAM)
