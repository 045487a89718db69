// After a refused form the summary of what is wrong gets the focus.
export function focusSummary(summary) {
  summary.focus();
}
