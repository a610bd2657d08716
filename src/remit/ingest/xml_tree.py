"""XML elements as the plain values JSON would hold, one record at a time; entities are never followed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from remit.errors import UsageError
from remit.ingest.json_stream import Bytes
from remit.ingest.json_tree import Json
from remit.model.source_record import Unread

if TYPE_CHECKING:
    from lxml import etree

CHUNK = 1 << 16
DEEPEST = 64


def trees(stream: Bytes, tag: str) -> Iterator[tuple[int, Json | Unread]]:
    """Give each element named `tag` with its number: attributes as @name, text beside children as #text.

    Raises
    ------
    UsageError
        The extra with the XML library is not installed.
    """
    try:
        from lxml import etree
    except ImportError as missing:
        raise UsageError(f"reading XML needs {missing.name}; install remit with its extra: records") from None
    number = 0
    parser = etree.XMLPullParser(
        events=("end",), tag=f"{{*}}{tag}", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    broken: Unread | None = None
    while broken is None:
        chunk = stream.read(CHUNK)
        try:
            parser.feed(chunk) if chunk else parser.close()
        except etree.XMLSyntaxError as error:
            advice = "fetch or export it again; everything before this place was read"
            broken = Unread(file="", number=0, line=error.lineno or None, seen=str(error)[:200], advice=advice)
        for _, element in parser.read_events():
            if isinstance(element, etree._Element):
                number += 1
                yield number, plain(element)
                _forget(element)
        if not chunk:
            break
    if broken is not None:
        yield number + 1, replace(broken, number=number + 1)


def _forget(element: "etree._Element") -> None:
    """Free a record that was read, and what stands before it, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def plain(element: "etree._Element", depth: int = 0) -> Json:
    """Return an element's text, or its children by name: a name that stands more than once becomes a list."""
    if not len(element) and not element.attrib and depth < DEEPEST:
        return (element.text or "").strip()
    children = [c for c in element if isinstance(c.tag, str)]
    text = _all_text(element) if depth >= DEEPEST else _own_text(element)
    attributes: dict[str, Json] = {f"@{_local(str(k))}": str(v) for k, v in element.attrib.items()}
    if depth >= DEEPEST or (not children and not attributes):
        return text
    out: dict[str, Json] = attributes
    if text:
        out["#text"] = text
    for child in children:
        name, value = _local(str(child.tag)), plain(child, depth + 1)
        held = out.get(name)
        if name not in out:
            out[name] = value
        elif isinstance(held, list):
            held.append(value)
        else:
            out[name] = [held, value]
    return out


def _own_text(element: "etree._Element") -> str:
    """The text between the children; an entity nobody followed stays as it was written."""
    parts = [element.text or ""]
    for child in element:
        if str(child).startswith("&"):
            parts.append(str(child))
        parts.append(child.tail or "")
    return "".join(parts).strip()


def _all_text(element: "etree._Element") -> str:
    return " ".join("".join(str(t) for t in element.itertext()).split())


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
