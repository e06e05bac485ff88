"""Finds the leaves, each by its module's one constant: plans, rules, policies, countries, providers, platforms, gates.

A leaf is a module or package of a leaf folder that holds the folder's constant (``plans/pay_in_3.py`` holds ``PLAN``);
it is known by the ``code`` of that object (a policy by its ``version``). A host hands over leaves of its own as plain
objects. Folders are read when asked, never on import, and one leaf can be had without touching its neighbours: an
optional dependency that is not installed breaks only the leaf that needs it.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from bnpl_plugin.errors import ConfigurationError

PACKAGE = "bnpl_plugin"

#: Constant → folder.
FOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "PLAN": "plans",
        "RULE": "rules",
        "POLICY": "rules",
        "COUNTRY": "countries",
        "PROVIDER": "providers",
        "PLATFORM": "platforms",
        "GATE": "gates",
        "BUREAU": "bureaus",
    }
)


def leaves(constant: str, *, extra: Iterable[Any] = (), package: str = PACKAGE) -> Mapping[str, Any]:
    """Return every leaf of a kind by its code, in the order of the codes.

    Args:
        constant: a key of ``FOLDERS``, such as ``"PLAN"``.
        extra: a host's own leaves, taken beside ours.
        package: the package whose folders are read.

    Raises:
        ConfigurationError: two leaves of the same code, a leaf that cannot be imported, or an object without a code.
    """
    found: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name in modules(constant, package=package):
        leaf = getattr(_load(name), constant, None)
        if leaf is not None:
            _add(leaf, origin=name, found=found, origins=origin)
    for leaf in extra:
        _add(leaf, origin="an object handed to Bnpl(...)", found=found, origins=origin)
    return MappingProxyType(dict(sorted(found.items())))


def leaf(constant: str, *, code: str, extra: Iterable[Any] = (), package: str = PACKAGE) -> Any:
    """Return one leaf, importing only its own module: the module of a leaf asked for this way is named like its code.

    Raises:
        ConfigurationError: no such leaf, or it cannot be imported (a missing optional dependency is named).
    """
    own = [thing for thing in extra if _code(thing, origin="an object handed to Bnpl(...)") == code]
    name = f"{package}.{FOLDERS[constant]}.{code}"
    ours = name in modules(constant, package=package)
    if len(own) > 1 or (own and ours):
        raise ConfigurationError(f"two leaves are called {code!r}", leaf=code, kind=constant)
    if own:
        return own[0]
    found = getattr(_load(name), constant, None) if ours else None
    if found is None or _code(found, origin=name) != code:
        known = ", ".join(module.rpartition(".")[2] for module in modules(constant, package=package)) or "none"
        raise ConfigurationError(f"no {constant} is called {code!r}; there are: {known}", leaf=code, kind=constant)
    return found


def modules(constant: str, *, package: str = PACKAGE) -> tuple[str, ...]:
    """Return the full names of the modules in a constant's folder, without importing them; none without a folder."""
    folder = f"{package}.{FOLDERS[constant]}"
    spec = importlib.util.find_spec(folder)
    if spec is None or spec.submodule_search_locations is None:
        return ()
    inside = pkgutil.iter_modules(spec.submodule_search_locations)
    return tuple(sorted(f"{folder}.{module.name}" for module in inside if not module.name.startswith("_")))


def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as fault:
        raise ConfigurationError(f"the leaf {name} cannot be imported: {fault}", leaf=name) from fault


def _add(leaf: Any, *, origin: str, found: dict[str, Any], origins: dict[str, str]) -> None:
    code = _code(leaf, origin=origin)
    if code in found:
        raise ConfigurationError(f"two leaves are called {code!r}: {origins[code]} and {origin}", leaf=code)
    found[code] = leaf
    origins[code] = origin


def _code(leaf: Any, *, origin: str) -> str:
    code = getattr(leaf, "code", None) or getattr(leaf, "version", None)
    if not isinstance(code, str):
        raise ConfigurationError(f"{origin} has no code", leaf=origin)
    return code
