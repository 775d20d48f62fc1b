// What scripts add to pages that work without them: suggestions by keyboard (htmx fetches them), what changes while one
// looks, and a form that is sent once.
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

// <div id="x" data-live="/stream" data-live-from="/fragment">: each "changed" of the stream fetches the fragment (the page
// itself where none is named) and puts its #x in place of this one.
(() => {
  const replace = async (id, from) => {
    const response = await fetch(from, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    // Not under the hands of somebody who is filling in a form there.
    if (!fresh || !old || old.querySelector("form")?.contains(document.activeElement)) return;
    old.replaceWith(document.adoptNode(fresh));
  };
  for (const element of document.querySelectorAll("[data-live]")) {
    const { id } = element;
    const from = element.dataset.liveFrom ?? location.href;
    const source = new EventSource(element.dataset.live);
    source.addEventListener("changed", () => replace(id, from));
    addEventListener("pagehide", () => source.close(), { once: true });
  }
})();

// A second click on the way changes nothing: the server sees to that for orders and returns, and here no form goes twice.
(() => {
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
