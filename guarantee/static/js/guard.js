// One click, one request: a form that has been sent is not sent again until the answer is here.
// The server has the last word (the hidden request key); this only spares the person the doubt.
(function () {
  const set = (form, busy) => {
    form.toggleAttribute("data-sent", busy);
    form.classList.toggle("is-busy", busy);
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.classList.toggle("is-busy", busy && button === form.lastSubmitter);
      if (busy) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[data-no-guard]")) return;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.lastSubmitter = event.submitter;
    // After the browser has collected the fields, or the clicked button's value would be lost.
    setTimeout(() => { if (!event.defaultPrevented || form.matches("[hx-post]")) set(form, true); });
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) set(form, false);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => set(form, false)));
})();
