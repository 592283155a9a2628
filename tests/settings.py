"""The project's settings as the tests run them: data in a folder of its own, cheap passwords, files served as they lie."""

import atexit
import os
import shutil
import tempfile

# A process that a test starts shares the folder of the tests (tests/settings_of_a_process.py).
_data = os.environ.get("REVIEWAPP_TESTS_DATA") or tempfile.mkdtemp(prefix="reviewapp-tests-")
if "REVIEWAPP_TESTS_DATA" not in os.environ:
    atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ["REVIEWAPP_DATA"] = _data
os.environ["REVIEWAPP_SECRET_KEY"] = "only the tests are signed with this key, nothing else is"
for _name in ("REVIEWAPP_URL", "REVIEWAPP_HOSTS", "REVIEWAPP_DEBUG"):
    os.environ.pop(_name, None)

from reviewapp.settings import *  # noqa: E402, F403
from reviewapp.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# WhiteNoise serves the files from where they lie, with the headers that it gives them in the product.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
LANGUAGE_CODE = "en"
AXES_ENABLED = True

_default = DATABASES["default"]
if "sqlite3" in _default["ENGINE"]:
    # A file, not memory: only a file has connections, locks and a journal as the product has them.
    _default["TEST"] = {"NAME": f"{_data}/test.sqlite3"}
    # Only a power cut would tell the difference, and every commit of every test would pay for it.
    _default["OPTIONS"]["init_command"] = _default["OPTIONS"]["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
_default["CONN_MAX_AGE"] = 0  # the live server's threads come and go
