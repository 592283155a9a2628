"""What of a simulated world outlasts a restart? Jobs that were made or read again, uploads and schemas, as plain files."""

from __future__ import annotations

import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Number

from .jobs import Job, Reading, Shape, Stage, Tree, iso

if TYPE_CHECKING:
    from .world import World

_JOBS, _UPLOADS, _SCHEMAS = "jobs", "uploads", "schemas.json"
#: A file beside an upload that says its name.
_NAME: Final = ".json"


class Kept:
    """The folder, and what was written of each thing last. Callers hold the world's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, object] = {}

    def load(self, world: World) -> None:
        """Bring back what the folder holds, over what the samples say."""
        for path in sorted((self._folder / _UPLOADS).glob(f"*{_NAME}")):
            tree = _read(path)
            world.bring_back_upload(str(tree["id"]), str(tree["name"]), path.with_suffix(""))
        schemas = _read(self._folder / _SCHEMAS)
        world.schemas.update(schemas.get("schemas", {}))
        world.agents.update(schemas.get("agents", {}))
        made = [_job(_read(path), world) for path in (self._folder / _JOBS).glob(f"*{_NAME}")]
        # In the order in which they came: lists are newest first.
        world.jobs.update({job.id: job for job in sorted(made, key=lambda one: one.created_at)})
        self._written = self._states(world)

    def start(self, world: World) -> None:
        """What stands now is the samples', and is not written."""
        self._written = self._states(world)

    def save(self, world: World) -> None:
        """Write what is new or differs from what was written, and take away what is gone."""
        now = self._states(world)
        for name, state in now.items():
            if self._written.get(name) != state:
                self._write(world, name)
        for name in self._written.keys() - now.keys():
            (self._folder / name).unlink(missing_ok=True)
        self._written = now

    def clear(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._written = {}

    def _states(self, world: World) -> dict[str, object]:
        """By file, little that differs whenever it has to be written again. A job of the samples counts by its readings."""
        states: dict[str, object] = {_SCHEMAS: (len(world.schemas), len(world.agents))}
        for job in world.jobs.values():
            ended = job.id not in world.sampled and world.stage(job) is Stage.FINAL
            states[f"{_JOBS}/{_file(job.id)}"] = (job.id, job.cancelled, job.updated_at, len(job.later), ended)
        for document in world.documents.values():
            if isinstance(document.source, bytes):
                states[f"{_UPLOADS}/{_file(document.id)}"] = document.id
        return states

    def _write(self, world: World, name: str) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = name.partition("/")[0]
        if folder == _SCHEMAS:
            tree: Tree = {"schemas": world.schemas, "agents": world.agents}
        elif folder == _JOBS:
            tree = _tree(next(job for job in world.jobs.values() if _file(job.id) == path.name), world)
        else:
            one = next(one for one in world.documents.values() if _file(one.id) == path.name)
            tree = {"id": one.id, "name": one.name}
            path.with_suffix("").write_bytes(one.data())
        # Whole or not at all: a kill in between leaves the one before.
        half = path.with_suffix(".half")
        half.write_text(jsontext.dump(tree), encoding="utf-8")
        half.replace(path)


def _file(id: str) -> str:
    return f"{quote(id, safe='')}{_NAME}"


def _read(path: Path) -> Any:
    return jsontext.parse(path.read_bytes()) if path.exists() else {}


def _tree(job: Job, world: World) -> Tree:
    now = world.clock.seconds()
    return {
        "id": job.id,
        "shape": job.shape.value,
        "payload": job.payload,
        "created_at": iso(job.created_at),
        "updated_at": None if job.updated_at is None else iso(job.updated_at),
        "names": list(job.names),
        "extra": job.extra,
        "cancelled": job.cancelled,
        "ended": world.stage(job) is Stage.FINAL,
        "later": [
            {
                "payload": one.payload,
                "answers": Number(str(one.answers)),
                "seconds": Number(f"{max(0.0, one.due - now) if one.due else 0.0:.1f}"),
            }
            for one in job.later
        ],
    }


def _job(tree: Tree, world: World) -> Job:
    """As it was; one that had not ended begins anew."""
    now = world.clock.seconds()
    updated_at = tree["updated_at"]
    return Job(
        shape=Shape(tree["shape"]),
        id=tree["id"],
        payload=tree["payload"],
        started=now,
        created_at=datetime.fromisoformat(tree["created_at"]),
        names=tuple(tree["names"]),
        extra=tree["extra"],
        settled=tree["ended"],
        cancelled=tree["cancelled"],
        announced=tree["ended"] or tree["cancelled"],
        updated_at=None if updated_at is None else datetime.fromisoformat(updated_at),
        later=[
            Reading(
                one["payload"],
                int(one["answers"].text),
                now + float(Decimal(one["seconds"].text)) if one["seconds"].text != "0.0" else 0.0,
            )
            for one in tree["later"]
        ],
    )
