// What does every page do? Sends the CSRF token with htmx, opens dialogs, says when the server did not answer.

import { startKeys } from "./keys.js"
import { startTheme } from "./theme.js"

// Lifecycle

document.addEventListener("htmx:configRequest", sendToken)
document.addEventListener("htmx:sendError", sayUnreachable)
document.addEventListener("htmx:timeout", sayUnreachable)
document.addEventListener("htmx:responseError", sayWhenSilent)
document.addEventListener("htmx:beforeRequest", forgetProblem)
document.addEventListener("click", openDialog)
startKeys(document)
startTheme(document)

// Actions

function sendToken({ detail }) {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = content("csrf-token")
}

function openDialog({ target }) {
  const opener = target.closest?.("[data-opens]")
  const dialog = opener && document.getElementById(opener.dataset.opens)
  if (dialog && !dialog.open) dialog.showModal()
}

// Whatever stands between browser and server may answer with a page that is not ours.
function sayWhenSilent() {
  if (!messages()?.querySelector("#problem")) sayUnreachable()
}

function sayUnreachable() {
  const said = document.getElementById("unreachable")?.content.cloneNode(true)
  if (said) messages()?.replaceChildren(said)
}

function forgetProblem() {
  messages()?.querySelector("#problem")?.remove()
}

// Private

function messages() {
  return document.getElementById("messages")
}

function content(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? ""
}
