// Shows how many characters of a limited field are used: "0/100".
export function counter(output) {
  const input = document.getElementById(output.htmlFor.value);
  const update = () => {
    output.textContent = `${[...input.value].length}/${input.maxLength}`;
  };
  input.addEventListener("input", update);
  update();
}
