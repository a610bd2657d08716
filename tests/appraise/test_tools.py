"""The tools are whole."""

import pytest

from remit import appraise
from remit.appraise.rob2 import DOMAINS
from remit.errors import InputError


@pytest.mark.parametrize("tool_id", appraise.TOOLS)
def test_every_question_belongs_to_a_domain_and_every_domain_has_one(tool_id):
    tool = appraise.tool(tool_id)
    assert tool.id == tool_id
    assert {q.domain for q in tool.questions} == set(tool.domains)
    assert len({q.id for q in tool.questions}) == len(tool.questions)
    assert "doi:10." in tool.source
    assert all(q.text.endswith("?") and "unclear" in q.answers for q in tool.questions)


def test_the_tools_have_their_published_number_of_questions():
    assert len(appraise.tool("jbi-case-series").questions) == 10
    assert [len([q for q in appraise.tool("rob2").questions if q.domain == d]) for d in DOMAINS] == [3, 7, 4, 5, 3]


def test_the_algorithms_ask_the_questions_of_the_tool():
    asked = [q for _, questions in DOMAINS.values() for q in questions]
    assert asked == [q.id for q in appraise.tool("rob2").questions]


def test_an_unknown_tool_is_named_with_those_there_are():
    with pytest.raises(InputError, match="jbi-case-series, rob2"):
        appraise.tool("rob3")
