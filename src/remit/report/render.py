"""Pages from templates: everything escaped, white space trimmed, the same bytes every time."""

import json
import re
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from remit.report import links, numbers, words

_QUOTED = re.compile(r'(?<=[a-z0-9])="([A-Za-z0-9_.:%#-]+)"(?=[ >])')
_QUOTED_LAST = re.compile(r'(?<=[a-z0-9])="([A-Za-z0-9_.:%#-]+)"/>')
"""Attribute values that HTML lets stand without quotes; a quote in a text is escaped, so only markup can match."""

_ENDS = re.compile(r"\n?</(?:td|th|tr|li|dd|dt)>(?=\s*<(?:td|th|tr|li|dd|dt|/tr|/tbody|/thead|/table|/ul|/dl|/div)\b)")
"""End tags that HTML lets go where the next tag implies them."""

_BLOCKS = (
    r"(?=\s*<(?:(?:p|ul|ol|dl|div|section|table|details|figure|h[1-6])\b|/(?:section|div|li|main|footer|details)>))"
)
_MORE = re.compile(rf"\n?(?:</p>{_BLOCKS}|</tbody>(?=\s*(?:<tbody|</table))|</body>|</html>)")
"""The same for paragraphs before blocks, groups of rows, and the end of the page."""


@cache
def environment() -> Environment:
    """Return the one Jinja2 environment of the report."""
    env = Environment(
        loader=PackageLoader("remit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update(
        http=links.http,
        host=links.host,
        slug=links.slug,
        registry=links.registry,
        readable=words.readable,
        capital=words.capital,
        flag=words.flag,
        stop=words.stop,
        tight=words.tight,
        people=numbers.people,
    )
    env.globals.update(
        study_page=links.study_page,
        class_page=links.class_page,
        question_page=links.question_page,
        count_of=numbers.count_of,
        relations=words.RELATIONS,
        judgements=words.JUDGEMENTS,
        marks=[(words.SHORT_FLAGS[f], words.FLAGS[f]) for f in words.FLAGS],
        verdicts=words.VERDICTS,
    )
    return env


def page(template: str, **values: object) -> bytes:
    """Return a page as UTF-8."""
    text = environment().get_template(template).render(**values)
    text = re.sub(r"\n\s*", "\n", text).strip()
    text = _MORE.sub("", _ENDS.sub("", text))
    return _QUOTED_LAST.sub(r"=\1 />", _QUOTED.sub(r"=\1", text)).encode("utf-8") + b"\n"


def static(name: str) -> bytes:
    """Return a style sheet or script; the script receives what the marks mean."""
    content = resources.files("remit.report").joinpath("static", name).read_bytes()
    tips = json.dumps({words.SHORT_FLAGS[f]: words.FLAGS[f] for f in words.FLAGS})
    return content.replace(b"/* MARKS */ {}", tips.encode("utf-8"))
