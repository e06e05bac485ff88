"""Reading what Stripe's clients send: form bodies with nested keys, flags and integers.

Source: https://docs.stripe.com/api (requests are form-encoded) and https://docs.stripe.com/api/metadata.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

from .errors import invalid

Json = dict[str, Any]

_KEY = re.compile(r"\[([^\]]*)\]")
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


def parse_form(body: str) -> Json:
    """Return the nested parameters of a form body or query: `a[b]=1&c[]=2` is `{"a": {"b": "1"}, "c": ["2"]}`."""
    tree: Json = {}
    for key, value in parse_qsl(body, keep_blank_values=True):
        head, _, _ = key.partition("[")
        steps = [head, *_KEY.findall(key[len(head) :])]
        node = tree
        for step in steps[:-1]:
            child = node.setdefault(step or str(len(node)), {})
            if not isinstance(child, dict):
                raise invalid(f"Invalid nesting of parameter {key}", param=key)
            node = child
        node[steps[-1] or str(len(node))] = value
    listed = _lists(tree)
    return listed if isinstance(listed, dict) else {}


def _lists(node: Any) -> Any:
    """Turn dictionaries whose keys are 0, 1, 2 … into lists, at any depth below the top."""
    if not isinstance(node, dict):
        return node
    inner = {key: _lists(value) for key, value in node.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def flag(params: Json, name: str, *, default: bool = False) -> bool:
    """Return a boolean parameter; anything but true and false is refused."""
    value = params.get(name)
    if value is None or value == "":
        return default
    if value not in {"true", "false"}:
        raise invalid(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def integer(params: Json, name: str, *, minimum: int = 1, required: bool = False) -> int | None:
    """Return a whole number of at least `minimum`, or None when absent and not required.

    Source: https://docs.stripe.com/error-codes#parameter-invalid-integer and #parameter-missing.
    """
    value = params.get(name)
    if value is None or value == "":
        if required:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
        return None
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+", value):
        raise invalid(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
    if int(value) < minimum:
        message = f"This value must be greater than or equal to {minimum}."
        raise invalid(message, param=name, code="parameter_invalid_integer")
    return int(value)


def text(params: Json, name: str) -> str:
    """Return a required text parameter.

    Source: https://docs.stripe.com/error-codes#parameter-missing.
    """
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    return value


def choice(params: Json, name: str, *, among: tuple[str, ...]) -> str | None:
    """Return a parameter of a closed set, or None when absent."""
    value = params.get(name)
    if value is None or value == "":
        return None
    if value not in among:
        raise invalid(f"Invalid {name}: must be one of {', '.join(among)}", param=name)
    return str(value)


def merged_metadata(old: Json, *, params: Json) -> Json:
    """Return metadata after an update: keys are merged, an empty value removes its key, all within the limits.

    Source: https://docs.stripe.com/api/metadata (50 keys, names of 40 and values of 500 characters).
    """
    if "metadata" not in params:
        return old
    new = params["metadata"]
    if new == "":
        return {}
    if not isinstance(new, dict):
        raise invalid("Invalid object", param="metadata")
    for key, value in new.items():
        if len(key) > METADATA_KEY_LENGTH:
            raise invalid(f"Metadata keys can be at most {METADATA_KEY_LENGTH} characters.", param="metadata")
        if not isinstance(value, str) or len(value) > METADATA_VALUE_LENGTH:
            message = f"Metadata values must be texts of at most {METADATA_VALUE_LENGTH} characters."
            raise invalid(message, param=f"metadata[{key}]")
    kept = {key: value for key, value in {**old, **new}.items() if value != ""}
    if len(kept) > METADATA_KEYS:
        raise invalid(f"You can have at most {METADATA_KEYS} metadata keys.", param="metadata")
    return kept
