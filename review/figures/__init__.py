"""Figures of this review: functions that draw tables and return a picture with its alternative text and its data."""
