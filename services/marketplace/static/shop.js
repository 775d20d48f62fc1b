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
// itself where none is named) and puts its #x in place of this one. A browser has six connections to a shop, and a stream holds
// one for as long as it is open: so a page in the background has none, and looks again when somebody looks at it.
(() => {
  const replace = async (id, from) => {
    const response = await fetch(from, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old) return;
    // Not under the hands of somebody who is about to press something there: when they have gone.
    if (old.contains(document.activeElement)) {
      old.addEventListener("focusout", () => setTimeout(() => replace(id, from)), { once: true });
      return;
    }
    old.replaceWith(document.adoptNode(fresh));
  };
  for (const element of document.querySelectorAll("[data-live]")) {
    const { id } = element;
    const from = element.dataset.liveFrom ?? location.href;
    const { live } = element.dataset;
    let source;
    const open = () => {
      source = new EventSource(live);
      source.addEventListener("changed", () => replace(id, from));
    };
    const close = () => {
      source?.close();
      source = undefined;
    };
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        close();
      } else if (!source) {
        open();
        replace(id, from);
      }
    });
    addEventListener("pagehide", close);
    if (!document.hidden) open();
  }
})();

// A cover that a busy shop did not give is asked for again, three times, later each time.
(() => {
  const tries = new WeakMap();
  const again = (image) => {
    const count = tries.get(image) ?? 0;
    if (count === 3 || !new URL(image.src, location.href).pathname.startsWith("/covers/")) return;
    tries.set(image, count + 1);
    setTimeout(() => {
      image.src = image.src;
    }, 1000 * 2 ** count);
  };
  addEventListener("error", (event) => event.target instanceof HTMLImageElement && again(event.target), true);
  for (const image of document.images) if (image.complete && image.naturalWidth === 0) again(image);
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
