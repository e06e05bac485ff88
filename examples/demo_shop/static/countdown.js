// Counts the server's seconds down; when a sale opens, the page is asked for anew.
for (const clock of document.querySelectorAll("[data-seconds]")) {
  const end = performance.now() + Number(clock.dataset.seconds) * 1000;
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const days = Math.floor(left / 86400);
    clock.textContent = (days ? `${days}:` : "") +
      [left % 86400 / 3600, left % 3600 / 60, left % 60].map((part) => two(Math.floor(part))).join(":");
    if (left > 0) setTimeout(tick, 250);
    else if ("reload" in clock.dataset) setTimeout(() => location.reload(), 1000);
  };
  tick();
}
