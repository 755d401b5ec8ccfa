# cJSON: one file, nothing to configure.
cjson_PACKAGE = cjson
cjson_ORDER = suite
cjson_SERIES = 1.7.*
