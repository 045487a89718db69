// Binds each element with data-behaviour="name" to the module of that name. Every page works without.
import { copy } from "./behaviours/copy.js";
import { confirmName } from "./behaviours/confirm-name.js";
import { counter } from "./behaviours/counter.js";
import { fragment } from "./behaviours/fragment.js";
import { liveList } from "./behaviours/live-list.js";
import { namePreview } from "./behaviours/name-preview.js";
import { passkeyAdd, passkeyLogin, passkeyUse } from "./behaviours/passkey.js";
import { popover } from "./behaviours/popover.js";
import { proofOfWork } from "./behaviours/proof-of-work.js";
import { showPassword } from "./behaviours/show-password.js";
import { shortcut, shortcutSwitch } from "./behaviours/shortcut.js";
import { suggest } from "./behaviours/suggest.js";
import { theme } from "./behaviours/theme.js";
import { focusSummary } from "./behaviours/focus-summary.js";

const behaviours = {
  copy,
  "confirm-name": confirmName,
  counter,
  "focus-summary": focusSummary,
  fragment,
  "live-list": liveList,
  "name-preview": namePreview,
  "passkey-add": passkeyAdd,
  "passkey-login": passkeyLogin,
  "passkey-use": passkeyUse,
  popover,
  "proof-of-work": proofOfWork,
  shortcut,
  "shortcut-switch": shortcutSwitch,
  "show-password": showPassword,
  suggest,
  theme,
};

function bind(root) {
  for (const element of root.querySelectorAll("[data-behaviour]")) {
    behaviours[element.dataset.behaviour]?.(element);
  }
}

bind(document);
document.addEventListener("list-replaced", (event) => bind(event.target));
