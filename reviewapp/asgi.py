"""The way in for an ASGI server. gunicorn with `reviewapp.wsgi` is what is measured and recommended."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
application = get_asgi_application()
