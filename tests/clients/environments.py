"""Where does each of the vendors' own clients live? In an environment of its own: three of them share one import name.

Each is made on first use from its lock and kept beside the project's environment until the lock changes. The locks are
made for every platform, with hashes and without an index's name, each from the one pin that names it:

    echo "llama-cloud==1.6.0" | uv pip compile - --universal --python-version 3.11 --generate-hashes \
       --no-emit-index-url --no-header --no-annotate -o tests/clients/requirements/llama-cloud-1.6.0.lock
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reviewapp.ops import bootstrap

HERE = Path(__file__).resolve().parent
CLIENTS = sorted(path.name.removesuffix(".lock") for path in (HERE / "requirements").glob("*.lock"))
#: A client that waits for an answer longer than this has not understood it.
_SECONDS = 60


def python(client: str) -> Path:
    """The Python that holds a client; made when it is not there. Raises bootstrap.Unfit, machine.Lacking."""
    lock = f"{HERE.relative_to(bootstrap.BASE_DIR)}/requirements/{client}.lock"
    main = bootstrap.venv_path()
    venv = main.with_name(f"{main.name}-clients") / client
    if not bootstrap.is_ready(venv, [lock]):
        bootstrap.finish(venv, [lock])
    return venv / "bin" / "python"


def ask(client: str, *calls: list[Any], base_url: str, key: str, **options: Any) -> list[Mapping[str, Any]]:
    """Put calls `[name, *arguments]` to a client of its own in a process of its own; `questions/` says what each does.

    Each answer is `{"said": ...}`, or `{"error": <class>, "status": <code or None>, "message": ...}`.
    """
    script = HERE / "questions" / f"{client.replace('-', '_').replace('.', '_')}.py"
    asked = json.dumps({"base_url": base_url, "key": key, "options": options, "calls": calls})
    # Nothing of the machine but what a program needs: no proxy and no key of somebody's stands in the way.
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(python(client)), "-s", str(script)],
        input=asked,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers: list[Mapping[str, Any]] = json.loads(done.stdout)
    assert len(answers) == len(calls)
    return answers
