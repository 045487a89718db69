// Forms that change something are sent once: the second press of a button, or of Enter, does nothing.
// Who goes back finds them as they were; an answer that is a file leaves the page, so buttons come back.
const COMES_BACK = 10_000; // milliseconds

function free(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll("[data-held]")) {
    button.disabled = false;
    delete button.dataset.held;
  }
}

export function sendOnce() {
  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return; // htmx has its own way
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    form.setAttribute("aria-busy", "true");
    // Afterwards: a button that is off when the form is read does not send its value.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not(:disabled)")) {
        button.disabled = true;
        button.dataset.held = "";
      }
    });
    setTimeout(free, COMES_BACK, form);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(free);
  });
}
