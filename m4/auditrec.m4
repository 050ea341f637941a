# Local macros: warnings, sanitizers, hardening, optional libraries, libvterm's ABI.

# AR_WARN_ADD(FLAG): add FLAG to AR_WARN_CFLAGS if the compiler takes it.
AC_DEFUN([AR_WARN_ADD], [
  AS_VAR_PUSHDEF([cv], [ar_cv_warn_$1])
  AC_CACHE_CHECK([whether $CC takes $1], [cv], [
    ar_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $1"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cv], [yes])], [AS_VAR_SET([cv], [no])])
    CFLAGS=$ar_save_CFLAGS])
  AS_VAR_IF([cv], [yes], [AR_WARN_CFLAGS="$AR_WARN_CFLAGS $1"])
  AS_VAR_POPDEF([cv])
])

AC_DEFUN([AR_WARNINGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors (CI only)])],
    [], [enable_werror=no])
  AC_SUBST([AR_WARN_CFLAGS])
  m4_foreach_w([ar_flag], [-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wimplicit-fallthrough -Wundef -Wswitch-enum
    -Wno-missing-field-initializers -Wold-style-definition -Wredundant-decls -Wnested-externs],
    [AR_WARN_ADD(ar_flag)])
  AS_IF([test "$enable_werror" = yes], [AR_WARN_CFLAGS="$AR_WARN_CFLAGS -Werror"])
])

AC_DEFUN([AR_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@], [build with -fsanitize=LIST (address,undefined)])],
    [], [enable_sanitizers=no])
  AS_CASE([$enable_sanitizers],
    [no], [],
    [yes], [ar_san=address,undefined],
    [ar_san=$enable_sanitizers])
  AS_IF([test -n "$ar_san"], [
    AR_SAN_CFLAGS="-fsanitize=$ar_san -fno-omit-frame-pointer -fno-sanitize-recover=undefined"
    AR_SAN_LDFLAGS="-fsanitize=$ar_san"])
  AM_CONDITIONAL([SANITIZED], [test -n "$ar_san"])
  AC_SUBST([AR_SAN_CFLAGS])
  AC_SUBST([AR_SAN_LDFLAGS])
])

AC_DEFUN([AR_HARDENING], [
  AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening], [no stack protector, PIE, RELRO])],
    [], [enable_hardening=yes])
  AS_IF([test "$enable_hardening" = yes && test -z "$ar_san"], [
    AR_HARD_CFLAGS="-fstack-protector-strong -fPIE"
    AR_HARD_LDFLAGS="-pie -Wl,-z,relro -Wl,-z,now"])
  AC_SUBST([AR_HARD_CFLAGS])
  AC_SUBST([AR_HARD_LDFLAGS])
])

AC_DEFUN([AR_COVERAGE], [
  AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [build for gcov])], [], [enable_coverage=no])
  AS_IF([test "$enable_coverage" = yes], [AR_COV_CFLAGS="--coverage -O0"; AR_COV_LDFLAGS=--coverage])
  AC_SUBST([AR_COV_CFLAGS])
  AC_SUBST([AR_COV_LDFLAGS])
])

# --enable-fuzzing: link the fuzz targets with libFuzzer (clang) instead of the corpus runner.
AC_DEFUN([AR_FUZZING], [
  AC_ARG_ENABLE([fuzzing], [AS_HELP_STRING([--enable-fuzzing], [link fuzz targets with libFuzzer (needs clang)])],
    [], [enable_fuzzing=no])
  AS_IF([test "$enable_fuzzing" = yes], [
    AR_SAN_CFLAGS="$AR_SAN_CFLAGS -fsanitize=fuzzer-no-link"
    AR_FUZZ_LDFLAGS="-fsanitize=fuzzer"])
  AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])
  AC_SUBST([AR_FUZZ_LDFLAGS])
])

# AR_FEATURE_PKG(NAME, VAR, PKG-SPEC, WHAT): --with-NAME=yes|no|check; defines HAVE_VAR.
AC_DEFUN([AR_FEATURE_PKG], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1], [$4 (default: check)])], [], [with_$1=check])
  have_$1=no
  AS_IF([test "$with_$1" != no], [
    PKG_CHECK_MODULES([$2], [$3], [have_$1=yes
      AC_DEFINE([HAVE_$2], [1], [$4])],
      [AS_IF([test "$with_$1" = yes], [AC_MSG_ERROR([--with-$1 was given, but $3 was not found])])])])
  AM_CONDITIONAL([HAVE_$2], [test "$have_$1" = yes])
])

# libvterm 0.1.4 and 0.3.x share a SONAME but not an ABI: probe what the header has.
AC_DEFUN([AR_VTERM_FEATURES], [
  ar_save_CPPFLAGS=$CPPFLAGS
  CPPFLAGS="$CPPFLAGS $VTERM_CFLAGS"
  AC_CHECK_TYPES([VTermStringFragment], [], [], [[#include <vterm.h>]])
  AC_CHECK_MEMBERS([VTermStateCallbacks.sb_clear, VTermStateFields.lineinfos], [], [],
    [[#include <vterm.h>]])
  AC_DEFINE_UNQUOTED([LIBVTERM_VERSION], ["`$PKG_CONFIG --modversion vterm`"],
    [version of libvterm at build time])
  CPPFLAGS=$ar_save_CPPFLAGS
])

# AR_COMPLETION_DIR(SHELL, FOLDER): --with-SHELL-completions, where its completions go.
AC_DEFUN([AR_COMPLETION_DIR], [
  AC_ARG_WITH([$1-completions],
    [AS_HELP_STRING([--with-$1-completions=DIR],
      [install completions for $1 in DIR, or "no" @<:@DATADIR/$2@:>@])],
    [], [with_$1_completions=yes])
  AS_CASE([$with_$1_completions],
    [yes], [$1compdir='${datadir}/$2'],
    [no], [$1compdir=],
    [$1compdir=$with_$1_completions])
  AC_SUBST([$1compdir])
])
