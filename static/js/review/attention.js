// How long did a person attend to the field in focus? Only while the tab is in sight and somebody shows signs of life;
// the seconds go with the verdict, in the form's hidden field.

const IDLE = 60 * 1000
const LONGEST = 86_400 * 1000
const SIGNS = ["keydown", "pointermove", "pointerdown", "wheel"]

// Actions

/** Counts attended milliseconds. `now` is always handed in; a sign of life is good for `idle` milliseconds. Pure.
    Who arrives at a field has just done something, so the start is a sign as well. */
export function watch(now, { idle = IDLE, inSight = true } = {}) {
  let counted = 0
  let reckoned = now // up to here it is counted
  let alive = now + idle // until here it may count
  const reckon = (at) => {
    if (inSight) counted += Math.max(0, Math.min(at, alive) - reckoned)
    reckoned = at
  }
  return {
    sign(at) {
      reckon(at)
      alive = at + idle
    },
    sight(at, seen) {
      reckon(at)
      inSight = seen
    },
    restart(at) {
      counted = 0
      reckoned = at
      alive = at + idle
    },
    read(at) {
      reckon(at)
      return counted
    },
  }
}

/** Milliseconds as the trail keeps them: seconds with one decimal, at most a day. Pure. */
export function secondsOf(milliseconds) {
  return (Math.min(milliseconds, LONGEST) / 1000).toFixed(1)
}

export class Attention {
  #watch = watch(performance.now(), { inSight: inSight() })
  #path = ""

  // Lifecycle

  constructor(root, signal) {
    const quiet = { signal, capture: true, passive: true }
    for (const name of SIGNS) document.addEventListener(name, () => this.#watch.sign(performance.now()), quiet)
    document.addEventListener("visibilitychange", () => this.#watch.sight(performance.now(), inSight()), { signal })
    // Before htmx reads the form, whatever button sends it.
    root.addEventListener("submit", ({ target }) => this.#write(target), { signal, capture: true })
    root.addEventListener("htmx:afterRequest", (event) => this.#sent(event), { signal })
  }

  // Actions

  /** A focus form stands there: another field starts anew, the same one (a refusal, a line added) goes on. */
  arrive(form) {
    const path = form?.dataset.path ?? ""
    if (path !== this.#path) this.#watch.restart(performance.now())
    this.#path = path
  }

  // Private

  #write(form) {
    const field = form.matches("#focus") && form.elements.seconds
    if (field) field.value = secondsOf(this.#watch.read(performance.now()))
  }

  // What was counted went with the verdict; a field that stays in focus after it is looked at anew.
  #sent({ detail: { requestConfig: { elt, verb }, xhr } }) {
    const saved = xhr.status >= 200 && xhr.status < 400
    if (elt.id === "focus" && verb === "post" && saved) this.#watch.restart(performance.now())
  }
}

function inSight() {
  return document.visibilityState === "visible"
}
