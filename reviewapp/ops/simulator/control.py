"""How is the simulator steered from another process? JSON under /_control/, plainly ours and no vendor's.

GET    /_control/                      what runs: addresses, keys, jobs
GET    /_control/faults                every fault with its line; the rules that are set
POST   /_control/faults                {"fault", "operation", "times"?, "vendor"?, "path"?}; "times": null is always
DELETE /_control/faults                no rules any more
GET    /_control/requests              what was asked, without credentials; DELETE empties the log
POST   /_control/jobs/{id}/settle      the job comes to its end now
POST   /_control/jobs/{id}/reextract   {"changes"?: {pointer: value}, "after"?: answers, "seconds"?}
POST   /_control/jobs/{id}/announce    its webhook is sent now
POST   /_control/links/expire          every presigned link has expired
POST   /_control/clock                 {"advance": seconds}
POST   /_control/extract-review        {"enabled": true}
POST   /_control/reset                 as after the start
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reviewapp.extraction import jsontext

from .faults import ANY, FAULTS, Rule
from .jobs import Vendor
from .log import Received
from .routes import OPERATIONS, whole
from .wire import Answer, Request
from .world import KEYS

if TYPE_CHECKING:
    from .server import Simulator

ROOT = "/_control"


def answer(simulator: Simulator, request: Request) -> Answer:
    """The answer to a request under /_control."""
    try:
        tree = request.json()
        body = tree if isinstance(tree, dict) else {}
        words = [word for word in request.path.removeprefix(ROOT).split("/") if word]
        said = _act(simulator, request.method, words, body)
    except (jsontext.BadJson, ValueError) as error:
        return _said(400, {"error": str(error)})
    except LookupError as error:
        return _said(404, {"error": f"there is no {error}"})
    return _said(200, said)


def _act(simulator: Simulator, method: str, words: list[str], body: dict[str, Any]) -> Any:
    match method, words:
        case "GET", []:
            return _overview(simulator)
        case "GET", ["faults"]:
            return {
                "faults": {name: one.does for name, one in FAULTS.items()},
                "operations": OPERATIONS,
                **_rules(simulator),
            }
        case "POST", ["faults"]:
            simulator.rules.set(_rule(body))
            return _rules(simulator)
        case "DELETE", ["faults"]:
            simulator.rules.clear()
            return _rules(simulator)
        case "GET", ["requests"]:
            return {"requests": [_received(one) for one in simulator.requests]}
        case "DELETE", ["requests"]:
            simulator.log.clear()
            return {"requests": []}
        case "POST", ["jobs", job_id, "settle"]:
            simulator.settle(job_id)
        case "POST", ["jobs", job_id, "reextract"]:
            simulator.reextract(
                job_id,
                changes=body.get("changes"),
                after=whole(body.get("after")) or 0,
                seconds=float(str(body.get("seconds", "0"))),
            )
        case "POST", ["jobs", job_id, "announce"]:
            return {"sent_to": simulator.announce(job_id)}
        case "POST", ["links", "expire"]:
            simulator.expire_links()
        case "POST", ["clock"]:
            simulator.advance(float(str(body.get("advance", "0"))))
        case "POST", ["extract-review"]:
            simulator.enable_extract_review(body.get("enabled") is not False)
        case "POST", ["reset"]:
            simulator.reset()
        case _:
            raise LookupError(f"{method} {ROOT}/{'/'.join(words)}")
    return {"done": True}


def _rule(body: dict[str, Any]) -> Rule:
    times = 1 if "times" not in body else None if body["times"] is None else whole(body["times"]) or 0
    return Rule(
        str(body.get("fault", "")),
        str(body.get("operation", ANY)),
        str(body.get("vendor", ANY)),
        str(body.get("path", ANY)),
        times,
    )


def _rules(simulator: Simulator) -> dict[str, Any]:
    return {"rules": [asdict(rule) for rule in simulator.rules.all()]}


def _overview(simulator: Simulator) -> dict[str, Any]:
    world = simulator.world
    with world.lock:
        jobs = [
            {"id": job.id, "shape": job.shape.value, "stage": world.stage(job).value, "documents": list(job.names)}
            for job in world.jobs.values()
        ]
    return {
        "simulator": "This is a stand-in by reviewapp, and none of the vendors.",
        "vendors": {
            vendor.value: {"base": simulator.base(vendor), "key": KEYS[vendor]}
            for vendor in Vendor
            if vendor in world.vendors
        },
        "jobs": jobs,
        "webhooks_failed": simulator.sender.failed,
        "broken": simulator.broken,
    }


def _received(one: Received) -> dict[str, Any]:
    try:
        body = {"body": one.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(one.body).decode()}
    told = {**asdict(one), "at": one.at.isoformat(), "headers": dict(one.headers), **body}
    return told if "body" in body else {key: value for key, value in told.items() if key != "body"}


def _said(status: int, tree: Any) -> Answer:
    return Answer(status, json.dumps(tree, ensure_ascii=False).encode(), {"content-type": "application/json"})
