// What does the screen say in passing? One line in the page's live region, until the next act.

// Lifecycle

export function forgetWithTheNextAct(root, signal) {
  const acts = "#focus, #act, #decision"
  const forget = ({ detail: { elt, requestConfig } }) => requestConfig.verb !== "get" && elt.matches(acts) && say("")
  root.addEventListener("htmx:beforeRequest", forget, { signal })
}

// Actions

export function say(words) {
  const line = document.createElement("p")
  line.className = "message"
  line.textContent = words
  document.getElementById("messages")?.replaceChildren(...(words ? [line] : []))
}
