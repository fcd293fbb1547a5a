-- Run once, when the volume is new: the journal's database beside Temporal's own. The worker makes its tables.
CREATE DATABASE graywave;
