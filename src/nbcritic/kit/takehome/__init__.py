"""Take-homes: packs to hand out, submissions to read and mark, pages to decide by."""
