"""Do sets built from printed numbers hold the data that were really there? Cases with known truth, and their score."""
