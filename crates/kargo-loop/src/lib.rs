//! kargo-loop
