// Which field comes next?

import assert from "node:assert/strict"
import { test } from "node:test"

import { boxesOf, neighbour, nextThatNeedsEyes, stateOf } from "../../static/js/review/fields.js"

const all = [
  { path: "/a", needsEyes: true, verdict: "approved" },
  { path: "/b", needsEyes: false, verdict: "" },
  { path: "/c", needsEyes: true, verdict: "" },
  { path: "/lines/0/x", needsEyes: true, verdict: "" },
  { path: "/d", needsEyes: false, verdict: "corrected" },
]

test("the neighbour is the field beside it, none at the ends, and where none is in focus the first or the last", () => {
  assert.equal(neighbour(all, "/b", 1), "/c")
  assert.equal(neighbour(all, "/b", -1), "/a")
  assert.equal(neighbour(all, "/a", -1), null)
  assert.equal(neighbour(all, "/d", 1), null)
  assert.equal(neighbour(all, "", 1), "/a")
  assert.equal(neighbour(all, "", -1), "/d")
  assert.equal(neighbour([], "", 1), null)
})

test("the next that needs eyes has no verdict yet, and the search goes round", () => {
  assert.equal(nextThatNeedsEyes(all, "/a"), "/c")
  assert.equal(nextThatNeedsEyes(all, "/c"), "/lines/0/x")
  assert.equal(nextThatNeedsEyes(all, "/lines/0/x"), "/c")
  assert.equal(nextThatNeedsEyes(all, "/d"), "/c")
  assert.equal(nextThatNeedsEyes(all, "/unknown"), "/c")
})

test("when all have their verdict there is no next, nor is a field its own next", () => {
  assert.equal(nextThatNeedsEyes(all.map((one) => ({ ...one, verdict: "approved" })), "/a"), null)
  assert.equal(nextThatNeedsEyes([{ path: "/c", needsEyes: true, verdict: "" }], "/c"), null)
  assert.equal(nextThatNeedsEyes([], "/c"), null)
})

test("focus before verdict, verdict before doubt", () => {
  assert.equal(stateOf(all[0], "/a"), "current")
  assert.equal(stateOf(all[0], "/b"), "decided")
  assert.equal(stateOf(all[1], "/a"), "faint")
  assert.equal(stateOf(all[2], "/a"), "doubt")
})

test("boxes that cannot be read leave the field without boxes", () => {
  const box = { p: 1, b: [1, 2, 3, 4], s: [100, 200] }
  assert.deepEqual(boxesOf({ dataset: { boxes: JSON.stringify([box]) } }), [box])
  assert.deepEqual(boxesOf({ dataset: { boxes: "[{" } }), [])
  assert.deepEqual(boxesOf({ dataset: { boxes: JSON.stringify([{ ...box, s: null }, box]) } }), [box])
  assert.deepEqual(boxesOf({ dataset: {} }), [])
})
