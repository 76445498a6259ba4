//! kargo-http
