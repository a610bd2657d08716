"""Records in: one file per source or format, each giving `SourceRecord` after `SourceRecord`.

`read` gives the records of a file, whatever its format; `sniff` says what a file was taken for and why.
"""

from remit.ingest.formats import FORMATS, Format, Guess, Look
from remit.ingest.reading import read, sniff
from remit.ingest.source import Source

__all__ = ["FORMATS", "Format", "Guess", "Look", "Source", "read", "sniff"]
