"""Whatever way a person writes or pastes a place that says itself where it is, it becomes that point."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.model import InvalidInput, Place
from saferoute.sources.places.coordinates import Name, is_plain, read_place
from saferoute.sources.places.grids import ShortCode, recover_code
from saferoute.sources.places.links import ObjectReference


class Written(float):
    """A number that is written with five decimals and without an exponent, as people write it."""

    def __format__(self, how):
        return float.__format__(self, how or ".5f")

    def __abs__(self):
        return Written(float(self).__abs__())


LATITUDES = st.integers(-8_999_999, 8_999_999).map(lambda n: Written(n / 100_000))
LONGITUDES = st.integers(-17_999_999, 17_999_999).map(lambda n: Written(n / 100_000))


def point(text):
    place = read_place(text)
    assert isinstance(place, Place), place
    return place.lat, place.lon


def comma(number):
    return f"{number}".replace(".", ",")


def sexagesimal(number, letters, marks="°'\""):
    """Return degrees, minutes and seconds to .001″, with a letter of the compass."""
    thousandths = round(abs(number) * 3_600_000)
    degrees, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{degrees}{marks[0]}{minutes}{marks[1]}{rest / 1000:g}{marks[2]}{letters[number < 0]}"


SPELLINGS = {
    "comma": lambda lat, lon: f"{lat},{lon}",
    "blanks": lambda lat, lon: f"  {lat}   {lon} ",
    "semicolon": lambda lat, lon: f"{lat} ; {lon}",
    "decimal commas, blank": lambda lat, lon: f"{comma(lat)} {comma(lon)}",
    "decimal commas, semicolon": lambda lat, lon: f"{comma(lat)};{comma(lon)}",
    "decimal commas, comma and blank": lambda lat, lon: f"{comma(lat)}, {comma(lon)}",
    "round brackets": lambda lat, lon: f"({lat}, {lon})",
    "square brackets": lambda lat, lon: f"[{lat} {lon}]",
    "quotes": lambda lat, lon: f'"{lat}, {lon}"',
    "true minus": lambda lat, lon: f"{lat}, {lon}".replace("-", "−"),
    "degree signs": lambda lat, lon: f"{lat}° {lon}°",
    "words": lambda lat, lon: f"lat: {lat}, lon: {lon}",
    "words turned": lambda lat, lon: f"longitude={lon} latitude={lat}",
    "letters": lambda lat, lon: f"{abs(lat)}{'NS'[lat < 0]} {abs(lon)}{'EW'[lon < 0]}",
    "letters before": lambda lat, lon: f"{'NS'[lat < 0]}{abs(lat)}, {'EW'[lon < 0]}{abs(lon)}",
    "letters turned": lambda lat, lon: f"{abs(lon)}°{'ew'[lon < 0]}{abs(lat)}°{'ns'[lat < 0]}",
    "decimal commas and letters": lambda lat, lon: f"{comma(abs(lat))}{'NS'[lat < 0]} {comma(abs(lon))}{'EW'[lon < 0]}",
    "names of the compass": lambda lat, lon: (
        f"{abs(lat)} {'south' if lat < 0 else 'north'} {abs(lon)} {'west' if lon < 0 else 'east'}"
    ),
    "seconds": lambda lat, lon: f"{sexagesimal(lat, 'NS')} {sexagesimal(lon, 'EW')}",
    "seconds, typeset": lambda lat, lon: f"{sexagesimal(lat, 'NS', '°′″')}, {sexagesimal(lon, 'EW', '°′″')}",
    "seconds, turned": lambda lat, lon: f"{sexagesimal(lon, 'EW')}{sexagesimal(lat, 'NS')}",
    "seconds, blanks": lambda lat, lon: f"{sexagesimal(lat, 'NS', '   ')} {sexagesimal(lon, 'EW', '   ')}",
    "ISO 6709": lambda lat, lon: f"{lat:+09.5f}{lon:+010.5f}/",
    "geo": lambda lat, lon: f"geo:{lat},{lon};u=35?z=17",
    "geo of telephones": lambda lat, lon: f"geo:0,0?q={lat},{lon}(Here)",
    "well-known text": lambda lat, lon: f"SRID=4326;POINT Z ({lon} {lat} 12.5)",
    "OpenStreetMap": lambda lat, lon: f"https://www.openstreetmap.org/#map=17/{lat}/{lon}&layers=C",
    "OpenStreetMap, marker": lambda lat, lon: f"openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/1.0/2.0",
    "Google, map": lambda lat, lon: f"https://www.google.com/maps/@{lat},{lon},17z",
    "Google, place": lambda lat, lon: (
        f"https://www.google.co.uk/maps/place/X/@1.0,2.0,17z/data=!8m2!3d{lat}!4d{lon}!16s"
    ),
    "Google, query": lambda lat, lon: f"https://maps.google.com/?q={lat},{lon}",
    "Google, searched": lambda lat, lon: f"https://www.google.com/maps/search/?api=1&query={lat}%2C{lon}",
    "Google, ll": lambda lat, lon: f"http://maps.google.fi/maps?ll={lat},{lon}&z=15",
    "Apple, ll": lambda lat, lon: f"https://maps.apple.com/?ll={lat},{lon}&q=Caf%C3%A9",
    "Apple, q": lambda lat, lon: f"https://maps.apple.com/?q={lat},{lon}",
    "Apple, place": lambda lat, lon: f"https://maps.apple.com/place?coordinate={lat},{lon}&name=Park",
    "Organic Maps": lambda lat, lon: f"https://omaps.app/{lat},{lon}/A_Park?z=11",
    "other maps": lambda lat, lon: f"https://maps.example.org/view?lat={lat}&lon={lon}&zoom=12",
}


@pytest.mark.parametrize("write", SPELLINGS.values(), ids=SPELLINGS)
@settings(max_examples=20, deadline=None)
@given(lat=LATITUDES, lon=LONGITUDES)
def test_every_spelling_is_read_back(write, lat, lon):
    assert point(write(lat, lon)) == (pytest.approx(lat, abs=1e-6), pytest.approx(lon, abs=1e-6))


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("50,8", 50, 8),
        ("60.17,24.94,", 60.17, 24.94),
        ("60.17 24.94 ;\n", 60.17, 24.94),
        ("50,8 7,1,", 50.8, 7.1),
        ("50,8 7,1", 50.8, 7.1),
        ("60 , 24", 60, 24),
        ("60.17 24,94", 60.17, 24.94),
        ("N 60° 10.5' E 024° 56,4'", 60.175, 24.94),
        ("60°10'30 24°56'24", 60.175, 24.94),
        ("60° 24°", 60, 24),
        ("+1,-2", 1, -2),
        ("90,180", 90, 180),
        ("-90,-180", -90, -180),
        ("geo:60.17,24.94,12", 60.17, 24.94),
        ("GEO:-33.9,18.4;crs=WGS84;u=35", -33.9, 18.4),
        ("１２.５,３４", 12.5, 34),
    ],
)
def test_commas_blanks_and_marks_are_told_apart(text, lat, lon):
    assert point(text) == (pytest.approx(lat), pytest.approx(lon))


@pytest.mark.parametrize(
    ("text", "lat", "lon", "within"),
    [
        # Published pairs: the codes' own specifications and programs.
        ("8FVC2222+22", 47.0000625, 8.0000625, 1e-7),
        ("7FG49QCJ+2VXGJ", 20.370113, 2.782234, 1e-5),
        ("8fvc2222+22 Entlebuch", 47.0000625, 8.0000625, 1e-7),
        ("https://osm.org/go/0EEQhq--", 51.510, 0.054, 0.02),
        ("https://osm.org/go/0OP4tR~rx", 51.876, 19.579, 1e-3),
        ("https://omaps.app/Umse5f0H8a/Nova_Iorque", 40.71274, -74.0059965, 1e-5),
        ("om://oyx1Fac8Zv/Nicosia", 35.1746494, 33.3638788, 1e-5),
        ("comaps.at/Emse5f0H8a", 40.71274, -74.0059965, 1e-5),
        ("35V 385820 6671920", 60.16818, 24.94227, 1e-4),
        ("UTM zone 35 north 385820 m E 6671920 m N", 60.16818, 24.94227, 1e-4),
        ("56H 334873.2 6252266.1", -33.857, 151.215, 1e-3),
        ("56 south, 334873, 6252266", -33.857, 151.215, 1e-3),
        ("35VLG8582071920", 60.16818, 24.94227, 1e-4),
        ("35V LG 858 719", 60.1685, 24.9429, 1e-3),
        ("15TWG0000049776", 41.99999, -93.0, 1e-4),
    ],
)
def test_codes_and_grids_are_read(text, lat, lon, within):
    assert point(text) == (pytest.approx(lat, abs=within), pytest.approx(lon, abs=within))


@given(lat=st.floats(-79, -0.001) | st.floats(0, 83), lon=st.floats(-179.9, 179.9))
def test_mgrs_comes_back_from_the_library_that_writes_it(lat, lon):
    from mgrs import MGRS

    north, east = point(MGRS().toMGRS(lat, lon))
    assert north == pytest.approx(lat, abs=2e-5)
    assert math.remainder(east - lon, 360) == pytest.approx(0, abs=2e-5 / math.cos(math.radians(lat)) + 1e-9)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5WFV+2X Helsinki", ShortCode("5WFV+2X", "Helsinki")),
        ("vgr4+5mc, Beirut, Lebanon", ShortCode("VGR4+5MC", "Beirut, Lebanon")),
        ("https://maps.google.com?q=VGR4+5MC+Falafel,+Beirut&hl=en", ShortCode("VGR4+5MC", "Falafel, Beirut")),
        ("way/123", ObjectReference("way", 123)),
        ("Relation #7", ObjectReference("relation", 7)),
        ("https://www.openstreetmap.org/node/42", ObjectReference("node", 42)),
        ("osm.org/way/9/history#map=15/60.5/24.5", ObjectReference("way", 9, (60.5, 24.5))),
        ("geo:0,0?q=Hyde+Park", Name("Hyde Park")),
        ("https://maps.apple.com/?q=Hyde+Park", Name("Hyde Park")),
        ("https://www.google.com/maps/place/Hyde+Park/", Name("Hyde Park")),
    ],
)
def test_what_needs_a_map_says_what_to_look_for(text, meant):
    assert read_place(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Kaisaniemi", "Mannerheimintie 13, Helsinki", "13 Rue de l'Est", "W 57 St", "S 5", "10-12", "12/14", "100-0001",
        "1901", "00100 Helsinki", "Way 5", "nan,nan", "35VLG", "Straße des 17. Juni 135", "C2+", "St. Moritz",
    ],
)  # fmt: skip
def test_names_and_addresses_stay_words(text):
    assert read_place(text) == Name(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        read_place(text)
    except InvalidInput as error:
        assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("60,17,24,94", "with decimal commas a blank between: 60,17 24,94"),
        ("60.17", "not two coordinates"),
        ("60.17,24.94,3", "not two coordinates"),
        ("60.17N 24.94", "not two coordinates"),
        ("60°75'N 24°10'E", "not two coordinates"),
        ("-60.1N 24.9E", "not two coordinates"),
        ("95,24.94", "latitude 95 is outside -90 to 90"),
        ("geo:60,-180.5", r"longitude -180\.5 is outside"),
        ("139.7,35.7", "did you write lon,lat"),
        ("geo:", "write geo:LAT,LON"),
        ("geo:Helsinki", "write geo:LAT,LON"),
        ("geo:60.17;24.94", "write geo:LAT,LON"),
        ("geo:1,2;crs=moon", "crs=moon is not understood"),
        ("SRID=3067;POINT (385820 6671920)", "SRID 3067 is not understood"),
        ("9GG60000+", "square of many kilometres"),
        ("5WFV+2X", "needs a place beside it, as in '5WFV\\+2X Helsinki'"),
        ("61V 385820 6671920", "UTM zones are 1 to 60"),
        ("35S 385820 3871920", "write 35 north or 35 south"),
        ("35VLG 85 7", "as many digits for east as for north"),
        ("35VLG 8 7", "larger than 1 km"),
        ("99VLG8582071920", "no such square"),
        ("https://maps.app.goo.gl/xKoFkDSxx58wEviW6", "shortened address holds no place"),
        ("https://www.example.org/about", "no coordinates in this address"),
        ("", "must be lat,lon"),
        ("x" * 5000, "must be lat,lon"),
    ],
)
def test_what_has_the_form_of_a_place_and_breaks_its_rules_says_how_to_write_it(text, message):
    with pytest.raises(InvalidInput, match=message):
        read_place(text)


@given(lat=st.floats(-84, 84), lon=st.floats(-170, 170), north=st.floats(-0.3, 0.3), east=st.floats(-0.3, 0.3))
def test_short_plus_code_is_the_one_nearest_to_its_place(lat, lon, north, east):
    code = ShortCode("5WFV+2X", "")
    found = recover_code(code.code, lat, lon)
    assert abs(found[0] - lat) <= 0.5 + 1e-9
    assert abs(found[1] - lon) <= 0.5 + 1e-9
    # Seen from anywhere near, it is the same.
    again = recover_code(code.code, found[0] + north, found[1] + east)
    assert again == (pytest.approx(found[0]), pytest.approx(found[1]))


def test_only_decimals_are_plain():
    assert is_plain(" 60.17, -24.94 ")
    assert not any(map(is_plain, ("60,17 24,94", "9GG65WFV+2X", "Helsinki", "60.17")))
