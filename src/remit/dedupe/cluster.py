"""From pairs to documents: sure pairs join; a join that would bring contradicting records together is left to a person.

The result does not depend on the order of the records: pairs of one strength are judged together, and a group that
would hold two records which cannot be one document is not joined by any of them.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

Pair = tuple[int, int]
LARGEST = 60


class Groups:
    """Which records are together: union and find."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))

    def of(self, i: int) -> int:
        """Return the smallest record of i's group."""
        up = self._up
        while up[i] != i:
            up[i] = up[up[i]]
            i = up[i]
        return i

    def join(self, i: int, j: int) -> None:
        """Put two groups together."""
        i, j = self.of(i), self.of(j)
        if i != j:
            self._up[max(i, j)] = min(i, j)

    def together(self, members: Iterable[int]) -> dict[int, list[int]]:
        """Return the members of each group, by its smallest."""
        out: dict[int, list[int]] = {}
        for i in members:
            out.setdefault(self.of(i), []).append(i)
        return out


def join(
    groups: Groups, sure: Mapping[int, list[Pair]], members: dict[int, list[int]], apart: Callable[[int, int], bool]
) -> list[Pair]:
    """Join sure pairs, strongest first; return those left out because their group would contradict itself.

    `sure` has pairs by strength; `members` what each group holds so far (by `Groups.of`); `apart` says that two records
    cannot be one document.
    """
    left: list[Pair] = []
    for strength in sorted(sure, reverse=True):
        pairs = [p for p in sure[strength] if groups.of(p[0]) != groups.of(p[1])]
        nodes = sorted({groups.of(i) for p in pairs for i in p})
        place = {node: at for at, node in enumerate(nodes)}
        parts = Groups(len(nodes))
        for i, j in pairs:
            parts.join(place[groups.of(i)], place[groups.of(j)])
        refused = set()
        for root, part in parts.together(range(len(nodes))).items():
            held = [members.get(nodes[at], [nodes[at]]) for at in part]
            if sum(map(len, held)) > LARGEST or any(
                apart(i, j) for one, other in combinations(held, 2) for i in one for j in other
            ):
                refused.add(root)
                continue
            together = [i for one in held for i in one]
            for at in part:
                members.pop(nodes[at], None)
                groups.join(nodes[part[0]], nodes[at])
            members[groups.of(nodes[part[0]])] = together
        left += [p for p in pairs if groups.of(p[0]) != groups.of(p[1])]
    return left
