"""Which test guards which law or promise of the design, and which break of the code must make it fail?

`docs/laws.md` is written from this table (`python -m tests.laws.breaks`). A break is one replacement in one file: `old`
stands there exactly once, `new` takes its place in a copy of the tree, and the guard must then fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "laws.md"

LAWS = {
    1: "An adapter is a lens on the vendor's payload.",
    2: "Values keep their exact JSON text.",
    3: "Rows are only added, in two chains for each job and key; a newer upstream row never takes a person's place.",
    4: "Sameness is judged per row on its parsed content, never on the payload's bytes.",
    5: "Boxes live in displayed-page space, kept as received, drawn as shares of the citation's own page size.",
    6: "The confidence of a leaf is one number by a written rule; absent, null and zero are three things.",
    7: "A 200 means saved: state, trail and hand-off in one transaction; nothing slow inside one.",
    8: "Claims are leases with a fence, taken by one conditional UPDATE; stale is refused and nothing typed is lost.",
    9: "A verdict's path is an address in the base row and never shifts.",
    10: "Append-only tables hold no erasable text, and the database itself refuses to change them.",
    11: "Bad input gets a clear error and loses nothing.",
    12: "Time comes in from the edge.",
    13: "The server sends only what the person may see; foreign and unknown look the same.",
}
#: What the rooms that speak with other servers promise, besides the laws.
PROMISES = {
    "A": "Due work is a row that one worker has at a time, by a lease; who lost it saves nothing.",
    "B": "What an upstream says comes in by our own question alone; a webhook is checked and only asks it earlier.",
    "C": "Only public addresses and those that were opened are called, whatever a name or an answer says.",
    "D": "A document's deliveries go out in order, each with one body that is frozen and signed.",
    "E": "A named POST of our API is done once, and a key opens the doors of its scopes alone.",
    "F": "A credential rests sealed, and nothing of it is kept or said, whoever repeats it.",
    "G": "No query of a presigned address is kept or said.",
}


@dataclass(frozen=True, slots=True)
class Break:
    """`what` says the break in words; `guard` is the node id of the test that must fail. `law`: or a promise."""

    law: int | str
    what: str
    guard: str
    file: str
    old: str
    new: str


BREAKS = (
    Break(
        law=1,
        what="the payload is written anew though nothing differs",
        guard="tests/upstreams/test_laws.py::test_what_was_read_composes_into_the_very_same_payload",
        file="reviewapp/upstreams/parts.py",
        old="    if jsontext.equal(old, new):\n        return dict(payload)\n",
        new="",
    ),
    Break(
        law=1,
        what="a decided Talonic row is not written into the payload",
        guard="tests/upstreams/test_laws.py::test_a_reviewed_row_is_read_back_as_far_as_its_shape_can_say_it[talonic]",
        file="reviewapp/upstreams/talonic/compose.py",
        old='        node["values"] = row.values\n',
        new="        pass\n",
    ),
    Break(
        law=2,
        what="numbers are written by way of a float",
        guard="tests/results/test_ledger.py::test_numbers_keep_their_text_through_the_database",
        file="reviewapp/extraction/jsontext.py",
        old="return simplejson.RawJSON(value.text)",
        new="return float(value.text)",
    ),
    Break(
        law=3,
        what="the newest upstream row counts, whatever a person decided",
        guard="tests/review/test_decisions.py"
        "::test_a_newer_row_after_a_decision_keeps_the_human_value_and_opens_a_task_with_the_conflict",
        file="reviewapp/results/chains.py",
        old="if row.key not in newest or row.source == ResultRow.Source.REVIEW:",
        new="if row.key not in newest or row.source == ResultRow.Source.UPSTREAM:",
    ),
    Break(
        law=3,
        what="the database lets a row follow one of another chain",
        guard="tests/audit/test_append_only.py::test_a_row_keeps_to_its_chain",
        file="reviewapp/results/migrations/0002_guards.py",
        old='"AND r.job_id = NEW.job_id AND r.key = NEW.key AND r.source = NEW.source)) "',
        new='")) "',
    ),
    Break(
        law=4,
        what="the order of keys counts as a difference",
        guard="tests/results/test_ledger.py::test_another_order_of_keys_is_the_same_row",
        file="reviewapp/extraction/codec.py",
        old="return {key: _sorted(tree[key]) for key in sorted(tree)}",
        new="return {key: _sorted(tree[key]) for key in tree}",
    ),
    Break(
        law=4,
        what="every fetch adds its rows again",
        guard="tests/results/test_ledger.py::test_100_polls_with_100_signatures_add_no_row_of_any_kind",
        file="reviewapp/results/ledger.py",
        old="!= _print_of(newest.get(row.key))",
        new="!= None",
    ),
    Break(
        law=5,
        what="every page is taken for US letter",
        guard="tests/extraction/test_boxes_on_the_page.py::test_the_shared_table_of_cases_holds",
        file="reviewapp/extraction/geometry.py",
        old="    width, height = citation.page_width.decimal, citation.page_height.decimal\n",
        new="    width, height = Decimal(612), Decimal(792)\n",
    ),
    Break(
        law=5,
        what="the screen sends one page size for all boxes",
        guard="tests/review/test_boxes_as_sent.py::test_every_box_goes_to_the_page_with_the_size_of_its_own_citation",
        file="reviewapp/review/fact_views.py",
        old='"s":[{one.page_width},{one.page_height}]',
        new='"s":[612,792]',
    ),
    Break(
        law=6,
        what="a grounding score of 0.0 counts though the job has no citation at all",
        guard="tests/extraction/test_confidence_of_a_value.py"
        "::test_a_grounding_score_says_nothing_when_the_whole_job_has_no_citation",
        file="reviewapp/extraction/confidence.py",
        old="if field is None or citations_off:",
        new="if field is None:",
    ),
    Break(
        law=6,
        what="a score that was sent as null takes the row's",
        guard="tests/extraction/test_confidence_of_a_value.py::test_a_score_that_was_sent_as_null_is_not_the_rows",
        file="reviewapp/extraction/confidence.py",
        old="    return own_confidence(field, citations_off=citations_off)\n",
        new="    return own_confidence(field, citations_off=citations_off) or row.confidence\n",
    ),
    Break(
        law=7,
        what="a claim is saved outside the transaction of its entry",
        guard="tests/audit/test_append_only.py::test_nothing_is_written_where_the_trail_cannot_be",
        file="reviewapp/review/claims.py",
        old="""\
    with transaction.atomic():
        task = workable(user).select_related("holder").get(pk=task_id)
        if task.state not in (Task.State.OPEN, Task.State.ESCALATED):
            raise Closed
        if task.not_by_id == user.pk:
""",
        new="""\
    if True:
        task = workable(user).select_related("holder").get(pk=task_id)
        if task.state not in (Task.State.OPEN, Task.State.ESCALATED):
            raise Closed
        if task.not_by_id == user.pk:
""",
    ),
    Break(
        law=7,
        what="a file may be read and hashed inside a transaction",
        guard="tests/documents/test_keeping.py::test_keeping_inside_a_transaction_is_refused",
        file="reviewapp/documents/vault.py",
        old="with transaction.atomic(durable=True):",
        new="with transaction.atomic():",
    ),
    Break(
        law=8,
        what="the UPDATE of a claim has no condition",
        guard="tests/review/test_claims_under_contention.py::test_of_all_who_ask_for_one_task_one_gets_it",
        file="reviewapp/review/claims.py",
        old="Task.objects.filter(_free(at), pk=task_id, state__in",
        new="Task.objects.filter(pk=task_id, state__in",
    ),
    Break(
        law=8,
        what="a held task is given out again by “Review next”",
        guard="tests/review/test_claims_under_contention.py"
        "::test_six_people_drain_twenty_tasks_without_getting_one_twice_or_losing_one",
        file="reviewapp/review/claims.py",
        old="    return Q(holder__isnull=True) | Q(lease_until__lte=at)\n",
        new="    return Q()\n",
    ),
    Break(
        law=8,
        what="the second tab overwrites the first",
        guard="tests/review/test_two_tabs_and_strangers.py"
        "::test_the_second_tab_gets_both_values_and_keeps_its_own_entry",
        file="reviewapp/review/verdicts.py",
        old="if (before.pk if before is not None else 0) != said.seen:",
        new="if False:",
    ),
    Break(
        law=8,
        what="an expired lease does not save any more",
        guard="tests/review/test_two_tabs_and_strangers.py::test_a_lease_that_ended_and_that_nobody_took_still_saves",
        file="reviewapp/review/claims.py",
        old="        pk=task.pk, holder=user, fence=task.fence, state__in",
        new="        pk=task.pk, holder=user, fence=task.fence, held_since__gt=at - LEASE, state__in",
    ),
    Break(
        law=9,
        what="a removed line shifts the addresses of those behind it at once",
        guard="tests/review/test_decisions.py::test_lines_are_added_and_removed_by_addresses_that_never_shift",
        file="reviewapp/extraction/draft.py",
        old="        self.removed.add(token)\n",
        new="        kept = [cell for one, cell in self.cells.items() if one != token]\n"
        "        self.cells = {str(index): cell for index, cell in enumerate(kept)}\n",
    ),
    Break(
        law=10,
        what="a table of facts is not guarded against UPDATE",
        guard="tests/audit/test_append_only.py::test_no_row_of_an_append_only_table_is_updated_or_deleted",
        file="reviewapp/audit/append_only.py",
        old='f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless}{refuse}"',
        new='f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN 0 {refuse}"',
    ),
    Break(
        law=10,
        what="a verdict's value stands in an append-only row as well",
        guard="tests/audit/test_no_erasable_text_stays.py"
        "::test_nothing_that_people_or_upstreams_wrote_stands_in_a_row_that_cannot_be_erased",
        file="reviewapp/review/saying.py",
        old='trail.Plain] = {"step": step} if step else {}',
        new='trail.Plain] = {"value": verdict.value.text or ""} if verdict.value else {}',
    ),
    Break(
        law=11,
        what="a payload that is refused is not kept",
        guard="tests/intake/test_bad_input_is_kept.py"
        "::test_it_is_kept_whole_with_its_reason_and_stops_none_of_the_others[half a payload]",
        file="reviewapp/intake/rejections.py",
        old="content=content.keep(**_as_text(data)),",
        new='content=content.keep(type="text", text=""),',
    ),
    Break(
        law=12,
        what="an act looks at the clock by itself",
        guard="tests/architecture/test_rooms_keep_their_laws.py::test_the_clock_is_read_at_the_edge_only",
        file="reviewapp/review/claims.py",
        old='    """One write of the holder: the version grows, the lease is renewed.',
        new='    at = datetime.now()\n    """One write of the holder: the version grows, the lease is renewed.',
    ),
    Break(
        law=13,
        what="whoever knows its address may look at a task of another queue",
        guard="tests/review/test_two_tabs_and_strangers.py::test_a_foreign_task_reads_like_one_that_is_not_there",
        file="reviewapp/review/claims.py",
        old='    return Task.objects.all() if user.has_perm("audit.read") else workable(user)\n',
        new="    return Task.objects.all()\n",
    ),
    Break(
        law=13,
        what="an API key reads jobs of upstreams that it is not bound to",
        guard="tests/api/test_compat.py::test_unknown_and_foreign_jobs_are_not_found_and_a_bad_key_opens_nothing",
        file="reviewapp/api/doors.py",
        old=".filter(job_id=job_id, kind=kind.value, upstream__slug__in=key.upstreams)",
        new=".filter(job_id=job_id, kind=kind.value)",
    ),
    Break(
        law=3,
        what="a newer reading stands where a person said otherwise, until somebody looks",
        guard="tests/review/test_conflicts.py::test_a_signed_off_conflict_writes_the_persons_value",
        file="reviewapp/review/conflicts.py",
        old="    return {path: _kept(one) for path, one in conflicts.items() if path not in spoken} | dict(spoken)\n",
        new="    return dict(spoken)\n",
    ),
    Break(
        law=3,
        what="Enter on a conflict takes the newer reading",
        guard="tests/review/test_conflicts.py::test_without_javascript_the_page_offers_both_and_enter_keeps",
        file="reviewapp/review/views/verdict_posts.py",
        old="                return _chosen(data, conflicts.Choice.KEEP)\n",
        new="                return _chosen(data, conflicts.Choice.TAKE)\n",
    ),
    Break(
        law="A",
        what="a row in a worker's hands is given to another one",
        guard="tests/work/test_leases.py::test_a_row_in_somebodys_hands_is_not_taken_until_the_lease_ends",
        file="reviewapp/work/leases.py",
        old=".filter(next_at__lte=at).filter(Q(lease_until=None) | Q(lease_until__lte=at))",
        new=".filter(next_at__lte=at)",
    ),
    Break(
        law="A",
        what="a slow worker settles a row that another one has by now",
        guard="tests/work/test_leases.py::test_who_lost_the_lease_saves_nothing_of_the_act",
        file="reviewapp/work/leases.py",
        old="filter(pk=row.pk, fence=fence)",
        new="filter(pk=row.pk)",
    ),
    Break(
        law="A",
        what="what a pull brought is saved outside the transaction of its lease",
        guard="tests/intake/test_pulling.py::test_who_lost_the_lease_takes_nothing_in",
        file="reviewapp/intake/pulling.py",
        old="    with transaction.atomic():\n        appended = ledger.append(",
        new="    if True:\n        appended = ledger.append(",
    ),
    Break(
        law="B",
        what="an answer about another job is taken in",
        guard="tests/intake/test_pulling.py::test_an_answer_about_another_job_is_not_taken_in",
        file="reviewapp/intake/pulling.py",
        old="    if opened.snapshot.job_id.lower() != pull.job_id.lower():\n",
        new="    if False:\n",
    ),
    Break(
        law="B",
        what="a webhook that nobody signed is heard",
        guard="tests/upstreams/clients/test_signatures.py::test_what_nobody_signed",
        file="reviewapp/upstreams/signatures.py",
        old="good |= bool(secret) and hmac",
        new="good |= hmac",
    ),
    Break(
        law="B",
        what="the result that a webhook carries is taken in",
        guard="tests/intake/test_events_bring_nothing.py::test_a_result_that_an_event_carries_is_not_taken_in",
        file="reviewapp/intake/receiving.py",
        old="            pulling.wake(upstream=upstream, job_id=event.job_id, origin=Pull.Origin.EVENT, at=at)\n",
        new="            pulling.wake(upstream=upstream, job_id=event.job_id, origin=Pull.Origin.EVENT, at=at)\n"
        "            came = pulling.gate.open_({'result': body})\n"
        "            pulling.ledger.append(upstream=upstream, snapshot=came.snapshot, parts=came.parts, at=at)\n",
    ),
    Break(
        law="C",
        what="a cloud's own address can be opened",
        guard="tests/upstreams/test_addresses.py::test_the_clouds_own_addresses_stay_closed_whatever_is_opened",
        file="reviewapp/upstreams/addresses.py",
        old="    if _holder(ip, _NEVER) is not None:\n",
        new="    if False:\n",
    ),
    Break(
        law="C",
        what="of a name's addresses only the first one is looked at",
        guard="tests/upstreams/test_http_spellings.py::test_one_forbidden_address_among_the_answers_refuses_them_all",
        file="reviewapp/upstreams/calls.py",
        old="        for address in found:\n",
        new="        for address in found[:1]:\n",
    ),
    Break(
        law="C",
        what="a name is looked up again for each try",
        guard="tests/upstreams/test_http_spellings.py::test_a_name_is_looked_up_once_in_a_call_whatever_happens",
        file="reviewapp/upstreams/calls.py",
        old="        if self._addresses:\n            return\n",
        new="",
    ),
    Break(
        law="D",
        what="a later state of a document goes out before an earlier one",
        guard="tests/delivery/test_pushing.py::test_a_document_keeps_its_order_and_holds_back_no_other",
        file="reviewapp/delivery/push.py",
        old="Delivery.objects.filter(~Exists(earlier), destination=destination, next_at__isnull=False)",
        new="Delivery.objects.filter(destination=destination, next_at__isnull=False)",
    ),
    Break(
        law="D",
        what="each attempt makes its body anew",
        guard="tests/delivery/test_frozen_bodies.py::test_the_second_attempt_sends_what_the_first_one_sent",
        file="reviewapp/delivery/push.py",
        old="    body = delivery.body.text\n",
        new="    body = compose.body(delivery.final, {}, destination)\n",
    ),
    Break(
        law="D",
        what="the signature leaves the time out",
        guard="tests/delivery/test_signatures.py::test_the_specifications_own_vector",
        file="reviewapp/delivery/signing.py",
        old='b"%s.%d.%s" % (webhook_id.encode("ascii"), seconds, body)',
        new='b"%s.%s" % (webhook_id.encode("ascii"), body)',
    ),
    Break(
        law="E",
        what="an act and its kept answer are two transactions",
        guard="tests/api/test_asked_again.py::test_who_was_taken_for_dead_and_was_not_leaves_nothing",
        file="reviewapp/api/v1/idempotency.py",
        old="        with transaction.atomic():\n            answer = _done(act)\n",
        new="        if True:\n            answer = _done(act)\n",
    ),
    Break(
        law="E",
        what="another request under the same name gets the first one's answer",
        guard="tests/api/test_asked_again.py::test_another_question_under_the_same_name_is_refused",
        file="reviewapp/api/v1/idempotency.py",
        old="        if known.request != digest:\n",
        new="        if False:\n",
    ),
    Break(
        law="E",
        what="every good key opens every door",
        guard="tests/api/test_own_api.py::test_each_scope_opens_its_own_doors_alone",
        file="reviewapp/api/v1/callers.py",
        old="        if self.scope not in key.scopes:\n",
        new="        if False:\n",
    ),
    Break(
        law="F",
        what="a credential is stored as it was typed",
        guard="tests/upstreams/test_sealing.py::test_what_was_sealed_is_opened_and_cannot_be_read",
        file="reviewapp/upstreams/sealing.py",
        old='return _box().encrypt(secret.encode()).decode("ascii") if secret else ""',
        new="return secret",
    ),
    Break(
        law="F",
        what="a credential that an upstream repeats is kept with its payload",
        guard="tests/intake/test_pulling.py::test_a_credential_that_an_upstream_repeats_is_kept_nowhere",
        file="reviewapp/intake/pulling.py",
        old="{name: without(data, secrets) for name, data in fetched.parts.items()}",
        new="dict(fetched.parts)",
    ),
    Break(
        law="G",
        what="a payload is kept with its presigned addresses",
        guard="tests/results/test_ledger.py::test_a_presigned_query_of_a_new_row_is_cut_before_it_is_kept",
        file="reviewapp/intake/gate.py",
        old='text=presigned.cut(data.decode("utf-8-sig"))',
        new='text=data.decode("utf-8-sig")',
    ),
    Break(
        law="G",
        what="a log line holds the query of an address",
        guard="tests/ops/test_redaction.py::test_no_query_of_an_address_survives",
        file="reviewapp/ops/redaction.py",
        old='    text = _QUERY.sub(rf"\\1?{CUT}", text)\n',
        new="",
    ),
)


def document() -> str:
    """docs/laws.md."""
    lines = [
        "# The laws and their guards",
        "",
        "Each law that holds everywhere in the code, and each promise of the rooms that speak with other servers (A to G),",
        "the tests that guard it, and a break that makes each of them fail.",
        "Written from `tests/laws/breaks.py` by `python -m tests.laws.breaks`; `tests/laws/` plants every break in a copy of",
        "the tree and sees its guard fail (`REVIEWAPP_LONG=1 python -m pytest tests/laws`).",
        "",
    ]
    for law, words in {**LAWS, **PROMISES}.items():
        lines += [f"## {law}. {words}", "", "| planted break | in | guard that fails |", "|---|---|---|"]
        for one in BREAKS:
            if one.law == law:
                path, _, name = one.guard.partition("::")
                lines.append(f"| {one.what} | `{one.file}` | `{path}`, `{name}` |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    DOCUMENT.write_text(document())
