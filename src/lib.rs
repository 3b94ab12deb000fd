//! pg_replenish
