"""What Python writes into a page and reckons, for the tests of the page's modules to read and reckon again.

``python tests/shared_numbers.py`` renews ``web/test/shared.json``; a test sees that it is fresh.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from rankings import ranking

from saferoute import scoring
from saferoute.model import CRITERIA
from saferoute.model.observations import HAZARDS, Observation, Observations
from saferoute.osm.surfaces import KNOWN_SURFACES
from saferoute.page import to_html
from saferoute.page.payload import unpack_json
from saferoute.report.observations import describe_observation
from saferoute.report.ratings import RATINGS

SHARED = Path(__file__).resolve().parents[1] / "web" / "test" / "shared.json"
ROWS = 12
WEIGHTINGS = 5


def shared_numbers() -> dict[str, Any]:
    """Return a page's stretches with what they stand for, and scores under several weights."""
    found = ranking(("Rantatie", "מזרח <b>"))
    data = re.search(r'id="saferoute-data">(.*?)</script>', to_html(found))
    assert data
    page = unpack_json(data[1])
    degrees = found.stretches.to_crs(4326).geometry
    return {
        "criteria": list(CRITERIA),
        "formula": page["formula"],
        "ratings": {name: [rating.meaning, rating.colour] for name, rating in RATINGS.items()},
        "table": page["stretches"],
        "names": found.stretches["name"].tolist(),
        "lines": [[[round(lat, 6), round(lon, 6)] for lon, lat in line.coords] for line in degrees],
        "heights_m": [[None if np.isnan(h) else round(h, 2) for h in row] for row in found.stretches["heights_m"]],
        "scored": _score_rows(),
        "hazards": _name_hazards(),
        "surfaces": sorted(KNOWN_SURFACES),
    }


def _name_hazards() -> list[list[str]]:
    """Return the words of hazards in files and for people."""
    day = dt.date(2026, 10, 2)
    said = {name: describe_observation(Observation(day, None, (name,)), Observations((), day)) for name in HAZARDS}
    return [[name, words.split(": ")[1]] for name, words in said.items()]


def _score_rows() -> dict[str, Any]:
    """Return rows, and for each weighting their scores; of given low scores the ratings and the order."""
    random = np.random.default_rng(3)
    d = random.uniform(0, 1, (ROWS, len(CRITERIA))).round(4)
    low, quality = random.uniform(0, 1, (2, ROWS)).round(4)
    confidence = random.choice([0.0, 0.4, 0.9], (ROWS, len(CRITERIA)), p=[0.1, 0.4, 0.5])
    middle, length = random.uniform(-400, 400, (ROWS, 2)).round(1), random.uniform(60, 200, ROWS).round(1)
    ground = random.integers(0, 4, ROWS)
    doubts = random.integers(0, 3, ROWS)
    ratings = scoring.assign_ratings(low, quality, d, confidence, doubts)
    weights = random.dirichlet(np.ones(len(CRITERIA)), WEIGHTINGS).round(4)
    return {
        "d": d.tolist(),
        "weights": weights.tolist(),
        "scores": [scoring.combine_desirabilities(d, weight).round(6).tolist() for weight in weights],
        "low": low.tolist(),
        "quality": quality.tolist(),
        "confidence": confidence.tolist(),
        "doubts": doubts.tolist(),
        "ratings": ratings.tolist(),
        "middle": middle.tolist(),
        "length_m": length.tolist(),
        "ground": ground.tolist(),
        "order": scoring.rank_stretches(low, ratings, length, middle, ground, top=ROWS).tolist(),
    }


if __name__ == "__main__":
    SHARED.write_text(json.dumps(shared_numbers(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
