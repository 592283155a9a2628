// How does the page look while the person chooses? The choice is kept by the form that it stands in.

// Lifecycle

export function startTheme(root) {
  root.addEventListener("change", show)
}

// Actions

function show({ target }) {
  if (!target.matches?.("[data-theme-choice]")) return
  if (target.value) document.documentElement.dataset.theme = target.value
  else delete document.documentElement.dataset.theme
}
