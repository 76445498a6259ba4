/*
 * How the isolation guard compares: whether a value is the same, whether a change is what a cache does, and whether it
 * holds something that the visitor sent.
 */
#include "shim.h"
#include "ext/session/php_session.h"

/* Weak: PHP may have been built without sessions. */
extern ZEND_API php_ps_globals ps_globals __attribute__((weak));

#define KG_MAX_VISITED 20000 /* values that one comparison or search looks at */
#define KG_MAX_DEPTH 24

/* The same content, objects by their identity. Arrays that are too big to compare count as different. */
static bool kg_same(const zval *a, const zval *b, uint32_t *budget)
{
	ZVAL_DEREF(a);
	ZVAL_DEREF(b);
	if (Z_TYPE_P(a) != Z_TYPE_P(b) || !*budget) {
		return false;
	}
	--*budget;
	if (Z_TYPE_P(a) <= IS_TRUE || Z_LVAL_P(a) == Z_LVAL_P(b)) {
		return true;
	}
	if (Z_TYPE_P(a) == IS_STRING) {
		return zend_string_equal_content(Z_STR_P(a), Z_STR_P(b));
	}
	if (Z_TYPE_P(a) != IS_ARRAY || zend_hash_num_elements(Z_ARR_P(a)) != zend_hash_num_elements(Z_ARR_P(b))) {
		return false;
	}
	zend_ulong index;
	zend_string *key;
	zval *value;
	ZEND_HASH_FOREACH_KEY_VAL(Z_ARR_P(a), index, key, value) {
		const zval *other = key ? zend_hash_find(Z_ARR_P(b), key) : zend_hash_index_find(Z_ARR_P(b), index);
		if (!other || !kg_same(value, other, budget)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

bool kg_same_value(const zval *a, const zval *b)
{
	uint32_t budget = KG_MAX_VISITED;
	return kg_same(a, b, &budget);
}

static bool kg_is_empty(const zval *value)
{
	return Z_TYPE_P(value) <= IS_FALSE || (Z_TYPE_P(value) == IS_ARRAY && !zend_hash_num_elements(Z_ARR_P(value)));
}

/* Whether entries only came or went: what both have is the same. */
static bool kg_is_cache(const zval *was, const zval *now, uint32_t *budget)
{
	ZVAL_DEREF(was);
	ZVAL_DEREF(now);
	if (kg_is_empty(was) || kg_is_empty(now) || kg_same(was, now, budget)) {
		return true;
	}
	if (Z_TYPE_P(was) != IS_ARRAY || Z_TYPE_P(now) != IS_ARRAY) {
		return false;
	}
	zend_ulong index;
	zend_string *key;
	zval *value;
	ZEND_HASH_FOREACH_KEY_VAL(Z_ARR_P(was), index, key, value) {
		const zval *other = key ? zend_hash_find(Z_ARR_P(now), key) : zend_hash_index_find(Z_ARR_P(now), index);
		if (other && !kg_is_cache(value, other, budget)) {
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

kg_change kg_isolation_classify(uint32_t number)
{
	const kg_slot *slot = kg_isolation_slot(number);
	uint32_t budget = KG_MAX_VISITED;
	zval now = { { 0 } };
	kg_isolation_now(slot, &now);
	if (kg_same(&slot->held, &now, &budget)) {
		return KG_CHANGE_NONE;
	}
	budget = KG_MAX_VISITED;
	return kg_is_cache(&slot->held, &now, &budget) ? KG_CHANGE_FILLED : KG_CHANGE_OTHER;
}

/* ---- what a visitor sent, found again */

/* What the visitor's session holds, if there is one. */
bool kg_isolation_session(zval *out)
{
	ZVAL_UNDEF(out);
	if (&ps_globals && Z_TYPE(ps_globals.http_session_vars) == IS_REFERENCE) {
		ZVAL_COPY_DEREF(out, &ps_globals.http_session_vars);
	}
	return Z_TYPE_P(out) == IS_ARRAY;
}

static bool kg_text_is_of_visitor(zend_string *text)
{
	/* What a script has in its source is interned; what came over the network never is. */
	return !ZSTR_IS_INTERNED(text) && kargo_isolation_is_of_visitor(ZSTR_VAL(text), ZSTR_LEN(text));
}

static bool kg_finds_visitor(const zval *now, const zval *was, uint32_t depth, uint32_t *budget);

static bool kg_finds_visitor_in_table(HashTable *table, HashTable *before, uint32_t depth, uint32_t *budget)
{
	zend_ulong index;
	zend_string *key;
	zval *value;
	ZEND_HASH_FOREACH_KEY_VAL_IND(table, index, key, value) {
		const zval *was = !before ? NULL : key ? zend_hash_find_ind(before, key) : zend_hash_index_find(before, index);
		if (!was && (key ? kg_text_is_of_visitor(key) : !(HT_FLAGS(table) & HASH_FLAG_PACKED) && kargo_isolation_is_number_of_visitor(index))) {
			return true;
		}
		if (kg_finds_visitor(value, was, depth + 1, budget)) {
			return true;
		}
	} ZEND_HASH_FOREACH_END();
	return false;
}

static bool kg_finds_visitor(const zval *now, const zval *was, uint32_t depth, uint32_t *budget)
{
	ZVAL_DEREF(now);
	if (was) {
		ZVAL_DEREF(was);
		if (Z_TYPE_P(was) == Z_TYPE_P(now) && (Z_TYPE_P(now) <= IS_TRUE || Z_LVAL_P(was) == Z_LVAL_P(now))) {
			return false;
		}
	}
	if (!*budget || depth > KG_MAX_DEPTH) {
		return false;
	}
	--*budget;
	switch (Z_TYPE_P(now)) {
		case IS_STRING:
			return !(was && Z_TYPE_P(was) == IS_STRING && zend_string_equals(Z_STR_P(was), Z_STR_P(now)))
				&& kg_text_is_of_visitor(Z_STR_P(now));
		case IS_LONG:
			return kargo_isolation_is_number_of_visitor(Z_LVAL_P(now));
		case IS_ARRAY:
			return kg_finds_visitor_in_table(Z_ARR_P(now), was && Z_TYPE_P(was) == IS_ARRAY ? Z_ARR_P(was) : NULL, depth, budget);
		case IS_OBJECT: {
			zend_object *object = Z_OBJ_P(now);
			if (object->ce->type != ZEND_USER_CLASS && object->ce != zend_standard_class_def) {
				return false;
			}
			for (int i = 0; i < object->ce->default_properties_count; i++) {
				if (kg_finds_visitor(object->properties_table + i, NULL, depth + 1, budget)) {
					return true;
				}
			}
			return object->properties && kg_finds_visitor_in_table(object->properties, NULL, depth, budget);
		}
		default:
			return false;
	}
}

bool kg_isolation_holds_visitor(uint32_t number)
{
	const kg_slot *slot = kg_isolation_slot(number);
	uint32_t budget = KG_MAX_VISITED;
	zval now = { { 0 } };
	kg_isolation_now(slot, &now);
	return kg_finds_visitor(&now, &slot->held, 0, &budget);
}
