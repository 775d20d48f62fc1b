// The search field's suggestions by keyboard. htmx fetches them; without scripts the form works by itself.
"use strict";
(() => {
  const field = document.getElementById("q");
  const box = document.getElementById("suggestions");
  if (!field || !box) return;
  const links = () => [...box.querySelectorAll("a")];
  const close = () => box.replaceChildren();

  const form = field.form;
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      field.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = links();
    if (!step || all.length === 0) return;
    event.preventDefault();
    const next = all.indexOf(document.activeElement) + step;
    (next < 0 ? field : all[Math.min(next, all.length - 1)]).focus();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
})();
