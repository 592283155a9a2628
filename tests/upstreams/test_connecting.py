"""Settings that cannot be used are one error, whoever connects: nothing is sent, and it is no error of ours."""

from __future__ import annotations

import pytest

from reviewapp.upstreams import connecting, failures
from reviewapp.upstreams.models import Upstream
from tests.upstreams.servers import client

GOOD = {"kind": "talonic", "base_url": "https://api.example.com/"}


def test_good_settings_connect() -> None:
    to = connecting.to(Upstream(**GOOD, file_hosts="*.example.net"), client=client())
    assert to.base_url == "https://api.example.com"
    assert (to.reach.hosts, "*.example.net" in to.file_reach.hosts) == ({"api.example.com:443"}, True)


@pytest.mark.parametrize(
    "bad", [{"base_url": "ftp://x"}, {"base_url": ""}, {"file_hosts": "no host!"}, {"private": "8.8.8.0/24"}]
)
def test_bad_ones_are_not_allowed(bad: dict[str, str]) -> None:
    with pytest.raises(failures.NotAllowed):
        connecting.to(Upstream(**{**GOOD, **bad}), client=client())
