"""Lists, newest first, a page at a time, and `expand`.

Source: https://docs.stripe.com/api/pagination and https://docs.stripe.com/api/expanding_objects.
"""

import copy

from .book import Book, Call
from .errors import invalid
from .forms import Json, integer

LARGEST_PAGE, USUAL_PAGE = 100, 10


def page(call: Call, *, kind: str, path: str, filters: tuple[str, ...]) -> Json:
    """Return one page of the objects of `kind` that match the given filters."""
    book, params = call.book, call.params
    found = book.of(kind)
    for name in filters:
        if params.get(name):
            found = [each for each in found if each.get(name) == params[name]]
    found = [each for each in found if _created_within(each, params=params)]
    limit = integer(params, "limit") or USUAL_PAGE
    if limit > LARGEST_PAGE:
        message = f"This value must be less than or equal to {LARGEST_PAGE}."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("Give `starting_after` or `ending_before`, not both.", code="parameters_exclusive")
    if after:
        found = found[_place(book, found=found, kind=kind, ident=after, param="starting_after") + 1 :]
        shown = found[:limit]
    elif before:
        found = found[: _place(book, found=found, kind=kind, ident=before, param="ending_before")]
        shown = found[-limit:]
    else:
        shown = found[:limit]
    return {"object": "list", "url": path, "has_more": len(found) > len(shown), "data": shown}


def _place(book: Book, *, found: list[Json], kind: str, ident: str, param: str) -> int:
    wanted = book.get(kind, ident=ident, param=param)
    return found.index(wanted) if wanted in found else len(found)


def _created_within(each: Json, *, params: Json) -> bool:
    """Tell whether an object falls in `created` or `created[gt|gte|lt|lte]`, in seconds since 1970."""
    bounds = params.get("created")
    if not bounds:
        return True
    if not isinstance(bounds, dict):
        return bool(each["created"] == integer(params, "created"))
    moment: int = each["created"]
    checks = {"gt": moment.__gt__, "gte": moment.__ge__, "lt": moment.__lt__, "lte": moment.__le__}
    return all(check(integer(bounds, name, minimum=0) or 0) for name, check in checks.items() if name in bounds)


def expanded(book: Book, *, answer: Json, paths: list[str]) -> Json:
    """Return a copy of the answer in which each named id is replaced by its object."""
    copied = copy.deepcopy(answer)
    for path in paths:
        _expand(book, node=copied, steps=path.split("."), path=path)
    return copied


def _expand(book: Book, *, node: Json, steps: list[str], path: str) -> None:
    step, rest = steps[0], steps[1:]
    if step == "data" and isinstance(node.get("data"), list):
        for each in node["data"]:
            if rest:
                _expand(book, node=each, steps=rest, path=path)
        return
    if step not in node:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    value = node[step]
    if isinstance(value, str) and value in book.objects:
        node[step] = value = copy.deepcopy(book.objects[value])
    if rest and isinstance(value, dict):
        _expand(book, node=value, steps=rest, path=path)
