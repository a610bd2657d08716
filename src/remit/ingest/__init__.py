"""Records in: one file per source or format, each giving `SourceRecord` after `SourceRecord`."""
