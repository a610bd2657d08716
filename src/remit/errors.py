"""The family of errors, with the exit code each ends the program with.

RemitError            1   anything the package raises on purpose
├── InputError        1   numbers that a method cannot take
├── NotConverged      1   an iterative fit that did not reach its stated tolerance
├── ReviewError       1   a review folder that cannot be read as it stands
├── SourceError       1   a service that could not be asked, refused, or gave no usable answer
└── UsageError        2   a command called with words it does not know
"""


class RemitError(Exception):
    """Anything the package raises on purpose."""

    exit_code = 1


class InputError(RemitError, ValueError):
    """Numbers that a method cannot take; the message says which, what was expected and what to do."""


class NotConverged(RemitError, ArithmeticError):
    """An iterative fit did not reach its stated tolerance, so it gives no number."""


class ReviewError(RemitError):
    """A review folder cannot be read as it stands; `problems` names every place."""

    def __init__(self, problems: tuple[object, ...]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class SourceError(RemitError):
    """A service could not be asked, refused, or gave no usable answer; what was received before is kept."""


class UsageError(RemitError):
    """A command was called with words it does not know."""

    exit_code = 2
