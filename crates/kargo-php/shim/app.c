/*
 * A classic request: PHP's real request environment around one call, in a process that lives on.
 *
 * php_request_startup() and php_request_shutdown() begin and end everything, compiler and memory included. Between
 * kg_app_enter() and kg_app_leave() only what a visitor can see is a request's own: the SAPI's hooks, output, headers,
 * superglobals, shutdown functions, the session. Whatever was there before is put aside, and put back.
 */
#include "shim.h"
#include "php_variables.h"
#include "ext/standard/basic_functions.h"
#include "ext/standard/head.h"
#include "ext/standard/php_filestat.h"
#include "rfc1867.h"

_Static_assert(KG_SUPERGLOBALS == 8, "as many as follow here");
enum { KG_GET, KG_POST, KG_COOKIE, KG_SERVER, KG_ENV, KG_REQUEST, KG_FILES, KG_SESSION, KG_GLOBALS };

static const char *const kg_global_names[KG_GLOBALS] = {
	"_GET", "_POST", "_COOKIE", "_SERVER", "_ENV", "_REQUEST", "_FILES", "_SESSION",
};

static zend_string *kg_global_keys[KG_GLOBALS];
/* How the engine makes each; NULL for $_SESSION, or where the engine has none. */
static zend_auto_global *kg_makers[KG_GLOBALS];
static zend_function *kg_flush_function;
static zend_module_entry *kg_filter, *kg_zlib;

/* What is put aside while a classic request runs. */
static struct {
	kg_app_scope *scope; /* NULL: none runs */
	bool is_working; /* the application's code runs, not the end of the request */
	char *cookie;
	char *status_line; /* as it was sent; the engine frees its own */
	int sent_status; /* 0: headers are not sent */
	php_output_handler *buffer; /* the implicit one */
	size_t buffer_size;
	sapi_module_struct module;
	sapi_globals_struct sapi;
	zend_output_globals output;
	zval globals[KG_GLOBALS];
	zval http_globals[NUM_TRACK_VARS];
	HashTable *shutdown_functions;
	short connection_status;
	bool ignore_user_abort, register_argc_argv;
} kg_app;

/* Where a superglobal is among the globals. It is looked for only where it is not in the place that it had before. */
static zval *kg_global(size_t global)
{
	static uint32_t places[KG_GLOBALS];
	HashTable *globals = &EG(symbol_table);
	if (EXPECTED(places[global] < globals->nNumUsed)) {
		Bucket *bucket = globals->arData + places[global];
		if (EXPECTED(bucket->key == kg_global_keys[global] && Z_TYPE(bucket->val) != IS_UNDEF)) {
			return &bucket->val;
		}
	}
	zval *slot = zend_hash_find_known_hash(globals, kg_global_keys[global]);
	if (slot) {
		places[global] = (uint32_t) ((Bucket *) slot - globals->arData);
	}
	return slot;
}

/* At module start. */
void kg_app_start(void)
{
	for (size_t i = 0; i < KG_GLOBALS; i++) {
		kg_global_keys[i] = zend_string_init_interned(kg_global_names[i], strlen(kg_global_names[i]), 1);
	}
	kg_app_start_variables();
	kg_flush_function = zend_hash_str_find_ptr(CG(function_table), ZEND_STRL("flush"));
	if (strcmp(sapi_module.name, "cli") != 0) {
		/* Other SAPIs have their own. */
		zend_hash_str_del(CG(function_table), ZEND_STRL("getallheaders"));
		zend_hash_str_del(CG(function_table), ZEND_STRL("apache_request_headers"));
		zend_hash_str_del(CG(function_table), ZEND_STRL("fastcgi_finish_request"));
	}
}

/* ---- the SAPI's hooks */

/* The client is gone: as php-fpm does, the script ends, unless it asked not to. It ends as by exit, which is clean. */
static void kg_client_is_gone(void)
{
	PG(connection_status) = PHP_CONNECTION_ABORTED;
	php_output_set_status(PHP_OUTPUT_DISABLED);
	if (kg_app.is_working && !PG(ignore_user_abort) && !EG(exception)) {
		zend_throw_unwind_exit();
	}
}

static size_t kg_app_ub_write(const char *bytes, size_t length)
{
	if (UNEXPECTED(!kargo_app_write(bytes, length))) {
		kg_client_is_gone();
	}
	return length;
}

/* flush() sends what is in the implicit buffer too: who calls it wants to see something. */
static void kg_app_flush(void *context)
{
	zend_execute_data *frame = EG(current_execute_data);
	bool is_asked_for = frame && frame->func == kg_flush_function;
	if (is_asked_for && OG(active) && OG(active) == kg_app.buffer && OG(active)->size == kg_app.buffer_size && !OG(running)) {
		php_output_flush();
	}
	if (!kargo_app_flush()) {
		kg_client_is_gone();
	}
}

static size_t kg_app_read_post(char *buffer, size_t length)
{
	return kargo_app_read(buffer, length);
}

static char *kg_app_read_cookies(void)
{
	return kg_app.cookie;
}

/* They stay in SG(sapi_headers) until Rust asks for them. */
static int kg_app_take_headers(sapi_headers_struct *headers)
{
	if (headers->http_status_line && !kg_app.status_line) {
		kg_app.status_line = estrdup(headers->http_status_line);
	}
	kg_app.sent_status = headers->http_response_code;
	return SAPI_HEADER_SENT_SUCCESSFULLY;
}

static void kg_app_register_variables(zval *array)
{
	zval_ptr_dtor(array);
	ZVAL_ARR(array, kg_app_server(kg_app.scope));
	kargo_app_variables(Z_ARRVAL_P(array));
}

/* getenv('REMOTE_ADDR'), as under FastCGI; what is no variable of the request is the environment's. */
static char *kg_app_getenv(const char *name, size_t length)
{
	HashTable *known = kg_app.scope->server;
	zval *value = zend_hash_str_find(known, name, length);
	zend_is_auto_global(kg_global_keys[KG_SERVER]);
	if (Z_TYPE(PG(http_globals)[TRACK_VARS_SERVER]) != IS_ARRAY
		|| (value && (Bucket *) value < known->arData + kg_app.scope->first_variable)) {
		return NULL;
	}
	value = zend_hash_str_find(Z_ARRVAL(PG(http_globals)[TRACK_VARS_SERVER]), name, length);
	return value && Z_TYPE_P(value) == IS_STRING ? Z_STRVAL_P(value) : NULL;
}

static void kg_app_hook(void)
{
	sapi_module.ub_write = kg_app_ub_write;
	sapi_module.flush = kg_app_flush;
	sapi_module.read_post = kg_app_read_post;
	sapi_module.read_cookies = kg_app_read_cookies;
	sapi_module.header_handler = NULL; /* the command line's drops all headers */
	sapi_module.send_headers = kg_app_take_headers;
	sapi_module.register_server_variables = kg_app_register_variables;
	sapi_module.getenv = kg_app_getenv;
	sapi_module.activate = NULL;
	sapi_module.deactivate = NULL;
}

/* ---- the begin */

static void kg_find_makers(void)
{
	for (size_t i = 0; i < KG_GLOBALS; i++) {
		kg_makers[i] = zend_hash_find_ptr(CG(auto_globals), kg_global_keys[i]);
	}
	kg_filter = zend_hash_str_find_ptr(&module_registry, ZEND_STRL("filter"));
	kg_zlib = zend_hash_str_find_ptr(&module_registry, ZEND_STRL("zlib"));
	kg_app_filter_hook();
	kg_app_reset_note();
}

/* Puts everything aside. Can't fail. */
void kg_app_enter(kg_app_scope *scope, const kg_app_request *request)
{
	if (UNEXPECTED(!kg_makers[KG_GET])) {
		kg_find_makers();
	}
	if (UNEXPECTED(!scope->server)) {
		scope->server = kg_app_template(ZEND_STRL("_SERVER"));
		kg_app_add_places(scope);
		scope->env = kg_app_template(ZEND_STRL("_ENV"));
		if (!scope->sessions) {
			kg_app_note_sessions(scope);
		}
	}
	kg_app_scope_swap(scope);
	if (UNEXPECTED(!scope->is_measured)) {
		kg_app_measure(scope);
	}
	kg_app.scope = scope;
	kg_app.is_working = false;
	kg_app.cookie = request->cookie;
	kg_app.status_line = NULL;
	kg_app.sent_status = 0;
	kg_app.buffer = NULL;
	kg_app.module = sapi_module;
	kg_app_hook();

	kg_app.sapi = sapi_globals;
	memset(&SG(request_info), 0, sizeof(SG(request_info)));
	SG(server_context) = &kg_app;
	SG(request_info).request_method = request->method;
	SG(request_info).request_uri = request->uri;
	SG(request_info).query_string = request->query;
	SG(request_info).content_type = request->content_type;
	SG(request_info).content_length = request->content_length;
	SG(sapi_headers).http_response_code = 200;

	kg_app.output = output_globals;
	php_output_activate();

	for (size_t i = 0; i < KG_GLOBALS; i++) {
		zval *slot = kg_global(i);
		if (slot) {
			ZVAL_COPY_VALUE(&kg_app.globals[i], slot);
			ZVAL_NULL(slot);
		} else {
			ZVAL_UNDEF(&kg_app.globals[i]);
		}
		if (i != KG_SESSION) {
			kg_app_references_take(scope, i, &kg_app.globals[i]);
		}
	}
	kg_app_note_transactions();
	memcpy(kg_app.http_globals, PG(http_globals), sizeof(kg_app.http_globals));
	memset(PG(http_globals), 0, sizeof(PG(http_globals)));

	kg_app.shutdown_functions = BG(user_shutdown_function_names);
	BG(user_shutdown_function_names) = NULL;
	kg_app.connection_status = PG(connection_status);
	kg_app.ignore_user_abort = PG(ignore_user_abort);
	kg_app.register_argc_argv = PG(register_argc_argv);
	PG(connection_status) = PHP_CONNECTION_NORMAL;
	PG(header_is_being_sent) = 0;
	PG(register_argc_argv) = 0;
	if (PG(last_error_message)) {
		PG(last_error_type) = 0;
		PG(last_error_lineno) = 0;
		zend_string_release(PG(last_error_message));
		PG(last_error_message) = NULL;
		if (PG(last_error_file)) {
			zend_string_release(PG(last_error_file));
			PG(last_error_file) = NULL;
		}
	}
}

static void kg_make_empty(int global, int track)
{
	zval *slot = kg_global(global);
	ZVAL_EMPTY_ARRAY(&PG(http_globals)[track]);
	if (slot) {
		ZVAL_EMPTY_ARRAY(slot);
	} else {
		zval empty;
		ZVAL_EMPTY_ARRAY(&empty);
		zend_hash_add_new(&EG(symbol_table), kg_global_keys[global], &empty);
	}
}

static void kg_make(int global)
{
	kg_makers[global]->auto_global_callback(kg_makers[global]->name);
}

/* Some are made only if code names them; once it did, they are made each time, since that code is compiled only once. */
static bool kg_is_named(int global)
{
	return kg_makers[global] && !(kg_makers[global]->jit && kg_makers[global]->armed);
}

static void kg_make_env(void)
{
	zval copy;
	if (!kg_app.scope->env) {
		kg_make(KG_ENV);
		return;
	}
	ZVAL_ARR(&copy, zend_array_dup(kg_app.scope->env));
	ZVAL_COPY(&PG(http_globals)[TRACK_VARS_ENV], &copy);
	zend_hash_update(&EG(symbol_table), kg_global_keys[KG_ENV], &copy);
}

/* Reads the body of a form, makes the superglobals. Runs no PHP code but for a session that starts by itself. */
void kg_app_activate(void *data)
{
	const kg_app_request *request = data;
	zval error_handler;
	/* As in every web server, what is wrong with a request is told before there is a handler that could be told. */
	ZVAL_COPY_VALUE(&error_handler, &EG(user_error_handler));
	ZVAL_UNDEF(&EG(user_error_handler));
	PG(during_request_startup) = 1;
	sapi_activate();
	SG(request_info).headers_only = 0; /* the server leaves out the body, and knows its length */
	if (request->authorization) {
		php_handle_auth_data(request->authorization);
	}
	if (request->output_buffering > 0) {
		zend_long size = request->output_buffering;
		php_output_start_user(NULL, size > 1 ? size : 0, PHP_OUTPUT_HANDLER_STDFLAGS);
		kg_app.buffer = OG(active);
		kg_app.buffer_size = kg_app.buffer ? kg_app.buffer->size : 0;
	}
	if (request->query && *request->query) {
		kg_make(KG_GET);
	} else {
		kg_make_empty(KG_GET, TRACK_VARS_GET);
	}
	if (strcmp(request->method, "POST") == 0) {
		kg_make(KG_POST);
	} else {
		kg_make_empty(KG_POST, TRACK_VARS_POST);
	}
	if (request->cookie) {
		kg_make(KG_COOKIE);
	} else {
		kg_make_empty(KG_COOKIE, TRACK_VARS_COOKIE);
	}
	if (kg_is_named(KG_SERVER)) {
		kg_make(KG_SERVER);
	}
	if (kg_is_named(KG_ENV)) {
		kg_make_env();
	}
	if (kg_is_named(KG_REQUEST)) {
		kg_make(KG_REQUEST);
	}
	if (Z_TYPE(PG(http_globals)[TRACK_VARS_FILES]) == IS_UNDEF) {
		kg_make_empty(KG_FILES, TRACK_VARS_FILES);
	} else {
		kg_make(KG_FILES);
	}
	kg_app_references_bind(kg_global);
	PG(during_request_startup) = 0;
	ZVAL_COPY_VALUE(&EG(user_error_handler), &error_handler);
	if (kg_zlib && kg_zlib->request_startup_func) {
		/* what encoding this client takes, and zlib.output_compression */
		kg_zlib->request_startup_func(kg_zlib->type, kg_zlib->module_number);
	}
	kg_app_begin_session(kg_app.scope);
}

bool kg_app_is_running(void)
{
	return kg_app.scope != NULL;
}

void kg_app_make_server(void)
{
	zend_is_auto_global(kg_global_keys[KG_SERVER]);
}

/* Whether the application's code runs, which can be ended when its client is gone. */
void kg_app_working(bool is_working)
{
	kg_app.is_working = is_working;
}

/* ---- the end */

static int kg_run_shutdown_function(zval *value)
{
	php_shutdown_function_entry *entry = Z_PTR_P(value);
	zval result;
	if (EG(exception)) {
		return ZEND_HASH_APPLY_STOP;
	}
	ZVAL_UNDEF(&result);
	entry->fci.retval = &result;
	zend_call_function(&entry->fci, &entry->fci_cache);
	zval_ptr_dtor(&result);
	return ZEND_HASH_APPLY_KEEP;
}

/* All of it, where nothing was wrong so far: `step` says where, if something goes wrong now. */
void kg_app_end(void *step)
{
	uint32_t *at = step;
	kg_app_run_shutdown_functions(NULL);
	kg_app.is_working = false;
	if (EG(exception)) {
		return;
	}
	*at = 1;
	kg_app_end_output(NULL);
	if (EG(exception)) {
		return;
	}
	*at = 2;
	kg_app_end_session(NULL);
	if (EG(exception)) {
		return;
	}
	*at = 3;
	kg_app_send_headers(NULL);
}

/* An exit, an exception or a fatal error in one ends the others too, as in PHP. */
void kg_app_run_shutdown_functions(void *nothing)
{
	if (BG(user_shutdown_function_names)) {
		zend_hash_apply(BG(user_shutdown_function_names), kg_run_shutdown_function);
	}
}

void kg_app_end_output(void *nothing)
{
	OG(running) = NULL; /* a fatal error may have jumped out of a buffer's callback */
	php_output_end_all();
}

void kg_app_end_session(void *nothing)
{
	kg_app_finish_session(kg_app.scope);
}

/* Also calls what header_register_callback() registered. */
void kg_app_send_headers(void *nothing)
{
	php_header();
}

/* Whoever kept a stream of php://input must find it closed, not the memory of a body that is gone. */
static void kg_close_input(void)
{
	zend_resource *resource;
	int type = php_file_le_stream();
	ZEND_HASH_FOREACH_PTR(&EG(regular_list), resource) {
		php_stream *stream = resource->ptr;
		if (resource->type == type && stream && strcmp(stream->ops->label, "Input") == 0) {
			zend_list_close(resource);
		}
	} ZEND_HASH_FOREACH_END();
	php_stream_close(SG(request_info).request_body);
	SG(request_info).request_body = NULL;
}

/* Gives back what the request held. May call destructors. */
void kg_app_clean(void *nothing)
{
	if (BG(user_shutdown_function_names)) {
		php_free_shutdown_functions();
		BG(user_shutdown_function_names) = NULL;
	}
	for (size_t i = 0; i < NUM_TRACK_VARS; i++) {
		zval old;
		ZVAL_COPY_VALUE(&old, &PG(http_globals)[i]);
		ZVAL_UNDEF(&PG(http_globals)[i]);
		zval_ptr_dtor(&old);
	}
	kg_app_references_clear();
	for (size_t i = 0; i < KG_GLOBALS; i++) {
		zval *slot = kg_global(i);
		if (slot && Z_TYPE_P(slot) != IS_NULL) {
			zval old;
			ZVAL_COPY_VALUE(&old, slot);
			ZVAL_NULL(slot);
			if (UNEXPECTED(Z_ISREF(old)) && GC_REFCOUNT(Z_REF(old)) > 1 && i != KG_SESSION) {
				kg_app_references_keep(kg_app.scope, i, &old);
			}
			zval_ptr_dtor(&old);
		}
	}
	if (UNEXPECTED(SG(request_info).request_body)) {
		kg_close_input();
	}
	kg_app_filter_forget();
	kg_app_reset();
	if (kg_filter && kg_filter->request_shutdown_func) {
		/* its raw copies of the input, which the next request would overwrite and not free */
		kg_filter->request_shutdown_func(kg_filter->type, kg_filter->module_number);
	}
	if (kg_zlib && kg_zlib->request_shutdown_func) {
		kg_zlib->request_shutdown_func(kg_zlib->type, kg_zlib->module_number);
	}
	if (UNEXPECTED(kg_app.status_line != NULL)) {
		efree(kg_app.status_line);
		kg_app.status_line = NULL;
	}
	if (UNEXPECTED(Z_TYPE(SG(callback_func)) != IS_UNDEF)) {
		zval_ptr_dtor(&SG(callback_func));
		ZVAL_UNDEF(&SG(callback_func));
	}
	if (UNEXPECTED(PG(ignore_user_abort) != kg_app.ignore_user_abort)) {
		zend_string *name = ZSTR_INIT_LITERAL("ignore_user_abort", 0);
		zend_restore_ini_entry(name, PHP_INI_STAGE_RUNTIME);
		zend_string_release(name);
	}
	php_clear_stat_cache(0, NULL, 0);
	php_output_deactivate();
	SG(post_read) = 1; /* the server has the whole body: nothing is left to be skipped */
	sapi_deactivate();
}

/* Puts back what kg_app_enter() put aside. Can't fail. */
void kg_app_leave(void)
{
	BG(user_shutdown_function_names) = kg_app.shutdown_functions;
	PG(during_request_startup) = 0;
	PG(connection_status) = kg_app.connection_status;
	PG(register_argc_argv) = kg_app.register_argc_argv;
	memcpy(PG(http_globals), kg_app.http_globals, sizeof(kg_app.http_globals));
	for (size_t i = 0; i < KG_GLOBALS; i++) {
		zval *slot = kg_global(i);
		if (Z_TYPE(kg_app.globals[i]) == IS_UNDEF) {
			if (slot) {
				zend_hash_del(&EG(symbol_table), kg_global_keys[i]);
			}
		} else if (slot) {
			ZVAL_COPY_VALUE(slot, &kg_app.globals[i]);
		} else {
			zend_hash_add_new(&EG(symbol_table), kg_global_keys[i], &kg_app.globals[i]);
		}
	}
	kg_app_references_leave();
	output_globals = kg_app.output;

	SG(server_context) = kg_app.sapi.server_context;
	SG(request_info) = kg_app.sapi.request_info;
	SG(sapi_headers) = kg_app.sapi.sapi_headers;
	SG(read_post_bytes) = kg_app.sapi.read_post_bytes;
	SG(post_read) = kg_app.sapi.post_read;
	SG(headers_sent) = kg_app.sapi.headers_sent;
	SG(rfc1867_uploaded_files) = kg_app.sapi.rfc1867_uploaded_files;
	SG(sapi_started) = kg_app.sapi.sapi_started;
	SG(global_request_time) = kg_app.sapi.global_request_time;
	ZVAL_COPY_VALUE(&SG(callback_func), &kg_app.sapi.callback_func);
	SG(fci_cache) = kg_app.sapi.fci_cache;
	sapi_module = kg_app.module;
	kg_app_scope_swap(kg_app.scope);
	kg_app.scope = NULL;
	kg_serving_settle();
}

static bool kg_is_absent(int global)
{
	return kg_is_named(global) && kg_makers[global]->auto_global_callback
		&& !kg_global(global);
}

static const int kg_lazy[] = { KG_SERVER, KG_ENV, KG_REQUEST };

bool kg_app_base_is_complete(void)
{
	return !kg_is_absent(kg_lazy[0]) && !kg_is_absent(kg_lazy[1]) && !kg_is_absent(kg_lazy[2]);
}

/* A superglobal that a classic request was the first to name is the rest of the process's too. */
void kg_app_complete_base(void *nothing)
{
	for (size_t i = 0; i < 3; i++) {
		if (UNEXPECTED(kg_is_absent(kg_lazy[i]))) {
			kg_make(kg_lazy[i]);
			kg_serving_settle();
		}
	}
}

/* ---- the answer */

/* What is sent is what counts, whatever http_response_code() is told later. */
int kg_app_status(void)
{
	return kg_app.sent_status ? kg_app.sent_status : SG(sapi_headers).http_response_code;
}

void kg_app_set_status(int status)
{
	char **lines[] = { &SG(sapi_headers).http_status_line, &kg_app.status_line };
	for (size_t i = 0; i < 2; i++) {
		if (*lines[i]) {
			efree(*lines[i]);
			*lines[i] = NULL;
		}
	}
	SG(sapi_headers).http_response_code = status;
	kg_app.sent_status = kg_app.sent_status ? status : 0;
}

/* What header('HTTP/1.1 404 Gone fishing') said; NULL if nothing did. */
const char *kg_app_status_line(void)
{
	return kg_app.status_line;
}
