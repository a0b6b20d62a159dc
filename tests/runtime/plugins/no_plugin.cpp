// A shared library with the name of the plugin that is something else.
extern "C" int something_else() { return 1; }
