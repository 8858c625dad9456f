//! Server-drawn charts.
