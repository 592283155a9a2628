// What do the keys do while somebody types in the value? All other keys are declared on their buttons (../keys.js).
// Nothing here finishes, rejects or deletes a document.

import { changed, put, entry, send } from "./entry.js"

export class Keyboard {
  #root

  // Lifecycle

  constructor(root, signal) {
    this.#root = root
    root.addEventListener("keydown", (event) => this.#press(event), { signal, capture: true })
    root.addEventListener("input", (event) => this.#typed(event), { signal })
    root.addEventListener("change", () => this.mark(), { signal })
  }

  // Actions

  /** Say on the form whether what stands in it is still what was shown: its button then approves, else it saves. */
  mark() {
    const form = this.#root.querySelector("#focus")
    form?.toggleAttribute("data-changed", changed(form))
  }

  /** Put the cursor into the value and select it, so that typing corrects it; where none can be typed, onto its name. */
  enter() {
    const input = this.#root.querySelector("#value:not(:disabled)")
    const place = input ?? this.#root.querySelector("#focus h2")
    place?.focus({ preventScroll: true })
    input?.select?.()
  }

  // Private

  // Who writes beside "other…" means it.
  #typed({ target }) {
    if (target.matches("[data-other]")) target.closest(".choice").querySelector("[type=radio]").checked = true
    this.mark()
  }

  #press(event) {
    // A key that is held down says one thing, once: else it would approve fields that nobody has seen.
    if (event.key === "Enter" && event.repeat && !(event.shiftKey && event.target.matches?.("textarea"))) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const input = event.target.closest?.("#focus :is(input, textarea, select)")
    if (!input || event.isComposing || event.keyCode === 229) return
    const handled = KEYS[event.key]?.(event, input, input.form)
    if (!handled) return
    event.stopPropagation()
    if (handled === "done") event.preventDefault()
  }
}

const KEYS = {
  Enter(event, input, form) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false
    if (!input.matches("textarea, select")) return false // the others send by themselves
    send(form)
    return "done"
  },
  Escape(event, input, form) {
    if (!changed(form)) return false
    put(form, entry(form).shown)
    input.dispatchEvent(new Event("input", { bubbles: true }))
    input.select?.()
    return "done"
  },
  Delete(event, input, form) {
    const typed = input.matches("[type=text], textarea")
    const whole = typed && input.selectionStart === 0 && input.selectionEnd === input.value.length
    const button = form.querySelector("[name=kind][value=cleared]")
    if (!whole || !button || event.ctrlKey || event.shiftKey || event.altKey) return false
    if (!event.repeat) button.click()
    return "done"
  },
  "]"(event, input, form) {
    const button = form.querySelector('[data-key="]"]')
    if (!button || changed(form)) return false
    if (!event.repeat) button.click()
    return "done"
  },
  // Letters are undone before verdicts are.
  z: (event, input, form) => ((event.ctrlKey || event.metaKey) && changed(form) ? "native" : false),
  Z: (event, input, form) => KEYS.z(event, input, form),
}
