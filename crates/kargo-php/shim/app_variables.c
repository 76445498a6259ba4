/*
 * $_SERVER of a classic request: the environment as it was at the end of the boot, and the request.
 */
#include "shim.h"
#include "php_variables.h"

static const char *const kg_variable_names[KG_VARIABLES] = {
	[KG_REQUEST_METHOD] = "REQUEST_METHOD",
	[KG_REQUEST_URI] = "REQUEST_URI",
	[KG_QUERY_STRING] = "QUERY_STRING",
	[KG_SERVER_PROTOCOL] = "SERVER_PROTOCOL",
	[KG_GATEWAY_INTERFACE] = "GATEWAY_INTERFACE",
	[KG_SERVER_SOFTWARE] = "SERVER_SOFTWARE",
	[KG_REQUEST_SCHEME] = "REQUEST_SCHEME",
	[KG_SERVER_NAME] = "SERVER_NAME",
	[KG_SERVER_ADDR] = "SERVER_ADDR",
	[KG_SERVER_PORT] = "SERVER_PORT",
	[KG_REMOTE_ADDR] = "REMOTE_ADDR",
	[KG_REMOTE_PORT] = "REMOTE_PORT",
	[KG_DOCUMENT_ROOT] = "DOCUMENT_ROOT",
	[KG_DOCUMENT_URI] = "DOCUMENT_URI",
	[KG_SCRIPT_NAME] = "SCRIPT_NAME",
	[KG_SCRIPT_FILENAME] = "SCRIPT_FILENAME",
	[KG_PHP_SELF] = "PHP_SELF",
	[KG_PATH_INFO] = "PATH_INFO",
	[KG_CONTENT_TYPE] = "CONTENT_TYPE",
	[KG_CONTENT_LENGTH] = "CONTENT_LENGTH",
	[KG_REDIRECT_STATUS] = "REDIRECT_STATUS",
	[KG_HTTPS] = "HTTPS",
};

/* What the command line puts into $_SERVER for the script that was started. */
static const char *const kg_started_names[] = {
	"argv", "argc", "PATH_TRANSLATED", "REQUEST_TIME", "REQUEST_TIME_FLOAT", "PHP_AUTH_USER", "PHP_AUTH_PW",
	"PHP_AUTH_DIGEST",
};

static zend_string *kg_variable_keys[KG_VARIABLES];

/* Most of what a request says the one before said too: then it is the same string. Longer ones are not kept. */
#define KG_LONGEST_KEPT 512

static zend_string *kg_latest[KG_VARIABLES];
static uint32_t kg_first_variable;

static zend_always_inline zend_string *kg_same_text(zend_string **latest, const char *value, size_t length)
{
	zend_string *text = *latest;
	if (EXPECTED(text && ZSTR_LEN(text) == length && memcmp(ZSTR_VAL(text), value, length) == 0)) {
		return zend_string_copy(text);
	}
	text = zend_string_init_fast(value, length);
	if (length <= KG_LONGEST_KEPT) {
		if (*latest) {
			zend_string_release(*latest);
		}
		*latest = zend_string_copy(text);
	}
	return text;
}

/* At module start, when strings can be made that live as long as the process. */
void kg_app_start_variables(void)
{
	for (size_t i = 0; i < KG_VARIABLES; i++) {
		kg_variable_keys[i] = zend_string_init_interned(kg_variable_names[i], strlen(kg_variable_names[i]), 1);
	}
}

static bool kg_is_of_request(const zend_string *name)
{
	if (ZSTR_LEN(name) > 5 && memcmp(ZSTR_VAL(name), "HTTP_", 5) == 0) {
		return true;
	}
	for (size_t i = 0; i < KG_VARIABLES; i++) {
		if (zend_string_equals(kg_variable_keys[i], name)) {
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(kg_started_names) / sizeof(*kg_started_names); i++) {
		if (zend_string_equals_cstr(name, kg_started_names[i], strlen(kg_started_names[i]))) {
			return true;
		}
	}
	return false;
}

/*
 * What a superglobal has now, but for what belongs to the started script or a request, with room for a request. NULL if no
 * code has named it so far.
 */
HashTable *kg_app_template(const char *global, size_t length)
{
	zval *value = zend_hash_str_find(&EG(symbol_table), global, length);
	HashTable *source, *copy;
	zend_string *name;
	zval imported, *entry;
	ZVAL_UNDEF(&imported);
	if (value) {
		ZVAL_DEREF(value);
	}
	if (!value || Z_TYPE_P(value) != IS_ARRAY) {
		if (memcmp(global, "_SERVER", length) != 0) {
			return NULL;
		}
		array_init(&imported);
		php_import_environment_variables(&imported);
		value = &imported;
	}
	source = Z_ARRVAL_P(value);
	copy = zend_new_array(zend_hash_num_elements(source) + 48);
	zend_hash_real_init_mixed(copy);
	ZEND_HASH_FOREACH_STR_KEY_VAL(source, name, entry) {
		if (name && !kg_is_of_request(name)) {
			zval own;
			ZVAL_DEREF(entry);
			ZVAL_COPY(&own, entry);
			if (Z_TYPE(own) == IS_STRING) {
				/* as long as the script: nobody counts who has it, when each request copies this table */
				ZVAL_STR(&own, zend_new_interned_string(Z_STR(own)));
			}
			zend_string *key = zend_new_interned_string(zend_string_copy(name));
			zend_hash_update(copy, key, &own);
			zend_string_release(key);
		}
	} ZEND_HASH_FOREACH_END();
	zval_ptr_dtor(&imported);
	return copy;
}

/* A place in $_SERVER for each variable that every request has: all requests have a copy of this table. */
void kg_app_add_places(kg_app_scope *scope)
{
	zval none;
	ZVAL_EMPTY_STRING(&none);
	scope->first_variable = scope->server->nNumUsed;
	for (size_t i = 0; i < KG_ALWAYS; i++) {
		zend_hash_add_new(scope->server, kg_variable_keys[i], &none);
	}
}

/* The $_SERVER of a request, in which each of those places is to be filled. */
HashTable *kg_app_server(const kg_app_scope *scope)
{
	kg_first_variable = scope->first_variable;
	return zend_array_dup(scope->server);
}

const char *kg_app_variable_name(kg_variable variable)
{
	return kg_variable_names[variable];
}

void kg_app_set(HashTable *variables, kg_variable variable, const char *value, size_t length)
{
	zend_string *text = kg_same_text(&kg_latest[variable], value, length);
	zval entry;
	ZVAL_STR(&entry, text);
	if (variable < KG_ALWAYS) {
		Bucket *place = variables->arData + kg_first_variable + variable;
		if (EXPECTED(place->key == kg_variable_keys[variable])) {
			ZVAL_COPY_VALUE(&place->val, &entry);
			return;
		}
	}
	zend_hash_update(variables, kg_variable_keys[variable], &entry);
}

/* ---- names of headers: the same few again and again */

#define KG_LONGEST_NAME 48
#define KG_HEADER_KEYS 256 /* a power of two */

typedef struct kg_header_key {
	zend_string *key; /* "HTTP_ACCEPT"; NULL: the place is free */
	zend_string *latest; /* what it said last */
	char name[KG_LONGEST_NAME]; /* as it was sent */
} kg_header_key;

static kg_header_key *kg_header_keys;

/* "HTTP_" and the name in capitals. NULL for a name that another one could be taken for: "X_A" is not "X-A". */
static zend_string *kg_header_key_new(const char *name, size_t length)
{
	zend_string *key = zend_string_alloc(length + 5, 0);
	char *out = ZSTR_VAL(key) + 5;
	memcpy(ZSTR_VAL(key), "HTTP_", 5);
	for (size_t i = 0; i < length; i++) {
		char c = name[i];
		if (c >= 'a' && c <= 'z') {
			c -= 'a' - 'A';
		} else if (c == '-') {
			c = '_';
		} else if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
			zend_string_efree(key);
			return NULL;
		}
		out[i] = c;
	}
	out[length] = '\0';
	zend_string_hash_val(key);
	return key;
}

/* `latest`: where the value is kept that it had last; NULL where none is. */
static zend_string *kg_header_key_of(const char *name, size_t length, zend_string ***latest)
{
	*latest = NULL;
	if (length == 0) {
		return NULL;
	}
	if (length > KG_LONGEST_NAME) {
		return kg_header_key_new(name, length);
	}
	if (!kg_header_keys) {
		kg_header_keys = ecalloc(KG_HEADER_KEYS, sizeof(kg_header_key));
	}
	size_t hash = length * 131 + (unsigned char) name[0] * 31 + (unsigned char) name[length / 2] * 7
		+ (unsigned char) name[length - 1];
	kg_header_key *known = &kg_header_keys[hash % KG_HEADER_KEYS];
	if (known->key && ZSTR_LEN(known->key) == length + 5 && memcmp(known->name, name, length) == 0) {
		*latest = &known->latest;
		return zend_string_copy(known->key);
	}
	zend_string *key = kg_header_key_new(name, length);
	if (key) {
		*latest = &known->latest;
		if (known->key) {
			zend_string_release(known->key);
		}
		known->key = zend_string_copy(key);
		memcpy(known->name, name, length);
	}
	return key;
}

/* Adds a header; several of one name become one value. */
void kg_app_set_header(HashTable *variables, const char *name, size_t name_length, const char *value, size_t length)
{
	zend_string **latest, *key = kg_header_key_of(name, name_length, &latest);
	zval *before;
	if (!key) {
		return;
	}
	before = zend_hash_lookup(variables, key);
	if (UNEXPECTED(Z_TYPE_P(before) == IS_STRING)) {
		bool is_cookie = zend_string_equals_literal(key, "HTTP_COOKIE");
		zend_string *joined = zend_string_concat3(Z_STRVAL_P(before), Z_STRLEN_P(before), is_cookie ? "; " : ", ", 2, value,
			length);
		zval_ptr_dtor_nogc(before);
		ZVAL_STR(before, joined);
	} else {
		zend_string *text = latest ? kg_same_text(latest, value, length) : zend_string_init_fast(value, length);
		ZVAL_STR(before, text);
	}
	zend_string_release(key);
}

/* When the script ends. */
void kg_app_keys_drop(void)
{
	for (size_t i = 0; i < KG_VARIABLES; i++) {
		if (kg_latest[i]) {
			zend_string_release(kg_latest[i]);
			kg_latest[i] = NULL;
		}
	}
	if (!kg_header_keys) {
		return;
	}
	for (size_t i = 0; i < KG_HEADER_KEYS; i++) {
		if (kg_header_keys[i].key) {
			zend_string_release(kg_header_keys[i].key);
		}
		if (kg_header_keys[i].latest) {
			zend_string_release(kg_header_keys[i].latest);
		}
	}
	efree(kg_header_keys);
	kg_header_keys = NULL;
}
