"""Does every kind of entry say what it is about, and what was before and after? Over everything that the rooms record."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

import pytest

from reviewapp.accounts.models import Scope
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.delivery import sending
from reviewapp.inspection import sentences, wording
from reviewapp.inspection.sentences import accounts, delivery, intake
from reviewapp.inspection.wording import Told
from reviewapp.upstreams import adapter
from tests.architecture import source
from tests.inspection import every_act

pytestmark = pytest.mark.django_db(transaction=True)

#: Rooms whose entries need words of their own; a task is told by its document, a field by its path.
ROOMS = ("intake", "delivery", "accounts", "inspection")
#: No act of the code orders lines.
NEVER = {Action.LINES_ORDERED}
NR = "00000000-0000-4000-8000-0000000000a"
#: What must stand in the sentences of each kind, of at least one entry each: on what, and what of it.
SAYS: Mapping[Action, Sequence[tuple[str, str]]] = {
    Action.JOB_RECEIVED: [(f"Job {NR}1 at Werk Nord, status processing, 1 row", "")],
    Action.JOB_STATUS_CHANGED: [(f"Job {NR}1 at Werk Nord, status completed, 1 row", "")],
    Action.ROW_RECEIVED: [(f"Row 0 of job {NR}1", "")],
    Action.PAYLOAD_REJECTED: [
        (f"“werk/{NR}2/result”, from Werk Nord", "It is not JSON."),
        ("“odd.json”, from a file", "It is a piece of a result without its job."),
    ],
    Action.DOCUMENT_ATTACHED: [("SHA-256 88d56d9098f695d7…, in the place of d009639f2187c44b…", "")],
    Action.UPSTREAM_CHANGED: [
        ("Upstream Werk Nord", "added; name: Werk Süd; address: https://api.example.com; options: model = gamma"),
        (
            "Upstream Werk Nord",
            "name: Werk Süd → Werk Nord; address: https://api.example.com → https://api.example.com/v9; "
            "options: model = gamma → model = delta; looks for new jobs by itself: no → yes; a new key was sealed",
        ),
        ("Upstream Werk Nord", "a new key was sealed"),
        ("Upstream Werk Nord", "paused: it is asked nothing any more"),
        ("Upstream Werk Nord", "resumed: it is asked again"),
        ("Upstream Werk Nord", "a new secret of its webhooks was sealed"),
        ("Upstream Werk Nord", "categories: Rechnung → Rechnung, Brief"),
        ("Upstream Werk Nord, schema invoice", "a schema was attached"),
        ("Upstream Werk Nord, schema invoice", "another schema was attached in its place"),
        ("Upstream Werk Nord, schema invoice", "the attached schema was taken away"),
    ],
    Action.UPSTREAM_TESTED: [
        (
            "Upstream Werk Nord (api.example.com)",
            "it does not work: api.example.com does not accept the credential (401)",
        ),
        ("Upstream Werk Nord (api.example.com)", "it answered and accepts the credential"),
    ],
    Action.JOB_ASKED_FOR: [(f"Job {NR}2 at Werk Nord", "")],
    Action.JOB_GONE: [(f"Job {NR}1 at Werk Nord", "")],
    Action.JOB_DISMISSED: [(f"Job {NR}4 at Werk Nord", "")],
    Action.DOCUMENT_HANDED_IN: [
        ("“taken.pdf” to Werk Nord, schema invoice", ""),
        ("“refused.pdf” to Werk Nord", "once more"),
    ],
    Action.HAND_IN_ENDED: [
        ("“taken.pdf” at Werk Nord", f"taken: it is job {NR}3 there"),
        ("“blocked.pdf” at Werk Nord", "blocked, no job was made: “pii_detected:high”"),
        ("“refused.pdf” at Werk Nord", "refused: api.example.com refuses the request (422): “the moon is no page”"),
    ],
    Action.RULE_OVERRIDDEN: [("All in all: /c, /a, /b", "")],
    Action.QUEUE_CHANGED: [
        ("Queue Everything else", "rule “All in all” added"),
        ("Queue Everything else", "rule “In all” changed"),
        ("Queue Everything else", "rule “In all” removed"),
    ],
    Action.DELIVERY_QUEUED: [("To The books, Back", "approved")],
    Action.DELIVERY_PUSHED: [("To The books", "attempt 1: it was taken (200)")],
    Action.DELIVERY_FAILED: [("To The books", "attempt 1: answered 401")],
    Action.DELIVERY_DEAD: [("To The books", "attempt 1: answered 422")],
    Action.DELIVERY_NOT_ACCEPTED: [("To Back", "attempt 1: this vendor takes nothing back in this way")],
    Action.DELIVERY_TRIED_AGAIN: [("To The books", "")],
    Action.DELIVERY_GIVEN_UP: [("To The books", "")],
    Action.DESTINATION_ADDED: [
        ("Destination Back", "name: Back; back to: Werk Nord; way: corrections; which rows: approved"),
    ],
    Action.DESTINATION_CHANGED: [
        (
            "Destination The books",
            "name: Books → The books; server: {server} → nowhere.invalid; private networks: 127.0.0.0/8 → empty; "
            "what is sent: the row with its values → only that there is one: ids, no values; upstreams: all → Werk Nord; "
            "which rows: approved, passed, rejected → approved; a new address was sealed",
        )
    ],
    Action.DESTINATION_PAUSED: [("Destination The books", "answered 401"), ("Destination The books", "")],
    Action.DESTINATION_RESUMED: [("Destination The books", "")],
    Action.DESTINATION_DISABLED: [("Destination The books", "")],
    Action.DESTINATION_TESTED: [("Destination The books", "it did not arrive: answered 503")],
    Action.DESTINATION_REPLAYED: [("Destination The books", "1 delivery")],
    Action.DESTINATION_FILLED: [("Destination The books", "0 deliveries, of rows that ended since 2026-03-09 09:00")],
    Action.SECRET_ROTATED: [
        ("Destination The books", "a new secret was sealed; the one before signs too until it is taken away"),
    ],
    Action.SECRET_FORGOTTEN: [("Destination The books", "only the newest secret signs")],
    Action.SIGNED_IN: [("from 127.0.0.1", "")],
    Action.SIGNED_OUT: [("from 127.0.0.1", "")],
    Action.SIGN_IN_FAILED: [("Ana, from 127.0.0.1", ""), ("a name that nobody has, from 127.0.0.1", "")],
    Action.USER_CHANGED: [
        ("Ana", "added: signs in as ana, role analyst"),
        ("Ana", "role: analyst → supervisor"),
        ("Ana", "language: English → Deutsch; look: as the system → dark"),
        ("Ana", "a new password was set"),
        ("Ana", "deactivated: cannot sign in any more"),
        ("Ana", "reactivated: may sign in again"),
    ],
    Action.KEY_ISSUED: [
        (
            "Key “the ledger” (rva_{prefix}…)",
            "may: read rows in our own shape, work on tasks; upstreams: Werk Nord; acts for Ana; "
            "what is undecided is held back; until 2026-04-09",
        )
    ],
    Action.KEY_REVOKED: [("Key “the ledger” (rva_{prefix}…)", "it opens nothing any more")],
    Action.TRAIL_EXPORTED: [("CSV: act tested an upstream, from 2026-01-02, by Ada", "")],
}
OF_RULES = {Action.RULE_OVERRIDDEN, Action.QUEUE_CHANGED}
#: What differs from run to run.
DIFFERS = {"{server}": r"127\.0\.0\.1:\d+", "{prefix}": "[0-9a-f]{12}"}


def everything() -> list[Told]:
    every_act.of_everything()
    return wording.told(list(Entry.objects.select_related("old", "new", "reason").order_by("pk")))


def text(line: Told) -> str:
    return f"{line.on} | {line.said}"


def pattern(on: str, said: str) -> re.Pattern[str]:
    written = re.escape(f"{on} | {said}")
    for place, holds in DIFFERS.items():
        written = written.replace(re.escape(place), holds)
    return re.compile(written)


def of_rooms(*rooms: str) -> set[Action]:
    return {one for one in Action if one.value.partition(":")[0] in rooms}


def test_every_kind_of_entry_names_its_object_and_says_what_came_of_it() -> None:
    lines = everything()
    assert {line.action for line in lines} == set(Action.values) - {one.value for one in NEVER}
    said = {act: [text(line) for line in lines if line.action == act] for act in SAYS}
    unsaid = [
        (act.value, wanted, said[act])
        for act, examples in SAYS.items()
        for wanted in examples
        if not any(pattern(*wanted).fullmatch(one) for one in said[act])
    ]
    assert unsaid == []
    assert [line.action for line in lines if not (line.on or line.path or line.called)] == []
    assert [line.action for line in lines if line.action.startswith(ROOMS) and not line.on] == []
    assert [line.action for line in lines if "None" in text(line) or "{" in text(line)] == []


def test_no_key_and_no_secret_is_told_or_kept() -> None:
    told = " ".join(f"{text(line)} {line.old} {line.new} {line.reason}" for line in everything())
    bodies = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True)).decode()
    for secret in (every_act.KEY, "whsec_", "/elsewhere"):
        assert secret not in told and secret not in bodies, secret
    # What a vendor says may hold what stands in a document: it can be erased, so it is in no body.
    assert "pii_detected" in told and "pii_detected" not in bodies
    assert "the moon is no page" in told and "the moon is no page" not in bodies


def test_every_kind_of_these_rooms_has_its_sentence_and_its_example_here() -> None:
    assert of_rooms(*ROOMS) <= set(sentences.ON)
    assert set(SAYS) - OF_RULES == of_rooms(*ROOMS)
    assert set(sentences.SAID) <= set(sentences.ON)


def test_every_scope_and_every_code_has_words() -> None:
    assert set(accounts.SCOPES) == set(Scope)
    errors = {one.code for one in kinds(adapter.UpstreamError)} - {"upstream"}
    outcomes = {
        node.args[1].value
        for name in ("sending", "push", "testing")
        for node in ast.walk(source.tree(source.PACKAGE / "delivery" / f"{name}.py"))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Outcome" and len(node.args) > 1
        if isinstance(node.args[1], ast.Constant)
    }
    assert len(outcomes) > 5 and len(errors) > 10
    assert errors | outcomes | {code for _kind, code in sending._CODES} <= set(delivery.CODES)
    assert errors <= set(intake.REFUSED)


def kinds(kind: type[adapter.UpstreamError]) -> set[type[adapter.UpstreamError]]:
    return {kind, *(one for child in kind.__subclasses__() for one in kinds(child))}


def test_an_entry_of_an_earlier_time_is_told_as_far_as_its_body_goes() -> None:
    bare = sentences.Facts(object="7", details={"destination": "gone", "changed": ["host", "url"], "host": "b.example"})
    assert sentences.SAID[Action.DESTINATION_CHANGED](bare) == "server: b.example; a new address was sealed"
    old = sentences.Facts(object="7", details={"upstream": "werk", "job": "", "blocked": "pii"})
    assert sentences.SAID[Action.HAND_IN_ENDED](old) == "blocked, no job was made: “pii”"
    refused = sentences.Facts(object="7", details={"upstream": "werk", "job": "", "refused": "quota"})
    assert sentences.SAID[Action.HAND_IN_ENDED](refused) == "refused: the quota is used up"
    for act, sentence in (*sentences.ON.items(), *sentences.SAID.items()):
        assert isinstance(sentence(sentences.Facts()), str), act
