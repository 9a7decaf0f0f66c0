"""JSON schemas (2020-12) made from dataclasses, and what is wrong with a value that does not fit one. Pure.

A field's metadata may say `pattern` and by `form` what that is in words (terms.toml, api_form), `most` (length), `least` and `top`
(of a number), `choices` and `en`. Decimals travel as text, so that no program makes a binary fraction of a sum of money.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from landreg.core.errors import Finding
from landreg.core.signs import holds_unseen

Schema = dict[str, Any]
DECIMAL = r"^(0|[1-9][0-9]{0,9})(\.[0-9]{1,2})?$"
DAY = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$"
IDENTIFIER = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
UNSEEN = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb"
)
"""What nobody sees (`core.signs`), of the first plane: a pattern that every program reads the same names no others."""
TEXT = rf"^[^{UNSEEN}]*$"
LONGEST = 2000
GIVEN_SHOWN = 40
_LARGEST = 2**31 - 1


def schema_of(kind: Any, parts: dict[str, Schema] | None = None) -> Schema:
    """The schema of a type. parts: where those of dataclasses are put by name and referred to; without it they stand in place."""
    kind, optional = _without_none(kind)
    made = _plain(kind, parts)
    return {"anyOf": [made, {"type": "null"}]} if optional else made


def _plain(kind: Any, parts: dict[str, Schema] | None) -> Schema:
    if dataclasses.is_dataclass(kind):
        return _object(kind, parts)
    if get_origin(kind) is tuple:
        return {"type": "array", "items": schema_of(get_args(kind)[0], parts)}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [one.value for one in kind]}
    return dict(_PLAIN[kind])


_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0, "maximum": _LARGEST},
    Decimal: {"type": "string", "pattern": DECIMAL},
    date: {"type": "string", "format": "date", "pattern": DAY},
    datetime: {"type": "string", "format": "date-time"},
    UUID: {"type": "string", "format": "uuid", "pattern": IDENTIFIER},
}


def _object(kind: Any, parts: dict[str, Schema] | None) -> Schema:
    name = kind.__name__
    if parts is not None and name in parts:
        return {"$ref": f"#/components/schemas/{name}"}
    made: Schema = {"type": "object", "additionalProperties": False}
    if parts is not None:
        parts[name] = made
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind)
    made["description"] = " ".join((kind.__doc__ or name).split())
    made["properties"] = {field.name: field_schema(field, schema_of(hints[field.name], parts)) for field in fields}
    made["required"] = [field.name for field in fields if not has_default(field)]
    return made if parts is None else {"$ref": f"#/components/schemas/{name}"}


def has_default(field: dataclasses.Field[Any]) -> bool:
    """Whether a field may be left out."""
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


_WORDS = {"pattern": "pattern", "most": "maxLength", "shortest": "minLength", "least": "minimum", "top": "maximum",
          "choices": "enum", "en": "description", "few": "minItems", "many": "maxItems", "format": "format",
          "form": "x-form"}  # fmt: skip
_FORMS = {DECIMAL: "decimal", DAY: "day", IDENTIFIER: "identifier", "byte": "base64"}
"""By pattern or format: what is asked for, in words."""


def field_schema(field: dataclasses.Field[Any], schema: Schema) -> Schema:
    """A field's schema with what its metadata says."""
    made = {**schema, **_words(field.metadata)}
    if "items" in made:
        made["items"] = _bounded({**made["items"], **_words(field.metadata.get("each", {}))})
    if field.default is not dataclasses.MISSING and isinstance(field.default, str | int):
        made["default"] = field.default
    return _bounded(made)


def _words(metadata: Mapping[str, Any]) -> Schema:
    words = {_WORDS[name]: value for name, value in metadata.items() if name in _WORDS}
    return {name: list(value) if name == "enum" else value for name, value in words.items()}


def _bounded(schema: Schema) -> Schema:
    """No text goes without an end, or with signs that no text has."""
    if schema.get("type") != "string" or {"pattern", "enum", "format"} & schema.keys():
        return schema
    return {**schema, "pattern": TEXT, "maxLength": schema.get("maxLength", LONGEST)}


def _without_none(kind: Any) -> tuple[Any, bool]:
    if get_origin(kind) in (Union, types.UnionType):
        rest = [part for part in get_args(kind) if part is not type(None)]
        return rest[0], len(rest) < len(get_args(kind))
    return kind, False


def _whole(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """As ECMA 262 reads it: `$` is the end, not a line's. No pattern lets pass what nobody sees."""
    if not isinstance(value, str):
        return
    if holds_unseen(value) or re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is None:
        yield ValidationError("does not match")


_FORMATS = FormatChecker(["date"])


@_FORMATS.checks("byte", raises=ValueError)
def _is_base64(value: object) -> bool:
    """Whole groups of four, as RFC 4648 writes them."""
    return not isinstance(value, str) or base64.b64encode(base64.b64decode(value, validate=True)).decode() == value


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _whole}
)


def faults_of(kind: Any, value: Any) -> list[Finding]:
    """What is wrong with a value that should be of a type: each once, with the place of the field in the value."""
    told = (_finding(error) for error in _validator(kind).iter_errors(value))
    found = {(one.field or "", one.code): one for one in told}
    return [found[key] for key in sorted(found)]


@cache
def _validator(kind: Any) -> Any:
    return _Validator(schema_of(kind), format_checker=_FORMATS)


def _finding(error: ValidationError) -> Finding:
    if error.validator == "anyOf":
        # A value or null: what is wrong is wrong of the value.
        return _finding(next(iter(error.context or ())))
    place = ".".join(str(part) for part in error.absolute_path)
    asked, given = cast(Any, error.validator_value), cast(Any, error.instance)
    match error.validator:
        case "required":
            missing = next(name for name in asked if name not in given)
            return Finding("FORM-1", f"{place}.{missing}".lstrip("."))
        case "additionalProperties":
            extra = _shown(next(name for name in given if name not in cast(Any, error.schema)["properties"]))
            return Finding("API-7", f"{place}.{extra}".lstrip("."), {"given": extra})
        case "enum":
            return Finding("FORM-5", place, {"given": _shown(given)})
        case "format" | "pattern" if asked in ("date", DAY) and not holds_unseen(given):
            return Finding("FORM-2", place, {"given": _shown(given)})
        case "pattern" if holds_unseen(given):
            return Finding("FORM-9", place)
        case "maxLength":
            return Finding("FORM-8", place, {"most": asked})
    return Finding("API-6", place or None, {"given": _shown(given), **wanted(cast(Schema, error.schema))})


def wanted(schema: Schema) -> dict[str, Any]:
    """Which form a schema asks for, in words of terms.toml, and between which bounds."""
    form = schema.get("x-form") or _FORMS.get(schema.get("pattern") or schema.get("format") or "") or schema["type"]
    bounds = {"least": "minimum", "most": "maximum", "few": "minItems", "many": "maxItems", "shortest": "minLength"}
    found = {name: schema[word] for name, word in bounds.items() if schema.get(word) not in (None, _LARGEST)}
    return {"form": form, **found}


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else "?" for sign in text[:GIVEN_SHOWN])


def made_of(kind: Any, value: Any) -> Any:
    """The value that `faults_of` found nothing wrong with, as the type."""
    kind, _optional = _without_none(kind)
    if value is None:
        return None
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: made_of(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        return tuple(made_of(get_args(kind)[0], part) for part in value)
    return value if kind in (str, bool, int) else _MAKERS.get(kind, kind)(value)


_MAKERS: Mapping[Any, Any] = {date: date.fromisoformat}


def told(value: Any) -> Any:
    """A value of these types as JSON says it."""
    if dataclasses.is_dataclass(value):
        return {field.name: told(getattr(value, field.name)) for field in dataclasses.fields(value)}
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {name: told(part) for name, part in value.items()}
        case Sequence():
            return [told(part) for part in value]
    return str(value)
