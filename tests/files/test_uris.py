"""URIs are recognised, and shown without what is secret in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import UsageError
from annotator.files.uris import check_local, is_uri, public_uri


@pytest.mark.parametrize("name", ["s3://b/k", "file:///a", "hdfs://host:1/x", "gs+x://b"])
def test_uris(name: str) -> None:
    assert is_uri(name)


@pytest.mark.parametrize("name", ["a", "a:b", "C:/a", "./s3://b", "s3:/b", "", "-"])
def test_paths(name: str) -> None:
    assert not is_uri(name)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("s3://bucket/a/b.txt?region=x", "s3://bucket/a/b.txt"),
        ("s3://KEY:SECRET@bucket/a@b.txt", "s3://bucket/a@b.txt"),
        ("s3://bucket/a@b.txt", "s3://bucket/a@b.txt"),
        ("s3://KEY:SEC/RET@bucket/a.txt", "s3://bucket/a.txt"),
        ("s3://KEY:SEC/R/ET@bucket/a@b.txt", "s3://bucket/a@b.txt"),
        ("s3://KEY:12/RET@bucket/a.txt", "s3://bucket/a.txt"),
        ("hdfs://KEY:SEC/RET@host:80/a.txt", "hdfs://host:80/a.txt"),
        ("hdfs://host:8020/user@home/a.txt", "hdfs://host:8020/user@home/a.txt"),
        ("hdfs://user@host:8020/a.txt", "hdfs://host:8020/a.txt"),
        ("file:///a:b/c@d", "file:///a:b/c@d"),
    ],
)
def test_neither_credentials_nor_options_are_shown(uri: str, shown: str) -> None:
    assert public_uri(uri) == shown


@pytest.mark.parametrize("output", ["s3://KEY:SECRET@b/k.jsonl?x=1", Path("s3://KEY:SECRET@b/k.jsonl")])
def test_an_output_must_be_local(output: str | Path) -> None:
    with pytest.raises(UsageError) as caught:
        check_local(output)
    said = "s3://b/k.jsonl: outputs are local files, and s3:// is none: name a local file or folder by output"
    assert str(caught.value) == f"{said}, and copy it there when it is complete"


@pytest.mark.parametrize("output", [None, "-", "a/b.txt", Path("C:/a"), "x:y"])
def test_local_outputs_are_allowed(output: str | Path | None) -> None:
    check_local(output)
