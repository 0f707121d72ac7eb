// The line that is being typed: quantity × unit price, shown as one types. The server works it out
// again; this only spares the person the sum.
(function () {
  const form = document.querySelector("form[data-line]");
  if (!form) return;
  const shown = form.querySelector("[data-line-sum]");
  const plain = (text) => text.normalize("NFKC").replace(/[,，¥元\s]/g, "");
  function sum() {
    const quantity = plain(form.elements.quantity.value || "1"), price = plain(form.elements.unit_price_fen.value);
    const good = /^-?\d+(\.\d{1,3})?$/.test(quantity) && /^\d+(\.\d{1,2})?$/.test(price);
    shown.textContent = good
      ? (Math.round(Math.round(Number(quantity) * 1000) * Math.round(Number(price) * 100) / 1000) / 100)
        .toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
      : "—";
  }
  form.addEventListener("input", sum);
  sum();
})();
