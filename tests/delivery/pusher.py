"""A process that only pushes, until it is killed: `python -m tests.delivery.pusher DATABASE SECONDS FACTOR`."""

from __future__ import annotations

import random
import sys
import time


def main() -> None:
    from django.conf import settings

    name, seconds, factor = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    settings.DATABASES["default"]["NAME"] = name
    import django

    django.setup()
    from django.utils import timezone

    from reviewapp.delivery import push
    from reviewapp.upstreams.http import Client, Limits, Pace
    from reviewapp.work import workers

    limits = Limits(seconds=seconds, body=64 * 1024, tries=1, cut=True)
    terms = push.Terms(limits=limits, lease=seconds * 2 + 1, seconds=2.0, factor=factor)
    client = Client(pace=Pace(time.monotonic, time.sleep, random.uniform))
    me = workers.name()
    while True:
        done = push.run(at=timezone.now(), client=client, worker=me, terms=terms)
        if not done.delivered + done.failed:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
