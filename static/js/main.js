// Binds each element with data-behaviour="name" to the module of that name. Every page works without.
import { copy } from "./behaviours/copy.js";
import { confirmName } from "./behaviours/confirm-name.js";
import { counter } from "./behaviours/counter.js";
import { namePreview } from "./behaviours/name-preview.js";
import { popover } from "./behaviours/popover.js";
import { showPassword } from "./behaviours/show-password.js";
import { shortcut, shortcutSwitch } from "./behaviours/shortcut.js";
import { theme } from "./behaviours/theme.js";
import { focusSummary } from "./behaviours/focus-summary.js";

const behaviours = {
  copy,
  "confirm-name": confirmName,
  counter,
  "focus-summary": focusSummary,
  "name-preview": namePreview,
  popover,
  shortcut,
  "shortcut-switch": shortcutSwitch,
  "show-password": showPassword,
  theme,
};

for (const element of document.querySelectorAll("[data-behaviour]")) {
  behaviours[element.dataset.behaviour]?.(element);
}
