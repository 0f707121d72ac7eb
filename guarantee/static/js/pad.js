// A pad to sign on. Strokes are kept as vectors, [x, y, ms since the first touch] in the canvas's own units,
// and stand in a hidden field of the form; the picture on the screen is only what is made of them.
(function () {
  const STEP = 4; // units: a finger that rests adds nothing
  for (const pad of document.querySelectorAll("[data-pad]")) begin(pad);

  function begin(pad) {
    const canvas = pad.querySelector("canvas"), kept = pad.querySelector("[name=strokes]"), say = pad.querySelector(".pad-say");
    const { width, height } = canvas;
    const paper = canvas.getContext("2d");
    let strokes = read(kept.value), now = null, pen = null, first = null;

    // As many dots as the screen has, so that the line is sharp.
    const dots = Math.min(3, Math.max(1, window.devicePixelRatio || 1)) * (canvas.clientWidth || width) / width;
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);

    function read(text) {
      const isPoint = (point) => Array.isArray(point) && point.length === 3;
      try { return JSON.parse(text || "[]").filter((stroke) => stroke.length && stroke.every(isPoint)); } catch { return []; }
    }

    function draw() {
      paper.setTransform(dots, 0, 0, dots, 0, 0);
      paper.clearRect(0, 0, width, height);
      paper.lineWidth = 9;
      paper.lineCap = paper.lineJoin = "round";
      paper.strokeStyle = paper.fillStyle = "#0b1f4b";
      for (const stroke of now ? [...strokes, now] : strokes) {
        paper.beginPath();
        paper.moveTo(stroke[0][0], stroke[0][1]);
        for (let at = 1; at < stroke.length; at += 1) {
          const [x, y] = stroke[at - 1];
          paper.quadraticCurveTo(x, y, (x + stroke[at][0]) / 2, (y + stroke[at][1]) / 2);
        }
        const last = stroke[stroke.length - 1];
        paper.lineTo(last[0], last[1]);
        if (stroke.length === 1) paper.lineTo(last[0] + 0.1, last[1]);
        paper.stroke();
      }
    }

    function keep() {
      kept.value = strokes.length ? JSON.stringify(strokes) : "";
      say.textContent = strokes.length ? say.dataset.drawn.replace("{n}", strokes.length) : say.dataset.empty;
      draw();
    }

    function point(event) {
      const box = canvas.getBoundingClientRect();
      const edge = (canvas.offsetWidth - canvas.clientWidth) / 2;
      const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
      if (first === null) first = event.timeStamp;
      return [
        within((event.clientX - box.left - edge) / canvas.clientWidth * width, width),
        within((event.clientY - box.top - edge) / canvas.clientHeight * height, height),
        within(event.timeStamp - first, 600000),
      ];
    }

    canvas.addEventListener("pointerdown", (event) => {
      if (pen !== null || (event.pointerType === "mouse" && event.button)) return;
      event.preventDefault();
      pen = event.pointerId;
      canvas.setPointerCapture(pen);
      canvas.classList.add("on");
      now = [point(event)];
      draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pen) return;
      event.preventDefault();
      const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const one of all.length ? all : [event]) {
        const next = point(one), last = now[now.length - 1];
        if (Math.hypot(next[0] - last[0], next[1] - last[1]) >= STEP) now.push(next);
      }
      draw();
    });
    const end = (event) => {
      if (event.pointerId !== pen) return;
      pen = null;
      canvas.classList.remove("on");
      strokes.push(now);
      now = null;
      keep();
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    pad.querySelector("[data-pad-clear]").addEventListener("click", () => { strokes = []; first = null; keep(); });
    pad.querySelector("[data-pad-back]").addEventListener("click", () => { strokes.pop(); keep(); });
    keep();
  }
})();
