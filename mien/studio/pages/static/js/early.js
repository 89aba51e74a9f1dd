// What is done before the modules of a page are there: it would be lost without a word. No module itself, so that it is
// there before anything can be pressed.

{
  const pressed = new Set();
  const press = (event) => {
    const button = event.target.closest?.("button[type=button]");
    if (!button) return;
    event.stopImmediatePropagation(); // some of the listeners may be there, which would hear it twice
    pressed.add(button);
  };
  const change = (event) => { event.target.dataset.early = ""; };

  document.addEventListener("click", press, true);
  for (const kind of ["input", "change"]) document.addEventListener(kind, change, true);

  // the modules have run by now
  document.addEventListener("DOMContentLoaded", () => {
    document.removeEventListener("click", press, true);
    for (const kind of ["input", "change"]) document.removeEventListener(kind, change, true);
    for (const button of pressed) button.click();
  });
}
