// Shows the full reference of the repository that the form would create.
export function namePreview(output) {
  const namespace = document.getElementById(output.dataset.namespace);
  const name = document.getElementById(output.dataset.name);
  const update = () => {
    const typed = name.value.trim() || "name";
    const official = namespace.selectedOptions[0]?.dataset.root !== undefined;
    const holder = namespace.selectedOptions[0]?.textContent.trim() ?? "";
    output.textContent = `${output.dataset.host}/${official ? "" : `${holder}/`}${typed}`;
  };
  namespace.addEventListener("change", update);
  name.addEventListener("input", update);
  update();
}
