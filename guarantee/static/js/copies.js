// Scanning copies one after another. A wand is faster than a page: what it types while an answer
// is on its way waits in a queue and is sent in order; the cursor stays in the field. Without this
// script each scan is an ordinary form.
(function () {
  const desk = document.querySelector("[data-scan]");
  if (!desk) return;
  const field = desk.querySelector("#code"), waiting = desk.querySelector("[data-scan-wait]");
  const queue = [];
  let busy = false;

  const told = () => { waiting.textContent = queue.length ? `${waiting.dataset.words}: ${queue.length}` : ""; };

  function shown(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("[data-scan]");
    if (!fresh) { location.reload(); return; } // signed out meanwhile: the page says so
    desk.querySelector("[data-scan-answer]").replaceChildren(...fresh.querySelector("[data-scan-answer]").childNodes);
    document.querySelector("#said").replaceChildren(...page.querySelector("#said").childNodes);
    for (const name of ["codes", "request_key", "csrf_token"]) {
      const old = desk.querySelector(`[data-scan-form] [name=${name}]`), anew = fresh.querySelector(`[data-scan-form] [name=${name}]`);
      if (old && anew) old.value = anew.value;
    }
  }

  async function work() {
    if (busy) return;
    busy = true;
    while (queue.length) {
      const { form, values } = queue[0];
      // the codes and keys as they are now: each answer brings new ones
      for (const name of ["codes", "request_key", "csrf_token"]) values.set(name, desk.querySelector(`[data-scan-form] [name=${name}]`).value);
      try {
        const answer = await fetch(form, { method: "POST", body: values, credentials: "same-origin" });
        shown(await answer.text());
        queue.shift();
      } catch (_) { // no network: nothing is lost, it is tried again
        await new Promise((resume) => setTimeout(resume, 2000));
      }
      told();
    }
    busy = false;
    field.focus();
  }

  desk.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-scan-form]");
    if (!form) return;
    event.preventDefault();
    const values = new FormData(form);
    if (event.submitter && event.submitter.name) values.set(event.submitter.name, event.submitter.value);
    if (!String(values.get("code")).trim()) { field.focus(); return; }
    queue.push({ form: form.action, values });
    field.value = "";
    field.focus();
    told();
    work();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) field.focus(); });
  field.focus();
})();
