//! kargo-bench-limit
fn main() {}
