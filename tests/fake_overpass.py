"""A small Overpass server: it answers the forms of Overpass QL that saferoute sends, from an extract.

The semantics are those of the manual (dev.overpass-api.de/overpass-doc), the bytes
those of `output_json.cc` of version 0.7.62, so that what a question costs can be measured.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

import numpy as np
import osmium
import shapely
from fake_server import KINDS, Answer

ORDER = {"node": 0, "way": 1, "relation": 2}
HEAD = """{
  "version": 0.6,
  "generator": "Overpass API 0.7.62",
  "osm3s": {
    "timestamp_osm_base": "%s",
    "copyright": "The data included in this document is from www.openstreetmap.org. \
The data is made available under ODbL."
  },
  "elements": [

"""


class Element(NamedTuple):
    """A node, way or relation; `refs` are the nodes of a way, and kind, number and role of a relation's members."""

    tags: dict
    at: tuple | None = None
    refs: tuple = ()


class Database:
    """The objects of an extract, by kind and number."""

    def __init__(self, path) -> None:
        self.elements: dict[tuple[str, int], Element] = {}
        for obj in osmium.FileProcessor(str(path)):
            tags = {tag.k: tag.v for tag in obj.tags}
            if obj.is_node():
                self.elements["node", obj.id] = Element(tags, (obj.location.lon, obj.location.lat))
            elif obj.is_way():
                self.elements["way", obj.id] = Element(tags, refs=tuple(n.ref for n in obj.nodes))
            else:
                members = tuple((KINDS[m.type], m.ref, m.role) for m in obj.members)
                self.elements["relation", obj.id] = Element(tags, refs=members)

    def members(self, key) -> list:
        """Return the keys of the objects that an object consists of, as far as they are in the extract."""
        kind, element = key[0], self.elements[key]
        below = [("node", n) for n in element.refs] if kind == "way" else [m[:2] for m in element.refs]
        return [one for one in below if one in self.elements]

    def shape(self, key) -> shapely.Geometry:
        """Return the geometry by which boxes find an object: a relation's is that of its nodes and ways."""
        if key[0] == "node":
            return shapely.Point(self.elements[key].at)
        if key[0] == "relation":
            below = [one for one in self.members(key) if one[0] != "relation"]
            return shapely.GeometryCollection([self.shape(one) for one in below])
        at = [self.elements[one].at for one in self.members(key)]
        return shapely.LineString(at) if len(at) > 1 else shapely.MultiPoint(at)

    @cached_property
    def _boxes(self) -> dict:
        """The objects of each kind, and their bounds, shape (n, 4)."""
        bounds = {}
        for kind in ORDER:  # members come before what they are members of
            for key in (key for key in self.elements if key[0] == kind):
                own = self.elements[key].at
                below = np.array([bounds[one] for one in self.members(key) if one in bounds] or [[np.nan] * 4])
                bounds[key] = (*own, *own) if own else (*below[:, :2].min(axis=0), *below[:, 2:].max(axis=0))
        keys = {kind: [key for key in bounds if key[0] == kind] for kind in ORDER}
        return {kind: (of, np.array([bounds[key] for key in of]).reshape(-1, 4)) for kind, of in keys.items()}

    def within(self, kind: str, south: float, west: float, north: float, east: float) -> set:
        """Return the objects of a kind that touch a box."""
        keys, bounds = self._boxes[kind]
        low, high, box = bounds[:, :2], bounds[:, 2:], shapely.box(west, south, east, north)
        touching = ((low <= (east, north)) & (high >= (west, south))).all(axis=1)
        inside = ((low >= (west, south)) & (high <= (east, north))).all(axis=1)
        # Only what crosses the edge needs a look at its shape.
        return {keys[k] for k in np.flatnonzero(touching) if inside[k] or box.intersects(self.shape(keys[k]))}

    def encloses(self, key, point: shapely.Point) -> bool:
        """Return whether the area of a closed way or multipolygon holds a point."""
        ways = [key] if key[0] == "way" else [one for one in self.members(key) if one[0] == "way"]
        lines = [self.shape(one) for one in ways]
        rings = shapely.get_parts(shapely.polygonize([line for line in lines if line.geom_type == "LineString"]))
        return bool(shapely.intersects(rings, point).any())


class Run:
    """One run of a query: its sets, and the text that it puts out."""

    def __init__(self, database: Database, stamp: str = "2026-11-20T10:00:00Z") -> None:
        self.database, self.stamp = database, stamp
        self.sets: dict[str, object] = defaultdict(set)
        self.out: list[str] = []

    def answer(self, query: str) -> str:
        """Return the answer to a query."""
        settings, *statements = split_statements(query)
        assert re.fullmatch(r"\[out:json\]\[timeout:\d+\]\[maxsize:\d+\]", settings), settings
        for statement in statements:
            self.execute(statement)
        return HEAD % self.stamp + ",\n".join(self.out) + "\n\n  ]\n}\n"

    def execute(self, statement: str) -> set:
        """Execute a statement and return its result, which also goes to the set that it names."""
        statement, arrow, target = re.fullmatch(r"(.*?)(?:\s*(->)\s*\.(\w+))?", statement, re.DOTALL).groups()
        out = re.fullmatch(r"(?:\.(\w+) )?out((?: \w+)*)", statement)
        if out:
            self.put_out(self.sets[out[1] or "_"], set(out[2].split()))
            return set()
        result = self.evaluate(statement)
        self.sets[target if arrow else "_"] = result
        return result

    def evaluate(self, statement: str):
        """Return the result of a statement that puts nothing out."""
        if statement.startswith("("):
            result: set = set()
            for part in split_statements(statement[1:-1]):
                less = part.startswith("-")
                found = self.execute(part.removeprefix("-").strip())
                result = result - found if less else result | found
            return result
        if name := re.fullmatch(r"\.(\w+)", statement):
            return self.sets[name[1]]
        if recursion := re.fullmatch(r"(?:\.(\w+) ?)?>", statement):
            return self.recurse(self.sets[recursion[1] or "_"])
        if point := re.fullmatch(r"is_in\((.+),(.+)\)", statement):
            return shapely.Point(float(point[2]), float(point[1]))
        kind, filters = re.fullmatch(r"(node|way|rel|relation)((?:\[.*?\]|\(.*?\))+)", statement).groups()
        return self.select("relation" if kind == "rel" else kind, filters)

    def recurse(self, keys) -> set:
        """Return the members of ways and relations, and the nodes of the ways among them."""
        below = {one for key in keys for one in self.database.members(key) if key[0] != "node"}
        ways = {one for key in below if key[0] == "way" for one in self.database.members(key)}
        return {one for one in below | ways if one[0] != "relation"}

    def select(self, kind: str, filters: str) -> set:
        """Return the objects of a kind that pass all filters."""
        keys = {key for key in self.database.elements if key[0] == kind}
        tests = []
        for one in re.findall(r"\[.*?\]|\(.*?\)", filters):
            if pivot := re.fullmatch(r"\(pivot\.(\w+)\)", one):
                tests.append(lambda key, point=self.sets[pivot[1]]: self.database.encloses(key, point))
            elif of := re.fullmatch(r"\(r\.(\w+)\)", one):
                keys &= {member for key in self.sets[of[1]] for member in self.database.members(key)}
            elif one.startswith("("):
                keys &= self.database.within(kind, *map(float, one[1:-1].split(",")))
            else:
                passes = read_filter(one)
                tests.insert(0, lambda key, passes=passes: passes(self.database.elements[key].tags))
        return {key for key in keys if all(test(key) for test in tests)}

    def put_out(self, keys, modes: set) -> None:
        """Put objects out by kind and number; their order by quadtile is another, and nobody may rely on it."""
        assert modes <= {"skel", "qt"}, modes
        for key in sorted(keys, key=lambda key: (ORDER[key[0]], key[1])):
            self.out.append(write_element(key, self.database.elements[key], tags="skel" not in modes))


def split_statements(text: str) -> list[str]:
    """Return the statements of a block, split at semicolons outside of brackets and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for i, letter in enumerate(text):
        quoted ^= letter == '"'
        depth += 0 if quoted else (letter in "([") - (letter in ")]")
        if letter == ";" and not depth and not quoted:
            parts.append(text[start:i].strip())
            start = i + 1
    assert not text[start:].strip(), text[start:]
    return parts


def read_filter(text: str):
    """Return the test of tags that a filter such as ``["natural"~"beach",i]`` stands for."""
    form = r'\[(!?)(~?"(?:.*?)")(?:(!?[=~])"(.*?)"(,i)?)?\]'
    negated, first, operator, value, anycase = re.fullmatch(form, text).groups()
    flags = re.IGNORECASE if anycase else 0
    key = first.strip('~"')
    if first.startswith("~"):
        wanted, of = re.compile(key, flags), re.compile(value, flags)
        return lambda tags: any(wanted.search(k) and of.search(v) for k, v in tags.items())
    if operator is None:
        return lambda tags: (key in tags) != bool(negated)
    if operator.endswith("="):
        return lambda tags: (tags.get(key) == value) != operator.startswith("!")
    pattern = re.compile(value, flags)
    if operator.startswith("!"):
        return lambda tags: not (key in tags and pattern.search(tags[key]))
    return lambda tags: key in tags and bool(pattern.search(tags[key]))


def write_element(key, element: Element, *, tags: bool) -> str:
    """Return an object as the server writes it."""
    kind, number = key
    lines = [f'  "type": "{kind}"', f'  "id": {number}']
    if kind == "node":
        lines += [f'  "lat": {element.at[1]:.7f}', f'  "lon": {element.at[0]:.7f}']
    elif kind == "way" and element.refs:
        lines.append('  "nodes": [\n    ' + ",\n    ".join(map(str, element.refs)) + "\n  ]")
    elif element.refs:
        of = '    {\n      "type": "%s",\n      "ref": %d,\n      "role": %s\n    }'
        members = [of % (what, ref, json.dumps(role, ensure_ascii=False)) for what, ref, role in element.refs]
        lines.append('  "members": [\n' + ",\n".join(members) + "\n  ]")
    if tags and element.tags:
        said = [
            f"    {json.dumps(k, ensure_ascii=False)}: {json.dumps(v, ensure_ascii=False)}"
            for k, v in element.tags.items()
        ]
        lines.append('  "tags": {\n' + ",\n".join(said) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}"


def answer_from(database: Database):
    """Return a route of a fake server that answers each query from a database."""
    return lambda request: Answer(Run(database).answer(request.query["data"]))


def box_of(query: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the first box that a query asks for."""
    south, west, north, east = map(float, re.search(r"\((-?[\d.]+(?:,-?[\d.]+){3})\)", query)[1].split(","))
    return west, south, east, north
