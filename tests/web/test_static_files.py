"""Do the browser's modules find each other under their hashed names, and the PDF worker its own policy?"""

from __future__ import annotations

import re
from pathlib import Path
from wsgiref.headers import Headers

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from reviewapp.web.staticfiles import WORKER_POLICY, ModuleManifestStorage, file_headers

SCREEN = """// import x from "./not-there.js" would stay, but this file is there:
import { shares } from "./geometry.js";
import "./events.js";
export { fit } from './geometry.js';
const late = () => import("../late.js");
"""


@pytest.fixture
def collected(tmp_path: Path) -> tuple[Path, ModuleManifestStorage]:
    """A small set of modules, collected as the product does it."""
    source, target = tmp_path / "source", tmp_path / "target"
    for name, text in {
        "js/review/screen.js": SCREEN.replace("not-there", "geometry"),
        "js/review/geometry.js": "export const shares = 1, fit = 2;",
        "js/review/events.js": "",
        "js/late.js": "",
        "vendor/pdfjs/pdf.worker.min.mjs": 'import "./nothing-like-that.mjs";',
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    options = {
        "STATICFILES_DIRS": [source],
        "STATIC_ROOT": target,
        "INSTALLED_APPS": ["django.contrib.staticfiles"],
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "reviewapp.web.staticfiles.ModuleManifestStorage"},
        },
    }
    finders.get_finder.cache_clear()
    with override_settings(**options):
        call_command("collectstatic", interactive=False, verbosity=0)
        storage = ModuleManifestStorage(location=target)
    finders.get_finder.cache_clear()
    return target, storage


def test_every_import_of_our_modules_is_a_file_that_is_there(collected: tuple[Path, ModuleManifestStorage]) -> None:
    target, storage = collected
    screen = target / storage.hashed_files["js/review/screen.js"]
    code = re.sub(r"^//.*$", "", screen.read_text(), flags=re.MULTILINE)
    imports = re.findall(r"""["'](\.[^"']+)["']""", code)
    assert len(imports) == 4
    for name in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)
        assert (screen.parent / name).is_file()


def test_vendored_files_are_not_edited_and_keep_their_own_address_too(
    collected: tuple[Path, ModuleManifestStorage],
) -> None:
    target, storage = collected
    name = "vendor/pdfjs/pdf.worker.min.mjs"
    assert (target / name).read_text() == (target / storage.hashed_files[name]).read_text()
    assert "./nothing-like-that.mjs" in (target / name).read_text()


def test_only_the_worker_gets_a_policy_of_its_own() -> None:
    worker, page = Headers([]), Headers([])
    file_headers(worker, "x", "/static/vendor/pdfjs/build/pdf.worker.min.abc.mjs")
    file_headers(page, "x", "/static/vendor/pdfjs/build/pdf.min.abc.mjs")
    assert worker["Content-Security-Policy"] == WORKER_POLICY
    assert page["Content-Security-Policy"] is None


def test_all_files_of_the_project_can_be_collected(tmp_path: Path) -> None:
    options = {
        "STATIC_ROOT": tmp_path,
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "reviewapp.web.staticfiles.ModuleManifestStorage"},
        },
    }
    with override_settings(**options):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").is_file()
