"""In which order to read records: those like the ones that went on first, learned again as decisions come.

Nothing here decides anything: an order is a list of suggestions. Before the first decision the protocol's own words
stand in as the one example that goes on, and a few records nobody has read, drawn without regard to what they say,
stand in as examples that do not; both keep their small part later. The same records, words and decisions give the
same order.

Source of the examples presumed not to go on: Cormack and Grossman (2015), arXiv:1504.06868 (AutoTAR).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from remit.errors import InputError
from remit.model.protocol import Protocol
from remit.model.source_record import SourceRecord
from remit.model.suggestion import ReadNext
from remit.screen import tokens
from remit.screen.features import Features, Whole, streamed, told
from remit.screen.machine import Flags, Machine, Scores, Singles
from remit.screen.stopping import Seen, random_order

_SIGNS = re.compile(r"[^\w\n]+|_")
NAME, SEED = "remit linear machine 2", "remit presumed 1"
EXACT_UP_TO, PAIRS_UP_TO, BUCKETS, WORDS_UNTIL = 50_000, 200_000, 2**20, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is not learned. Chosen over eight finished reviews, none of them kept back: see docs/reference/screening.md.

    `strength` is what mistakes cost against a plain answer; `ratio` how much more all that went on count than all that
    did not; `presumed` how many unread records stand in as not going on, a third of all at most; `words` the weight of
    the protocol's words, which count less and less once more than `WORDS_UNTIL` records went on.
    `title`, `rest` and `authors` are what these fields alone add to likeness; the remainder is title and rest together.
    """

    strength: float = 0.2
    ratio: float = 5.0
    presumed: int = 300
    words: float = 0.3
    title: float = 0.12
    rest: float = 0.0
    authors: float = 0.0


@dataclass(frozen=True, slots=True)
class Text:
    """What of a record is learned from."""

    title: str = ""
    rest: str = ""
    authors: tuple[str, ...] = ()


def text(record: SourceRecord) -> Text:
    """Return what of a record is learned from: title, abstract with keywords, authors."""
    return Text(record.title, " ".join((record.abstract, *record.keywords)), record.authors)


def words(protocol: Protocol) -> str:
    """Return the protocol's own words for what it looks for: its questions and the criteria to include by."""
    asked = [f"{q.title} {q.population} {q.intervention} {q.comparator} {q.outcomes}" for q in protocol.questions]
    return " ".join([*asked, *(c.text for c in protocol.criteria if c.effect == "include")])


class Ranking:
    """The order of one set of records. Reading their texts takes a while and is done once; each order is fast.

    Parameters
    ----------
    texts
        Each record's id with what is learned from (see `text`).
    protocol_words
        What the review looks for, in its own words; may be empty, and until one went on those records then come first
        whose titles are most like all others'.
    """

    def __init__(self, texts: Mapping[str, Text], protocol_words: str = "", settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.ids = tuple(texts)
        self._number = {r: i for i, r in enumerate(self.ids)}
        self._asked = bool(protocol_words) and tokens.words([protocol_words])[0].size > 0
        held, self._central = _rows([*texts.values(), Text(title=protocol_words)], self.settings, not self._asked)
        self._machine = Machine(held)
        shuffled = random_order(self.ids, SEED)
        self._shuffled = np.array([self._number[r] for r in shuffled], np.int64)

    def scores(self, decided: Sequence[Seen]) -> Singles:
        """Return a score per record, higher to be read sooner: without words and until one went on, how like all others
        its title is.

        Raises
        ------
        InputError
            A record decided is not among the texts.
        """
        try:
            done = np.array([self._number[r] for r, _ in decided], np.int64)
        except KeyError as unknown:
            raise InputError(f"{unknown.args[0]!r} is not among the records to rank; give its text too") from None
        return self._scores(done, np.array([x for _, x in decided], bool), self._machine.scores)

    def order(self, decided: Sequence[Seen]) -> list[str]:
        """Return the records not decided, to be read in this order."""
        done = {r for r, _ in decided}
        scores = self.scores(decided)
        return [r for i in np.argsort(-scores, kind="stable") if (r := self.ids[i]) not in done]

    def course(self) -> Callable[[Whole, Flags, int], Whole]:
        """Return what tells the next numbers (places among `ids`) to read, told numbers decided, whether each goes on
        and how many to tell. To be asked again and again as decisions are added; each time is then fast.
        """
        score = self._machine.course()

        def best(done: Whole, on: Flags, many: int) -> Whole:
            scores = self._scores(done, on, score)
            scores[done] = -np.inf
            many = min(many, len(self.ids) - done.size)
            if many == 1:
                return np.array([scores.argmax()])
            least = -np.partition(-scores, max(many, 1) - 1)[max(many, 1) - 1]
            places = np.flatnonzero(scores >= least)
            return places[np.argsort(-scores[places], kind="stable")[:many]]

        return best

    def _scores(self, done: Whole, on: Flags, score: Scores) -> Singles:
        if not self._asked and not on.any():
            return self._central.copy()
        presumed = self._presumed(done)
        extra = np.array([len(self.ids)] if self._asked else [], np.int64)
        examples = np.concatenate([done, presumed, extra])
        goes_on = np.concatenate([on, np.zeros(presumed.size, bool), np.ones(extra.size, bool)])
        return score(examples, goes_on, strengths(self.settings, goes_on, extra.size))[: len(self.ids)]

    def _presumed(self, done: Whole) -> Whole:
        """The first so many unread records of an order that knows nothing of them."""
        unread = np.ones(len(self.ids), bool)
        unread[done] = False
        many = presumed(self.settings, len(self.ids))
        first = self._shuffled[: many + done.size]
        return first[unread[first]][:many]


def presumed(settings: Settings, records: int) -> int:
    """Return how many unread records of so many stand in as not going on."""
    return min(settings.presumed, -(-records // 3))


def strengths(settings: Settings, goes_on: Flags, asked: int) -> Singles:
    """Return what a mistake on each example costs; the last example is the protocol's words where `asked` is 1."""
    weight, many = np.ones(goes_on.size), int(np.count_nonzero(goes_on))
    if asked:
        weight[-1] = settings.words * min(1.0, WORDS_UNTIL / max(many - 1, 1))
    on = float(weight[goes_on].sum()) if asked else float(many)
    weight = np.where(goes_on, weight, max(on, 1.0) / (settings.ratio * max(goes_on.size - many, 1)))
    level = settings.strength * goes_on.size / float(weight.sum())
    return np.asarray(level * weight, dtype=np.float32)


def _rows(texts: Sequence[Text], settings: Settings, central: bool) -> tuple[Features, Singles]:
    """Rows by field, and where it is asked how like all titles together each title but the last is. Of very many
    records title and abstract are read together and by hash, so that memory holds them.
    """
    if len(texts) > EXACT_UP_TO:
        pairs = len(texts) <= PAIRS_UP_TO
        held = streamed((f"{t.title} {t.rest}" for t in texts), pairs=pairs, buckets=BUCKETS)
        titles = (t.title for t in texts[:-1])
        return held, streamed(titles, pairs=pairs, buckets=BUCKETS).central() if central else np.zeros(0, np.float32)
    title, rest, authors = settings.title, settings.rest, settings.authors
    together = max(1.0 - title - rest - authors, 0.0)
    parts = (
        [t.title for t in texts],
        [t.rest for t in texts],
        [_SIGNS.sub("", "\n".join(t.authors)) for t in texts] if authors else [],
    )
    fields = ((together, (0, 1)), (title, (0,)), (rest, (1,)), (authors, (2,)))
    read = told(parts)
    held = read.rows([(weight, which) for weight, which in fields if weight > 0])
    return held, read.but_last().rows([(1.0, (0,))]).central() if central else np.zeros(0, np.float32)


def queue(
    records: Mapping[str, SourceRecord],
    decisions: Sequence[Seen],
    protocol_words: str,
    settings: Settings | None = None,
) -> tuple[ReadNext, ...]:
    """Return every record not decided yet as a suggestion to read it, best first.

    Parameters
    ----------
    records
        Every record there is to decide, by id.
    decisions
        Records decided, with whether each goes on (included or not settled).
    protocol_words
        What the review looks for (see `words`).

    Raises
    ------
    InputError
        A record decided is not among `records`.
    """
    ranking = Ranking({i: text(r) for i, r in records.items()}, protocol_words, settings)
    scores = ranking.scores(decisions)
    return tuple(
        ReadNext(record=r, place=i, score=float(scores[ranking._number[r]]), by=NAME)
        for i, r in enumerate(ranking.order(decisions), 1)
    )
