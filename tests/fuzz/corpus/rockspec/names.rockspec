local name = "luasyslog" -- a name
local v = '2.0' --[==[ a
version ]==]
package = name
version = v.."-"..[[1]]
source = { url = "git://h/"..name..".git", tag = (v ~= "dev") and v or nil }
description = { summary = [=[Sys]]log]=], license = "MIT/X11", homepage = "h\"\\" }
dependencies = { "lua >= 5.1", 'lualogging >= 1.4.0, < 2.0.0', }
build = { type = "builtin", modules = { lsyslog = { sources = "lsyslog.c" }, ["logging.syslog"] = "syslog.lua" } }
