"use strict";
(() => {
  const notes = [...document.querySelectorAll(".note")];
  const boxes = [...document.querySelectorAll("[data-filter]")];
  const status = document.getElementById("shown");
  const root = document.documentElement;
  let pinned = null;

  const shown = (note) => !note.hidden;
  const cellOf = (number) => document.getElementById("cell-" + number);

  function hold(note) {
    document.querySelectorAll(".held").forEach((one) => one.classList.remove("held"));
    if (!note) return;
    note.classList.add("held");
    const chain = note.dataset.chain.split(" ").filter(Boolean);
    chain.forEach((number, place) => {
      const cell = cellOf(number);
      if (!cell) return;
      cell.classList.add("held");
      cell.querySelector(".step").textContent =
        chain.length < 2 ? "" : place === 0 ? "here" : "belongs to cell " + chain[0];
    });
  }

  function pin(note) {
    pinned = pinned === note ? null : note;
    hold(pinned);
  }

  notes.forEach((note) => {
    note.addEventListener("mouseenter", () => { if (!pinned) hold(note); });
    note.addEventListener("mouseleave", () => { if (!pinned) hold(null); });
    note.addEventListener("focusin", () => { if (!pinned) hold(note); });
    note.addEventListener("focusout", () => { if (!pinned) hold(null); });
    note.addEventListener("click", (event) => { if (!event.target.closest("a, summary")) pin(note); });
  });

  function filter() {
    const on = {};
    boxes.forEach((box) => {
      on[box.dataset.filter] = on[box.dataset.filter] || new Set();
      if (box.checked) on[box.dataset.filter].add(box.value);
    });
    let count = 0;
    notes.forEach((note) => {
      note.hidden = !(on.severity.has(note.dataset.severity) && on.family.has(note.dataset.family));
      if (!note.hidden) count += 1;
    });
    document.querySelectorAll(".cell").forEach((cell) => {
      cell.classList.toggle("noted", [...cell.querySelectorAll(".note")].some(shown));
    });
    status.textContent = count === notes.length ? "" : count + " of " + notes.length + " remarks";
  }
  boxes.forEach((box) => box.addEventListener("change", filter));

  [["only-remarks", "only-remarks"], ["no-outputs", "no-outputs"]].forEach(([id, name]) => {
    const box = document.getElementById(id);
    if (box) box.addEventListener("change", () => document.body.classList.toggle(name, box.checked));
  });

  const theme = document.getElementById("theme");
  if (theme) theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  function step(by) {
    const visible = notes.filter(shown);
    if (!visible.length) return;
    const at = visible.indexOf(document.activeElement.closest ? document.activeElement.closest(".note") : null);
    const next = visible[Math.min(visible.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by))];
    next.focus();
    next.scrollIntoView({ block: "center" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "Escape") { pinned = null; hold(null); }
    else if (event.key === "Enter" && document.activeElement.classList.contains("note")) pin(document.activeElement);
    else return;
    event.preventDefault();
  });
})();
