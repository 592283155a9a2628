// Which chord is it, is it bare, how is it printed?
import assert from "node:assert/strict"
import { test } from "node:test"
import { chordOf, isBare, keysOf, spell } from "../../static/js/keys.js"

const pressed = (key, held = {}) => chordOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

test("a chord names what is held, in one order", () => {
  assert.equal(pressed("Enter", { ctrlKey: true }), "Control+Enter")
  assert.equal(pressed("Z", { ctrlKey: true, shiftKey: true }), "Control+Shift+z")
  assert.equal(pressed("Enter", { metaKey: true }), "Control+Enter")
  assert.equal(pressed("n"), "n")
  assert.equal(pressed("+"), "+")
})

test("shift is not named where the key shows it", () => {
  assert.equal(pressed("?", { shiftKey: true }), "?")
  assert.equal(pressed("N", { shiftKey: true }), "Shift+n")
  assert.equal(pressed("Tab", { shiftKey: true }), "Shift+Tab")
})

test("a modifier alone or a dead key is no chord", () => {
  for (const key of ["Control", "Shift", "Meta", "AltGraph", "Dead", "Process", undefined]) assert.equal(pressed(key), "")
})

test("a button may answer to several chords, written in any order", () => {
  const button = (key) => ({ dataset: { key } })
  assert.deepEqual(keysOf(button("? Control+/")), ["?", "Control+/"])
  assert.deepEqual(keysOf(button("Shift+Control+Z")), ["Control+Shift+z"])
  assert.deepEqual(keysOf(button("+ Control++")), ["+", "Control++"])
  assert.deepEqual(keysOf({ dataset: {} }), [])
})

test("a bare key is one that somebody may be typing", () => {
  for (const chord of ["n", "?", "Enter", "Shift+n", "Delete"]) assert.equal(isBare(chord), true, chord)
  for (const chord of ["Control+Enter", "Alt+n", "Control+Shift+z"]) assert.equal(isBare(chord), false, chord)
})

test("a chord is printed in the words of the page", () => {
  const german = { control: "Strg", shift: "Umschalt", enter: "Eingabe", delete: "Entf", pageUp: "Bild auf" }
  assert.equal(spell("Control+Shift+z", german), "Strg Umschalt Z")
  assert.equal(spell("Control+Enter", german), "Strg Eingabe")
  assert.equal(spell("PageUp", german), "Bild auf")
  assert.equal(spell("Control+ArrowUp", german), "Strg ↑")
  assert.equal(spell("n", german), "n")
  assert.equal(spell("+"), "+")
  assert.equal(spell("Control++", german), "Strg +")
})

test("an arrow is printed as one", () => {
  assert.equal(spell("Control+ArrowUp", { control: "Ctrl" }), "Ctrl ↑")
})
