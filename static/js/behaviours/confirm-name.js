// Keeps a form's submit button off until the typed name is the expected one. The server checks again.
export function confirmName(form) {
  const input = form.querySelector("input:not([type=hidden])");
  const button = form.querySelector("button[type=submit]");
  const update = () => {
    button.disabled = input.value.trim() !== form.dataset.expected;
  };
  input.addEventListener("input", update);
  update();
}
