"""Trusted certificates: those of the environment, the first that is set, for every client."""

from __future__ import annotations

import pytest

from saferoute.model import InvalidInput
from saferoute.sources.trust import STORES, find_trusted, options_for_gdal


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    for name in STORES:
        monkeypatch.delenv(name, raising=False)


def test_without_a_wish_there_are_certificates():
    assert "BEGIN CERTIFICATE" in find_trusted().read_text()
    assert options_for_gdal() == {"GDAL_CURL_CA_BUNDLE": str(find_trusted())}


def test_first_that_is_set_counts(tmp_path, monkeypatch):
    for name in reversed(STORES):
        (tmp_path / name).touch()
        monkeypatch.setenv(name, str(tmp_path / name))
        assert find_trusted() == tmp_path / name
    monkeypatch.setenv(STORES[0], "")
    assert find_trusted() == tmp_path / STORES[1]


def test_folder_is_told_to_gdal_as_one(tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    assert options_for_gdal() == {"GDAL_HTTP_CAPATH": str(tmp_path)}


@pytest.mark.parametrize("name", STORES)
def test_certificates_that_do_not_exist_are_told_with_the_way_out(tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, str(tmp_path / "none.pem"))
    with pytest.raises(InvalidInput, match=rf"{name}: .*none.pem does not exist; .* unset {name}"):
        find_trusted()
