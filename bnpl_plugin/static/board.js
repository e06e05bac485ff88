// The live board of a flash sale. Without script the page renews itself every few seconds.

const board = document.querySelector("[data-board-url]");
let source, late;

function show(told) {
  for (const place of board.parentNode.querySelectorAll("[data-place]")) {
    const text = told[place.dataset.place];
    if (text !== undefined && place.textContent !== text) place.textContent = text;
  }
  for (const bar of board.querySelectorAll("[data-width]")) bar.setAttribute("width", told[bar.dataset.width]);
  // What can be done depends on the phase: the page comes anew, unless somebody is typing in it.
  if (told.phase !== board.dataset.phase) {
    board.dataset.phase = told.phase;
    if (!document.activeElement?.matches("input, select")) location.reload();
  }
  if (told.phase === "closed") stop();
}

function start() {
  if (source || board.dataset.phase === "closed") return;
  source = new EventSource(board.dataset.boardUrl);
  source.onopen = () => {
    clearTimeout(late);
    late = undefined;
    board.dataset.live = "yes";
  };
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    // The browser comes again by itself, within five seconds where every stream was taken; unless it was refused.
    late ??= setTimeout(() => { board.dataset.live = "no"; }, 8000);
    if (source?.readyState === EventSource.CLOSED) {
      board.dataset.live = "no";
      stop();
      setTimeout(start, 5000);
    }
  };
}

function stop() {
  source?.close();
  source = undefined;
}

// A board that nobody looks at asks nothing.
document.addEventListener("visibilitychange", () => (document.hidden || !board ? stop() : start()));
addEventListener("pagehide", stop);
addEventListener("pageshow", () => board && start());
if (board) start();
