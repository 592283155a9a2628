"""What does this machine lack, and how does it get it? Debian packages, by apt where it may. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: dpkg refuses to work without these folders, and a bare PATH often has only /usr/bin and /bin.
ADMIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Need:
    """One thing that must be there: any of `programs` (names or absolute paths) or any of `files` (glob patterns).

    `package` is what Debian calls it; `why` is said to the person who has to install it.
    """

    package: str
    why: str
    programs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def path(self) -> str | None:
        """Where it is, or None."""
        for name in self.programs:
            found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{ADMIN_PATH}")
            if found:
                return found
        for pattern in self.files:
            for found_file in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
                return str(found_file)
        return None


CHROMIUM = Need("chromium", "the browser tests", programs=("chromium", "chromium-browser", "google-chrome"))
NODE = Need("nodejs", "the tests of the browser modules", programs=("node", "nodejs"))
POSTGRES = Need(
    "postgresql", "the tests on PostgreSQL", programs=("initdb",), files=("/usr/lib/postgresql/*/bin/initdb",)
)
REDIS = Need("redis-server", "the test of another engine", programs=("redis-server",))
FONTS = Need("fonts-liberation", "pages that look alike everywhere", files=("/usr/share/fonts/**/LiberationSans-*",))


class Lacking(Exception):
    """Something is missing and may not be installed from here. `line` is the one line that a person runs."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = tuple(packages)
        self.line = f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"
        super().__init__(f"Missing on this machine: {', '.join(packages)}. Run this line, then the same command again:")


def install(packages: Sequence[str]) -> None:
    """Install Debian packages. Raises Lacking without root or password-less sudo, without apt, or when apt fails."""
    right = _administrator()
    apt = shutil.which("apt-get", path=ADMIN_PATH)
    if right is None or apt is None:
        raise Lacking(packages)
    say(f"Installing {', '.join(packages)} with apt.")
    command = [*right, "env", f"PATH={ADMIN_PATH}", "DEBIAN_FRONTEND=noninteractive", apt]
    # An index that cannot be refreshed (one of several sources is down) does not stop an install that may still work.
    _quietly([*command, "update"])
    failure = _quietly([*command, "install", "-y", "--no-install-recommends", *packages])
    if failure:
        say(failure)
        raise Lacking(packages)


def say(sentence: str) -> None:
    """One line of progress, at once."""
    print(sentence, flush=True)


def _administrator() -> list[str] | None:
    """The words that go before a command to run it as root, or None when that is not allowed without asking."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo", path=ADMIN_PATH)
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def _quietly(command: Sequence[str]) -> str:
    """Run it; "" when it went well, else the end of what it said."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout[-2000:].strip() or f"apt ended with {done.returncode}"
