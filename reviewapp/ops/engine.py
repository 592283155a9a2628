"""How does an engine that is there already do the work? A Celery app of a few lines with the same lanes and their pace.

Optional (`pip install reviewapp[celery]`): `celery -A reviewapp.ops.engine worker` and `… beat` in the place of
`manage.py work`; both may run beside it. A message carries nothing but a lane's name: what is due lives in rows with
leases, so that a message that is lost, late or delivered twice changes nothing.
"""

from __future__ import annotations

import os
from datetime import datetime

import django
from celery import Celery
from celery.signals import task_postrun, worker_process_shutdown, worker_shutdown
from django.db import close_old_connections
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
django.setup()

from reviewapp import environment  # noqa: E402
from reviewapp.ops import lanes  # noqa: E402
from reviewapp.work import workers  # noqa: E402

#: Seconds between two looks at a lane, and how many pieces one look does before it lets another lane on.
EVERY = 1.0
PIECES = 100

_lanes = lanes.all_()
#: By process, because pools fork: its name among the workers, and when it last said that it lives.
_seen: dict[int, tuple[str, datetime]] = {}
app = Celery("reviewapp", broker=environment.text("REVIEWAPP_CELERY_BROKER", "redis://127.0.0.1:6379/0"))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,
    task_serializer="json",
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    # A look that waited longer than the next one takes to come is worth nothing.
    beat_schedule={
        name: {"task": "reviewapp.look", "schedule": EVERY, "args": [name], "options": {"expires": 10 * EVERY}}
        for name in _lanes
    },
)


@app.task(name="reviewapp.look")
def look(lane: str) -> int:
    """Do what is due in a lane. Returns how many pieces."""
    step, worker = _lanes[lane].step, _here(timezone.now())
    for done in range(PIECES):
        if not step(timezone.now(), worker, lanes.never):
            return done
    return PIECES


def _here(at: datetime) -> str:
    """The name of this process among the workers. It says goodbye, and else now and then that it lives, as any worker does."""
    mine = os.getpid()
    if mine not in _seen:
        _seen[mine] = f"celery:{workers.name()}"[:64], at
        workers.begin(name=_seen[mine][0], at=at)
    name, seen_at = _seen[mine]
    if at - seen_at >= workers.EVERY:
        _seen[mine] = name, at
        workers.beat(name=name, at=at)
    return name


@worker_process_shutdown.connect
@worker_shutdown.connect
def _goodbye(**_: object) -> None:
    if os.getpid() in _seen:
        workers.end(name=_seen.pop(os.getpid())[0], at=timezone.now())


@task_postrun.connect
def _hang_up(**_: object) -> None:
    close_old_connections()
