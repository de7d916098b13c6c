"""The reference as one page without scripts, and as Markdown for language models."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Document = dict[str, Any]
Row = tuple[str, str, str, str]
"""Name, type and allowed values, default, description."""

MOST_VALUES = 12  # of an enumeration that are shown

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def page(http: Document, sockets: Document) -> str:
    """HTML of both documents."""
    contents, sections = [], []
    for group, operations in _groups(http).items():
        items = [(_anchor(method, path), method.upper(), path, told) for method, path, told in operations]
        contents.append((group, [(anchor, f"{verb} {path}") for anchor, verb, path, _ in items]))
        sections.append(f"<h2>{_escaped(group)}</h2>" + "".join(_operation(http, *item) for item in items))
    channels = [(_anchor("ws", channel["address"]), channel) for channel in sockets["channels"].values()]
    contents.append(("WebSockets", [(anchor, channel["address"]) for anchor, channel in channels]))
    sections.append("<h2>WebSockets</h2>" + "".join(_channel(sockets, *item) for item in channels))
    names = _named(http, sockets)
    contents.append(("Objects", [(_anchor("object", name), name) for name in names]))
    sections.append("<h2>Objects</h2>" + "".join(_object(http, name) for name in names))
    menu = "".join(
        f"<h2>{_escaped(title)}</h2><ul>"
        + "".join(f'<li><a href="#{anchor}">{_escaped(label)}</a></li>' for anchor, label in links)
        + "</ul>"
        for title, links in contents
    )
    intro = (
        f"<h1>openwaves {_escaped(http['info']['version'])}</h1><p>{_inline(http['info']['description'])}</p>"
        "<p>A key goes into the header <code>Authorization: Bearer …</code>; of a WebSocket also into the query, as "
        "<code>api_key</code>. For programs: <a href='openapi.json'>openapi.json</a>, "
        "<a href='asyncapi.json'>asyncapi.json</a>, <a href='llms.txt'>llms.txt</a>.</p>"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>openwaves: reference</title><style>{STYLE}</style></head><body><div class='frame'>"
        f"<nav aria-label='Contents'>{menu}</nav><main>{intro}{''.join(sections)}</main></div></body></html>"
    )


def llms_text(http: Document, sockets: Document) -> str:
    """The same as Markdown. Source of the form: llmstxt.org."""
    lines = [f"# openwaves {http['info']['version']}", "", "> " + " ".join(http["info"]["description"].split()), ""]
    root = http["servers"][0]["url"].rstrip("/")
    where = f" All paths are under {root}, those of WebSockets with it." if root else ""
    lines += [
        "A key goes into the header `Authorization: Bearer …`. "
        f"Machine-readable: {root}/openapi.json, {root}/asyncapi.json.{where}",
        "",
    ]
    for group, operations in _groups(http).items():
        lines += [f"## {group}", ""]
        for method, path, told in operations:
            older = " (older)" if told.get("deprecated") else ""
            lines.append(
                f"- `{method.upper()} {path}`{older}: {told['summary']}. {told.get('description', '')}".rstrip()
            )
            lines += [f"  - {_markdown(row)}" for row in _parameters(told)]
            for kind, content in told.get("requestBody", {}).get("content", {}).items():
                lines.append(f"  - body {kind}: {_type(content['schema'])}")
        lines.append("")
    lines += ["## WebSockets", ""]
    for channel in sockets["channels"].values():
        lines.append(f"- `{channel['address']}`: {channel['title']}. Messages: {', '.join(channel['messages'])}")
        lines += [f"  - {_markdown(row)}" for row in _fields(channel["bindings"]["ws"]["query"])]
    lines += ["", "## Objects", ""]
    for name in _named(http, sockets):
        lines.append(f"- {name}")
        lines += [f"  - {_markdown(row)}" for row in _fields(http["components"]["schemas"][name])]
    return "\n".join(lines) + "\n"


def _groups(http: Document) -> dict[str, list[tuple[str, str, Document]]]:
    groups: dict[str, list[tuple[str, str, Document]]] = {tag["name"]: [] for tag in http["tags"]}
    for path, methods in http["paths"].items():
        for method, told in methods.items():
            groups[told["tags"][0]].append((method, path, told))
    return {group: operations for group, operations in groups.items() if operations}


def _named(http: Document, sockets: Document) -> list[str]:
    """The objects that something refers to, in order."""
    text = repr((http["paths"], sockets["components"]["messages"]))
    found = set(re.findall(r"#/components/schemas/(\w+)", text))
    schemas = http["components"]["schemas"]
    while more := set(re.findall(r"#/components/schemas/(\w+)", repr([schemas[name] for name in found]))) - found:
        found |= more
    return sorted(found)


def _operation(http: Document, anchor: str, verb: str, path: str, told: Document) -> str:
    older = " <span class='older'>(older)</span>" if told.get("deprecated") else ""
    parts = [f"<h3 id='{anchor}'><span class='verb'>{verb}</span> <code>{_escaped(path)}</code>{older}</h3>"]
    parts.append(f"<p>{_inline(told['summary'])}. {_inline(told.get('description', ''))}</p>")
    if rows := list(_parameters(told)):
        parts.append(_table("Parameter", rows))
    for kind, content in told.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p class='types'>Body, <code>{kind}</code>: {_link(content['schema'])}</p>")
    for status, answer in told["responses"].items():
        if status.startswith("2") or not told.get("requestBody"):
            kinds = "; ".join(f"<code>{kind}</code> {_link(c['schema'])}" for kind, c in answer["content"].items())
            parts.append(f"<p class='types'>{status}: {kinds}</p>" if status.startswith("2") else "")
    return "".join(parts)


def _channel(sockets: Document, anchor: str, channel: Document) -> str:
    rows = list(_fields(channel["bindings"]["ws"]["query"]))
    messages = ", ".join(
        _link(sockets["components"]["messages"][name]["payload"]) if name != "Sound" else "binary messages with sound"
        for name in channel["messages"]
    )
    return (
        f"<h3 id='{anchor}'><span class='verb'>WS</span> <code>{_escaped(channel['address'])}</code></h3>"
        f"<p>{_inline(channel['title'])}. Messages: {messages}.</p>{_table('Parameter', rows)}"
    )


def _object(http: Document, name: str) -> str:
    schema = http["components"]["schemas"][name]
    rows = list(_fields(schema))
    about = f"<p>{_inline(schema['description'])}</p>" if "description" in schema else ""
    body = _table("Field", rows) if rows else f"<p class='types'>{_link(schema)}</p>"
    return f"<h3 id='{_anchor('object', name)}'><code>{name}</code></h3>{about}{body}"


def _table(first: str, rows: list[Row]) -> str:
    body = "".join(
        f"<tr><td><code>{_escaped(name)}</code></td><td>{kind}</td><td>{_escaped(default)}</td><td>{_inline(text)}</td></tr>"
        for name, kind, default, text in rows
    )
    head = f"<tr><th>{first}</th><th>Values</th><th>Default</th><th></th></tr>"
    return f"<div class='wide'><table><thead>{head}</thead><tbody>{body}</tbody></table></div>"


def _parameters(told: Document) -> Iterator[Row]:
    for row in told["parameters"]:
        default = "required" if row.get("required") else _default(row["schema"])
        yield row["name"], _link(row["schema"]), default, row.get("description", "")


def _fields(schema: Document) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = "required" if name in required else _default(field)
        yield name, _link(field), default, field.get("description", "")


def _default(schema: Document) -> str:
    value = schema.get("default")
    if value is None or value == []:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(schema: Document) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            return " or ".join(_type(part) for part in schema[union] if part.get("type") != "null")
    if "const" in schema:
        return str(schema["const"]).lower() if isinstance(schema["const"], bool) else str(schema["const"])
    if "enum" in schema:
        shown = ", ".join(map(str, schema["enum"][:MOST_VALUES]))
        return shown + (f", … ({len(schema['enum'])})" if len(schema["enum"]) > MOST_VALUES else "")
    kind = "binary" if schema.get("format") == "binary" else schema.get("type", "any")
    told = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if told == "array":
        told = f"array of {_type(schema.get('items', {}))}"
    return told + _range(schema)


def _range(schema: Document) -> str:
    least = schema.get("minimum", schema.get("minLength", schema.get("minItems")))
    most = schema.get("maximum", schema.get("maxLength", schema.get("maxItems")))
    if least is None and most is None:
        return ""
    unit = " characters" if "maxLength" in schema else " items" if "maxItems" in schema else ""
    if most is None:
        return f", at least {least}"
    return f", {least:g} to {most:g}{unit}" if least is not None else f", at most {most:g}{unit}"


def _link(schema: Document) -> str:
    """``_type`` as HTML, with links to objects."""
    text = _escaped(_type(schema))
    for name in set(re.findall(r"#/components/schemas/(\w+)", repr(schema))):
        text = re.sub(rf"\b{name}\b", f'<a href="#{_anchor("object", name)}">{name}</a>', text)
    return text


def _markdown(row: Row) -> str:
    name, kind, default, text = row
    kind = html.unescape(re.sub(r"<[^>]+>", "", kind))
    return (
        f"`{name}`: {kind}{f' (default {default})' if default not in ('', 'required') else ''}"
        + (f" ({default})" if default == "required" else "")
        + (f". {text}" if text else "")
    )


def _anchor(kind: str, name: str) -> str:
    return re.sub(r"\W+", "-", f"{kind}-{name}").strip("-").lower()


def _inline(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _escaped(text))


def _escaped(text: str) -> str:
    return html.escape(str(text), quote=True)
