//! Builds the C shim against the installed PHP, generates the argument tables from the stub files, and the bindings from
//! the installed headers. `PHP_CONFIG` and `PHP` name the PHP to build for (default: `php-config`, `php`).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a build script fails by panicking"
)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{program} can't be run ({error}); install PHP with its development files: php-cli php-dev")
    });
    assert!(
        output.status.success(),
        "{program} {arguments:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let php_config = env::var("PHP_CONFIG").unwrap_or_else(|_| "php-config".into());
    let php = env::var("PHP").unwrap_or_else(|_| "php".into());
    for name in ["PHP_CONFIG", "PHP"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let stubs = [
        "kargo_event",
        "http_client",
        "files",
        "uploads",
        "sessions",
        "net",
        "scripts",
        "rpc_types",
        "rpc_rest",
        "rpc_client",
        "rpc_policies",
        "classic",
        "classic_http",
        "app",
        "isolation",
    ]
    .map(|name| format!("../../php/stubs/{name}.stub.php"));
    println!("cargo:rerun-if-changed=shim");
    for stub in &stubs {
        println!("cargo:rerun-if-changed={stub}");
    }

    let mut arguments = vec!["-n", "-d", "display_errors=stderr", "shim/arginfo.php"];
    arguments.extend(stubs.iter().map(String::as_str));
    let tables = output_of(&php, &arguments);
    fs::write(out.join("kargo_classes.h"), tables).expect("OUT_DIR is writable");

    let includes = output_of(&php_config, &["--includes"]);
    let includes: Vec<&str> = includes.split_whitespace().collect();
    let mut shim = cc::Build::new();
    for include in &includes {
        shim.flag(include);
    }
    let version = format!(
        "\"{}\"",
        env::var("CARGO_PKG_VERSION").expect("cargo sets it")
    );
    shim.include(&out)
        .define("KARGO_VERSION", version.as_str())
        .define("ZEND_ENABLE_STATIC_TSRMLS_CACHE", None)
        .files(
            [
                "module",
                "call",
                "serving",
                "value",
                "tables",
                "rpc",
                "rpc_types",
                "deadline",
                "classic",
                "app",
                "app_answer",
                "app_filter",
                "app_references",
                "app_reset",
                "app_scope",
                "app_session",
                "app_variables",
                "isolation",
                "isolation_compare",
                "isolation_hooks",
                "isolation_process",
                "isolation_restore",
                "opcode_cache",
                "scripts",
                "signals",
                "uploads",
            ]
            .map(|name| format!("shim/{name}.c")),
        )
        .opt_level(3)
        .flag("-Wno-unused-parameter")
        .flag("-Wno-sign-compare")
        .flag("-Wno-address")
        .compile("kargo_shim");

    bindgen::Builder::default()
        .header("shim/shim.h")
        .clang_args(&includes)
        .allowlist_function("kg_.*|zend_hash_(index_find|real_init_packed)|zend_wrong_parameters_count_error")
        .allowlist_function("rc_dtor_func|_emalloc|_efree|zend_string_hash_func|zend_call_function")
        .allowlist_function("zend_unset_timeout|object_properties_init|zend_std_get_properties|zend_array_dup")
        .allowlist_var("executor_globals|zend_empty_string|zend_one_char_string|zend_empty_array|std_object_handlers")
        .allowlist_var("zend_ce_(exception|error|closure|throwable|value_error|type_error|traversable|countable|unit_enum|backed_enum)|zend_standard_class_def|spl_ce_.*")
        .allowlist_var("IS_.*|E_.*|MAY_BE_.*|ZEND_ACC_.*|GC_.*|PHP_VERSION_ID|HASH_FLAG_.*|KG_(ASPECT|LEFT)_.*")
        .allowlist_type("zval|zend_string|zend_array|HashTable|Bucket|zend_object|zend_class_entry|zend_function|zend_execute_data|zend_fcall_info_cache|zend_resource|zend_type|zend_type_list|zend_arg_info|zend_internal_arg_info|zend_property_info|zend_attribute|kg_.*")
        .blocklist_function("zend_.*printf.*|.*_va|strtod|.*vspprintf.*")
        .opaque_type("_IO_FILE|sigaction|timeval")
        .layout_tests(false)
        .derive_default(false)
        .generate_comments(false)
        .generate()
        .expect("bindgen reads PHP's headers; it needs libclang (libclang-dev)")
        .write_to_file(out.join("ffi.rs"))
        .expect("OUT_DIR is writable");
}
