/*
 * Superglobals that code has kept by reference: `$this->server = &$_SERVER`, as loggers do. A superglobal is made anew for
 * each request; the reference is kept over the requests, and has the current one's variables.
 */
#include "shim.h"

/* The references that the request in progress uses. */
static struct {
	zend_reference *reference; /* NULL: nobody has one */
	bool is_of_base; /* it was there before, with a value that it gets back */
	zval value;
} kg_bound[KG_SUPERGLOBALS];
static bool kg_has_bound;

static void kg_empty(zend_reference *reference)
{
	zval old;
	ZVAL_COPY_VALUE(&old, &reference->val);
	ZVAL_EMPTY_ARRAY(&reference->val);
	zval_ptr_dtor(&old);
}

static void kg_release_reference(zend_reference *reference)
{
	zval own;
	ZVAL_REF(&own, reference);
	zval_ptr_dtor(&own);
}

/* A request begins: `base` is what the superglobal is beside classic requests. Nothing is freed that has a destructor. */
void kg_app_references_take(kg_app_scope *scope, size_t global, zval *base)
{
	zend_reference *kept = scope->references[global];
	kg_bound[global].reference = NULL;
	if (UNEXPECTED(Z_ISREF_P(base)) && GC_REFCOUNT(Z_REF_P(base)) > 1) {
		kg_bound[global].reference = Z_REF_P(base);
		kg_bound[global].is_of_base = true;
		ZVAL_COPY_VALUE(&kg_bound[global].value, &Z_REF_P(base)->val);
		ZVAL_EMPTY_ARRAY(&Z_REF_P(base)->val);
		kg_has_bound = true;
	} else if (UNEXPECTED(kept != NULL)) {
		if (GC_REFCOUNT(kept) == 1) {
			/* who had it too is gone */
			kg_release_reference(kept);
			scope->references[global] = NULL;
			return;
		}
		kg_bound[global].reference = kept;
		kg_bound[global].is_of_base = false;
		kg_has_bound = true;
	}
}

/* The superglobals of this request are made, and lie in their slots. */
void kg_app_references_bind(zval *(*slot_of)(size_t global))
{
	if (EXPECTED(!kg_has_bound)) {
		return;
	}
	for (size_t i = 0; i < KG_SUPERGLOBALS; i++) {
		zend_reference *reference = kg_bound[i].reference;
		zval *slot = reference ? slot_of(i) : NULL;
		if (slot && Z_TYPE_P(slot) == IS_ARRAY) {
			ZVAL_COPY_VALUE(&reference->val, slot);
			ZVAL_REF(slot, reference);
			GC_ADDREF(reference);
		}
	}
}

/* The request is over: nothing of it stays in them. May call destructors. */
void kg_app_references_clear(void)
{
	if (EXPECTED(!kg_has_bound)) {
		return;
	}
	for (size_t i = 0; i < KG_SUPERGLOBALS; i++) {
		if (kg_bound[i].reference) {
			kg_empty(kg_bound[i].reference);
		}
	}
}

/* Somebody has this superglobal by reference, for longer than the request. May call destructors. */
void kg_app_references_keep(kg_app_scope *scope, size_t global, zval *slot)
{
	zend_reference *reference = Z_REF_P(slot), *before = scope->references[global];
	if (reference == before || (kg_bound[global].reference == reference)) {
		return;
	}
	GC_ADDREF(reference);
	scope->references[global] = reference;
	kg_empty(reference);
	if (before) {
		kg_release_reference(before);
	}
}

/* Those that were there before have their values again. */
void kg_app_references_leave(void)
{
	if (EXPECTED(!kg_has_bound)) {
		return;
	}
	for (size_t i = 0; i < KG_SUPERGLOBALS; i++) {
		if (kg_bound[i].reference && kg_bound[i].is_of_base) {
			ZVAL_COPY_VALUE(&kg_bound[i].reference->val, &kg_bound[i].value);
		}
		kg_bound[i].reference = NULL;
	}
	kg_has_bound = false;
}

void kg_app_references_drop(kg_app_scope *scope)
{
	for (size_t i = 0; i < KG_SUPERGLOBALS; i++) {
		if (scope->references[i]) {
			kg_release_reference(scope->references[i]);
		}
	}
}
