"""The server's way in (gunicorn `reviewapp.wsgi:application`)."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
application = get_wsgi_application()


def _say_which_database() -> None:
    from django.conf import settings

    from reviewapp import database

    line = database.described(settings.DATABASES["default"], version=settings.SQLITE_VERSION)
    logging.getLogger("reviewapp.database").info(line)


_say_which_database()
