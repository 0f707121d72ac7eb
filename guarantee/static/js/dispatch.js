// The call desk's own: a call pops up while the desk is idle, hospitals are found while one types,
// "all no" answers the exclusions as the crew reported them.
(function () {
  document.addEventListener("live:event", (message) => {
    const desk = document.querySelector("[data-idle]"), event = message.detail;
    if (event.kind !== "call") return;
    if (!document.title.startsWith("● ")) document.title = `● ${document.title}`;
    const search = document.getElementById("q");
    const topic = event.data.topic || "";
    if (desk && topic.startsWith("extension:") && !(search && search.value) && !document.querySelector("dialog:modal"))
      location.assign(`${desk.dataset.pop}?call=${event.data.call}`);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-all-no]"))
      for (const no of event.target.closest("form").querySelectorAll('.clause input[value="no"]')) no.checked = true;
    if (event.target.closest("[data-open-document]")) {
      const due = document.getElementById("document");
      due.open = true;
      const first = due.querySelector("input:not([type=hidden]), select");
      if (first) first.focus();
    }
  });

  let typing = null;
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-hospitals]");
    if (!field) return;
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const answer = await fetch(`${field.dataset.hospitals}?hospital_q=${encodeURIComponent(field.value)}`).catch(() => null);
      if (answer && answer.ok) document.getElementById("hospitals").innerHTML = await answer.text();
    }, 160);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && event.target.closest("[data-hospitals]");
    if (!field || !["Enter", "ArrowDown"].includes(event.key) || event.isComposing) return;
    event.preventDefault();
    const first = document.querySelector("#hospitals input[type=radio]");
    if (first) { first.focus(); first.checked = true; }
  });
})();
