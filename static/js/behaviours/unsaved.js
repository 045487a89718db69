// Before one leaves a form in which something was written, the browser asks. Only texts are worth that:
// forms with a <textarea>, and those that say data-unsaved.
const FORMS = "form:has(textarea), form[data-unsaved]";

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "hidden" || field.type === "file") return false;
  if (field.tagName === "SELECT") return false;
  return field.value !== undefined && field.defaultValue !== undefined && field.value !== field.defaultValue;
}

export function unsaved() {
  let isTyped = false;
  let isSent = false;
  document.addEventListener("input", (event) => {
    if (event.isTrusted) isTyped = true;
  });
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) isSent = true;
  });
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isTyped || isSent) return;
    const forms = [...document.querySelectorAll(FORMS)].filter((form) => form.method === "post");
    if (forms.some((form) => [...form.elements].some(isChanged))) event.preventDefault();
  });
}
