/* A classic request: what Rust calls, and what it answers. */
#ifndef KARGO_APP_H
#define KARGO_APP_H

typedef struct kg_session_setup kg_session_setup;

#define KG_SUPERGLOBALS 8 /* in the order of app.c */

/*
 * What belongs to one application and not to the handlers beside it: error handlers, the error level, how sessions are set
 * up, and what $_SERVER and $_ENV have beside the request.
 */
typedef struct kg_app_scope {
	bool is_filled;
	int error_reporting, handler_error_reporting;
	zval error_handler, exception_handler;
	zend_stack error_handlers, error_handlers_error_reporting, exception_handlers;
	HashTable *server, *env; /* NULL: not made, or not needed */
	uint32_t first_variable; /* where the request's own begin in `server`, in the order of kg_variable */
	kg_session_setup *sessions; /* as the boot has left it */
	zend_reference *references[KG_SUPERGLOBALS]; /* what code has kept as &$_SERVER; NULL: nothing */
	/* for the isolation guard: error handlers as the boot has left them */
	bool is_measured;
	zval known_error_handler, known_exception_handler;
	int known_error_handlers, known_exception_handlers, known_error_mask;
} kg_app_scope;

/* The strings end with NUL and live until kg_app_leave(). */
typedef struct kg_app_request {
	const char *method, *content_type, *authorization; /* the last two: NULL if there is none */
	char *uri, *query, *cookie; /* the last two: NULL if there is none */
	zend_long content_length;
	zend_long output_buffering;
} kg_app_request;

typedef struct kg_text {
	const char *text;
	size_t length;
} kg_text;

/* Variables of $_SERVER beside those of headers: those that every request has, then the others. */
typedef enum kg_variable {
	KG_REQUEST_METHOD, KG_REQUEST_URI, KG_QUERY_STRING, KG_SERVER_PROTOCOL, KG_GATEWAY_INTERFACE, KG_SERVER_SOFTWARE,
	KG_REQUEST_SCHEME, KG_SERVER_NAME, KG_SERVER_ADDR, KG_SERVER_PORT, KG_REMOTE_ADDR, KG_REMOTE_PORT, KG_DOCUMENT_ROOT,
	KG_DOCUMENT_URI, KG_SCRIPT_NAME, KG_SCRIPT_FILENAME, KG_PHP_SELF, KG_REDIRECT_STATUS, KG_ALWAYS,
	KG_PATH_INFO = KG_ALWAYS, KG_CONTENT_TYPE, KG_CONTENT_LENGTH, KG_HTTPS, KG_VARIABLES,
} kg_variable;

/* defined in Rust */
extern bool kargo_app_write(const char *bytes, size_t length);
extern bool kargo_app_flush(void);
extern size_t kargo_app_read(char *buffer, size_t length);
extern void kargo_app_variables(HashTable *variables);
extern void kargo_app_rolled_back(const char *class_name, size_t length, bool has_worked);

void kg_app_start(void);
kg_app_scope *kg_app_scope_new(void);
void kg_app_scope_free(kg_app_scope *scope);
void kg_app_scope_swap(kg_app_scope *scope);
void kg_app_measure(kg_app_scope *scope);
uint32_t kg_app_handlers_changed(const kg_app_scope *scope);
void kg_app_put_back_handlers(kg_app_scope *scope, uint32_t which);

/* how sessions are set up */
void kg_app_before_boot(void *nothing);
void kg_app_note_sessions(kg_app_scope *scope);
void kg_app_begin_session(const kg_app_scope *scope);
void kg_app_finish_session(const kg_app_scope *scope);
void kg_session_setup_free(kg_session_setup *setup);
void kg_app_sessions_drop(void);

/* what PHP makes new for each request */
extern uint32_t kg_app_touched;
void kg_app_reset_note(void);
void kg_app_reset(void);
void kg_app_reset_drop(void);

/* transactions of databases */
void kg_app_note_transactions(void);
bool kg_app_has_connections(void);
void kg_app_roll_back(void *nothing);

/* superglobals that code has kept by reference */
void kg_app_references_take(kg_app_scope *scope, size_t global, zval *base);
void kg_app_references_bind(zval *(*slot_of)(size_t global));
void kg_app_references_clear(void);
void kg_app_references_keep(kg_app_scope *scope, size_t global, zval *slot);
void kg_app_references_leave(void);
void kg_app_references_drop(kg_app_scope *scope);

/* filter_input(INPUT_SERVER) */
void kg_app_filter_hook(void);
void kg_app_filter_forget(void);
bool kg_app_is_running(void);
void kg_app_make_server(void);

/* one request, in this order; those that take a pointer are to be called protected */
void kg_app_enter(kg_app_scope *scope, const kg_app_request *request);
void kg_app_activate(void *request);
void kg_app_working(bool is_working);
bool kg_app_has_exception_handler(void);
void kg_app_handle_exception(void *nothing);
void kg_app_end(void *step);
void kg_app_run_shutdown_functions(void *nothing);
void kg_app_end_output(void *nothing);
void kg_app_end_session(void *nothing);
void kg_app_send_headers(void *nothing);
void kg_app_clean(void *nothing);
void kg_app_leave(void);
bool kg_app_base_is_complete(void);
void kg_app_complete_base(void *nothing);

void kg_app_flush_all(void);
bool kg_app_headers_are_sent(void);
int kg_app_status(void);
void kg_app_set_status(int status);
const char *kg_app_status_line(void);
uint32_t kg_app_header_count(void);
void kg_app_headers(kg_text *out);
const char *kg_app_main_script(void);

/* $_SERVER */
void kg_app_start_variables(void);
const char *kg_app_variable_name(kg_variable variable);
void kg_app_set(HashTable *variables, kg_variable variable, const char *value, size_t length);
void kg_app_set_header(HashTable *variables, const char *name, size_t name_length, const char *value, size_t length);
HashTable *kg_app_template(const char *global, size_t length);
void kg_app_add_places(kg_app_scope *scope);
HashTable *kg_app_server(const kg_app_scope *scope);
void kg_app_keys_drop(void);

#endif
