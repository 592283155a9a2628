"""A credential rests sealed: the database alone opens nothing, an older secret key still does, another one says so."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.upstreams import sealing

SECRET = "llx-not-a-real-credential-ü"


def test_what_was_sealed_is_opened_and_cannot_be_read() -> None:
    sealed = sealing.seal(SECRET)
    assert sealing.open_(sealed) == SECRET
    assert SECRET not in sealed
    assert sealing.seal(SECRET) != sealed


def test_nothing_stays_nothing() -> None:
    assert (sealing.seal(""), sealing.open_("")) == ("", "")


def test_an_older_secret_key_still_opens(settings: Any) -> None:
    sealed = sealing.seal(SECRET)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of which nothing was sealed yet"
    assert sealing.open_(sealed) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.Unopened):
        sealing.open_(sealed)


@pytest.mark.parametrize("damaged", ["no token", "gAAAAA==", "ü", sealing.__doc__])
def test_what_is_no_seal_is_said_to_be_none(damaged: str) -> None:
    with pytest.raises(sealing.Unopened):
        sealing.open_(damaged)
