//! How it goes: baselines, trends, meaningful change, alerts and adherence.
