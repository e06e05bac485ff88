"""A WSGI application with one good page and several bad ones, to prove that the browser's complaints are heard."""

import os
from collections.abc import Callable, Iterable

_PAGES = {
    "/good": '<meta name="viewport" content="width=device-width"><p>good</p>',
    "/inline": "<p>inline</p><script>document.title = 'ran'</script>",
    "/console": '<p>console</p><script src="/console.js"></script>',
    "/throws": '<p>throws</p><script src="/throws.js"></script>',
    "/console.js": "console.error('from the console')",
    "/throws.js": "throw new Error('from a script')",
}
_POLICY = "default-src 'none'; script-src 'self'; img-src 'self'"

Answer = Callable[[str, list[tuple[str, str]]], object]


def create_app() -> Callable[[dict[str, object], Answer], Iterable[bytes]]:
    """Return the application; it answers 404 elsewhere and tells its process id at `/pid`."""

    def app(environ: dict[str, object], start_response: Answer) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        body = str(os.getpid()) if path == "/pid" else _PAGES.get(path)
        kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
        status = "404 Not Found" if body is None else "200 OK"
        start_response(status, [("Content-Type", kind), ("Content-Security-Policy", _POLICY)])
        return [(body or "nothing here").encode()]

    return app
