"""Names that are URIs, such as `s3://bucket/file`, and how they are shown: without credentials and options."""

from __future__ import annotations

import re
from os import PathLike, fspath

from annotator.errors import UsageError

# A path drops one of the two slashes. One letter before a colon is a drive.
_URI = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):/")
_PORT = re.compile(r"[^:]*:[0-9]+|\[.*\]:[0-9]+")
_WITHOUT_PORTS = ("s3", "gs", "gcs")


def is_uri(name: str) -> bool:
    """Whether a name is a URI."""
    return "://" in name and _URI.match(name) is not None


def public_uri(uri: str) -> str:
    """The URI without its credentials and options (`s3://KEY:SECRET@bucket/...?region=...`)."""
    scheme, _, rest = uri.partition("?")[0].partition("://")
    if splits_credentials(uri):
        return f"{scheme}://{rest.partition('@')[2]}"
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def splits_credentials(uri: str) -> bool:
    """Whether the URI has credentials with a slash in them, which should have been written as `%2F`."""
    scheme, _, rest = uri.partition("?")[0].partition("://")
    authority, _, path = rest.partition("/")
    has_port = scheme.lower() not in _WITHOUT_PORTS and _PORT.fullmatch(authority)
    return ":" in authority and "@" not in authority and "@" in path and not has_port


def check_local(path: str | PathLike[str] | None) -> None:
    """Raises UsageError for an output that is a URI, because outputs are written to local files only."""
    name = fspath(path) if path is not None else ""
    if scheme := _URI.match(name):
        shown = public_uri(name if "://" in name else name.replace(":/", "://", 1))
        remedy = "name a local file or folder by {output}, and copy it there when it is complete"
        raise UsageError(f"{shown}: outputs are local files, and {scheme[1]}:// is none", remedy)
