"""Words: tables, timetables and notebooks for people."""
