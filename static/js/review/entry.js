// What stands in the focus form, and what was shown there? The controls in which a person gives the value.

// Actions

/** -> {shown, now}: what the server shows and what stands there, one for each control. Radio buttons say true or false. */
export function entry(form) {
  const all = controls(form)
  return { shown: all.map(shownIn), now: all.map(nowIn) }
}

/** Whether something else stands in the form than the value that the server shows. */
export function changed(form) {
  const { shown, now } = entry(form)
  return shown.some((one, at) => one !== now[at])
}

/** Put back what stood there once. */
export function put(form, now) {
  for (const [at, one] of controls(form).entries()) {
    if (isChoice(one)) one.checked = now[at]
    else one.value = now[at]
  }
}

/** Send the form as Enter does. A click, for htmx learns only from a click which button sends. */
export function send(form) {
  form.querySelector("[data-default]")?.click()
}

// Private

function controls(form) {
  const all = form?.querySelectorAll("#focus-value :is(input, select, textarea)") ?? []
  return [...all].filter((one) => !one.readOnly && !one.matches(":disabled"))
}

function shownIn(one) {
  if (isChoice(one)) return one.defaultChecked
  // A list in which nothing is chosen shows its first entry.
  if (one.matches("select")) return ([...one.options].find(({ defaultSelected }) => defaultSelected) ?? one.options[0])?.value
  const text = one.dataset.shown ?? one.defaultValue
  return one.matches("input") ? text.replace(/[\r\n]/g, "") : text // a single line holds no line's end
}

function nowIn(one) {
  return isChoice(one) ? one.checked : one.value
}

function isChoice(one) {
  return one.matches("[type=radio], [type=checkbox]")
}
