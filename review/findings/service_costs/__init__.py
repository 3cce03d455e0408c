"""Health-service costs after partial hospitalization: what sizes, a z, percentages and recalled totals allow."""

from review.findings.service_costs import compatible, eightyears, elsewhere, windows

__all__ = ["compatible", "eightyears", "elsewhere", "windows"]
