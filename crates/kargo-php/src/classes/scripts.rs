//! `Kargo\App\Scripts`.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::engine::call::native;
use crate::engine::throw::{class, throw};
use crate::engine::{Call, Kind, Thrown, object};
use crate::scripts::Scripts;

native! {
    kargo_app_scripts_construct => construct;
}

const MOST_PROCESSES: u32 = 1024;
const LONGEST_TIMEOUT: f64 = 86_400.0;

fn refuse(message: &str) -> Thrown {
    throw(class::configuration_exception(), message)
}

/// The name of a script within a folder.
fn name_argument(call: &Call, index: u32, what: &str) -> Result<String, Thrown> {
    let name = String::from_utf8_lossy(call.bytes(index)?).into_owned();
    let is_below = !name.is_empty()
        && !name.contains('\0')
        && Path::new(&name)
            .components()
            .all(|component| matches!(component, Component::Normal(_)));
    if is_below {
        return Ok(name);
    }
    Err(refuse(&format!(
        "{what} \"{name}\" must be the name of a script below the root"
    )))
}

fn construct(call: &Call) -> Result<(), Thrown> {
    let given = PathBuf::from(String::from_utf8_lossy(call.bytes(0)?).into_owned());
    let real = given.canonicalize().map_err(|error| {
        refuse(&format!(
            "the scripts' root {} can't be used: {error}",
            given.display()
        ))
    })?;
    let index = if call.argument(1).is_some() {
        name_argument(call, 1, "the index")?
    } else {
        "index.php".to_owned()
    };
    let front_controller = match call.argument(2) {
        None => Some("index.php".to_owned()),
        Some(value) if value.kind() == Kind::Null => None,
        Some(_) => Some(name_argument(call, 2, "the front controller")?),
    };
    let processes = call.optional_int(3)?.unwrap_or(4);
    let processes = u32::try_from(processes)
        .ok()
        .filter(|count| (1..=MOST_PROCESSES).contains(count))
        .ok_or_else(|| {
            refuse(&format!(
                "processes must be 1 to {MOST_PROCESSES}, not {processes}"
            ))
        })?;
    let requests = call.optional_int(4)?.unwrap_or(10_000);
    let requests = u64::try_from(requests)
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| refuse("requests must be 1 or more"))?;
    let timeout = call.float_or(5, 30.0)?;
    if !(timeout > 0.0 && timeout <= LONGEST_TIMEOUT) {
        return Err(refuse(
            "timeout must be more than 0 seconds, and at most a day",
        ));
    }
    let (root, only) = if real.is_dir() {
        (real, None)
    } else {
        (
            real.parent().unwrap_or(Path::new("/")).to_owned(),
            Some(real),
        )
    };
    static LAST: AtomicU64 = AtomicU64::new(0);
    object::set_native(
        call.this(),
        Rc::new(Scripts {
            number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            root,
            only,
            index,
            front_controller,
            processes,
            requests,
            timeout: Duration::from_secs_f64(timeout),
        }),
    );
    Ok(())
}
