/*
 * The isolation guard's view of the engine: isolation.c for what user code keeps in variables, isolation_process.c for
 * what belongs to the process. What is a finding, and what is done about it, is decided in Rust (src/isolation).
 */
#ifndef KARGO_ISOLATION_H
#define KARGO_ISOLATION_H

/* ---- variables that outlive a request */

typedef enum kg_owner_kind {
	KG_OWNER_CLASS = 0,    /* zend_class_entry: its static properties */
	KG_OWNER_FUNCTION = 1, /* zend_op_array: its static variables */
	KG_OWNER_CLOSURE = 2,  /* zend_object of a closure made while booting: static variables, and what it uses */
	KG_OWNER_OBJECT = 3,   /* zend_object made while booting: its properties */
	KG_OWNER_GLOBAL = 4,   /* nothing: a global variable */
} kg_owner_kind;

typedef struct kg_owner {
	kg_owner_kind kind;
	bool is_library;
	bool is_gone; /* the object was freed */
	void *of;
	uint32_t handle; /* of an object */
} kg_owner;

/* One variable: where it is, and what it was when it was last looked at. */
typedef struct kg_slot {
	zval *place; /* NULL: its owner is gone. A table of dynamic properties is a HashTable ** */
	zval held;   /* a counted reference, so that what is written to is another string or array */
	zend_string *name; /* lives as long as its owner; NULL: the dynamic properties */
	uint32_t owner;
	bool is_library; /* declared in a library, whoever its owner is */
} kg_slot;

typedef enum kg_change {
	KG_CHANGE_NONE = 0,   /* other memory, the same content */
	KG_CHANGE_FILLED = 1, /* it had nothing, or it is an array that has only got more */
	KG_CHANGE_OTHER = 2,
} kg_change;

/* defined in Rust */
extern bool kargo_isolation_is_library(const char *file, size_t length);
extern bool kargo_isolation_is_of_visitor(const char *bytes, size_t length);
extern bool kargo_isolation_is_number_of_visitor(zend_long number);
extern void kargo_isolation_item(uint32_t aspect, const char *name, size_t length);

void kg_isolation_start(bool superglobals_are_renewed);
void kg_isolation_stop(void);
uint32_t kg_isolation_scan(void);
uint32_t kg_isolation_changed(uint32_t index);
kg_slot *kg_isolation_slot(uint32_t slot);
void kg_isolation_now(const kg_slot *slot, zval *out);
kg_owner *kg_isolation_owner(uint32_t owner);
kg_change kg_isolation_classify(uint32_t slot);
bool kg_isolation_holds_visitor(uint32_t slot);
void kg_isolation_accept(uint32_t slot);
void kg_isolation_put_back(uint32_t slot);
void kg_isolation_drop_garbage(void);
uint32_t kg_isolation_slot_count(void);
const zend_op_array *kg_isolation_function(const kg_owner *owner);
bool kg_isolation_session(zval *out);
bool kg_same_value(const zval *a, const zval *b);

/* ---- what belongs to the process */

enum {
	KG_ASPECT_INI = 1 << 0,
	KG_ASPECT_ENV = 1 << 1,
	KG_ASPECT_LOCALE = 1 << 2,
	KG_ASPECT_ZONE = 1 << 3,
	KG_ASPECT_UMASK = 1 << 4,
	KG_ASPECT_DIRECTORY = 1 << 5,
	KG_ASPECT_ERROR_HANDLER = 1 << 6,
	KG_ASPECT_EXCEPTION_HANDLER = 1 << 7,
	KG_ASPECT_BUFFERS = 1 << 8,
	KG_ASPECT_SHUTDOWN = 1 << 9,
	KG_ASPECT_AUTOLOADERS = 1 << 10,
	KG_ASPECT_WRAPPERS = 1 << 11,
	KG_ASPECT_CONTEXT = 1 << 12,
	KG_ASPECT_FUNCTION_SETTINGS = 1 << 13,
	KG_ASPECT_TRANSACTION = 1 << 14,
	KG_ASPECT_ENTITY_LOADER = 1 << 15, /* not the guard's to tell: see kg_app_reset() */
};

/* Aspects whose functions were called, and the connections to databases that are alive (keys are weak references). */
extern uint32_t kg_isolation_touched;
extern HashTable kg_isolation_connections;

const char *kg_isolation_include_path(void);
void kg_isolation_hook(void);
void kg_isolation_unhook(void);
bool kg_isolation_in_transaction(zend_object *connection);
bool kg_isolation_roll_back(zend_object *connection);
void kg_process_start(void);
void kg_process_stop(void);
uint32_t kg_process_changed(void);
void kg_process_items(uint32_t aspects);
void kg_process_put_back(uint32_t aspect, const char *name, size_t length);
void kg_process_accept(uint32_t aspects);

#endif
