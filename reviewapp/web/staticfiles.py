"""How are the browser's files served? With their content's hash in the name, ES modules among themselves as well."""

from __future__ import annotations

from wsgiref.headers import Headers

from whitenoise.storage import CompressedManifestStaticFilesStorage

#: The PDF worker obeys the policy of its own answer, not the page's: it may compile WebAssembly, and talk to us alone.
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites the relative imports of our own modules to hashed names.

    Only `js/`: Django's own switch for this also reads vendored files, and stops at an `import(...)` in a comment of
    django-htmx. Vendored folders are never edited; pdf.js reads its fonts and maps from their un-hashed addresses, which
    stay there beside the hashed ones.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "js/*.js",
            (
                (r"""(?P<matched>\bfrom\s*["'](?P<url>\.{1,2}/[^"']+)["'])""", 'from "%(url)s"'),
                (r"""(?P<matched>(?m:^)[ \t]*import[ \t]*["'](?P<url>\.{1,2}/[^"']+)["'])""", 'import "%(url)s"'),
                (r"""(?P<matched>\bimport\(\s*["'](?P<url>\.{1,2}/[^"']+)["']\s*\))""", 'import("%(url)s")'),
            ),
        ),
    )


def file_headers(headers: Headers, path: str, url: str) -> None:
    """WhiteNoise asks this for every static file: give the PDF worker a policy of its own."""
    if "/pdfjs/" in url and ("pdf.worker" in url or "pdf.renderer" in url):
        headers["Content-Security-Policy"] = WORKER_POLICY
