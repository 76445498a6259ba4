//! kargo-rpc
