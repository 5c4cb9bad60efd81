"""Retrain and validate radiogenomic models on cohorts of patients."""
