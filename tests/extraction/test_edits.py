"""What each verdict does to a row, and what no verdict ever does."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.extraction import paths
from reviewapp.extraction.draft import Line
from reviewapp.extraction.edit import Applied, BadEdit, Change, Edit, EditKind, apply, diff, draft, resolve
from reviewapp.extraction.jsontext import Json, Number, dump, equal, parse
from reviewapp.extraction.model import Box, Citation, Field, Flag, Presence, Row
from reviewapp.extraction.schema import Schema
from tests.extraction.strategies import edits_for, every_address, json_trees, rows

N = Number
K = EditKind
few = settings(max_examples=50, deadline=None)

OLD = Citation(1, (Box(N("1"), N("2"), N("3"), N("4")),), N("612"), N("792"))
NEW = Citation(2, (Box(N("5"), N("6"), N("7"), N("8")),), N("612"), N("792"), "1,482.60")


def cited(score: str) -> Field:
    return Field({"grounding": N("0.9"), "extraction": N(score)}, (OLD,), Presence.PRESENT)


ROW = Row(
    key="0",
    values=parse(
        '{"total":1428.60,"po":null,"address":{"city":"Zug"},"tags":["a","b","c"],"nothing":null,'
        '"line_items":[{"d":"x","amount":1.10},{"d":"y","amount":2.20},{"d":"z","amount":3.30}]}'
    ),
    fields={
        "/total": cited("0.4"),
        "/po": Field({"extraction": None}, (), Presence.NULL),
        "/line_items": Field({"extraction": N("0.5")}, (), Presence.NULL),
        "/line_items/1/amount": cited("0.22"),
        "/line_items/2/amount": cited("0.33"),
        "/tags/2": Field({"score": N("0.7")}),
    },
    flags=(
        Flag("format_mismatch", "/line_items/2/amount"),
        Flag("missing_required_field", "/due", "missing_required_field:due"),
        Flag("low_confidence", "/total"),
        Flag("duplicate_document", None),
    ),
)


def applied(*edits: Edit) -> Applied:
    return apply(ROW, edits)


def value(row: Row, path: str) -> Json:
    return paths.get(row.values, path)


def test_without_verdicts_the_row_is_the_same() -> None:
    assert applied() == Applied(ROW, {}, ())


def test_approved_changes_no_value_and_no_fact() -> None:
    found = applied(Edit("/total", K.APPROVED), Edit("/line_items/0/amount", K.APPROVED), Edit("/nothing", K.APPROVED))
    assert equal(found.row.values, ROW.values)
    assert found.row.fields == ROW.fields


def test_corrected_sets_the_value_and_keeps_scores_and_citation() -> None:
    row = applied(Edit("/total", K.CORRECTED, N("1482.60"))).row
    assert value(row, "/total") == N("1482.60")
    assert row.fields["/total"] == ROW.fields["/total"]


def test_corrected_with_a_citation_replaces_the_old_one_and_keeps_the_scores() -> None:
    row = applied(Edit("/total", K.CORRECTED, N("1482.60"), (NEW,))).row
    assert row.fields["/total"] == replace(ROW.fields["/total"], citations=(NEW,))


def test_corrected_without_any_citation_removes_the_old_one() -> None:
    row = applied(Edit("/total", K.CORRECTED, N("1482.60"), ())).row
    assert row.fields["/total"] == replace(ROW.fields["/total"], citations=(), citation_presence=Presence.NULL)


def test_a_citation_for_a_value_without_facts_makes_them_and_invents_no_score() -> None:
    row = applied(Edit("/address/city", K.CORRECTED, "Bern", (NEW,))).row
    assert row.fields["/address/city"] == Field({}, (NEW,), Presence.PRESENT)


def test_a_field_without_the_citation_key_does_not_gain_one_by_being_cleared() -> None:
    assert applied(Edit("/tags/2", K.CLEARED)).row.fields["/tags/2"] == Field({"score": N("0.7")})


def test_cleared_makes_value_and_citation_null() -> None:
    found = applied(Edit("/total", K.CLEARED)).row
    assert value(found, "/total") is None
    assert found.fields["/total"] == replace(ROW.fields["/total"], citations=(), citation_presence=Presence.NULL)
    assert Flag("cleared_required", "/total") not in found.flags


def test_clearing_what_the_schema_requires_is_allowed_and_leaves_a_flag() -> None:
    edits = [Edit("/total", K.CLEARED), Edit("/line_items/1/amount", K.CLEARED), Edit("/po", K.CLEARED)]
    row = apply(ROW, edits, required={"/total", "/line_items/*/amount"}).row
    assert [flag.path for flag in row.flags if flag.code == "cleared_required"] == ["/total", "/line_items/1/amount"]


def test_a_schema_can_say_what_is_required() -> None:
    schema = Schema.parse('{"properties":{"line_items":{"items":{"required":["amount"],"properties":{"amount":{}}}}}}')
    edits = [Edit("/line_items/0/amount", K.CLEARED), Edit("/line_items/0/d", K.CLEARED)]
    flags = apply(ROW, edits, required=schema.required).row.flags
    assert [flag.path for flag in flags if flag.code == "cleared_required"] == ["/line_items/0/amount"]


def test_illegible_is_null_with_a_flag() -> None:
    row = applied(Edit("/line_items/2/amount", K.ILLEGIBLE), Edit("/line_items/0", K.LINE_REMOVED)).row
    assert value(row, "/line_items/1/amount") is None
    assert Flag("illegible", "/line_items/1/amount") in row.flags
    assert row.fields["/line_items/1/amount"].citations == ()


def test_a_missing_key_is_made_where_its_parent_stands() -> None:
    row = applied(Edit("/due", K.CORRECTED, "2026-12-31"), Edit("/address/zip", K.CLEARED)).row
    assert value(row, "/due") == "2026-12-31"
    assert value(row, "/address") == {"city": "Zug", "zip": None}


def test_objects_on_the_way_that_are_null_or_absent_are_made() -> None:
    row = applied(Edit("/nothing/a/b", K.CORRECTED, "x"), Edit("/seller/name", K.CORRECTED, "y")).row
    assert value(row, "/nothing") == {"a": {"b": "x"}}
    assert value(row, "/seller") == {"name": "y"}


def test_approving_an_absent_key_makes_nothing() -> None:
    assert equal(applied(Edit("/due", K.APPROVED), Edit("/nothing/a", K.APPROVED)).row.values, ROW.values)


def test_an_added_line_stands_at_the_end_with_its_cells() -> None:
    found = applied(
        Edit("/line_items/+1", K.LINE_ADDED, {"d": "new", "amount": None}),
        Edit("/line_items/+1/amount", K.CORRECTED, N("4.40"), (NEW,)),
    )
    assert value(found.row, "/line_items/3") == {"d": "new", "amount": N("4.40")}
    assert found.row.fields["/line_items/3/amount"] == Field({}, (NEW,), Presence.PRESENT)
    assert found.renumbered == {"/line_items/+1": "/line_items/3"}
    assert found.address("/line_items/+1/amount") == "/line_items/3/amount"


@pytest.mark.parametrize("array", ["/nothing", "/absent", "/address/lines"])
def test_a_line_added_where_nothing_stands_makes_a_list(array: str) -> None:
    assert value(applied(Edit(f"{array}/+1", K.LINE_ADDED, "x")).row, array) == ["x"]


def test_cells_of_a_line_added_empty_make_its_object() -> None:
    edits = (Edit("/nothing/+1", K.LINE_ADDED), Edit("/nothing/+1/amount", K.CORRECTED, N("1")))
    assert value(applied(*edits).row, "/nothing") == [{"amount": N("1")}]


def test_facts_and_flags_move_with_their_lines_and_go_with_them() -> None:
    found = applied(Edit("/line_items/1", K.LINE_REMOVED))
    assert found.renumbered == {"/line_items/1": None, "/line_items/2": "/line_items/1"}
    assert found.row.fields["/line_items/1/amount"] == cited("0.33")
    assert "/line_items/2/amount" not in found.row.fields
    assert Flag("format_mismatch", "/line_items/1/amount") in found.row.flags
    assert found.address("/line_items/1/amount") is None
    assert found.address("/total") == "/total"


def test_a_removed_line_takes_its_flags_with_it() -> None:
    found = applied(Edit("/line_items/2", K.LINE_REMOVED))
    assert "format_mismatch" not in [flag.code for flag in found.row.flags]
    assert Flag("format_mismatch", "/line_items/2/amount") in found.solved


def test_what_is_judged_inside_a_removed_line_has_no_effect() -> None:
    inside = [Edit("/line_items/2/amount", K.ILLEGIBLE), Edit("/line_items/2/d", K.CORRECTED, "q", (NEW,))]
    removed = Edit("/line_items/2", K.LINE_REMOVED)
    assert applied(*inside, removed).row == applied(removed, *inside).row == applied(removed).row


def test_an_added_line_can_be_removed_again() -> None:
    found = applied(Edit("/line_items/+1", K.LINE_ADDED, {}), Edit("/line_items/+1", K.LINE_REMOVED))
    assert equal(found.row.values, ROW.values)
    assert found.renumbered == {"/line_items/+1": None}


def test_lines_take_the_order_that_a_person_gave() -> None:
    found = applied(
        Edit("/line_items/+1", K.LINE_ADDED, {"d": "new"}),
        Edit("/line_items", K.LINE_ORDER, ["/line_items/2", "/line_items/+1", "/line_items/0", "/line_items/1"]),
    )
    assert [value(found.row, f"/line_items/{n}/d") for n in range(4)] == ["z", "new", "x", "y"]
    assert found.row.fields["/line_items/0/amount"] == cited("0.33")
    assert found.renumbered["/line_items/2"] == "/line_items/0"


def test_lines_that_the_order_does_not_name_follow() -> None:
    found = applied(Edit("/tags", K.LINE_ORDER, ["/tags/2"]), Edit("/tags/0", K.LINE_REMOVED))
    assert value(found.row, "/tags") == ["c", "b"]
    assert found.row.fields["/tags/0"] == ROW.fields["/tags/2"]


def test_nested_lines_are_renumbered_with_the_lines_around_them() -> None:
    row = Row("0", parse('{"a":[{"p":[1]},{"p":[2,3]}]}'), {"/a/1/p/1": Field({"score": N("0.3")})})
    found = apply(
        row, [Edit("/a/0", K.LINE_REMOVED), Edit("/a/1/p/0", K.LINE_REMOVED), Edit("/a/1/p/+1", K.LINE_ADDED, "n")]
    )
    assert dump(found.row.values) == '{"a":[{"p":[3,"n"]}]}'
    assert dict(found.row.fields) == {"/a/0/p/0": Field({"score": N("0.3")})}
    assert found.address("/a/1/p/+1") == "/a/0/p/1"


def test_lines_complete_settles_what_was_flagged_about_the_lines() -> None:
    row = replace(ROW, flags=(Flag("lines_missing", "/line_items"),))
    assert apply(row, [Edit("/line_items", K.LINES_COMPLETE)]) == Applied(replace(row, flags=()), {}, row.flags)


def test_a_verdict_solves_the_flags_at_its_address() -> None:
    found = applied(Edit("/total", K.APPROVED), Edit("/due", K.CORRECTED, "2026-12-31"))
    assert [flag.code for flag in found.solved] == ["missing_required_field", "low_confidence"]
    assert [flag.code for flag in found.row.flags] == ["format_mismatch", "duplicate_document"]


@pytest.mark.parametrize("kind", [K.APPROVED, K.CLEARED, K.ILLEGIBLE])
def test_a_missing_value_stays_flagged_as_long_as_none_stands_there(kind: EditKind) -> None:
    found = applied(Edit("/due", kind))
    assert ROW.flags[1] in found.row.flags
    assert found.solved == ()


def test_approving_an_illegible_value_again_keeps_its_flag_and_correcting_it_does_not() -> None:
    row = applied(Edit("/total", K.ILLEGIBLE)).row
    assert Flag("illegible", "/total") in apply(row, [Edit("/total", K.APPROVED)]).row.flags
    assert [flag.code for flag in apply(row, [Edit("/total", K.ILLEGIBLE)]).row.flags].count("illegible") == 1
    assert Flag("illegible", "/total") not in apply(row, [Edit("/total", K.CORRECTED, N("1"))]).row.flags


def test_the_later_verdict_at_one_place_wins() -> None:
    assert value(applied(Edit("/total", K.CLEARED), Edit("/total", K.CORRECTED, N("5"))).row, "/total") == N("5")
    assert value(applied(Edit("/total", K.CORRECTED, N("5")), Edit("/total", K.CLEARED)).row, "/total") is None


def test_a_value_replaced_as_a_whole_keeps_only_facts_of_what_stayed() -> None:
    lines = parse('[{"d":"x","amount":1.10},{"d":"y","amount":9.99},{"d":"z","amount":3.30}]')
    row = applied(Edit("/line_items", K.CORRECTED, lines)).row
    assert "/line_items/1/amount" not in row.fields
    assert row.fields["/line_items/2/amount"] == cited("0.33")
    assert row.fields["/line_items"] == ROW.fields["/line_items"]
    gone = applied(Edit("/line_items", K.CLEARED)).row
    assert [path for path in gone.fields if path.startswith("/line_items/")] == []
    assert "format_mismatch" not in [flag.code for flag in gone.flags]


def test_inside_a_replaced_value_an_address_means_the_new_place() -> None:
    edits = (Edit("/tags", K.CORRECTED, ["p", "q", "r", "s"]), Edit("/tags/3", K.CORRECTED, "t"))
    assert value(applied(*edits).row, "/tags") == ["p", "q", "r", "t"]


def test_the_root_can_be_corrected() -> None:
    assert applied(Edit("", K.CORRECTED, {"a": "b"})).row.values == {"a": "b"}


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit("total", K.APPROVED), "bad_path"),
        (Edit("/total/x", K.CORRECTED, "1"), "no_such_place"),
        (Edit("/line_items/3/amount", K.APPROVED), "no_such_place"),
        (Edit("/line_items/3", K.CORRECTED, "1"), "no_such_place"),
        (Edit("/line_items/00", K.APPROVED), "no_such_place"),
        (Edit("/line_items/-1", K.APPROVED), "no_such_place"),
        (Edit("/line_items/+1/amount", K.CORRECTED, "1"), "no_such_place"),
        (Edit("/nothing/0", K.CORRECTED, "1"), "no_such_place"),
        (Edit("/nothing/+1", K.CORRECTED, "1"), "no_such_place"),
        (Edit("/line_items/3", K.LINE_ADDED), "not_a_line"),
        (Edit("/line_items/+0", K.LINE_ADDED), "not_a_line"),
        (Edit("/line_items/+", K.LINE_ADDED), "not_a_line"),
        (Edit("", K.LINE_ADDED), "not_a_line"),
        (Edit("/total/+1", K.LINE_ADDED), "not_a_list"),
        (Edit("/address/+1", K.LINE_ADDED), "not_a_list"),
        (Edit("/total", K.LINE_REMOVED), "not_a_line"),
        (Edit("", K.LINE_REMOVED), "not_a_line"),
        (Edit("/line_items/+1", K.LINE_REMOVED), "no_such_place"),
        (Edit("/line_items/9", K.LINE_REMOVED), "no_such_place"),
        (Edit("/total", K.LINES_COMPLETE), "not_a_list"),
        (Edit("/total", K.LINE_ORDER, []), "not_a_list"),
        (Edit("/tags", K.LINE_ORDER, ["/tags/0", "/tags/0"]), "bad_order"),
        (Edit("/tags", K.LINE_ORDER, ["/tags/7"]), "bad_order"),
        (Edit("/tags", K.LINE_ORDER, ["/line_items/0"]), "bad_order"),
        (Edit("/tags", K.LINE_ORDER, ["0"]), "bad_order"),
        (Edit("/tags", K.LINE_ORDER, [N("0")]), "bad_order"),
        (Edit("/tags", K.LINE_ORDER, "/tags/0"), "bad_order"),
        (Edit("/nothing", K.LINE_ORDER, ["/nothing/0"]), "bad_order"),
    ],
)
def test_an_edit_that_fits_no_place_is_refused(edit: Edit, code: str) -> None:
    with pytest.raises(BadEdit) as refused:
        applied(edit)
    assert refused.value.code == code


def test_values_can_be_asked_while_a_person_works() -> None:
    edits = [
        Edit("/line_items/+1", K.LINE_ADDED, {"amount": N("9")}),
        Edit("/line_items/0", K.LINE_REMOVED),
        Edit("/total", K.CORRECTED, N("5.0")),
    ]
    assert resolve(ROW, edits, "/line_items/+1/amount") == N("9")
    assert resolve(ROW, edits, "/line_items/1/d") == "y", "addresses do not shift"
    assert resolve(ROW, edits, "/line_items/0/d") == "x", "what is removed can still be looked at"
    assert resolve(ROW, edits, "/absent") is None
    assert draft(ROW, edits).lines("/line_items") == [
        Line("/line_items/0", removed=True),
        Line("/line_items/1", removed=False),
        Line("/line_items/2", removed=False),
        Line("/line_items/+1", removed=False),
    ]
    with pytest.raises(BadEdit):
        resolve(ROW, edits, "/line_items/7")


@st.composite
def rows_with_edits(draw: st.DrawFn) -> tuple[Row, list[Edit]]:
    row = draw(rows())
    return row, draw(edits_for(row))


def _touched(edits: list[Edit]) -> set[str]:
    kinds = (K.CORRECTED, K.CLEARED, K.ILLEGIBLE)
    return {edit.path for edit in edits if edit.kind in kinds}


@few
@given(rows_with_edits())
def test_edits_never_touch_the_base_row(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    before = (dump(row.values), dict(row.fields), row.flags)
    apply(row, edits)
    assert (dump(row.values), dict(row.fields), row.flags) == before


@few
@given(rows_with_edits())
def test_every_untouched_value_keeps_its_token_and_its_facts(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found = apply(row, edits)
    touched = _touched(edits)
    for path, old in [(path, paths.get(row.values, path)) for path in every_address(row.values)]:
        new = found.address(path)
        if new is None or path in touched:
            continue
        if not isinstance(old, dict | list):
            assert equal(paths.get(found.row.values, new), old)
        assert found.row.fields.get(new) == row.fields.get(path)


@few
@given(rows_with_edits())
def test_scores_stay_the_machines(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found = apply(row, edits)
    for path, facts in row.fields.items():
        new = found.address(path)
        if new is not None:
            assert found.row.fields[new].scores == facts.scores
    machine = {found.address(path) for path in row.fields}
    for path, facts in found.row.fields.items():
        assert path in machine or facts.scores == {}


@few
@given(rows_with_edits())
def test_the_last_verdict_on_a_value_stands_at_its_new_address(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found = apply(row, edits)
    last = {edit.path: edit for edit in edits if edit.kind in (K.CORRECTED, K.CLEARED, K.ILLEGIBLE, K.LINE_ADDED)}
    for path, edit in last.items():
        new = found.address(path)
        if new is None or edit.kind is K.LINE_ADDED:
            continue
        assert equal(paths.get(found.row.values, new), edit.value if edit.kind is K.CORRECTED else None)


@few
@given(rows_with_edits())
def test_lines_are_counted_right_and_addresses_never_collide(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found = apply(row, edits)
    added = {edit.path for edit in edits if edit.kind is K.LINE_ADDED}
    removed = {edit.path for edit in edits if edit.kind is K.LINE_REMOVED}
    arrays = [path for path in every_address(row.values) if isinstance(paths.get(row.values, path), list)]
    for array in arrays:
        new = found.address(array)
        if new is None:
            continue
        here = {path for path in added | removed if paths.parent(path) == array}
        lines, held = paths.get(found.row.values, new), paths.get(row.values, array)
        assert isinstance(lines, list)
        assert isinstance(held, list)
        assert len(lines) == len(held) + len(here & added) - len(here & removed)
    places = [found.address(path) for path in [*every_address(row.values), *added]]
    kept = [place for place in places if place is not None]
    assert len(kept) == len(set(kept))


@few
@given(rows_with_edits())
def test_the_order_given_last_is_the_order_of_the_new_row(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found = apply(row, edits)
    for path, edit in {edit.path: edit for edit in edits if edit.kind is K.LINE_ORDER}.items():
        assert isinstance(edit.value, list)
        if found.address(path) is None:
            continue
        named = [found.address(str(line)) for line in edit.value]
        positions = [int(line.rpartition("/")[2]) for line in named if line is not None]
        assert positions == list(range(len(positions)))


@few
@given(rows_with_edits())
def test_flags_stand_where_their_values_went(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found = apply(row, edits)
    judged = {edit.path for edit in edits}
    for flag in row.flags:
        if flag.path is None:
            assert flag in found.row.flags
        elif flag.path not in judged and found.address(flag.path) is not None:
            assert replace(flag, path=found.address(flag.path)) in found.row.flags


@few
@given(rows_with_edits())
def test_the_draft_shows_what_the_new_row_will_hold(case: tuple[Row, list[Edit]]) -> None:
    row, edits = case
    found, work = apply(row, edits), draft(row, edits)
    for path in every_address(row.values):
        new = found.address(path)
        if new is not None:
            assert equal(work.value(path), paths.get(found.row.values, new))


@few
@given(rows_with_edits())
def test_applying_nothing_to_the_new_row_changes_nothing(case: tuple[Row, list[Edit]]) -> None:
    row = apply(*case).row
    assert apply(row, []) == Applied(row, {}, ())


def _patched(tree: Json, changes: list[Change]) -> Json:
    """The old tree with the changes made to it, by nothing but their addresses."""
    new = parse(dump(tree))
    for change in reversed(changes):
        if change.path == "":
            new = change.new
            continue
        holder, token = paths.get(new, paths.parent(change.path)), paths.split(change.path)[-1]
        if isinstance(holder, list):
            if change.kind == "added":
                holder.insert(int(token), change.new)
            elif change.kind == "removed":
                del holder[int(token)]
            else:
                holder[int(token)] = change.new
        elif isinstance(holder, dict):
            if change.kind == "removed":
                del holder[token]
            else:
                holder[token] = change.new
    return new


def _in_order(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _in_order(tree[key]) for key in sorted(tree)}
    return [_in_order(item) for item in tree] if isinstance(tree, list) else tree


@given(json_trees(), json_trees())
def test_the_differences_lead_from_the_old_values_to_the_new(old: Json, new: Json) -> None:
    forwards = sorted(diff(Row("0", old), Row("0", new)), key=lambda change: change.kind == "added")
    added = [change for change in forwards if change.kind == "added"]
    others = [change for change in forwards if change.kind != "added"]
    assert equal(_in_order(_patched(old, [*reversed(added), *others])), _in_order(new))


@few
@given(rows())
def test_a_row_does_not_differ_from_itself(row: Row) -> None:
    assert diff(row, row) == []


def test_differences_name_the_deepest_address() -> None:
    new = applied(
        Edit("/total", K.CORRECTED, N("1428.6")), Edit("/tags/2", K.LINE_REMOVED), Edit("/due", K.CLEARED)
    ).row
    assert diff(ROW, new) == [
        Change("/total", N("1428.60"), N("1428.6")),
        Change("/tags/2", "c", None, "removed"),
        Change("/due", None, None, "added"),
    ]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6))
def test_true_is_not_one(length: int) -> None:
    one, true = Row("0", [N("1")] * length), Row("0", [True] * length)
    assert len(diff(one, true)) == length


def test_a_thousand_changed_lines_take_no_time_to_speak_of() -> None:
    lines: list[Json] = [{"d": str(n), "amount": N(str(n))} for n in range(2000)]
    fields = {f"/l/{n}/{name}": Field({"score": N("0.5")}) for n in range(2000) for name in ("d", "amount")}
    row = Row("0", {"l": lines}, fields)
    edits = [Edit(f"/l/{n}", K.LINE_REMOVED) for n in range(0, 2000, 2)]
    edits += [Edit(f"/l/{n}/amount", K.CORRECTED, N("1")) for n in range(1, 2000, 2)]
    started = time.perf_counter()
    found = apply(row, edits)
    assert time.perf_counter() - started < 5
    assert len(found.row.fields) == 2000
