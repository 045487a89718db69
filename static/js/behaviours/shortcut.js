// "/" goes to the search box. It can be switched off (WCAG 2.1.4), and never fires while one types.
const KEY = "shortcuts";
const isOff = () => localStorage.getItem(KEY) === "off";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

export function shortcut(input) {
  document.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key !== "/" || !plain || isOff() || isTyping(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

export function shortcutSwitch(button) {
  const update = () => {
    button.querySelector("[data-state]").textContent = isOff() ? "off" : "on";
    button.setAttribute("aria-pressed", String(!isOff()));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, isOff() ? "on" : "off");
    update();
  });
  update();
}
