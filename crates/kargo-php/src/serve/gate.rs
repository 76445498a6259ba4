//! Who of the workers takes a connection.

use std::cell::RefCell;
use std::rc::Rc;

use kargo_net::{AcceptDecision, AcceptGate};
use kargo_supervisor::{AcceptShare, Decision};

/// The gate of kargo-net over the sharing of kargo-supervisor.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Rc<RefCell<AcceptShare>>);

impl Gate {
    pub(crate) fn new(share: AcceptShare) -> Self {
        Self(Rc::new(RefCell::new(share)))
    }
}

impl AcceptGate for Gate {
    fn decide(&mut self) -> AcceptDecision {
        match self.0.borrow().decide() {
            Decision::Accept => AcceptDecision::Accept,
            Decision::Leave { retry_after, .. } => AcceptDecision::Leave { retry_after },
        }
    }

    fn opened(&mut self) {
        self.0.borrow_mut().opened();
    }

    fn closed(&mut self) {
        self.0.borrow_mut().closed();
    }
}
