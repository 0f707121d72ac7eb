// The crew's phone: says when the network is gone, and keeps a form that could not be sent.
(function () {
  const line = document.querySelector("[data-line]");
  function say() {
    const on = navigator.onLine;
    line.textContent = on ? line.dataset.on : line.dataset.off;
    line.classList.toggle("off", !on);
  }
  if (line) {
    addEventListener("online", say);
    addEventListener("offline", say);
    say();
  }
  // Sent without a network the browser would show its own error page, and what was typed would be gone.
  document.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say();
    line.scrollIntoView({ block: "start" });
  }, true);
})();
