//! What is a finding.
//!
//! In the application's own code everything is that is not what it was. Libraries keep caches: there, a variable that had
//! nothing and got something, or an array whose entries came or went while the others stayed, is none, unless it now
//! holds something that the visitor sent. The same goes for objects that were made while booting.

use crate::engine::ffi;

use super::{Finding, Guard, Mode, names, visitor};

/// The namespace of php/Kargo/App.
const ADAPTERS: &str = "Kargo\\App\\";
const CHANGED: &str = "was changed";
const HOLDS: &str = "holds what the visitor sent";

fn done(mode: Mode) -> &'static str {
    match mode {
        Mode::Off | Mode::Log => "nothing",
        Mode::Reset => "put back",
        Mode::Strict => "this worker is replaced",
    }
}

/// Judges the slots that a scan found, and puts them back or takes them as they are. Calls no PHP code.
pub(super) fn slots(guard: &mut Guard, changed: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    if changed == 0 {
        return findings;
    }
    guard.visitor.publish();
    for index in 0..changed {
        // SAFETY: below what the scan found; slots and owners stay where they are until the next scan.
        let (number, slot, owner) = unsafe {
            let number = ffi::kg_isolation_changed(index);
            let slot = &*ffi::kg_isolation_slot(number);
            (number, slot, &*ffi::kg_isolation_owner(slot.owner))
        };
        let finding = (!guard.is_stale)
            .then(|| judge(guard, number, slot, owner))
            .flatten();
        // SAFETY: as above. Both move a value to the garbage and drop nothing.
        unsafe {
            if finding.is_some() && guard.mode == Mode::Reset {
                ffi::kg_isolation_put_back(number);
            } else {
                ffi::kg_isolation_accept(number);
            }
        }
        findings.extend(finding);
    }
    visitor::unpublish();
    findings
}

fn judge(
    guard: &Guard,
    number: u32,
    slot: &ffi::kg_slot,
    owner: &ffi::kg_owner,
) -> Option<Finding> {
    // SAFETY: compares values; calls no PHP code.
    let change = unsafe { ffi::kg_isolation_classify(number) };
    if change == ffi::kg_change_KG_CHANGE_NONE {
        return None;
    }
    let is_lenient = slot.is_library || owner.kind == ffi::kg_owner_kind_KG_OWNER_OBJECT;
    let is_cache = is_lenient && change == ffi::kg_change_KG_CHANGE_FILLED;
    // SAFETY: as above.
    let reason = match unsafe { ffi::kg_isolation_holds_visitor(number) } {
        true => HOLDS,
        false if is_cache => return None,
        false => CHANGED,
    };
    let name = names::of_slot(slot, owner);
    // The adapters to frameworks put everything else back; they themselves keep the framework, or make a new one.
    (!name.starts_with(ADAPTERS) && !guard.allow.allow(&name)).then(|| Finding {
        name,
        reason,
        done: done(guard.mode),
    })
}

/// What was noted before the engine was tidied up, and is put back.
pub(super) fn noted(guard: &mut Guard, findings: &mut Vec<Finding>) {
    for name in std::mem::take(&mut guard.noted) {
        if !guard.is_stale && !guard.allow.allow(name) {
            findings.push(Finding {
                name: name.to_owned(),
                reason: CHANGED,
                done: if guard.mode == Mode::Strict {
                    done(Mode::Strict)
                } else {
                    "put back"
                },
            });
        }
    }
}

/// What is done about a finding of the process.
pub(super) fn of_process(guard: &Guard, name: &str) -> Option<Finding> {
    (!guard.is_stale && !guard.allow.allow(name)).then(|| Finding {
        name: name.to_owned(),
        reason: CHANGED,
        done: done(guard.mode),
    })
}
