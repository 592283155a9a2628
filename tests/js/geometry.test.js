// Do the boxes lie where the table of cases says, the same table that the Python tests read?

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { around, comfortable, lens, shares, smallestAt, turn } from "../../static/js/review/geometry.js"

const { cases } = JSON.parse(readFileSync(new URL("../cases/geometry.json", import.meta.url)))

function near(found, wanted) {
  assert.equal(found === null, wanted === null, `${found} for ${wanted}`)
  found?.forEach((one, at) => assert.ok(Math.abs(one - wanted[at]) < 1e-9, `${found} for ${wanted}`))
}

test("the table has cases", () => assert.ok(cases.length > 20))

for (const { name, box, page, shares: wanted } of cases)
  test(`shares: ${name}`, () => near(shares(box, ...page), wanted))

test("a wrong case would be noticed", () => assert.throws(() => near(shares([0, 0, 50, 50], 100, 100), [0, 0, 0.5, 0.51])))

test("what is no number has no shares", () => {
  assert.equal(shares([0, 0, "x", 1], 10, 10), null)
  assert.equal(shares([0, 0, 1], 10, 10), null)
  assert.equal(shares([0, 0, 1, 1], "10", undefined), null)
})

test("four quarter turns bring a box back", () => {
  const box = [0.1, 0.2, 0.3, 0.05]
  near(turn(box, 90), [0.75, 0.1, 0.05, 0.3])
  near([90, 90, 90, 90].reduce(turn, box), box)
  near(turn(turn(box, 90), -90), box)
  near(turn(box, 180), turn(turn(box, 90), 90))
  near(turn(box, 450), turn(box, 90))
})

test("the smallest box under the pointer wins", () => {
  const line = { path: "/line", shares: [0, 0.4, 1, 0.1] }
  const total = { path: "/total", shares: [0.8, 0.42, 0.1, 0.05] }
  assert.equal(smallestAt([line, total], 0.85, 0.45), total)
  assert.equal(smallestAt([total, line], 0.5, 0.45), line)
  assert.equal(smallestAt([total, line], 0.5, 0.9), null)
  assert.equal(smallestAt([], 0.5, 0.5), null)
})

test("one box holds all boxes of a value", () => near(around([[0.1, 0.1, 0.2, 0.1], [0.5, 0.05, 0.1, 0.3]]), [0.1, 0.05, 0.5, 0.3]))

const page = { width: 800, height: 1100 }
const pane = { width: 480, height: 72 }

test("the lens holds the whole box and stays on the page from side to side", () => {
  for (const box of [[0.1, 0.1, 0.1, 0.012], [0.95, 0.5, 0.04, 0.012], [0, 0.3, 1, 0.02], [0.2, 0.2, 0.6, 0.5], [0, 0, 1, 1]]) {
    const { x, y, width, height, zoom } = lens(box, page, pane)
    const [l, t, w, h] = [box[0] * 800, box[1] * 1100, box[2] * 800, box[3] * 1100]
    if (zoom > pane.width / page.width / 8) {
      assert.ok(t >= y - 1e-9 && t + h <= y + height + 1e-9, `${box}: ${y} ${height}`)
      assert.ok(l >= x - 1e-9 && l + w <= x + width + 1e-9, `${box}: ${x} ${width}`)
    }
    if (width <= page.width) assert.ok(x >= -1e-9 && x + width <= page.width + 1e-9)
    assert.ok(Math.abs(width * zoom - pane.width) < 1e-9 && Math.abs(height * zoom - pane.height) < 1e-9)
  }
})

test("a small word is magnified, a broad line is not cut off", () => {
  assert.ok(lens([0.4, 0.4, 0.05, 0.012], page, pane).zoom > 1.8)
  assert.ok(lens([0, 0.4, 1, 0.02], page, pane).zoom <= 480 / 800)
})

test("a box in comfortable sight does not move the paper", () => {
  assert.equal(comfortable(1000, 600, 1200, 20), 1000)
  assert.equal(comfortable(1000, 600, 3000, 20), 3000 + 10 - 330)
  assert.equal(comfortable(1000, 600, 10, 20), 0)
  assert.equal(comfortable(0, 600, 590, 20), 590 + 10 - 330)
})
