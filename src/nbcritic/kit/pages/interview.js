(() => {
  "use strict";
  const clock = document.getElementById("clock"), button = document.getElementById("start");
  const total = Number(clock.dataset.minutes) * 60;
  let left = total, ends = null, timer = null;
  const show = () => {
    const seconds = Math.abs(Math.round(left));
    clock.value = (left < 0 ? "-" : "") + String(Math.floor(seconds / 60)).padStart(2, "0") + ":" + String(seconds % 60).padStart(2, "0");
    clock.classList.toggle("over", left < 0);
  };
  button.addEventListener("click", () => {
    if (timer === null) {
      ends = Date.now() + left * 1000;
      timer = setInterval(() => { left = (ends - Date.now()) / 1000; show(); }, 250);
      button.textContent = "Pause";
    } else {
      clearInterval(timer); timer = null; button.textContent = "Go on";
    }
  });
  const points = document.getElementById("points");
  const ticks = [...document.querySelectorAll("input[data-points]")];
  const possible = Number(points.dataset.possible);
  const sum = () => {
    const reached = ticks.filter(tick => tick.checked).reduce((all, tick) => all + Number(tick.dataset.points), 0);
    points.value = Math.max(0, Math.round(100 * reached / possible));
  };
  for (const row of document.querySelectorAll("[data-remark]")) {
    const [seen, ...more] = row.querySelectorAll("input[data-points]");
    for (const tick of more) tick.addEventListener("change", () => { if (tick.checked) seen.checked = true; sum(); });
    seen.addEventListener("change", () => { if (!seen.checked) more.forEach(tick => { tick.checked = false; }); sum(); });
  }
  ticks.forEach(tick => tick.addEventListener("change", sum));
  show(); sum();
})();
