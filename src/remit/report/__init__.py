"""A review as a site of pages that open from a folder: nouns in, relative paths and bytes out."""

from remit.report.site import site

__all__ = ["site"]
