include config/targets/base.mk
