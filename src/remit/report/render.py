"""Pages from templates: everything escaped, white space trimmed, the same bytes every time."""

import re
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from remit.report import links, numbers, words


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
        curie=links.curie,
        slug=links.slug,
        registry=links.registry,
        readable=words.readable,
        capital=words.capital,
        flag=words.flag,
        people=numbers.people,
    )
    env.globals.update(
        study_page=links.study_page,
        class_page=links.class_page,
        question_page=links.question_page,
        count_of=numbers.count_of,
        relations=words.RELATIONS,
        judgements=words.JUDGEMENTS,
        verdicts=words.VERDICTS,
    )
    return env


def page(template: str, **values: object) -> bytes:
    """Return a page as UTF-8."""
    text = environment().get_template(template).render(**values)
    return re.sub(r"\n\s*", "\n", text).strip().encode("utf-8") + b"\n"


def static(name: str) -> bytes:
    """Return a file that goes into the site as it is."""
    return resources.files("remit.report").joinpath("static", name).read_bytes()
