"""``python -m saferoute``."""

from saferoute.cli import main

raise SystemExit(main())
