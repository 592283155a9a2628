// Which key presses which button? The button says it: data-key="Control+Enter", or "? Control+/" for two ways.
// A bare key is not heard while somebody types, unless the button says data-key-anywhere.
// The sheet of keys is made from the buttons in sight, so it cannot go stale; a key that is no button's stands in the page
// as data-key-shown="Tab", with its words.

const MODIFIERS = ["Control", "Alt", "Shift"]
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]"
const ARROWS = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" }
const PRESSABLE = "button, a[href], summary, [role=button]"

// Lifecycle

export function startKeys(root) {
  root.addEventListener("keydown", press)
  root.getElementById("keys")?.addEventListener("toggle", ({ newState }) => newState === "open" && fillSheet(root))
}

// Actions

export function press(event) {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return
  const chord = chordOf(event)
  if (!chord || (chord === "Enter" && event.target.closest?.(PRESSABLE))) return
  const bare = isBare(chord)
  const typing = Boolean(event.target.closest?.(TYPING))
  const pressed = inReach(document).find(
    (one) => keysOf(one).includes(chord) && !(bare && typing && !("keyAnywhere" in one.dataset)),
  )
  if (!pressed) return
  event.preventDefault()
  if (event.repeat) return
  if (pressed.matches(TYPING)) pressed.focus()
  else pressed.click()
}

function fillSheet(root) {
  const sheet = root.getElementById("keys")
  const rows = [...inReach(root, false), ...root.querySelectorAll("[data-key-shown]")].map((one) => row(one, sheet.dataset))
  sheet.querySelector("dl").replaceChildren(...rows)
}

// Private

/** "Control+Shift+z" for an event; Meta counts as Control. Shift is only named where the key does not show it. */
export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!key || [...MODIFIERS, "Meta", "AltGraph", "Dead", "Process", "Unidentified"].includes(key)) return ""
  const held = { Control: ctrlKey || metaKey, Alt: altKey, Shift: shiftKey && (key.length > 1 || /\p{L}/u.test(key)) }
  return [...MODIFIERS.filter((one) => held[one]), key.length === 1 ? key.toLowerCase() : key].join("+")
}

/** The chords that an element answers to. */
export function keysOf(element) {
  return (element.dataset.key ?? element.dataset.keyShown ?? "").split(" ").filter(Boolean).map(normal)
}

/** A bare key holds neither Control nor Alt: it may be a letter that somebody types. */
export function isBare(chord) {
  return !/^(Control|Alt)\+/.test(chord)
}

/** How a chord is printed: "Ctrl Shift Z". `names` holds the words of the page's language. */
export function spell(chord, names = {}) {
  const words = {
    Control: names.control,
    Shift: names.shift,
    Alt: names.alt,
    Delete: names.delete,
    Escape: names.escape,
    Enter: names.enter,
    PageUp: names.pageUp,
    PageDown: names.pageDown,
    ...ARROWS,
  }
  return parts(chord)
    .map((part) => words[part] ?? (/^\p{Ll}$/u.test(part) && parts(chord).length > 1 ? part.toUpperCase() : part))
    .join(" ")
}

function normal(chord) {
  const all = parts(chord)
  const key = all.at(-1)
  return [...MODIFIERS.filter((one) => all.slice(0, -1).includes(one)), key.length === 1 ? key.toLowerCase() : key].join("+")
}

function parts(chord) {
  return chord.split(/\+(?!$)/)
}

// A dialog in front takes the keys: nothing behind it can be pressed.
function inReach(root, front = true) {
  const dialog = front ? [...root.querySelectorAll("dialog:modal")].at(-1) : null
  return [...(dialog ?? root).querySelectorAll("[data-key]")].filter(
    (one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }),
  )
}

function row(element, names) {
  const line = document.createElement("div")
  const keys = document.createElement("dt")
  const does = document.createElement("dd")
  for (const chord of keysOf(element)) {
    const key = document.createElement("kbd")
    key.textContent = spell(chord, names)
    keys.append(key)
  }
  does.textContent = element.dataset.keyName ?? words(element)
  line.append(keys, does)
  return line
}

function words(element) {
  const copy = element.cloneNode(true)
  for (const key of copy.querySelectorAll("kbd, svg")) key.remove()
  return element.getAttribute("aria-label") || copy.textContent.trim()
}
