"""Tables, timetables, reasons and notices in words, for people to read."""
