"""What a chapter computes beyond the general estimators: one module per finding, labelled tables in and out."""
