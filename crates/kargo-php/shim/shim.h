/*
 * What Rust sees of PHP: the engine's own headers, and the functions of the shim for what they offer only as a macro, a
 * static inline or a setjmp. bindgen reads this file against the *installed* headers, since the layout of EG differs
 * between builds of the same version.
 */
#ifndef KARGO_SHIM_H
#define KARGO_SHIM_H

#include "php.h"
#include "SAPI.h"
#include "php_ini.h"
#include "php_main.h"
#include "php_output.h"
#include "php_variables.h"
#include "php_streams.h"
#include "ext/spl/spl_exceptions.h"
#include "ext/standard/info.h"
#include "zend_attributes.h"
#include "zend_closures.h"
#include "zend_enum.h"
#include "zend_exceptions.h"
#include "zend_fibers.h"
#include "zend_interfaces.h"
#include "zend_weakrefs.h"

#include "app.h"

#ifdef ZTS
# error "kargo_event keeps its state for one thread: build it for a PHP without thread safety (php -i | grep Thread)"
#endif

/* A PHP object of ours: `native` belongs to Rust, see kargo_native_free(). */
typedef struct kg_object {
	void *native;
	zend_object std;
} kg_object;

/* How a protected call ended; checked in this order. */
typedef enum kg_outcome {
	KG_RETURNED = 0,
	KG_FATAL = 1,        /* a longjmp: fatal error, time limit, memory limit since 8.3 */
	KG_OUT_OF_MEMORY = 2, /* the delayed memory limit of Debian's 8.2 */
	KG_EXITED = 3,       /* exit or die */
	KG_THREW = 4,        /* EG(exception) is set */
} kg_outcome;

/* What a handler left behind, as bits. */
enum {
	KG_LEFT_OUTPUT_BUFFER = 1,
	KG_LEFT_TIME_LIMIT = 2,
	KG_LEFT_ERROR_HANDLER = 4,
	KG_LEFT_EXCEPTION_HANDLER = 8,
	KG_LEFT_SESSION = 16,
	KG_LEFT_HEADERS = 32,
	KG_LEFT_ERROR_REPORTING = 64,
};

/* Engine state that belongs to one handler while it is parked. */
typedef struct kg_scope {
	zend_stack output_handlers;
	struct _php_output_handler *output_active, *output_running;
	int output_flags;
	zval error_handler, exception_handler;
	zend_fcall_info compare; /* the callback of usort() */
	zend_fcall_info_cache compare_cache;
	zend_long timeout_seconds;
} kg_scope;

/* An execution context: a stack of its own on which the loop can run. */
typedef struct kg_context {
	zend_fiber_context fiber;
	struct kg_context *next_ended;
} kg_context;

/* The resources of the classic API. */
typedef enum kg_kind {
	KG_EVENT = 0,
	KG_EVENT_BASE = 1,
	KG_EVBUFFER = 2,
	KG_BUFFEREVENT = 3,
	KG_EVHTTP = 4,
	KG_EVHTTP_REQUEST = 5,
	KG_EVHTTP_RESPONSE = 6,
	KG_EVHTTP_CONNECTION = 7,
	KG_KINDS = 8,
} kg_kind;

/* defined in Rust */
extern void kargo_not_constructible(zend_execute_data *, zval *);
extern void kargo_native_free(zend_class_entry *class_entry, void *native);
extern void *kargo_native_clone(zend_class_entry *class_entry, void *native);
extern void kargo_resource_free(kg_kind kind, uintptr_t key);
extern void kargo_module_started(void);
extern void kargo_request_ended(void);
extern size_t kargo_on_output(const char *bytes, size_t length);
extern void kargo_on_error(int type, zend_string *file, uint32_t line, zend_string *message);
extern void kargo_on_log(const char *message, size_t length);
extern bool kargo_on_uncaught(const char *message, size_t length);
struct kg_script_variable;
extern bool kargo_script_write(const char *bytes, size_t length);
extern bool kargo_script_flush(void);
extern void kargo_script_head(int status);
extern void kargo_script_header(const char *line, size_t length);
extern size_t kargo_script_read(char *buffer, size_t length);
extern const char *kargo_script_cookies(void);
extern const char *kargo_script_getenv(const char *name, size_t length);
extern bool kargo_script_variable(size_t *at, struct kg_script_variable *out);
extern void kargo_script_log(const char *message, size_t length);
extern zend_fiber_context *kargo_context_main(kg_context *context);
extern void kargo_fn_panic(zend_execute_data *, zval *);

zend_module_entry *kg_module(void);

extern void kargo_on_interrupt(void);

/* calls */
kg_outcome kg_call(const zend_fcall_info_cache *callable, zval *result, uint32_t count, zval *arguments, HashTable *named);
kg_outcome kg_protect(void (*body)(void *), void *data);
kg_outcome kg_check(void);
zend_object *kg_take_exception(void);
void kg_forget_exit(void);
int kg_exit_status(void);
zend_string *kg_exit_file(void);
uint32_t kg_exit_line(void);
void kg_release_trampoline(zend_fcall_info_cache *cache);
bool kg_resolve_callable(zval *callable, zend_fcall_info_cache *cache, zend_string **error);

/* contexts */
kg_context *kg_context_new(void);
void kg_context_switch(zend_fiber_context *to);
zend_fiber_context *kg_context_current(void);
bool kg_switch_is_blocked(void);
bool kg_shutdown_is_unclean(void);
int kg_serving_error_reporting(void);
void kg_scope_park(kg_scope *scope);
void kg_scope_resume(kg_scope *scope);

/* serving */
void kg_serving_begin(void);
void kg_serving_end(void);
void kg_serving_settle(void);
void kg_watch_uncaught(void);
void kg_watch_pcntl(bool on);
bool kg_signals_were_touched(void);
void kg_signals_reset(void);
void kg_arm_time_limit(void);
uint32_t kg_left_behind(void);
void kg_tidy(uint32_t left, uint32_t *buffers_closed);
zend_long kg_memory_limit(void);
/* Whether more than half of what the limit allows is in use. */
bool kg_memory_is_short(void);
void kg_renew_memory_limit(void);
void kg_set_memory_limit(const char *value, size_t length);
void kg_rethrow(zval *exception);
void kg_bailout(void);
bool kg_interrupt_is_due(void);
void kg_run_interrupt(void);
void kg_arm_deadline(int64_t nanos);
void kg_watch_interrupts(void);

/* scripts */
typedef struct kg_script {
	const char *file, *method, *query, *uri, *content_type, *authorization; /* the last two: NULL if there is none */
	zend_long content_length;
	int protocol; /* 1000 * major + minor */
	const char *memory_limit; /* where PHP has none; NULL: leave it so */
} kg_script;

typedef struct kg_script_variable {
	const char *name, *value; /* both end with NUL */
	size_t value_length;
} kg_script_variable;

void kg_keep_opcode_cache(bool on);
void kg_scripts_begin(void);
bool kg_script_run(const kg_script *script);

/* classic */
void kg_classic_start(int type, int module_number);
zend_resource *kg_resource_new(kg_kind kind, uintptr_t key);
uintptr_t kg_resource_argument(zval *argument, uint32_t number, kg_kind kind);
uintptr_t kg_resource_key(const zend_resource *resource, kg_kind kind);
void kg_resource_close(zend_resource *resource);
void kg_warning(const char *message);
zend_resource *kg_handle_new(kg_kind kind, uintptr_t key);
void kg_handle_renew(zend_resource *resource, kg_kind kind, uintptr_t key);
void kg_handle_release(zend_resource *resource);
void kg_callback_warning(const zend_fcall_info_cache *callable, const char *message);
void kg_report_exception(zend_object *exception);

/* values */
zend_string *kg_string(const char *bytes, size_t length);
void kg_string_release(zend_string *string);
void kg_release(zval *value);
HashTable *kg_array(uint32_t size);
void kg_array_push(HashTable *array, zval *value);
void kg_array_set_bytes(HashTable *array, const char *key, size_t length, zval *value);
zval *kg_array_find(HashTable *array, const char *key, size_t length);
bool kg_object_init(zval *value, zend_class_entry *class_entry);
zval *kg_property_slot(zend_object *object, uint32_t index);
void kg_set_property(zend_object *object, zend_class_entry *scope, const char *name, size_t length, zval *value);
zval *kg_read_property(zend_object *object, const char *name, size_t length, zval *buffer);
bool kg_instance_of(const zend_object *object, const zend_class_entry *class_entry);
void kg_value_error(uint32_t argument, const char *message, size_t length);
void kg_throw(zend_class_entry *class_entry, const char *message, size_t length, zend_long code);
bool kg_string_argument(zval *argument, uint32_t number, bool nullable, zend_string **out);
bool kg_stringable_argument(zval *argument, uint32_t number, zend_string **out);
bool kg_int_argument(zval *argument, uint32_t number, bool nullable, bool *is_null, zend_long *out);
bool kg_float_argument(zval *argument, uint32_t number, bool nullable, bool *is_null, double *out);
bool kg_bool_argument(zval *argument, uint32_t number, bool *out);
void kg_type_error(uint32_t number, const char *expected, zval *given);
void kg_callback_error(uint32_t number, const char *reason, size_t length);
const char *kg_type_name(zval *value);
int kg_stream_fd(zval *stream);
bool kg_stream_argument(zval *stream);
bool kg_stream_unblock(zval *stream);
bool kg_stream_unbuffer(zval *stream);
bool kg_stream_has_buffered(zval *stream);
const char *kg_stream_take_buffered(zval *stream, size_t *length);
bool kg_make_string(zval *reference, uint32_t number);
void kg_append(zval *reference, const char *bytes, size_t length);
void kg_parse_query(const char *text, size_t length, zval *out);

/* forms with files */
typedef struct kg_field {
	const char *name;
	const char *value;
	size_t length;
} kg_field;

void kg_register_fields(const kg_field *fields, size_t count, zval *out);
const char *kg_upload_directory(void);
zend_string *kg_string_room(size_t length);
bool kg_stream_of_fd(int fd, zval *out);

zend_string *kg_url_encode(const char *text, size_t length);
void kg_throw_exit(void);
zend_class_entry *kg_lookup_class(zend_string *name);

/* values in bulk */
typedef enum kg_shape {
	KG_PLAIN = 0,
	KG_BACKED_ENUM = 1,
	KG_UNIT_ENUM = 2,
	KG_DATE = 3,
	KG_SERIALIZABLE = 4,
	KG_UNSUPPORTED = 5,
} kg_shape;

HashTable *kg_list_of(const zval *values, uint32_t count);
bool kg_is_flood(zval *pairs, uint32_t count);
HashTable *kg_table_of(zval *pairs, uint32_t count, bool numeric_keys);
HashTable *kg_table_like(const HashTable *before, const zval *values);
zend_object *kg_object_of(HashTable *properties);
void kg_templates_drop(void);
void kg_hash_string(zend_string *string);
bool kg_date_from_text(const char *text, size_t length, zval *out);
zend_string *kg_date_text(zend_object *date);
kg_shape kg_shape_of(zend_object *object);
zval *kg_enum_value(zend_object *object);
void kg_json_serialize(zend_object *object, zval *out);
HashTable *kg_properties(zend_object *object);
void kg_properties_done(HashTable *properties);

/* what foreach does */
zend_object_iterator *kg_iterator(zval *traversable);
zval *kg_iterator_current(zend_object_iterator *iterator, zval *key);
void kg_iterator_next(zend_object_iterator *iterator);
void kg_iterator_end(zend_object_iterator *iterator);
bool kg_array_set(HashTable *array, const zval *key, zval *value);
bool kg_path_is_allowed(const char *path);

/* ---- rpc ---- */

/* One parameter of a function, as far as its signature says; `name` and `type` live as long as the function. */
typedef struct kg_parameter {
	const char *name;
	size_t name_length;
	const zend_type *type; /* NULL: none was declared */
	bool is_by_reference;
	bool is_variadic;
} kg_parameter;

typedef enum kg_class_kind {
	KG_CLASS_OTHER = 0,
	KG_CLASS_STD = 1,
	KG_CLASS_DATE = 2,
	KG_CLASS_INT_ENUM = 3,
	KG_CLASS_STRING_ENUM = 4,
	KG_CLASS_UNIT_ENUM = 6,
	KG_CLASS_VALUE = 5, /* what a closure returns as a value rather than as a service */
} kg_class_kind;

bool kg_parameter_at(const zend_function *function, uint32_t index, kg_parameter *out);
const zend_type *kg_return_type(const zend_function *function);
uint32_t kg_type_mask(const zend_type *type);
zend_string *kg_type_class(const zend_type *type, uint32_t index);
bool kg_default_value(const zend_function *function, uint32_t index, zval *out);
zend_string *kg_doc_comment(const zend_function *function);
bool kg_has_attribute(const zend_function *function, const char *lowercase_name, size_t length);
kg_class_kind kg_kind_of_class(const zend_class_entry *class_entry);
bool kg_is_subclass(const zend_class_entry *class_entry, const zend_class_entry *parent);
void kg_construct(zend_class_entry *class_entry, zval *out);
zend_object *kg_enum_case(zend_class_entry *class_entry, const zval *value);
zend_class_entry *kg_date_class(void);
bool kg_date_of_class(zend_class_entry *class_entry, const char *text, size_t length, zval *out);
void kg_object_to_array(zval *value);
HashTable *kg_object_properties(zend_object *object);
zend_string *kg_base64_decode(const char *text, size_t length);
bool kg_is_out_of_memory(void);
zend_string *kg_class_doc_comment(const zend_class_entry *class_entry);
void kg_enum_cases(zend_class_entry *class_entry, zval *out);
HashTable *kg_class_attributes(const zend_class_entry *class_entry);
HashTable *kg_function_attributes(const zend_function *function);
zend_attribute *kg_attribute_at(HashTable *attributes, uint32_t offset, uint32_t index);
bool kg_attribute_is_internal(const zend_attribute *attribute);
void kg_attribute_new(zend_attribute *attribute, zend_class_entry *scope, zval *out);
bool kg_promote(zend_execute_data *frame);

/* A public property; all of it lives as long as the class that declares it. */
typedef struct kg_property {
	zend_string *name;
	const zend_type *type; /* NULL: none was declared */
	zend_string *doc_comment;
	HashTable *attributes;
	zend_class_entry *class; /* which declares it */
	bool is_promoted;
} kg_property;

zend_string *kg_class_file(const zend_class_entry *class_entry, uint32_t *line);
bool kg_class_is_plain(const zend_class_entry *class_entry);
zend_function *kg_record_constructor(zend_class_entry *class_entry);
void kg_prepare_class(zend_class_entry *class_entry);
bool kg_object_begin(zend_class_entry *class_entry, zval *out);
void kg_object_constructed(zend_object *object);
bool kg_property_at(const zend_class_entry *class_entry, uint32_t index, kg_property *out);
bool kg_promoted_property(const zend_function *function, const char *name, size_t length, kg_property *out);
zend_object *kg_enum_case_named(zend_class_entry *class_entry, const zval *name);
zval *kg_enum_name(zend_object *object);
zval *kg_member(HashTable *properties, const char *name, size_t length);
zend_string *kg_function_file(const zend_function *function, uint32_t *line);
zend_long kg_default_code(zend_class_entry *class_entry);

#include "isolation.h"

#endif
