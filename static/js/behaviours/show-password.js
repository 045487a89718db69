// A button that shows what was typed into a password field.
export function showPassword(button) {
  const input = document.getElementById(button.dataset.input);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}
