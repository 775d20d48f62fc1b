// What scripts add to pages that work without them: suggestions as a list to choose from, books that go into the cart while one
// stays, what changes while one looks, and a form that is sent once.
"use strict";

// The search field with its suggestions, which htmx fetches: an editable combobox with a list, as the ARIA Authoring Practices
// describe it. The focus stays in the field; the chosen suggestion is said by aria-activedescendant.
(() => {
  const field = document.getElementById("q");
  const box = document.getElementById("suggestions");
  if (!field || !box) return;
  const options = () => [...box.querySelectorAll("[role=option]")];
  let chosen = -1;
  let dismissed = false; // By Escape or by going away: what comes late is not shown.

  const choose = (number) => {
    const all = options();
    chosen = number;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === number)));
    if (number < 0) {
      field.removeAttribute("aria-activedescendant");
    } else {
      field.setAttribute("aria-activedescendant", all[number].id);
      all[number].scrollIntoView({ block: "nearest" });
    }
  };
  const close = () => {
    dismissed = true;
    box.replaceChildren();
  };

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", "suggestion-list");
  new MutationObserver(() => {
    if (dismissed && box.childElementCount > 0) box.replaceChildren();
    field.setAttribute("aria-expanded", String(options().length > 0));
    choose(-1);
  }).observe(box, { childList: true });

  field.addEventListener("input", () => {
    dismissed = false;
    choose(-1);
  });
  const keys = {
    // One place in the ring is the field itself.
    ArrowDown: (count) => choose(chosen + 1 === count ? -1 : chosen + 1),
    ArrowUp: (count) => choose(chosen < 0 ? count - 1 : chosen - 1),
    Enter: () => (chosen < 0 ? false : options()[chosen].click()),
    Escape: close,
    Tab: () => {
      close();
      return false;
    },
    // The cursor moves in the words: nothing is chosen any more.
    ArrowLeft: () => choose(-1) ?? false,
    ArrowRight: () => choose(-1) ?? false,
    Home: () => choose(-1) ?? false,
    End: () => choose(-1) ?? false,
  };
  field.addEventListener("keydown", (event) => {
    const count = options().length;
    if (count === 0 || event.isComposing || !(event.key in keys)) return;
    if (keys[event.key](count) !== false) event.preventDefault();
  });
  // A press on a suggestion leaves the focus where it is.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", close);
})();

// A card's button: the book goes into the cart, and the reader stays where they are. The note that names the book, and the
// number of books in the cart, come from the page that the form leads to; #notes is a live region.
(() => {
  const form = document.getElementById("add");
  if (!form) return;
  const put = (page) => {
    for (const id of ["notes", "to-cart"]) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id)?.replaceChildren(...document.adoptNode(fresh).childNodes);
    }
  };
  const say = (sentence) => {
    const note = document.createElement("p");
    note.className = "flash bad";
    note.textContent = sentence;
    document.getElementById("notes").replaceChildren(note);
  };
  const send = async (button) => {
    const fields = new URLSearchParams(new FormData(form, button));
    fields.set("next", "/cart/note");
    try {
      const response = await fetch(button.formAction, { method: "POST", body: fields });
      if (!response.ok) throw new Error(`status ${response.status}`);
      put(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch {
      say("We do not know whether the book is in your cart. Please look there before you try again.");
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true"); // Until the answer is there; a disabled one would lose the focus.
    send(button);
  });
})();

// The page that waits for an order looks again by itself, and goes where the answer leads. Without scripts it has a link: a
// page that loads itself again takes the reader's place away, and they could not stop it (WCAG 2.2.1, 3.2.5).
(() => {
  const words = document.getElementById("waits");
  if (!words) return;
  words.textContent = "This page goes on by itself as soon as it knows.";
  const look = async () => {
    const response = await fetch(location.href, { redirect: "manual" }).catch(() => undefined);
    const page = response?.ok && new DOMParser().parseFromString(await response.text(), "text/html");
    if (response?.type === "opaqueredirect" || (page && !page.getElementById("waits"))) {
      location.reload();
      return;
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 1000);
})();

// <div id="x" data-live="/stream" data-live-from="/fragment">: each "changed" of the stream fetches the fragment (the page
// itself where none is named) and brings what has changed of its #x into this one. A browser has six connections to a shop, and a
// stream holds one for as long as it is open: so a page in the background has none, and looks again when somebody looks at it.
(() => {
  // The words of a live region change in place, so that they are read out; other parts are replaced, but never under the hands
  // of somebody who is about to press something there: then when they have gone.
  const renew = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    if (old.getAttribute("role") === "status" && fresh.getAttribute("role") === "status") {
      old.className = fresh.className;
      old.textContent = fresh.textContent;
    } else if (old.contains(document.activeElement)) {
      const later = () => setTimeout(() => old.isConnected && renew(old, fresh));
      old.addEventListener("focusout", later, { once: true });
    } else {
      old.replaceWith(document.adoptNode(fresh));
    }
  };
  const replace = async (id, from) => {
    const response = await fetch(from, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old) return;
    const parts = [...old.children];
    const now = [...fresh.children];
    if (parts.length === now.length) {
      parts.forEach((part, at) => renew(part, now[at]));
    } else {
      renew(old, fresh);
    }
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

// A cover that a busy shop did not give is asked for again, three times, later each time. In its place there is nothing, or a
// stand-in of a few pixels, which the page shows as large as the cover.
(() => {
  const tries = new WeakMap();
  const waiting = new WeakSet(); // A refusal counts once, whoever finds it.
  const again = (image) => {
    const count = tries.get(image) ?? 0;
    const address = new URL(image.src, location.href);
    if (count === 3 || waiting.has(image) || !address.pathname.startsWith("/covers/")) return;
    tries.set(image, count + 1);
    waiting.add(image);
    address.searchParams.set("again", count + 1); // What a page has shown under one address it does not fetch again.
    setTimeout(() => {
      waiting.delete(image);
      image.src = address;
    }, 1000 * 2 ** count);
  };
  const STAND_IN_WIDTH = 2;
  const look = ({ target }) => {
    if (target instanceof HTMLImageElement && target.complete && target.naturalWidth <= STAND_IN_WIDTH) again(target);
  };
  // Of the document: a picture's "load" never reaches the window.
  for (const event of ["error", "load"]) document.addEventListener(event, look, true);
  for (const image of document.images) if (image.currentSrc) look({ target: image });
})();

// A second click on the way changes nothing: the server sees to that for orders and returns, and here no form goes twice at
// once. It may go again when the page is still there after a while: the reader stopped the answer, or opened it in another tab.
// With data-stays the answer is no page but a file, or is taken by a script, and the form is ready at once.
(() => {
  const PAUSE_MS = 5000;
  const free = (form) => delete form.dataset.sent;
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "stays" in form.dataset || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(free, PAUSE_MS, form);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));
})();
