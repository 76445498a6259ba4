//! kargo-supervisor
