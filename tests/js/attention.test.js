// How long did a person attend to a field? On a clock that only goes when it is told to.

import assert from "node:assert/strict"
import { test } from "node:test"

import { secondsOf, watch } from "../../static/js/review/attention.js"

const S = 1000

test("time counts from the start and between signs that are near each other", () => {
  const one = watch(5 * S)
  assert.equal(one.read(5 * S), 0)
  assert.equal(one.read(15 * S), 10 * S)
  one.sign(50 * S)
  one.sign(100 * S)
  assert.equal(one.read(130 * S), 125 * S)
})

test("without a sign for 60 s the rest does not count, and counting goes on with the next one", () => {
  const one = watch(0)
  assert.equal(one.read(60 * S), 60 * S)
  assert.equal(one.read(3600 * S), 60 * S)
  one.sign(3600 * S)
  assert.equal(one.read(3610 * S), 70 * S)
  assert.equal(one.read(9999 * S), 120 * S)
})

test("reading often changes nothing", () => {
  const [often, once] = [watch(0), watch(0)]
  for (let at = 0; at < 200 * S; at += 7 * S) {
    if (at % (70 * S) === 0) for (const one of [often, once]) one.sign(at)
    often.read(at)
  }
  assert.equal(often.read(200 * S), once.read(200 * S))
  assert.equal(once.read(200 * S), 180 * S)
})

test("a tab out of sight counts nothing, and back in sight only what is left of the last sign", () => {
  const one = watch(0)
  one.sight(10 * S, false)
  assert.equal(one.read(30 * S), 10 * S)
  one.sight(30 * S, true)
  assert.equal(one.read(40 * S), 20 * S)
  one.sight(40 * S, false)
  one.sight(500 * S, true)
  assert.equal(one.read(600 * S), 20 * S, "coming back is no sign of life by itself")
  one.sign(600 * S)
  assert.equal(one.read(605 * S), 25 * S)
})

test("a tab that was opened out of sight starts when it is seen", () => {
  const one = watch(0, { inSight: false })
  assert.equal(one.read(20 * S), 0)
  one.sight(20 * S, true)
  assert.equal(one.read(30 * S), 10 * S)
})

test("another field starts anew", () => {
  const one = watch(0)
  one.sign(30 * S)
  one.restart(40 * S)
  assert.equal(one.read(40 * S), 0)
  assert.equal(one.read(300 * S), 60 * S, "to arrive is a sign")
  one.sight(300 * S, false)
  one.restart(301 * S)
  assert.equal(one.read(302 * S), 0, "whether the tab is in sight stays")
})

test("the text has one decimal and is never longer than a day", () => {
  assert.deepEqual([0, 49, 51, 3249, 60 * S, 86_400 * S, 1e12].map(secondsOf), ["0.0", "0.0", "0.1", "3.2", "60.0", "86400.0", "86400.0"])
})
