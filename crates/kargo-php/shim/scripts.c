/*
 * Scripts that are run as under php-fpm: in a process of their own, each in a request cycle of PHP's. The process was
 * forked while the script that called Server::run() was under way; that request is ended first, and never returned to.
 */
#include "shim.h"
#include "ext/standard/basic_functions.h"
#include "php_variables.h"
#include <signal.h>

/* Not "cli": by that name applications decide that there is nobody to show a page to. */
#define KG_SCRIPTS_NAME "kargo-event"

/* Where this process was started; each script runs in its own folder, and may go elsewhere. */
static char kg_script_start[MAXPATHLEN];

static size_t kg_script_write(const char *bytes, size_t length)
{
	if (!kargo_script_write(bytes, length)) {
		php_handle_aborted_connection();
	}
	return length;
}

static void kg_script_flush(void *context)
{
	/* As under php-fpm: while PHP's buffers have let nothing out the headers can still be changed. */
	if (SG(headers_sent) && !kargo_script_flush()) {
		php_handle_aborted_connection();
	}
}

/* Whether the script has printed anything, be it still in a buffer. */
static bool kg_script_has_output(void)
{
	if (SG(headers_sent)) {
		return true;
	}
	php_output_handler **handlers = zend_stack_base(&OG(handlers));
	for (int i = 0; i < zend_stack_count(&OG(handlers)); i++) {
		if (handlers[i]->buffer.used > 0) {
			return true;
		}
	}
	return false;
}

static int kg_script_send_headers(sapi_headers_struct *headers)
{
	zend_llist_position position;
	sapi_header_struct *header = zend_llist_get_first_ex(&headers->headers, &position);
	kargo_script_head(headers->http_response_code);
	for (; header; header = zend_llist_get_next_ex(&headers->headers, &position)) {
		kargo_script_header(header->header, header->header_len);
	}
	return SAPI_HEADER_SENT_SUCCESSFULLY;
}

static size_t kg_script_read_post(char *buffer, size_t length)
{
	return kargo_script_read(buffer, length);
}

static char *kg_script_read_cookies(void)
{
	return (char *) kargo_script_cookies();
}

/* getenv('REMOTE_ADDR'), as under FastCGI; what is no variable of the request is the environment's. */
static char *kg_script_getenv(const char *name, size_t length)
{
	return (char *) kargo_script_getenv(name, length);
}

static void (*kg_script_environment)(zval *variables);

/* getenv() without a name, and $_ENV. */
static void kg_script_import(zval *variables)
{
	kg_script_variable variable;
	kg_script_environment(variables);
	for (size_t at = 0; kargo_script_variable(&at, &variable);) {
		php_register_variable_safe(variable.name, variable.value, variable.value_length, variables);
	}
}

static void kg_script_register_variables(zval *variables)
{
	kg_script_environment(variables);
	kg_script_variable variable;
	for (size_t at = 0; kargo_script_variable(&at, &variable);) {
		size_t length = variable.value_length;
		char *value = estrndup(variable.value, length);
		if (sapi_module.input_filter(PARSE_SERVER, variable.name, &value, length, &length)) {
			php_register_variable_safe(variable.name, value, length, variables);
		}
		efree(value);
	}
}

static void kg_script_log(const char *message, int type)
{
	kargo_script_log(message, strlen(message));
}

static int kg_script_nothing(void)
{
	return SUCCESS;
}

/* PHP_SAPI is a constant of the process, made at its start. */
static void kg_script_rename(void)
{
	zend_constant *name = zend_hash_str_find_ptr(EG(zend_constants), ZEND_STRL("PHP_SAPI"));
	sapi_module.name = KG_SCRIPTS_NAME;
	sapi_module.pretty_name = "kargo-event scripts";
	if (name) {
		zend_string *text = zend_string_init(ZEND_STRL(KG_SCRIPTS_NAME), 1);
		zend_string_hash_val(text);
		GC_ADD_FLAGS(text, IS_STR_INTERNED | IS_STR_PERMANENT);
		ZVAL_INTERNED_STR(&name->value, text);
	}
}

/* A setting as if php.ini had it. */
static void kg_script_setting(const char *name, const char *text)
{
	zend_ini_entry *entry = zend_hash_str_find_ptr(EG(ini_directives), name, strlen(name));
	zend_string *value = zend_string_init(text, strlen(text), 1);
	GC_MAKE_PERSISTENT_LOCAL(value);
	if (entry && (!entry->on_modify
			|| entry->on_modify(entry, value, entry->mh_arg1, entry->mh_arg2, entry->mh_arg3, PHP_INI_STAGE_STARTUP) == SUCCESS)) {
		entry->value = value;
	}
}

/* ---- signals, which are the process's: what a script did to them ends with it */

static struct sigaction kg_script_actions[NSIG];
static sigset_t kg_script_mask;

static void kg_script_note_signals(void)
{
	for (int signal = 1; signal < NSIG; signal++) {
		if (sigaction(signal, NULL, &kg_script_actions[signal]) != 0) {
			kg_script_actions[signal].sa_handler = SIG_DFL;
		}
	}
	sigprocmask(SIG_SETMASK, NULL, &kg_script_mask);
	kg_watch_pcntl(true);
	kg_signals_were_touched();
}

/* PHP itself forgets the handlers and what was queued for them. */
static void kg_script_reset_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, now;
	sigset_t pending;
	alarm(0);
	if (EXPECTED(!kg_signals_were_touched())) {
		return;
	}
	sigpending(&pending);
	for (int signal = 1; signal < NSIG; signal++) {
		const struct sigaction *was = &kg_script_actions[signal];
		if (sigismember(&pending, signal) == 1) {
			/* One that the script held back would come once it is let through: ignoring it drops it. */
			sigaction(signal, &ignore, NULL);
		}
		if (sigaction(signal, NULL, &now) == 0 && now.sa_handler != was->sa_handler) {
			sigaction(signal, was, NULL);
		}
	}
	sigprocmask(SIG_SETMASK, &kg_script_mask, NULL);
}

/* Ends the request that this process was forked in, without a word to anybody: what it holds is its parent's to end. */
void kg_scripts_begin(void)
{
	zend_objects_store_mark_destructed(&EG(objects_store));
	php_free_shutdown_functions();
	EG(current_execute_data) = NULL;
	EG(exception) = NULL;
	php_output_discard_all();
	sapi_module.ub_write = kg_script_write;
	zend_try {
		php_request_shutdown(NULL);
	} zend_end_try();
	sapi_module.flush = kg_script_flush;
	sapi_module.send_headers = kg_script_send_headers;
	sapi_module.header_handler = NULL;
	sapi_module.read_post = kg_script_read_post;
	sapi_module.read_cookies = kg_script_read_cookies;
	sapi_module.getenv = kg_script_getenv;
	sapi_module.register_server_variables = kg_script_register_variables;
	kg_script_environment = php_import_environment_variables;
	php_import_environment_variables = kg_script_import;
	sapi_module.log_message = kg_script_log;
	sapi_module.deactivate = kg_script_nothing;
	sapi_module.phpinfo_as_text = 0;
	kg_script_rename();
	kg_script_note_signals();
	/* The command line's stays where it was called; under web servers a script is in its folder. */
	SG(options) &= ~SAPI_OPTION_NO_CHDIR;
	if (!VCWD_GETCWD(kg_script_start, sizeof(kg_script_start))) {
		strcpy(kg_script_start, "/");
	}
	/* The command line overrides php.ini with what is good for a terminal; these are php.ini-production's. */
	kg_script_setting("display_errors", "0");
	kg_script_setting("log_errors", "1");
	kg_script_setting("html_errors", "0");
	kg_script_setting("implicit_flush", "0");
	kg_script_setting("output_buffering", "4096");
	kg_script_setting("register_argc_argv", "0");
	/* The master and the workers are in their requests for good: nobody may kill them for that. */
	kg_script_setting("opcache.force_restart_timeout", "0");
	kg_keep_opcode_cache(true);
}

/* One request, from its beginning to its end. false: PHP could not begin it. */
bool kg_script_run(const kg_script *script)
{
	memset(&SG(request_info), 0, sizeof SG(request_info));
	SG(server_context) = (void *) script;
	SG(request_info).request_method = script->method;
	SG(request_info).query_string = (char *) script->query;
	SG(request_info).request_uri = (char *) script->uri;
	SG(request_info).path_translated = (char *) script->file;
	SG(request_info).content_type = script->content_type;
	SG(request_info).content_length = script->content_length;
	SG(request_info).proto_num = script->protocol;
	SG(sapi_headers).http_response_code = 200;
	php_handle_auth_data(script->authorization);
	if (php_request_startup() == FAILURE) {
		php_request_shutdown(NULL);
		return false;
	}
	if (script->memory_limit && PG(memory_limit) < 0) {
		kg_set_memory_limit(script->memory_limit, strlen(script->memory_limit));
	}
	zend_first_try {
		zend_file_handle file;
		zend_stream_init_filename(&file, script->file);
		file.primary_script = true;
		php_execute_script(&file);
		/* An extension may end a request without a word, as the opcode cache does; PHP's errors have set their status. With
		   one it may be exit() in an exception handler, which ends in the same way. */
		if (CG(unclean_shutdown) && SG(sapi_headers).http_response_code == 200 && !kg_script_has_output()) {
			SG(sapi_headers).http_response_code = 500;
		}
		zend_destroy_file_handle(&file);
	} zend_end_try();
	php_request_shutdown(NULL);
	kg_script_reset_signals();
	/* Shutdown functions and destructors may have gone somewhere, and an error jumps over the engine's way back. */
	if (VCWD_CHDIR(kg_script_start) != 0) {
		php_ignore_value(VCWD_CHDIR("/"));
	}
	SG(server_context) = NULL;
	memset(&SG(request_info), 0, sizeof SG(request_info));
	return true;
}
