// How many fields of a page are still to check?

import assert from "node:assert/strict"
import { test } from "node:test"

import { toCheck } from "../../static/js/review/thumbnails.js"

const field = (needsEyes, verdict, ...pages) => ({ needsEyes, verdict, boxes: pages.map((p) => ({ p, b: [0, 0, 1, 1], s: [10, 10] })) })

test("a field counts once on every page where it stands", () => {
  assert.deepEqual([...toCheck([field(true, "", 1, 1, 3), field(true, "", 3)])], [[1, 1], [3, 2]])
})

test("a verdict takes it away, and a page whose fields all have one stays with 0", () => {
  assert.deepEqual([...toCheck([field(true, "approved", 1, 2), field(true, "", 2), field(true, "cleared", 2)])], [[1, 0], [2, 1]])
})

test("who needs no eyes or has no place is on no page", () => {
  assert.equal(toCheck([field(false, "", 1), field(false, "corrected", 2), field(true, "")]).size, 0)
  assert.equal(toCheck([]).size, 0)
})
