// What do the keys do while somebody types in the value? All other keys are declared on their buttons (../keys.js).
// Nothing here finishes, rejects or deletes a document.

export class Keyboard {
  #root

  // Lifecycle

  constructor(root, signal) {
    this.#root = root
    root.addEventListener("keydown", (event) => this.#press(event), { signal, capture: true })
    root.addEventListener("input", () => this.mark(), { signal })
    root.addEventListener("change", () => this.mark(), { signal })
  }

  // Actions

  /** Say on the form whether what stands in it is still what was shown: its button then approves, else it saves. */
  mark() {
    const form = this.#root.querySelector("#focus")
    form?.toggleAttribute("data-changed", changed(form))
  }

  /** Put the cursor into the value and select it, so that typing corrects it. */
  enter() {
    const input = this.#root.querySelector("#value")
    input?.focus({ preventScroll: true })
    input?.select?.()
  }

  // Private

  #press(event) {
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
    if (event.ctrlKey || event.metaKey) return leavesUnsaved(form)
    if (event.shiftKey || event.altKey || !input.matches("textarea, select")) return false // the others send by themselves
    if (!event.repeat) send(form)
    return "done"
  },
  Escape(event, input, form) {
    if (!changed(form)) return false
    form.reset()
    for (const one of form.querySelectorAll("[data-shown]")) one.value = one.dataset.shown
    input.dispatchEvent(new Event("input", { bubbles: true }))
    input.select?.()
    return "done"
  },
  Delete(event, input, form) {
    const typed = input.matches("[type=text], textarea")
    const whole = typed && input.selectionStart === 0 && input.selectionEnd === input.value.length
    const button = form.querySelector("[data-key~=Delete]")
    if (!whole || !button || event.ctrlKey || event.shiftKey || event.altKey) return false
    if (!event.repeat) button.click()
    return "done"
  },
  "]"(event, input, form) {
    const button = form.querySelector('[data-key="]"]')
    if (!button || changed(form)) return false
    button.click()
    return "done"
  },
  // Letters are undone before verdicts are.
  z: (event, input, form) => ((event.ctrlKey || event.metaKey) && changed(form) ? "native" : false),
  Z: (event, input, form) => KEYS.z(event, input, form),
}

/** Whether something else stands in the form than the value that the server shows. */
export function changed(form) {
  return [...(form?.elements ?? [])].some((one) => {
    if (one.matches("[type=hidden], button, fieldset")) return false
    if (one.matches("[type=radio], [type=checkbox]")) return one.checked !== one.defaultChecked
    if (one.matches("select")) return [...one.options].some((option) => option.selected !== option.defaultSelected)
    return one.value !== (one.dataset.shown ?? one.defaultValue)
  })
}

// The task's chord saves what was typed first; pressed again it approves the task.
function leavesUnsaved(form) {
  if (!changed(form)) return false
  send(form)
  return "done"
}

/** Send the form as Enter does. A click, for htmx learns only from a click which button sends. */
export function send(form) {
  form.querySelector("[data-default]")?.click()
}
