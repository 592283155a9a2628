"""Is this Python the project's own, with exactly the locked packages? If not, it is made so. Standard library only.

The environment is `.venv` beside manage.py, or the folder named in REVIEWAPP_VENV. A stamp in it names the lock that was
installed, its digest and the Python; it is taken away before anything is changed and written last, so an environment
whose making was interrupted is never trusted, only made anew. REVIEWAPP_BOOTSTRAP=off leaves all this to the caller (a
container image that has its packages already).
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from . import machine
from .machine import say

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"  # holds all of LOCK, and what the tests need
STAMP = "reviewapp.stamp"
OLDEST = (3, 11)


def enter(argv: Sequence[str]) -> None:
    """Return when this process runs in the finished environment; else finish it and start `argv` again in there.

    Never returns in the second case. Exits with 2 and one clear sentence (or one line to run) when it cannot.
    """
    if os.environ.get("REVIEWAPP_BOOTSTRAP") == "off":
        return
    wanted = _locks_that_do(argv)
    venv = venv_path()
    try:
        if sys.version_info < OLDEST:
            raise Unfit(f"This needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
        if not is_ready(venv, wanted):
            finish(venv, wanted)
        elif _inside(venv):
            return
    except machine.Lacking as lacking:
        _stop(f"{lacking}\n\n    {lacking.line}\n")
    except Unfit as unfit:
        _stop(str(unfit))
    python = str(_python(venv))
    os.execv(python, [python, *argv])


class Unfit(Exception):
    """The environment cannot be made; the message says why in a sentence."""


def venv_path() -> Path:
    """The environment's folder."""
    return Path(os.environ.get("REVIEWAPP_VENV") or BASE_DIR / ".venv").absolute()


def finish(venv: Path, locks: Sequence[str]) -> None:
    """Make the environment from the first of the locks, unless it is ready with one of them. One at a time in its folder.

    Raises Unfit, machine.Lacking.
    """
    with _alone(venv.parent) as held:
        if not is_ready(venv, locks):  # another start may have made it while this one waited
            make(venv, locks[0], held=held)


def is_ready(venv: Path, locks: Sequence[str]) -> bool:
    """Whether the environment was finished from one of these locks as they are now, by a Python that is still there."""
    try:
        stamp = (venv / STAMP).read_text()
    except OSError:
        return False
    if not os.access(_python(venv), os.X_OK):
        return False
    # Inside, the version is asked for as well: a distribution upgrade changes the Python behind an environment's link.
    version = _version_of(sys.version_info[:2]) if _inside(venv) else stamp.rsplit(" ", 1)[-1].strip()
    return stamp in {stamp_for(lock, version) for lock in locks}


def stamp_for(lock: str, version: str) -> str:
    """What is written into an environment that holds `lock` for Python `version` ("3.11")."""
    return f"{lock} {hashlib.sha256((BASE_DIR / lock).read_bytes()).hexdigest()} {version}\n"


def make(venv: Path, lock: str, *, held: int | None = None) -> None:
    """Create the environment, or bring a finished one to another lock. Raises Unfit, machine.Lacking.

    `held` is the lock's file descriptor: the children inherit it, so that the lock stays as long as one of them works,
    also when this process is killed.
    """
    stamp = venv / STAMP
    finished = stamp.exists()
    inherited = () if held is None else (held,)
    stamp.unlink(missing_ok=True)
    version = _probe(venv) if finished else None
    if version is None:
        _create(venv, inherited)
        version = _probe(venv)
    if version is None:
        raise Unfit(f"The environment in {venv} does not start; remove the folder and run the same command again.")
    say(f"Installing the packages of {lock} into {venv} (once; it takes a minute or two).")
    pip = [str(_python(venv)), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install"]
    packages = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(BASE_DIR / lock)]
    done = subprocess.run([*pip, *packages], pass_fds=inherited)
    if done.returncode != 0:
        raise Unfit("pip could not install the packages (its own words stand above); the next start tries again.")
    unfinished = venv / f"{STAMP}.new"
    unfinished.write_text(stamp_for(lock, version))
    unfinished.replace(stamp)


def _create(venv: Path, inherited: tuple[int, ...]) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        machine.install(["python3-venv"])
    say(f"Making the environment in {venv}.")
    # Not this process's Python when that is the very environment being replaced, but the one it was made from.
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-m", "venv", "--clear", str(venv)]
    done = subprocess.run(command, capture_output=True, text=True, pass_fds=inherited)
    if done.returncode != 0:
        raise Unfit(f"The environment could not be made: {(done.stderr or done.stdout).strip()}")


def _probe(venv: Path) -> str | None:
    """The environment's Python version as "3.11" when it starts and has pip and is new enough, else None."""
    question = "import sys, pip; print(*sys.version_info[:2], sep='.'); raise SystemExit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([str(_python(venv)), "-c", question], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _locks_that_do(argv: Sequence[str]) -> tuple[str, ...]:
    """The locks that are enough for a command, the one to install first."""
    return (DEV_LOCK,) if argv[1:2] == ["test"] else (LOCK, DEV_LOCK)


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _inside(venv: Path) -> bool:
    return Path(sys.prefix).resolve() == venv.resolve()


def _version_of(parts: Sequence[int]) -> str:
    return ".".join(str(part) for part in parts)


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Hold the folder's lock, so that two starts at once make one environment; gives its descriptor. Raises Unfit."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unfit(f"The folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK):
        raise Unfit(f"The folder {folder} is not writable; name another one in REVIEWAPP_VENV.")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is making the environment; waiting for it.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _stop(message: str) -> NoReturn:
    print(message, file=sys.stderr, flush=True)
    raise SystemExit(2)
