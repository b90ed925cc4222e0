"""The extract and the authority as a whole: what is counted above the single record, and held against an earlier extract."""
