"""Trials of mentalization-based treatment: which samples there are, and what their counts and scores allow."""

from review.findings.trials import attempts, judgements, pooled, response, selfharm, severity, sources

__all__ = ["attempts", "judgements", "pooled", "response", "selfharm", "severity", "sources"]
