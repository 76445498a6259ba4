//! kargo-net
