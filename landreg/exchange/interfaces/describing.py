"""The description of the interface, OpenAPI 3.1: made of the table of operations and of the schemas of its shapes."""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

from landreg.access.client_rules import TOKEN_HOLDS, Scope
from landreg.exchange.interfaces.operations import BASE, OPERATIONS, PLACES, Operation
from landreg.exchange.interfaces.rules import KEY, KINDS
from landreg.exchange.interfaces.schema import Schema, field_schema, has_default, schema_of

VERSION = "1.0.0"
SCOPES = {
    Scope.PARCELS_READ: "how parcels stand in the register: kinds of rights, terms, restrictions; no persons",
    Scope.LISTINGS_READ: "listings that were published",
    Scope.DEALS_READ: "deals that were made",
    Scope.CONTRACTS_READ: "contracts of transfer; no persons",
    Scope.CONTRACTS_FILE: "tell that a contract was filed with the issuer",
    Scope.PAYMENTS_WRITE: "record a payment by its bank receipt",
    Scope.WEBHOOKS: "be told of what happens",
}
PROBLEMS = {
    "400": "The request cannot be read, or does not fit its schema",
    "401": "There is no token, or it has ended",
    "403": "The token is not for this",
    "404": "There is none, or it lies outside the client's jurisdiction",
    "405": "The address does not take this method",
    "409": "Someone was first",
    "413": "The body is too large",
    "415": "The body is not JSON",
    "422": "A rule refuses it, or the key was used for something else",
    "503": "The database cannot be reached; nothing was done",
}


def description(server: str = "") -> dict[str, Any]:
    """The whole description. server: the address at which the register is served, '' for a relative one."""
    parts: dict[str, Schema] = {"Problem": _problem(), "Finding": _finding()}
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, parts)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "landreg",
            "version": VERSION,
            "summary": "Register and exchange of rural land rights, for the systems of county offices",
            "description": _INTRODUCTION,
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": f"{server}{BASE}"}],
        "security": [{"client": []}],
        "paths": paths,
        "webhooks": {kind: {"post": _event(kind)} for kind in KINDS},
        "components": {
            "schemas": parts,
            "responses": {"Problem": _PROBLEM_ANSWER},
            "securitySchemes": _security(server),
        },
    }


_INTRODUCTION = f"""Tokens: OAuth 2.0 client credentials; they hold for {int(TOKEN_HOLDS.total_seconds() // 60)} minutes.
Every fault is application/problem+json (RFC 9457) with a list of findings: code, field, sentence in Chinese and English, articles.
A request that writes carries an Idempotency-Key: asked again with the same key and body, it is answered the same and nothing is
done twice; with another body it is refused (422). Lists are walked by `next`. GET answers have an ETag. Sums of money and areas
are text. Webhooks are signed as Standard Webhooks 1.0 says."""
_PROBLEM_ANSWER = {
    "description": "What is at fault",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _operation(one: Operation, parts: dict[str, Schema]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.en,
        "security": [{"client": [one.scope.value]}],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": PLACES[name]} for name in one.places],
        "responses": {str(one.status): _good(one, parts)},
    }
    if one.query is not None:
        hints = get_type_hints(one.query)
        made["parameters"] += [_parameter(field, hints[field.name]) for field in dataclasses.fields(one.query)]
    if one.body is not None:
        schema = schema_of(one.body, parts)
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if one.writes:
        made["parameters"].append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "pattern": KEY}}
        )
    else:
        made["responses"]["304"] = {"description": "Not changed since the ETag of If-None-Match"}
    skipped = set() if one.writes else {"409", "413", "415"} | (set() if one.ruled else {"422"})
    faults = {status: words for status, words in PROBLEMS.items() if status not in skipped}
    made["responses"] |= {status: {**_PROBLEM_ANSWER, "description": words} for status, words in faults.items()}
    return made


def _good(one: Operation, parts: dict[str, Schema]) -> dict[str, Any]:
    headers = {"ETag": {"schema": {"type": "string"}}} if not one.writes else {}
    content = {"application/json": {"schema": schema_of(one.answer, parts)}}
    return {"description": one.answer.__doc__ or "", "content": content, **({"headers": headers} if headers else {})}


def _parameter(field: dataclasses.Field[Any], kind: Any) -> dict[str, Any]:
    schema = field_schema(field, schema_of(kind))
    if "anyOf" in schema:
        schema = {**schema["anyOf"][0], **{name: value for name, value in schema.items() if name != "anyOf"}}
    words = schema.pop("description", "")
    return {
        "name": field.name,
        "in": "query",
        "required": not has_default(field),
        "description": words,
        "schema": schema,
    }


def _event(kind: str) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {
        "summary": kind,
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in headers
        ],
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"2XX": {"description": "taken"}, "410": {"description": "never try this one again"}},
    }


def _problem() -> Schema:
    text = {"type": "string"}
    findings = {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}}
    return {
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status", "detail", "instance", "findings"],
        "properties": {
            "type": text, "title": text, "status": {"type": "integer"}, "detail": text, "instance": text, "findings": findings,
        },
    }  # fmt: skip


def _finding() -> Schema:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "One thing at fault: the rule's code and sentence, the field, and what it stands on",
        "required": ["code", "field", "zh", "en", "articles", "values"],
        "properties": {
            "code": text, "field": {"type": ["string", "null"]}, "zh": text, "en": text, "values": {"type": "object"},
            "articles": {"type": "array", "items": text}, "level": {"enum": ["refuse", "warn", None]},
        },
    }  # fmt: skip


def _security(server: str) -> dict[str, Any]:
    scopes = {scope.value: words for scope, words in SCOPES.items()}
    flow = {"tokenUrl": f"{server}{BASE}/token", "scopes": scopes}
    return {"client": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
