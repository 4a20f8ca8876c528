"""GeoParquet 1.1 with a bounding box column, so that readers fetch what they look at."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from saferoute.exports.layers import build_layers
from saferoute.model import InvalidInput
from saferoute.report.notices import collect_notices

if TYPE_CHECKING:
    from saferoute.model import Ranking, Session


def to_geoparquet(thing: Ranking | Session) -> bytes:
    """Return the first layer as GeoParquet; the schema's metadata hold the notices as JSON under ``saferoute``.

    Raises
    ------
    InvalidInput
        If PyArrow is not installed.
    """
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise InvalidInput("GeoParquet needs pyarrow: pip install 'saferoute[parquet]'") from error
    table, written = build_layers(thing)[0].table, io.BytesIO()
    table.to_parquet(written, schema_version="1.1.0", write_covering_bbox=True)
    arrow = parquet.read_table(io.BytesIO(written.getvalue()))
    words = json.dumps(collect_notices(thing), ensure_ascii=False).encode()
    arrow = arrow.replace_schema_metadata({**arrow.schema.metadata, b"saferoute": words})
    out = io.BytesIO()
    parquet.write_table(arrow, out, compression="zstd")
    return out.getvalue()
